from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_written")]

    operations = [
        migrations.AddField(
            "decisiontype",
            "departs_because",
            models.CharField("why it departs", blank=True, default="", max_length=500),
            preserve_default=False,
        ),
    ]

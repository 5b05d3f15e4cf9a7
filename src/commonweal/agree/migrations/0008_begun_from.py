import django.db.models.deletion
from django.db import migrations, models

from commonweal.core.guard import immutable

COLUMNS = ("partnership_id", "kind", "reference", "title", "parent_id")
BEFORE = immutable("agree_agreement", *COLUMNS)


class Migration(migrations.Migration):

    dependencies = [
        ('agree', '0007_dropped'),
    ]

    operations = [
        migrations.RunPython(BEFORE.reverse_code, BEFORE.code),
        migrations.AddField(
            model_name='agreement',
            name='begun_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agree.agreement'),
        ),
        immutable("agree_agreement", *COLUMNS, "begun_from_id"),
    ]

from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("measure", "0001_initial")]

    operations = [
        immutable(
            "measure_release",
            "number",
            "title",
            "purpose",
            "audience",
            "run_id",
            "rows",
            "manifest",
            "created_at",
        )
    ]

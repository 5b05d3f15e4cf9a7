from django.db import migrations

from commonweal.core.guard import immutable


def begin(apps, editor):
    apps.get_model("core", "LogHead").objects.create(id=1)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        immutable("core_event"),
    ]

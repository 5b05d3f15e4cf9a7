from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SETTLED = ["accepted", "partly_accepted", "refused", "superseded", "failed"]


def mark(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What the register says was destroyed before there was a state for it."""
    submissions = apps.get_model("pool", "Submission").objects.using(editor.connection.alias)
    erasures = apps.get_model("pool", "Erasure").objects.using(editor.connection.alias)
    for agreement, provider, era in erasures.values_list("agreement_id", "provider_id", "era"):
        submissions.filter(
            contract__agreement_id=agreement, provider_id=provider, era=era, state__in=SETTLED
        ).update(state="destroyed")


class Migration(migrations.Migration):
    # Apart from the step before: PostgreSQL changes no table on which an update still waits.
    dependencies = [("pool", "0003_destroyed")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]

from datetime import datetime

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from commonweal.compute.permits.retention import keep_until


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What came in so far came under the agreement of its contract, as its permit says."""
    alias = editor.connection.alias
    submissions = apps.get_model("pool", "Submission").objects.using(alias)
    versions = apps.get_model("agree", "AgreementVersion").objects.using(alias)
    zones = {
        (agreement, number): zone
        for agreement, number, zone in versions.values_list("agreement_id", "number", "zone")
    }
    for row in submissions.select_related("contract__agreement").iterator():
        agreement = row.contract.agreement
        row.agreement_id = agreement.pk
        row.keep_until = _until(row.permit, agreement, zones, row.received_at)
        row.save(update_fields=["agreement", "keep_until"])


def _until(permit: dict, agreement, zones: dict, received: datetime) -> datetime | None:  # type: ignore[no-untyped-def, type-arg]
    months = [each["value"] for each in permit["obligations"] if each["kind"] == "retention"]
    under = [each for each in permit["agreements"] if each["reference"] == agreement.reference]
    zone = zones.get((agreement.pk, under[0]["version"])) if under else None
    return keep_until(received, min(months), zone) if months and zone else None


class Migration(migrations.Migration):
    # Apart from the step before: PostgreSQL changes no table on which an update still waits.
    dependencies = [("agree", "0002_signed"), ("pool", "0005_kept_under")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

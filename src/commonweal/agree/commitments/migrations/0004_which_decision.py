import re

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFERENCE = re.compile(r"\s*D-([1-9][0-9]{0,8})\s*")


def link(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """“D-3” becomes the adopted decision 3 of the same table; any other words stay as they are."""
    alias = editor.connection.alias
    commitments = apps.get_model("commitments", "Commitment").objects.using(alias)
    proposals = apps.get_model("decisions", "Proposal").objects.using(alias)
    for row in commitments.filter(source_kind="decision", source_ref__startswith="D-").iterator():
        named = REFERENCE.fullmatch(row.source_ref)
        found = named and proposals.filter(
            partnership=row.partnership_id, number=int(named[1]), state="adopted"
        ).first()
        if found:
            commitments.filter(pk=row.pk).update(decision=found, source_ref="")


def name(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    alias = editor.connection.alias
    commitments = apps.get_model("commitments", "Commitment").objects.using(alias)
    for row in commitments.filter(decision__isnull=False).select_related("decision").iterator():
        commitments.filter(pk=row.pk).update(
            decision=None, source_ref=f"D-{row.decision.number}"
        )


class Migration(migrations.Migration):
    # Apart from the step before: PostgreSQL changes no table on which an update still waits.
    dependencies = [("commitments", "0003_decisions")]

    operations = [migrations.RunPython(link, name)]

import django.db.models.deletion
from django.db import migrations, models

from commonweal.core.guard import immutable

AS_MADE = immutable(
    "commitments_commitment",
    "partnership_id",
    "number",
    "organisation_id",
    "source_kind",
    "source_ref",
    "agreement_id",
    "made_at",
    "made_by",
)


class Migration(migrations.Migration):
    """A commitment that comes from a decision of its table leads to it."""

    dependencies = [
        ("commitments", "0002_written_once"),
        ("decisions", "0003_departures"),
    ]

    operations = [
        # The trigger and the constraint come back in 0005, when what they guard is filled in.
        migrations.RunPython(AS_MADE.reverse_code, AS_MADE.code),
        migrations.RemoveConstraint("commitment", "commitment_source_named"),
        migrations.AddField(
            "commitment",
            "decision",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="commitments",
                to="decisions.proposal",
            ),
        ),
    ]

from django.db import migrations, models

from commonweal.core.guard import immutable

NONE_ELSE = {"agreement__isnull": True, "decision__isnull": True}


class Migration(migrations.Migration):
    dependencies = [("commitments", "0004_which_decision")]

    operations = [
        migrations.AddConstraint(
            "commitment",
            models.CheckConstraint(
                condition=models.Q(source_kind="none", source_ref="", **NONE_ELSE)
                | models.Q(
                    source_kind="agreement",
                    source_ref="",
                    agreement__isnull=False,
                    decision__isnull=True,
                )
                | models.Q(
                    source_kind="decision",
                    source_ref="",
                    agreement__isnull=True,
                    decision__isnull=False,
                )
                | (
                    models.Q(source_kind__in=["decision", "meeting"], **NONE_ELSE)
                    & ~models.Q(source_ref="")
                ),
                name="commitment_source_named",
            ),
        ),
        immutable(
            "commitments_commitment",
            "partnership_id",
            "number",
            "organisation_id",
            "source_kind",
            "source_ref",
            "agreement_id",
            "decision_id",
            "made_at",
            "made_by",
        ),
    ]

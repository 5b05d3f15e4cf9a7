from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("commitments", "0001_initial")]

    operations = [
        immutable(
            "commitments_commitment",
            "partnership_id",
            "number",
            "organisation_id",
            "source_kind",
            "source_ref",
            "agreement_id",
            "made_at",
            "made_by",
        ),
        immutable("commitments_commitmentversion"),
        immutable("commitments_word"),
    ]

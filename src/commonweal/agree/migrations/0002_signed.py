from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("agree", "0001_initial")]

    operations = [
        immutable("agree_agreement", "partnership_id", "kind", "reference", "title", "parent_id"),
        immutable(
            "agree_agreementversion",
            "agreement_id",
            "number",
            "clauses",
            "prose",
            "language",
            "zone",
            "text",
            "text_hash",
            "starts_on",
            "expires_on",
        ),
        immutable("agree_signature"),
        immutable("agree_withdrawal"),
        immutable("agree_suspension", "agreement_id", "from_at", "reason"),
    ]

from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("pool", "0001_initial")]

    operations = [
        immutable("pool_contractversion"),
        immutable("pool_datacontract", "partnership_id", "agreement_id", "key"),
        immutable(
            "pool_submission",
            "contract_id",
            "contract_version_id",
            "provider_id",
            "period",
            "number",
            "era",
            "landed_file",
            "drop_id",
            "size",
            "permit",
            "by",
            "received_at",
        ),
        immutable("pool_erasure"),
    ]

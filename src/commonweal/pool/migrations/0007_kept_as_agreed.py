import django.db.models.deletion
from django.db import migrations, models

from commonweal.core.guard import immutable

AS_SENT = immutable(
    "pool_submission",
    "contract_id",
    "contract_version_id",
    "agreement_id",
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
    "keep_until",
)
# A contract can be moved to another agreement; what came in under it stays where it was.
AS_AGREED = immutable("pool_datacontract", "partnership_id", "key")


class Migration(migrations.Migration):
    dependencies = [("pool", "0006_what_was_kept_under")]

    operations = [
        migrations.AlterField(
            model_name="submission",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="agree.agreement",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["keep_until"], name="submission_by_end"),
        ),
        AS_SENT,
        AS_AGREED,
    ]

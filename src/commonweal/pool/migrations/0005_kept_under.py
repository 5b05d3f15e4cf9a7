import django.db.models.deletion
from django.db import migrations, models

from commonweal.core.guard import immutable

AS_SENT = immutable("pool_submission", "contract_id")
AS_AGREED = immutable("pool_datacontract", "partnership_id", "agreement_id", "key")


class Migration(migrations.Migration):
    """A submission keeps the agreement it came in under, and until when it may be kept."""

    dependencies = [
        ("agree", "0002_signed"),
        ("pool", "0004_what_was_destroyed"),
    ]

    operations = [
        # The triggers come back in 0007, when what they guard is filled in.
        migrations.RunPython(AS_SENT.reverse_code, migrations.RunPython.noop),
        migrations.RunPython(AS_AGREED.reverse_code, migrations.RunPython.noop),
        migrations.AddField(
            model_name="submission",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="agree.agreement",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="keep_until",
            field=models.DateTimeField(null=True),
        ),
    ]

from django.db import migrations, models

from commonweal.core.guard import immutable

STATES = [
    ("received", "Received"),
    ("checking", "Being checked"),
    ("accepted", "Accepted"),
    ("partly_accepted", "Partly accepted"),
    ("refused", "Refused"),
    ("superseded", "Replaced"),
    ("failed", "Not checked: a fault on our side"),
    ("destroyed", "Destroyed"),
]
AS_SENT = immutable(
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
)


class Migration(migrations.Migration):
    """A state for what nobody can read any more."""

    dependencies = [("pool", "0002_as_agreed")]

    operations = [
        # SQLite makes the table anew to change a constraint, and loses its trigger on the way.
        migrations.RunPython(AS_SENT.reverse_code, AS_SENT.code),
        migrations.AlterField(
            model_name="submission",
            name="state",
            field=models.CharField(choices=STATES, default="received", max_length=20),
        ),
        migrations.RemoveConstraint(model_name="submission", name="submission_state_known"),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _label in STATES])),
                name="submission_state_known",
            ),
        ),
        AS_SENT,
    ]

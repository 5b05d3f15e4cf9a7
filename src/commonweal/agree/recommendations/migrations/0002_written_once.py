from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0001_initial")]

    operations = [
        immutable(
            "recommendations_appointment",
            "partnership_id",
            "role",
            "organisation_id",
            "person_id",
            "mandate",
            "starts_on",
            "ends_on",
            "appointed_at",
        ),
        immutable(
            "recommendations_recommendation",
            "partnership_id",
            "number",
            "kind",
            "title",
            "words",
            "basis",
            "appointment_id",
            "addressee_id",
            "answer_by",
            "is_public",
            "filed_at",
            "filed_by",
        ),
        immutable("recommendations_answer"),
        immutable("recommendations_launch"),
    ]

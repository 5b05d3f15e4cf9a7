from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("convene", "0001_initial")]

    operations = [
        immutable(
            "convene_seat", "partnership_id", "kind", "organisation_id", "voice", "since_at"
        ),
    ]

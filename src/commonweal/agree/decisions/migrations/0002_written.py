from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]

    operations = [
        immutable(
            "decisions_proposal",
            "partnership_id",
            "number",
            "decision_type_id",
            "title",
            "proposed_by_id",
            "hat",
        ),
        immutable("decisions_proposaltext"),
        immutable("decisions_contribution"),
        immutable("decisions_position"),
        immutable("decisions_conflictofinterest"),
        immutable("decisions_delegation", "giver_id", "holder_id", "decision_type_id", "until_on"),
        immutable("decisions_dispute", "partnership_id", "number", "about", "raised_by_id"),
        immutable("decisions_disputestep"),
    ]

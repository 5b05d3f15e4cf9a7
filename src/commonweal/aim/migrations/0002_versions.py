from django.db import migrations

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    dependencies = [("aim", "0001_initial")]

    operations = [
        immutable("aim_indicatorversion"),
        immutable("aim_indicator", "partnership_id", "key", "level"),
    ]

from django.db import migrations, models

from commonweal.core.guard import immutable

VERSION = immutable(
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
)


class Migration(migrations.Migration):

    dependencies = [
        ('agree', '0006_adaptations'),
    ]

    operations = [
        # SQLite makes a table anew to change a constraint, and loses its trigger on the way.
        migrations.RunPython(VERSION.reverse_code, VERSION.code),
        migrations.RemoveConstraint(
            model_name='agreementversion',
            name='version_state_has_its_dates',
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='dropped_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='dropped_because',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('comment', 'Open for comment'), ('signing', 'Open for signature'), ('active', 'Signed by every party'), ('replaced', 'Replaced'), ('dropped', 'Dropped')], default='draft', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active_at__isnull', True), ('commented_at__isnull', True), ('opened_at__isnull', True), ('state', 'draft')), models.Q(('active_at__isnull', True), ('commented_at__isnull', False), ('opened_at__isnull', True), ('state', 'comment')), models.Q(('active_at__isnull', True), ('opened_at__isnull', False), ('state', 'signing')), models.Q(('active_at__isnull', False), ('opened_at__isnull', False), ('state', 'active')), ('state', 'replaced'), models.Q(('active_at__isnull', True), ('state', 'dropped')), _connector='OR'), name='version_state_has_its_dates'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dropped_at__isnull', False), ('state', 'dropped'), models.Q(('dropped_because', ''), _negated=True)), models.Q(models.Q(('state', 'dropped'), _negated=True), ('dropped_at__isnull', True), ('dropped_because', '')), _connector='OR'), name='version_dropped_with_a_reason'),
        ),
        VERSION,
    ]

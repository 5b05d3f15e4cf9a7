import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from commonweal.core.guard import immutable


class Migration(migrations.Migration):
    """How each partner adapts a rule that may be adapted."""

    dependencies = [
        ('agree', '0005_evidence'),
        ('core', '0002_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Adaptation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clause', models.PositiveIntegerField()),
                ('words', models.TextField(blank=True, verbose_name='how it follows the rule')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('from_on', models.DateField()),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adaptations', to='agree.agreementversion')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('clause__gt', 0)), name='adaptation_of_a_clause'), models.CheckConstraint(condition=models.Q(('words', ''), models.Q(('reason', ''), _negated=True), _connector='OR'), name='adaptation_has_a_reason')],
            },
        ),
        immutable("agree_adaptation"),
    ]

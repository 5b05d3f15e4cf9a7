import django.db.models.deletion
import uuid
from django.db import migrations, models

from commonweal.core.guard import immutable


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('convene', '0002_seats'),
    ]

    operations = [
        migrations.CreateModel(
            name='KindChoice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('answers', models.JSONField()),
                ('suggested', models.JSONField()),
                ('kind', models.CharField(choices=[('ppp', 'Public-private partnership'), ('alliance', 'Alliance of nonprofits and firms'), ('initiative', 'Multi-stakeholder initiative'), ('network', 'Shared-outcome network')], max_length=12, verbose_name='kind')),
                ('because', models.TextField(blank=True, verbose_name='why this kind')),
                ('at', models.DateTimeField()),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kind_choices', to='convene.partnership')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['ppp', 'alliance', 'initiative', 'network'])), name='kind_choice_known')],
            },
        ),
        immutable("kinds_kindchoice"),
    ]

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('convene', '0002_seats'),
        ('core', '0002_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('actor', 'Actor'), ('lever', 'Lever'), ('group', 'Group affected'), ('place', 'Place')], max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('words', models.TextField(blank=True, verbose_name='in more words')),
                ('sector', models.CharField(blank=True, choices=[('public', 'Public'), ('private', 'Private'), ('nonprofit', 'Nonprofit'), ('university', 'University'), ('civil_society', 'Civil society'), ('resident_group', 'Resident group'), ('philanthropy', 'Philanthropy')], max_length=20, verbose_name='sector')),
                ('grip', models.CharField(blank=True, choices=[('controls', 'We control it'), ('influences', 'We can influence it'), ('suffers', 'We can only suffer it')], max_length=12, verbose_name='what you can do with it')),
                ('added_at', models.DateTimeField()),
                ('actors', models.ManyToManyField(blank=True, related_name='+', to='voices.line')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation')),
                ('organisations', models.ManyToManyField(blank=True, related_name='+', to='core.organisation')),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='convene.partnership')),
                ('seat', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='convene.seat')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partnership', 'kind', 'name'), name='line_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='line_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('grip__in', ['controls', 'influences', 'suffers']), ('kind', 'lever')), models.Q(('grip', ''), ('kind__in', ['actor', 'group', 'place'])), _connector='OR'), name='line_lever_has_a_grip'), models.CheckConstraint(condition=models.Q(('kind', 'actor'), models.Q(('organisation__isnull', True), ('sector', '')), _connector='OR'), name='line_actor_is_somebody'), models.CheckConstraint(condition=models.Q(('kind', 'group'), ('seat__isnull', True), _connector='OR'), name='line_group_has_a_seat')],
            },
        ),
    ]

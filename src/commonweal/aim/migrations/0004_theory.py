import django.db.models.deletion
import uuid
from django.db import migrations, models
from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from commonweal.core.guard import immutable


def begin_records(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What is believed of each link today becomes the first entry of its history."""
    record = apps.get_model("aim", "EdgeRecord")
    for edge in apps.get_model("aim", "Edge").objects.all():
        record.objects.create(
            edge=edge,
            number=1,
            hypothesis=edge.hypothesis,
            status=edge.status,
            status_because=edge.status_because,
            said_by="system:upgrade",
            said_at=edge.status_at or edge.linked_at,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('aim', '0003_beginnings'),
        ('convene', '0002_seats'),
        ('core', '0002_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='EdgeRecord',
            fields=[
                ('hypothesis', models.TextField(verbose_name='the hypothesis')),
                ('direction', models.CharField(blank=True, choices=[('more', 'More leads to more'), ('less', 'More leads to less')], max_length=4, verbose_name='expected direction')),
                ('size', models.CharField(blank=True, max_length=200, verbose_name='expected size')),
                ('size_unit', models.CharField(blank=True, max_length=40, verbose_name='unit of the size')),
                ('by_when', models.DateField(blank=True, null=True, verbose_name='by when it should show')),
                ('review_date', models.DateField(blank=True, null=True, verbose_name='review date')),
                ('status', models.CharField(choices=[('untested', 'Untested'), ('supported', 'Supported'), ('mixed', 'Mixed'), ('contradicted', 'Contradicted')], default='untested', max_length=12, verbose_name='status')),
                ('status_because', models.TextField(blank=True, verbose_name='what shows it')),
                ('evidence', models.PositiveSmallIntegerField(choices=[(1, '1: we can say why it should work; no evidence yet'), (2, '2: figures show a change, not yet that this caused it'), (3, '3: a comparison shows that this caused the change'), (4, '4: somebody independent found the same'), (5, '5: it holds in many places and over time')], default=1, verbose_name='level of evidence')),
                ('no_comparison', models.TextField(blank=True, verbose_name='why a comparison is not feasible')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('said_by', models.CharField(max_length=80)),
                ('said_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='edge',
            name='by_when',
            field=models.DateField(blank=True, null=True, verbose_name='by when it should show'),
        ),
        migrations.AddField(
            model_name='edge',
            name='direction',
            field=models.CharField(blank=True, choices=[('more', 'More leads to more'), ('less', 'More leads to less')], max_length=4, verbose_name='expected direction'),
        ),
        migrations.AddField(
            model_name='edge',
            name='evidence',
            field=models.PositiveSmallIntegerField(choices=[(1, '1: we can say why it should work; no evidence yet'), (2, '2: figures show a change, not yet that this caused it'), (3, '3: a comparison shows that this caused the change'), (4, '4: somebody independent found the same'), (5, '5: it holds in many places and over time')], default=1, verbose_name='level of evidence'),
        ),
        migrations.AddField(
            model_name='edge',
            name='indicator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='aim.indicator'),
        ),
        migrations.AddField(
            model_name='edge',
            name='no_comparison',
            field=models.TextField(blank=True, verbose_name='why a comparison is not feasible'),
        ),
        migrations.AddField(
            model_name='edge',
            name='review_date',
            field=models.DateField(blank=True, null=True, verbose_name='review date'),
        ),
        migrations.AddField(
            model_name='edge',
            name='size',
            field=models.CharField(blank=True, max_length=200, verbose_name='expected size'),
        ),
        migrations.AddField(
            model_name='edge',
            name='size_unit',
            field=models.CharField(blank=True, max_length=40, verbose_name='unit of the size'),
        ),
        migrations.AddField(
            model_name='edge',
            name='watcher',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation'),
        ),
        migrations.AddField(
            model_name='node',
            name='affected',
            field=models.TextField(blank=True, verbose_name='who of those affected took part'),
        ),
        migrations.AddField(
            model_name='node',
            name='is_goal',
            field=models.BooleanField(default=False, verbose_name='an end goal'),
        ),
        migrations.AddField(
            model_name='node',
            name='review_date',
            field=models.DateField(blank=True, null=True, verbose_name='review date'),
        ),
        migrations.AddField(
            model_name='node',
            name='watch_how',
            field=models.TextField(blank=True, verbose_name='how it is watched'),
        ),
        migrations.AddField(
            model_name='node',
            name='watcher',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation'),
        ),
        migrations.AddConstraint(
            model_name='edge',
            constraint=models.CheckConstraint(condition=models.Q(('evidence__gte', 1), ('evidence__lte', 5)), name='edge_evidence_level_known'),
        ),
        migrations.AddConstraint(
            model_name='edge',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['', 'more', 'less'])), name='edge_direction_known'),
        ),
        migrations.AddConstraint(
            model_name='edge',
            constraint=models.CheckConstraint(condition=models.Q(('size_unit', ''), models.Q(('size', ''), _negated=True), _connector='OR'), name='edge_unit_has_a_size'),
        ),
        migrations.AddConstraint(
            model_name='edge',
            constraint=models.CheckConstraint(condition=models.Q(('no_comparison', ''), ('evidence__lte', 2), _connector='OR'), name='edge_compared_or_not_feasible'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(condition=models.Q(('is_goal', False), ('kind', 'outcome'), _connector='OR'), name='node_goal_is_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('review_date__isnull', True), ('watch_how', ''), ('watcher__isnull', True)), models.Q(('kind', 'assumption'), ('review_date__isnull', False), ('watcher__isnull', False), models.Q(('watch_how', ''), _negated=True)), _connector='OR'), name='node_watched_wholly'),
        ),
        migrations.AddField(
            model_name='edgerecord',
            name='edge',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='aim.edge'),
        ),
        migrations.AddField(
            model_name='edgerecord',
            name='indicator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='aim.indicator'),
        ),
        migrations.AddField(
            model_name='edgerecord',
            name='watcher',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation'),
        ),
        migrations.AddConstraint(
            model_name='edgerecord',
            constraint=models.UniqueConstraint(fields=('edge', 'number'), name='edge_record_number_once'),
        ),
        immutable("aim_edgerecord"),
        migrations.RunPython(begin_records, migrations.RunPython.noop),
    ]

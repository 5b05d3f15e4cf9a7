from django.db import migrations, models

from commonweal.core.guard import immutable

AS_DRAFTED = immutable("agree_agreement", "partnership_id", "kind", "reference", "title", "parent_id")


class Migration(migrations.Migration):
    """Further kinds of agreement, and what each may rest on."""

    dependencies = [
        ('agree', '0002_signed'),
        ('convene', '0002_seats'),
    ]

    operations = [
        # SQLite makes the table anew to change a constraint, and loses its trigger on the way.
        migrations.RunPython(AS_DRAFTED.reverse_code, AS_DRAFTED.code),
        migrations.RemoveConstraint(
            model_name='agreement',
            name='agreement_licence_rests_on_another',
        ),
        migrations.AlterField(
            model_name='agreement',
            name='kind',
            field=models.CharField(choices=[('constitution', 'Constitution of the partnership'), ('mou', 'Memorandum of understanding'), ('dsa', 'Data-sharing agreement'), ('dul', 'Data-use licence'), ('funding', 'Joint funding agreement'), ('procurement', 'Shared procurement rules'), ('standards', 'Shared standards')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['constitution', 'mou']), ('parent__isnull', True)), models.Q(('kind', 'dul'), ('parent__isnull', False)), ('kind__in', ['dsa', 'funding', 'procurement', 'standards']), _connector='OR'), name='agreement_rests_where_it_can'),
        ),
        AS_DRAFTED,
    ]

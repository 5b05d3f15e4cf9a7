import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from commonweal.core.guard import immutable


class Migration(migrations.Migration):

    dependencies = [
        ('agree', '0004_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, verbose_name='name of the file')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('stored', models.CharField(max_length=64)),
                ('attached_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='agree.agreementversion')),
            ],
        ),
        migrations.CreateModel(
            name='PaperSignature',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='name of the signatory')),
                ('signed_on', models.DateField()),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paper_signatures', to='agree.evidence')),
                ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='on_paper', to='agree.signature')),
            ],
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(fields=('version', 'sha256'), name='evidence_attached_once'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0), ('size__lte', 10485760)), name='evidence_size_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='papersignature',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='paper_signature_has_a_name'),
        ),
        immutable("agree_evidence"),
        immutable("agree_papersignature"),
    ]

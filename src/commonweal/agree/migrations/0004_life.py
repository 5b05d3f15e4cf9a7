import django.db.models.deletion
import uuid
from django.conf import settings
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
SIGNATURE = immutable("agree_signature")


class Migration(migrations.Migration):
    """Comments before signature, and signatories who have no account."""

    dependencies = [
        ('agree', '0003_kinds'),
        ('core', '0002_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite makes a table anew to change a constraint, and loses its trigger on the way.
        migrations.RunPython(VERSION.reverse_code, VERSION.code),
        migrations.RunPython(SIGNATURE.reverse_code, SIGNATURE.code),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('clause', models.PositiveIntegerField(default=0)),
                ('words', models.TextField(verbose_name='comment')),
                ('voice', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('taken', 'Taken into the text'), ('not_taken', 'Not taken')], max_length=10)),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Contentment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='MailedSignatory',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('text_hash', models.CharField(max_length=64)),
                ('named_at', models.DateTimeField()),
                ('code_hash', models.CharField(blank=True, max_length=64)),
                ('code_expires_at', models.DateTimeField(blank=True, null=True)),
                ('tries_left', models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='agreementversion',
            name='version_in_preparation_once',
        ),
        migrations.RemoveConstraint(
            model_name='agreementversion',
            name='version_state_has_its_dates',
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='commented_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='signature',
            name='sent_to',
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='signature',
            name='way',
            field=models.CharField(choices=[('account', 'Signed in'), ('code', 'By a code sent to their address'), ('paper', 'On paper')], default='account', max_length=10),
        ),
        migrations.AlterField(
            model_name='agreementversion',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('comment', 'Open for comment'), ('signing', 'Open for signature'), ('active', 'Signed by every party'), ('replaced', 'Replaced')], default='draft', max_length=10),
        ),
        migrations.AlterField(
            model_name='signature',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'comment', 'signing'])), fields=('agreement',), name='version_in_preparation_once'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active_at__isnull', True), ('commented_at__isnull', True), ('opened_at__isnull', True), ('state', 'draft')), models.Q(('active_at__isnull', True), ('commented_at__isnull', False), ('opened_at__isnull', True), ('state', 'comment')), models.Q(('active_at__isnull', True), ('opened_at__isnull', False), ('state', 'signing')), models.Q(('active_at__isnull', False), ('opened_at__isnull', False), ('state', 'active')), ('state', 'replaced'), _connector='OR'), name='version_state_has_its_dates'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('way', 'account')), ('way__in', ['code', 'paper']), _connector='OR'), name='signature_has_its_signatory'),
        ),
        migrations.AddField(
            model_name='comment',
            name='organisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation'),
        ),
        migrations.AddField(
            model_name='comment',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comment',
            name='resolved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comment',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='agree.agreementversion'),
        ),
        migrations.AddField(
            model_name='contentment',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation'),
        ),
        migrations.AddField(
            model_name='contentment',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='contentment',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contentments', to='agree.agreementversion'),
        ),
        migrations.AddField(
            model_name='mailedsignatory',
            name='link',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mailed_signatory', to='core.link'),
        ),
        migrations.AddField(
            model_name='mailedsignatory',
            name='named_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mailedsignatory',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organisation'),
        ),
        migrations.AddField(
            model_name='mailedsignatory',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mailed_signatories', to='agree.agreementversion'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='comment_says_something'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', False), ('voice', '')), models.Q(('organisation__isnull', True), models.Q(('voice', ''), _negated=True)), _connector='OR'), name='comment_is_somebodys'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('outcome', ''), ('resolved_at__isnull', True), ('resolved_by__isnull', True)), models.Q(('outcome__in', ['taken', 'not_taken']), ('resolved_at__isnull', False), ('resolved_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='comment_answered_whole'),
        ),
        migrations.AddConstraint(
            model_name='contentment',
            constraint=models.UniqueConstraint(fields=('version', 'organisation'), name='contentment_once_per_organisation'),
        ),
        migrations.AddConstraint(
            model_name='mailedsignatory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_expires_at__isnull', True), ('code_hash', ''), ('tries_left', 0)), models.Q(models.Q(('code_hash', ''), _negated=True), ('code_expires_at__isnull', False)), _connector='OR'), name='mailed_signatory_code_expires'),
        ),
        VERSION,
        SIGNATURE,
        immutable(
            "agree_comment",
            "version_id",
            "clause",
            "words",
            "organisation_id",
            "voice",
            "person_id",
            "at",
        ),
        immutable("agree_contentment"),
        immutable(
            "agree_mailedsignatory",
            "version_id",
            "organisation_id",
            "name",
            "link_id",
            "text_hash",
            "named_by_id",
            "named_at",
        ),
    ]

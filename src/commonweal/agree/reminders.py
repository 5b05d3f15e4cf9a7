"""What asks for a reader's attention besides signatures: texts to read, signatories to name, leavers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.agree import mailed_signing, queries, talk, words
from commonweal.agree.models import AgreementVersion, State, Withdrawal
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.queries import Standing
from commonweal.core.due import Item
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor

ANSWER_WITHIN = timedelta(days=14)
"""When an answer that is asked for counts as late."""
TOLD_FOR = timedelta(days=30)
"""How long a withdrawal is shown to those whom it concerns."""


def owed(actor: Actor, at: datetime) -> Iterator[Item]:
    """At all of the reader's tables. Nothing to holders of links and to the system."""
    if actor.person_id is None:
        return
    for partnership in convene.partnerships_for(actor, at):
        standing = convene.standing(actor, partnership, at)
        waiting = AgreementVersion.objects.filter(
            agreement__partnership=partnership, state__in=[State.COMMENT, State.SIGNING]
        )
        for version in waiting.select_related("agreement__partnership", "agreement__parent"):
            if version.state == State.COMMENT:
                yield from _comments(actor, standing, version, at)
            else:
                yield from _signatories(actor, standing, version, at)
        yield from _departures(actor, standing, partnership, at)


def _comments(
    actor: Actor, standing: Standing, version: AgreementVersion, at: datetime
) -> Iterator[Item]:
    missing = talk.waits_for(version)
    for party in missing.parties:
        if party.pk in standing.organisations and actor.holds(Role.MEMBER, party.pk):
            title = _("Read %(reference)s and say whether %(organisation)s is content with it")
            yield _item(title, version, party, "agree.comment", at)
    if missing.is_over and (standing.convenes or _is_party(actor, version)):
        title = _("%(reference)s is agreed: put it to signature")
        yield _item(title, version, None, "agree.agreed", at)


def _is_party(actor: Actor, version: AgreementVersion) -> bool:
    return any(actor.holds(Role.MEMBER, each) for each in queries.terms_of(version).parties)


def _signatories(
    actor: Actor, standing: Standing, version: AgreementVersion, at: datetime
) -> Iterator[Item]:
    for party in mailed_signing.unable(version, at):
        if party.pk in standing.organisations and actor.holds(Role.MEMBER, party.pk):
            title = _("Name who signs %(reference)s for %(organisation)s")
            yield _item(title, version, party, "agree.signatory", at)
        elif standing.convenes:
            title = _("Ask %(organisation)s to name who signs %(reference)s for it")
            yield _item(title, version, party, "agree.signatory", at)


def _item(
    title: str, version: AgreementVersion, party: Organisation | None, kind: str, at: datetime
) -> Item:
    agreement = version.agreement
    asked_at = version.opened_at or version.commented_at or version.drafted_at
    parts = [agreement.partnership.slug, agreement.reference, version.number]
    return Item(
        title=title
        % {"reference": agreement.reference, "organisation": party.name if party else ""},
        url=reverse("agreement_version", args=parts),
        partnership_id=agreement.partnership_id,
        organisation_id=party.pk if party else None,
        due_at=asked_at + ANSWER_WITHIN,
        late=at > asked_at + ANSWER_WITHIN,
        kind=kind,
    )


def _departures(
    actor: Actor, standing: Standing, partnership: Partnership, at: datetime
) -> Iterator[Item]:
    """Who withdrew in the last thirty days, for the convener and the other parties."""
    recent = Withdrawal.objects.filter(
        agreement__partnership=partnership, at__gt=at - TOLD_FOR, version__active_at__isnull=False
    )
    for each in recent.select_related("agreement", "version__agreement__parent", "organisation"):
        concerned = standing.convenes or _is_party(actor, each.version)
        if not concerned or actor.holds(Role.MEMBER, each.organisation_id):
            continue
        yield Item(
            title=_(
                "%(organisation)s withdrew from %(reference)s on %(day)s: see what that changes"
            )
            % {
                "organisation": each.organisation.name,
                "reference": each.agreement.reference,
                "day": words.day(queries.terms_of(each.version).day_of(each.at)),
            },
            url=reverse("agreement", args=[partnership.slug, each.agreement.reference]),
            partnership_id=partnership.pk,
            organisation_id=None,
            due_at=max(each.destroy_at, each.at),
            late=False,
            kind="agree.withdrawal",
        )

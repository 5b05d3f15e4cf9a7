"""Everything that changes an agreement, and asking one for a permit. Each writes an event.

What is said about a text before it is signed is in `commenting`, what a signature needs in
`signing`, signing without an account in `mailed_signing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import (
    composing,
    notices,
    policies,
    queries,
    signing,
    states,
    talk,
    words,
)
from commonweal.agree.composing import Wording
from commonweal.agree.models import (
    Agreement,
    AgreementVersion,
    Kind,
    Signature,
    State,
    Suspension,
    Withdrawal,
)
from commonweal.agree.moving import move
from commonweal.agree.recording import about
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.kinds import KINDS
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation, Person
from commonweal.core.scope import Actor


def draft_agreement(
    *,
    partnership: Partnership,
    kind: str,
    title: str,
    clauses: Iterable[c.Clause],
    prose: str,
    by: Actor,
    at: datetime,
    parent: Agreement | None = None,
    begun_from: Agreement | None = None,
    language: str = "",
) -> AgreementVersion:
    """Draft an agreement: its first version, whose text is rendered from clauses and prose.

    What every agreement has (no linkage, signatures, suspension) is added; a licence takes over
    from `parent` what it does not settle itself. `prose`: why, in the parties' own words.
    `language`: of the text, the present one when blank. Raises Invalid naming the clause for
    missing or contradictory clauses, an organisation without a seat, a licence wider than its
    parent; Denied for who has no organisation at the table.
    """
    policies.check_can_draft(by, partnership, at)
    rules = KINDS[Kind(kind)]
    composing.check_parent(partnership, rules, parent)
    agreement = Agreement(
        partnership=partnership,
        kind=kind,
        title=composing.one_line(title),
        parent=parent,
        begun_from=begun_from,
        drafted_at=at,
    )
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        earlier = Agreement.objects.filter(partnership=partnership, kind=kind).count()
        agreement.reference = f"{rules.prefix}-{earlier + 1}"
        version = composing.compose(agreement, 1, Wording(tuple(clauses), prose, language), at)
        agreement.save(force_insert=True)
        version.save(force_insert=True)
        _log("drafted", version, by, at)
    return version


def revise(
    *,
    agreement: Agreement,
    clauses: Iterable[c.Clause],
    prose: str,
    by: Actor,
    at: datetime,
    language: str = "",
) -> AgreementVersion:
    """Draft a new version. It takes the place of one in preparation, whose signatures fall away.

    A version in force stays so until every party has signed the new one. Signatories of a text that was
    open for signature are told by mail that it was taken back. Where the former text was
    open for comment the new one is too, and what nobody has answered yet is asked of it again.
    """
    current = queries.latest(agreement)
    policies.check_can_prepare(by, agreement, queries.terms_of(current).parties, at)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        last = agreement.versions.order_by("-number").values_list("number", flat=True)[0]
        version = composing.compose(
            agreement,
            last + 1,
            Wording(tuple(clauses), prose, language or current.language),
            at,
        )
        replaced = agreement.versions.filter(state__in=states.PREPARING)
        asks = replaced.filter(state=State.COMMENT).exists()
        signing_round = replaced.filter(state=State.SIGNING).first()
        replaced.update(state=State.REPLACED, replaced_at=at)
        version.save(force_insert=True)
        _log("revised", version, by, at)
        if signing_round is not None:
            notices.taken_back(signing_round, at)
        if asks:
            _ask_for_comments(version, by, at)
    return version


def open_for_comment(*, version: AgreementVersion, by: Actor, at: datetime) -> None:
    """Ask the parties what they say to a draft; each is told by mail. Raises Denied, Conflict."""
    terms = queries.terms_of(version)
    policies.check_can_prepare(by, version.agreement, terms.parties, at)
    with transaction.atomic():
        _ask_for_comments(version, by, at)


def _ask_for_comments(version: AgreementVersion, by: Actor, at: datetime) -> None:
    move(version, states.ASK, commented_at=at)
    _log("opened_for_comment", version, by, at)
    notices.open_for_comment(version, at)


def open_for_signature(
    *, version: AgreementVersion, by: Actor, at: datetime, anyway: bool = False
) -> None:
    """Put a text to signature: from now on it is what is signed. Each signatory is told by mail.

    A text that is open for comment must be agreed, or `anyway` says that its preparer does not wait.
    Raises Denied, Conflict, Invalid.
    """
    terms = queries.terms_of(version)
    policies.check_can_prepare(by, version.agreement, terms.parties, at)
    composing.check_within_parent(terms, version.agreement.parent)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=version.agreement_id)
        waiting = talk.waits_for(version)
        if version.state == State.COMMENT and not (waiting.is_over or anyway):
            raise Conflict(
                words.not_agreed([each.name for each in waiting.parties], waiting.comments),
                mend=_("Wait for them, or say that you open it without waiting."),
            )
        move(version, states.OPEN, opened_at=at)
        left = [str(each.pk) for each in waiting.parties]
        _log("opened_for_signature", version, by, at, not_content=left, unanswered=waiting.comments)
        notices.open_for_signature(version, at)


def sign(
    *,
    version: AgreementVersion,
    organisation: Organisation,
    text_hash: str,
    by: Actor,
    at: datetime,
    way: str = Signature.Way.ACCOUNT,
) -> Signature:
    """Sign for an organisation, by one who may. The last party's signature puts it in force.

    `text_hash` is that of the text that the signatory read: Conflict when the text is another one.
    `way`: `paper` where a paper is behind it.
    """
    policies.check_can_sign(by, version.agreement.partnership, organisation, at)
    person = _person(by)
    hand = signing.Hand(str(person), way, person)
    return signing.put_signature(
        version=version, organisation=organisation, text_hash=text_hash, hand=hand, by=by, at=at
    )


def withdraw(
    *, agreement: Agreement, organisation: Organisation, reason: str, by: Actor, at: datetime
) -> Withdrawal:
    """An organisation takes no part any more, at once; what it provided is destroyed after notice.

    Raises Denied for who may not sign for it, Conflict when there is nothing to withdraw from.
    """
    policies.check_can_withdraw(by, organisation)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        signed = agreement.versions.filter(
            state__in=[State.SIGNING, State.ACTIVE], signatures__organisation=organisation
        ).exclude(withdrawals__organisation=organisation)
        versions = list(signed.select_related("agreement").order_by("number"))
        if not versions:
            raise Conflict(
                _("%(organisation)s takes no part in %(reference)s that it could withdraw from.")
                % {"organisation": organisation.name, "reference": agreement.reference},
                mend=_("Reload the page of the agreement to see its parties."),
            )
        rows = [_withdrawal(each, organisation, reason, by, at) for each in versions]
        for row, version in zip(rows, versions, strict=True):
            until = row.destroy_at.isoformat()
            _log("withdrawn", version, by, at, organisation=organisation.pk, destroy_at=until)
    return rows[0]


def suspend(*, agreement: Agreement, reason: str, by: Actor, at: datetime) -> Suspension:
    """Stop every use under the agreement from now on, with the reason. Convener only."""
    policies.check_can_suspend(by, agreement, at)
    if not reason.strip():
        words_asked = _("Say why the agreement is suspended: every party reads it.")
        raise Invalid.at("reason", words_asked)
    _check_can_be_suspended(agreement, at)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        if agreement.suspensions.filter(until_at__isnull=True).exists():
            raise Conflict(
                _("%(reference)s is suspended already.") % {"reference": agreement.reference},
                mend=_("Reload its page."),
            )
        row = Suspension.objects.create(agreement=agreement, from_at=at, reason=reason.strip())
        _log("suspended", queries.latest(agreement), by, at)
    return row


def _check_can_be_suspended(agreement: Agreement, at: datetime) -> None:
    if "suspension" not in KINDS[agreement.kind].needs:
        raise Conflict(
            _("No clause of %(reference)s lets anybody suspend it.")
            % {"reference": agreement.reference},
            mend=_("Change it by a new version, or withdraw from it."),
        )
    version = queries.latest(agreement)
    if not queries.is_in_force(version, queries.terms_of(version), at):
        raise Conflict(
            _("%(reference)s is not in force, so there is nothing to suspend.")
            % {"reference": agreement.reference},
            mend=_("It allows nothing as it is."),
        )


def resume(*, agreement: Agreement, by: Actor, at: datetime) -> None:
    """Lift a suspension: what the agreement allows is allowed again, from now on. Convener only."""
    policies.check_can_suspend(by, agreement, at)
    with transaction.atomic():
        open_rows = agreement.suspensions.filter(until_at__isnull=True)
        if not open_rows.update(until_at=at):
            raise Conflict(
                _("%(reference)s is not suspended.") % {"reference": agreement.reference},
                mend=_("Reload its page."),
            )
        _log("resumed", queries.latest(agreement), by, at)


def permit(*, ask: Ask, by: Actor, at: datetime) -> Permit:
    """Ask the agreements. Every answer is logged, in a transaction of its own.

    Call it before the transaction of the action that needs it: a refusal must stay on record when
    that action is rolled back, so a surrounding transaction raises RuntimeError. A granted permit
    may leave providers out (`refused_providers`); each of these is logged as refused too. Raises
    Denied with the words, what would change the answer, and the clause; Missing for no partnership.
    """
    try:
        policies.check_can_ask(by, ask.organisation)
    except Denied:
        with transaction.atomic(durable=True):
            log_answer("asked_for_another", ask, by, at, ask.as_json())
        raise
    with transaction.atomic(durable=True):
        partnership = Partnership.objects.filter(pk=ask.partnership).first()
        if partnership is None:
            raise missing()
        ask = queries.here(ask)
        answer = decide(ask, queries.register_of(partnership), at)
        if isinstance(answer, Permit):
            data = {
                **ask.as_json(),
                "permit": answer.id,
                "expires_at": answer.expires_at.isoformat(),
            }
            data["granted"] = [str(each) for each in answer.providers]
            data["agreements"] = [f"{each.reference} v{each.version}" for each in answer.agreements]
            log_answer("granted", ask, by, at, data)
            for provider, refusal in answer.refused_providers.items():
                left_out = {"provider": str(provider), "permit": answer.id}
                log_answer("refused", ask, by, at, {**left_out, **refusal.as_json()})
        else:
            log_answer("refused", ask, by, at, {**ask.as_json(), **answer.as_json()})
    if isinstance(answer, Permit):
        return answer
    raise denied(answer)


def would_permit(*, ask: Ask, at: datetime) -> bool:
    """Whether a request would be granted. Nothing is granted by it, so nothing is logged."""
    partnership = Partnership.objects.get(pk=ask.partnership)
    return isinstance(decide(queries.here(ask), queries.register_of(partnership), at), Permit)


def check_still_permitted(*, ask: Ask, at: datetime) -> None:
    """Within the transaction that uses a permit: nothing it rests on has ended since it was given.

    `ask` names the providers that the permit granted.

    Holds the agreements still until that transaction ends, so none can end in between. Raises
    Denied as `permit` does.
    """
    held = Agreement.objects.select_for_update().filter(partnership=ask.partnership)
    list(held.order_by("pk").values_list("pk", flat=True))
    answer = queries.answer_now(ask, at)
    if isinstance(answer, Refusal):
        raise denied(answer)


def denied(refusal: Refusal) -> Denied:
    """A refusal as the error that pages and commands show, in the reader's language."""
    return Denied(words.refusal(refusal), mend=words.mend(refusal), clause=words.clause(refusal))


def _person(by: Actor) -> Person:
    """Who signs or withdraws, by name: never the system or the holder of a link."""
    return Person.objects.get(pk=policies.person_of(by))


def _withdrawal(
    version: AgreementVersion, organisation: Organisation, reason: str, by: Actor, at: datetime
) -> Withdrawal:
    clause = queries.terms_of(version).clause(c.Withdrawal)
    notice = queries.notice(clause.notice_days if clause else 0)
    return Withdrawal.objects.create(
        agreement_id=version.agreement_id,
        version=version,
        organisation=organisation,
        person=_person(by),
        at=at,
        reason=reason.strip(),
        destroy_at=at + notice,
    )


def log_answer(what: str, ask: Ask, by: Actor, at: datetime, data: dict[str, Any]) -> None:
    """Keep what the agreements answered to a request. `data`: what the answer says."""
    events.append(
        kind=f"agree.{what}",
        subject=f"agree.contract:{ask.contract[:100]}",
        by=by,
        at=at,
        scope=ask.partnership,
        organisation=ask.organisation,
        data=data,
    )


def _log(what: str, version: AgreementVersion, by: Actor, at: datetime, **more: Any) -> None:
    """`more`: organisation (its id) and what else the event's data holds."""
    events.append(kind=f"agree.{what}", by=by, at=at, **about(version, **more))

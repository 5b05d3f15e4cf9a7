"""Offering, needing, asking, declining, and answering the door. Each writes one event."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.convene import policies
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.offers.models import Entry, Letter, Match
from commonweal.core import events, mail
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.ratelimit import Limit, hit
from commonweal.core.scope import NOBODY, Actor
from commonweal.core.sealing import seal, unseal

MOST = 2000  # characters of the words
AT_THE_DOOR = Limit("convene.door", count=5, seconds=60 * 60)


@dataclass(frozen=True)
class Said:
    """What an offer or a need says; `skills` in words, apart by commas."""

    kind: str
    title: str
    words: str = ""
    amount: int | None = None
    unit: str = ""
    place: str = ""
    skills: str = ""
    from_date: date | None = None
    until_date: date | None = None


def add(*, seat: Seat, side: str, said: Said, by: Actor, at: datetime) -> Entry:
    """Put an offer or a need on the list. Whoever holds the seat, or the convener for it.

    Offers become commitments, and only organisations commit: so only they offer.
    """
    policies.check_can_speak_for(by, seat, at)
    if side == Entry.Side.OFFER and seat.organisation_id is None:
        raise Denied(
            _("Only organisations make offers here: an offer that is taken becomes a commitment."),
            mend=_("Say at the seat what it contributes."),
        )
    entry = Entry(seat=seat, side=side, added_at=at)
    _write(entry, said)
    with transaction.atomic():
        entry.save(force_insert=True)
        _log("offer_added" if entry.is_offer else "need_added", entry, by, at)
    return entry


def change(*, entry: Entry, said: Said, by: Actor, at: datetime) -> None:
    """Say it anew, while it is open."""
    policies.check_can_speak_for(by, entry.seat, at)
    _check_open(entry)
    _write(entry, said)
    with transaction.atomic():
        entry.save()
        _log("offer_changed" if entry.is_offer else "need_changed", entry, by, at)


def close(*, entry: Entry, because: str, by: Actor, at: datetime) -> None:
    """Take it off the list, with the reason."""
    policies.check_can_speak_for(by, entry.seat, at)
    _check_open(entry)
    entry.closed_at, entry.closed_because = at, _reason(because, "because")
    with transaction.atomic():
        entry.save(update_fields=["closed_at", "closed_because"])
        _log("offer_closed" if entry.is_offer else "need_closed", entry, by, at)


def ask(*, offer: Entry, need: Entry, by: Actor, at: datetime) -> Match:
    """The needing side asks for the offer. A second time changes nothing."""
    policies.check_can_speak_for(by, need.seat, at)
    _check_pair(offer, need, at)
    with transaction.atomic():
        found, _made = Match.objects.select_for_update().get_or_create(offer=offer, need=need)
        _check_waiting(found)
        if found.asked_at is None:
            found.asked_at = at
            found.save(update_fields=["asked_at"])
            _log("offer_asked_for", need, by, at)
    return found


def decline(*, offer: Entry, need: Entry, because: str, by: Actor, at: datetime) -> None:
    """Either side says no, and why: the pair is not proposed again."""
    if not policies.can_speak_for(by, offer.seat, at):
        policies.check_can_speak_for(by, need.seat, at)
    _check_pair(offer, need, at)
    reason = _reason(because, "because")
    with transaction.atomic():
        found, _made = Match.objects.select_for_update().get_or_create(offer=offer, need=need)
        _check_waiting(found)
        found.declined_at, found.declined_because = at, reason
        found.save(update_fields=["declined_at", "declined_because"])
        _log("match_declined", need, by, at)


def promised(*, match: Match, commitment: int, by: Actor, at: datetime) -> None:
    """The offering side has promised it: a commitment of this number. Both go off the list.

    Call it in the transaction that makes the commitment, with the pair as it is by then: the offer may
    have gone to another need since it was asked for.
    """
    policies.check_can_speak_for(by, match.offer.seat, at)
    _check_waiting(match)
    _check_pair(match.offer, match.need, at)
    if match.asked_at is None:
        raise Conflict(_("Nobody has asked for this yet."), mend=_("Wait until it is asked for."))
    match.promised_at, match.commitment = at, commitment
    match.save(update_fields=["promised_at", "commitment"])
    because = _("Promised: commitment %(number)d") % {"number": commitment}
    for entry in (match.offer, match.need):
        entry.closed_at, entry.closed_because = at, because
        entry.save(update_fields=["closed_at", "closed_because"])
    _log("match_promised", match.need, by, at, number=commitment)


def knock(
    *, partnership: Partnership, name: str, email: str, words: str, client: str, at: datetime
) -> Letter:
    """Somebody outside offers help or asks to join. Raises TooMany for too many letters."""
    name, words = " ".join(name.split()), words.strip()
    if not 0 < len(name) <= 120:
        raise Invalid.at("name", _("Say who writes, in at most 120 characters."))
    if not 0 < len(words) <= MOST:
        raise Invalid.at("words", _("Write at most %(most)d characters.") % {"most": MOST})
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid.at("email", _("Write an email address, like name@example.org.")) from error
    hit(AT_THE_DOOR, client, at=at)
    with transaction.atomic():
        letter = Letter.objects.create(
            partnership=partnership, name=name, reach=seal(email), words=words, written_at=at
        )
        _log_letter("letter_came", letter, NOBODY, at)
    return letter


def answer(*, letter: Letter, words: str, by: Actor, at: datetime) -> None:
    """Answer by mail, and forget how to reach who wrote."""
    policies.check_can_convene(by, letter.partnership, at)
    words = words.strip()
    if not 0 < len(words) <= MOST:
        raise Invalid.at("words", _("Write at most %(most)d characters.") % {"most": MOST})
    with transaction.atomic():
        found = Letter.objects.select_for_update().get(pk=letter.pk)
        if found.answered_at is not None:
            raise Conflict(_("This letter was answered already."))
        mail.queue(
            to=unseal(found.reach),
            subject=_("Your letter to %(name)s") % {"name": letter.partnership.name},
            body=words,
            purpose="door-answer",
            at=at,
            scope=letter.partnership_id,
        )
        found.answered_at, found.answer, found.reach = at, words, ""
        found.save(update_fields=["answered_at", "answer", "reach"])
        _log_letter("letter_answered", found, by, at)


def _check_open(entry: Entry) -> None:
    if entry.closed_at is not None:
        raise Conflict(_("This is no longer open."), mend=_("Add it anew."))


def _check_pair(offer: Entry, need: Entry, at: datetime) -> None:
    if offer.seat.partnership_id != need.seat.partnership_id:
        raise Denied(_("An offer and a need of one table go together."))
    if (offer.side, need.side) != (Entry.Side.OFFER, Entry.Side.NEED):
        raise Denied(_("An offer and a need go together."))
    for entry in (offer, need):
        _check_open(entry)
        if entry.seat.until_at is not None and entry.seat.until_at <= at:
            raise Conflict(
                _("%(name)s is no longer at the table.") % {"name": entry.seat.holder},
                mend=_("Look for another one."),
            )


def _check_waiting(match: Match) -> None:
    if match.declined_at is not None:
        raise Conflict(_("This was declined."), mend=_("Look for another one."))
    if match.promised_at is not None:
        raise Conflict(_("This is promised already."))


def _reason(text: str, field: str) -> str:
    text = " ".join(text.split())
    if not 0 < len(text) <= 200:
        raise Invalid.at(field, _("Say why, in at most 200 characters."))
    return text


def _write(entry: Entry, said: Said) -> None:
    if wrong := _faults(said):
        raise Invalid.at(*wrong)
    for each in fields(said):
        value = getattr(said, each.name)
        setattr(entry, each.name, value.strip() if isinstance(value, str) else value)


def _faults(said: Said) -> tuple[str, str] | None:
    """The first field at fault and what to do."""
    backwards = said.from_date and said.until_date and said.until_date < said.from_date
    counted = said.amount is not None
    checks = (
        ("kind", said.kind in Entry.Kind.values, _("Choose what it is.")),
        ("title", 0 < len(said.title.strip()) <= 120, _("Say it in at most 120 characters.")),
        (
            "words",
            len(said.words) <= MOST,
            _("Write at most %(most)d characters.") % {"most": MOST},
        ),
        ("amount", not counted or 0 < (said.amount or 0) < 10**15, _("Write a number above zero.")),
        ("unit", not counted or bool(said.unit.strip()), _("Say of what, for example “beds”.")),
        ("unit", len(said.unit) <= 40, _("Write at most %(most)d characters.") % {"most": 40}),
        ("place", len(said.place) <= 80, _("Write at most %(most)d characters.") % {"most": 80}),
        (
            "skills",
            len(said.skills) <= 200,
            _("Write at most %(most)d characters.") % {"most": 200},
        ),
        ("until_date", not backwards, _("The last day comes after the first.")),
    )
    return next(((field, text) for field, fine, text in checks if not fine), None)


def _log(what: str, entry: Entry, by: Actor, at: datetime, **data: int) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"offers.entry:{entry.pk}",
        by=by,
        at=at,
        scope=entry.seat.partnership_id,
        organisation=entry.seat.organisation_id,
        data={"kind": entry.kind, **data},
    )


def _log_letter(what: str, letter: Letter, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"offers.letter:{letter.pk}",
        by=by,
        at=at,
        scope=letter.partnership_id,
    )

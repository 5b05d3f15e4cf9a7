"""Reading commitments with their wordings and words, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from commonweal.agree import queries as agree
from commonweal.agree.commitments import policies
from commonweal.agree.commitments.models import Commitment, CommitmentVersion, Word
from commonweal.agree.decisions import queries as deciding
from commonweal.agree.decisions.models import Proposal
from commonweal.agree.decisions.models import State as Stage
from commonweal.agree.models import Agreement
from commonweal.compute import following
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core.models import Link, Organisation
from commonweal.core.scope import Actor

FIELDS = ("action", "amount", "data", "staff", "target_area", "due_on", "outcome")
"""What a wording says, in the order in which pages show it; `amount` is (minor units, currency)."""


def said_by(version: CommitmentVersion) -> dict[str, Any]:
    """What a wording says, by FIELDS."""
    amount = (version.amount_minor, version.currency)
    return {each: amount if each == "amount" else getattr(version, each) for each in FIELDS}


@dataclass(frozen=True)
class Revision:
    """A wording that replaced another, and what it says differently."""

    version: CommitmentVersion
    changes: tuple[following.Change, ...]


@dataclass(frozen=True)
class Entry:
    """One commitment as it stands on a day, with all of its history, the oldest first."""

    commitment: Commitment
    versions: Sequence[CommitmentVersion]
    said: Sequence[Word]
    today: date

    @property
    def current(self) -> CommitmentVersion:
        return self.versions[-1]

    @property
    def is_open(self) -> bool:
        """Neither ended nor given up."""
        return self.commitment.state in following.OPEN_STATES

    @property
    def standing(self) -> str:
        """One of `compute.following.STANDINGS`."""
        return following.standing(
            self.commitment.state, self.current.due_on, self.commitment.done_on, self.today
        )

    @property
    def last_word(self) -> Word | None:
        return self.said[-1] if self.said else None

    @property
    def last_heard_at(self) -> datetime:
        """When its organisation last said anything about it."""
        moments = [self.current.written_at, *(word.said_at for word in self.said[-1:])]
        return max(moments)

    @property
    def reminder(self) -> str:
        """Why its owner is asked for a word; "" for no reason."""
        return following.reminder(
            self.commitment.state,
            self.current.due_on,
            timezone.localdate(self.last_heard_at),
            self.today,
        )

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """Each later wording with what it changed, the oldest first."""
        pairs = zip(self.versions, self.versions[1:], strict=False)
        return tuple(
            Revision(after, following.changes(said_by(before), said_by(after), FIELDS))
            for before, after in pairs
        )


def _whole(found: QuerySet[Commitment]) -> QuerySet[Commitment]:
    whole = found.select_related("organisation", "agreement", "decision", "partnership")
    return whole.prefetch_related(
        Prefetch("versions", CommitmentVersion.objects.order_by("number")),
        Prefetch("said", Word.objects.order_by("number")),
    )


def _entry(commitment: Commitment, at: datetime) -> Entry:
    return Entry(
        commitment,
        list(commitment.versions.all()),
        list(commitment.said.all()),
        timezone.localdate(at),
    )


def _sorted(found: Iterable[Entry]) -> list[Entry]:
    return sorted(found, key=lambda entry: (entry.current.due_on, entry.commitment.number))


def entries(partnership: Partnership, at: datetime) -> list[Entry]:
    """Every commitment of a partnership by due date. Three queries, whatever their number."""
    return entries_from(Commitment.objects.filter(partnership=partnership), at)


def entries_from(found: QuerySet[Commitment], at: datetime) -> list[Entry]:
    """These commitments by due date, e.g. all that come from one decision. Three queries."""
    return _sorted(_entry(each, at) for each in _whole(found))


def entries_for(actor: Actor, slug: str, at: datetime) -> tuple[Partnership, list[Entry]]:
    """A partnership's commitments, for who may read them. Raises Missing."""
    partnership = convene.readable_for(actor, slug, Part.COMMITMENTS, at)
    return partnership, entries(partnership, at)


def entry_for(actor: Actor, slug: str, number: int, at: datetime) -> Entry:
    """The commitment of this number, for who may read them. Raises Missing."""
    partnership = convene.readable_for(actor, slug, Part.COMMITMENTS, at)
    found = _whole(Commitment.objects.filter(partnership=partnership, number=number)).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return _entry(found, at)


def public_entries(partnership: Partnership, at: datetime) -> list[Entry]:
    """What an open partnership's commitments are to everybody: the public ones, by due date."""
    if not partnership.is_public:
        raise missing()
    found = Commitment.objects.filter(partnership=partnership, is_public=True)
    return entries_from(found, at)


def entry_of_link(link: Link, at: datetime) -> Entry:
    """The commitment that a personal link is about. Raises Missing once it opens nothing."""
    mark = link.subject.rpartition(":")[2]
    found = _whole(Commitment.objects.filter(pk=mark, organisation=link.organisation_id)).first()
    if found is None:
        raise missing()
    return _entry(found, at)


def mine(actor: Actor, partnership: Partnership, at: datetime) -> QuerySet[Organisation]:
    """The organisations at this table in whose name the actor may commit, by name."""
    return Organisation.objects.filter(pk__in=policies.own(actor, partnership, at)).order_by("name")


def sources(partnership: Partnership, at: datetime) -> QuerySet[Agreement]:
    """Agreements that a commitment may come from: those that are, or were, in force."""
    signed = [
        each.agreement.pk
        for each in agree.summaries(partnership, at)
        if each.standing not in {"draft", "signing"}
    ]
    return Agreement.objects.filter(pk__in=signed).order_by("reference")


def decisions(partnership: Partnership) -> QuerySet[Proposal]:
    """Decisions that a commitment may come from: those that were adopted, the latest first."""
    return deciding.decided(partnership).filter(state=Stage.ADOPTED)


def open_entries_of(
    organisations: Iterable[UUID], partnership: Partnership, at: datetime
) -> list[Entry]:
    """What these organisations still have open at one table, by due date."""
    found = Commitment.objects.filter(
        partnership=partnership,
        organisation__in=organisations,
        state__in=following.OPEN_STATES,
    )
    return entries_from(found, at)


def last_currency(partnership: Partnership) -> str:
    """The currency of the newest amount promised at this table, to begin a form with."""
    found = CommitmentVersion.objects.filter(commitment__partnership=partnership)
    newest = found.exclude(currency="").order_by("-written_at").first()
    return newest.currency if newest else ""

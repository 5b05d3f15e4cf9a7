"""Who may commit whom, what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree.commitments import actions, policies, queries, states
from commonweal.agree.commitments.actions import Origin
from commonweal.agree.commitments.models import Commitment, CommitmentVersion, Word
from commonweal.agree.commitments.tests.factories import DUE, committed, promise
from commonweal.agree.tests.factories import shared
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    convener_of,
    convener_organisation,
    member_of,
    partner_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Organisation, Role
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=20)


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def firm(partnership: Partnership) -> Organisation:
    seat = seated(partnership)
    assert seat.organisation is not None
    return seat.organisation


@pytest.fixture
def own(firm: Organisation) -> Actor:
    return member_of(firm)


@pytest.fixture
def one(partnership: Partnership, firm: Organisation, own: Actor) -> Commitment:
    return committed(partnership, firm, by=own)


def said(
    one: Commitment, event: str, own: Actor, words: str = "We are at it.", **more: Any
) -> Word:
    return actions.tell(commitment=one, event=event, words=words, by=own, at=LATER, **more)


def entry(one: Commitment, at: Any = LATER) -> queries.Entry:
    return next(
        each for each in queries.entries(one.partnership, at) if each.commitment.pk == one.pk
    )


def test_a_commitment_is_public_numbered_and_logged(
    partnership: Partnership, one: Commitment, own: Actor
) -> None:
    other = committed(partnership)
    assert (one.number, other.number, one.is_public) == (1, 2, True)
    event = Event.objects.get(kind="agree.commitment_made", data__number=1)
    assert event.organisation == one.organisation_id and event.actor == own.label
    assert "bed" not in str(event.data)


OTHERS: dict[str, Callable[[Partnership, Organisation], Actor]] = {
    "convener": lambda partnership, _firm: convener_of(partnership),
    "another partner": lambda partnership, _firm: partner_of(partnership),
    "its signatory alone": lambda _partnership, firm: _only(firm, Role.SIGNATORY),
    "the system": lambda _partnership, _firm: system("test"),
}


def _only(organisation: Organisation, role: str) -> Actor:
    found = member_of(organisation, role)
    return Actor(person_id=found.person_id, roles=frozenset({(organisation.pk, role)}))


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_makes_changes_or_tells(
    who: str, partnership: Partnership, firm: Organisation, one: Commitment
) -> None:
    by = OTHERS[who](partnership, firm)
    with pytest.raises(Denied):
        committed(partnership, firm, by=by)
    with pytest.raises(Denied):
        actions.change(
            commitment=one, promise=promise(data="x"), reason="So.", version=1, by=by, at=LATER
        )
    with pytest.raises(Denied):
        said(one, states.KEEP, by)
    with pytest.raises(Denied):
        actions.open_to_public(commitment=one, by=by, at=LATER)
    assert Commitment.objects.count() == 1
    assert not Word.objects.exists()


def test_a_stranger_is_told_that_there_is_nothing(one: Commitment) -> None:
    stranger = convener_of(PartnershipFactory())
    with pytest.raises(Missing):
        said(one, states.KEEP, stranger)
    with pytest.raises(Missing):
        queries.entry_for(stranger, one.partnership.slug, one.number, AT)


def test_who_left_the_table_commits_no_more(
    partnership: Partnership, firm: Organisation, own: Actor, one: Commitment
) -> None:
    partnership.seats.filter(organisation=firm).update(until_at=AT, ended_because="Moved on.")
    with pytest.raises(Missing):
        said(one, states.TELL, own)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"action": "  "}, "action"),
        ({"due_on": AT.date() - timedelta(days=1)}, "due_on"),
        ({"due_on": date(9999, 12, 31)}, "due_on"),
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -5}, "amount"),
        ({"amount_minor": 10**16}, "amount"),
        ({"currency": ""}, "amount"),
        ({"amount_minor": None}, "amount"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    partnership: Partnership, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        committed(partnership, **changes)
    assert set(refused.value.fields) == {field}
    assert not Commitment.objects.exists()


def test_today_is_early_enough(partnership: Partnership) -> None:
    assert committed(partnership, due_on=AT.date()).number == 1


def test_where_it_comes_from_is_named(partnership: Partnership) -> None:
    agreement = shared(partnership)
    found = committed(partnership, origin=Origin("agreement", agreement=agreement))
    assert found.agreement == agreement
    assert committed(partnership, origin=Origin("decision", " Of May ")).source_ref == "Of May"
    elsewhere = shared(PartnershipFactory())
    for wrong in (
        Origin("meeting"),
        Origin("decision"),
        Origin("agreement"),
        Origin("agreement", agreement=elsewhere),
        Origin("decision", "D-1", agreement),
        Origin("none", "D-1"),
        Origin("rumour", "x"),
    ):
        with pytest.raises(Invalid):
            committed(partnership, origin=wrong)


def test_a_change_keeps_what_was_said_before(one: Commitment, own: Actor) -> None:
    later = promise(due_on=date(2026, 6, 1), staff="Two drivers")
    actions.change(
        commitment=one, promise=later, reason="The van broke.", version=1, by=own, at=LATER
    )
    found = entry(one)
    assert [version.due_on for version in found.versions] == [DUE, date(2026, 6, 1)]
    (revision,) = found.revisions
    told = [(each.field, each.before, each.after) for each in revision.changes]
    assert told == [("staff", "", "Two drivers"), ("due_on", DUE, date(2026, 6, 1))]
    assert revision.version.reason == "The van broke."


def test_a_change_needs_a_reason_a_difference_and_the_newest_wording(
    one: Commitment, own: Actor
) -> None:
    def change(**more: Any) -> None:
        given = {"promise": promise(staff="One"), "reason": "So.", "version": 1, **more}
        actions.change(commitment=one, by=own, at=LATER, **given)

    with pytest.raises(Invalid):
        change(reason=" ")
    with pytest.raises(Invalid):
        change(promise=promise())
    change()
    with pytest.raises(Conflict):
        change(promise=promise(staff="Three"))
    assert one.versions.count() == 2


def test_a_late_commitment_can_change_without_a_new_day_but_not_to_a_past_one(
    one: Commitment, own: Actor
) -> None:
    at = AT + timedelta(days=100)
    with pytest.raises(Invalid):
        actions.change(
            commitment=one,
            promise=promise(due_on=DUE + timedelta(days=1)),
            reason="So.",
            version=1,
            by=own,
            at=at,
        )
    actions.change(
        commitment=one, promise=promise(staff="One"), reason="So.", version=1, by=own, at=at
    )
    assert entry(one, at).standing == "late"


def test_what_has_ended_keeps_its_words(one: Commitment, own: Actor) -> None:
    said(one, states.KEEP, own)
    with pytest.raises(Conflict):
        actions.change(
            commitment=one, promise=promise(staff="x"), reason="So.", version=1, by=own, at=LATER
        )


def test_the_way_of_a_commitment(one: Commitment, own: Actor) -> None:
    for event, state in (
        (states.TELL, "progressing"),
        (states.NOT_KEEP, "not_kept"),
        (states.TELL, "progressing"),
        (states.KEEP_PARTLY, "partly_kept"),
        (states.KEEP, "kept"),
    ):
        assert said(one, event, own).state == state
    with pytest.raises(Conflict):
        said(one, states.WITHDRAW, own)
    assert [word.state for word in entry(one).said][-1] == "kept"


@pytest.mark.parametrize(
    "event", [states.TELL, states.KEEP_PARTLY, states.NOT_KEEP, states.WITHDRAW]
)
def test_words_are_required_for_all_but_what_was_kept(
    event: str, one: Commitment, own: Actor
) -> None:
    with pytest.raises(Invalid) as refused:
        said(one, event, own, words="  ")
    assert "words" in refused.value.fields
    assert said(one, states.KEEP, own, words="").words == ""


def test_the_day_it_was_done_decides_whether_it_was_kept_late(one: Commitment, own: Actor) -> None:
    with pytest.raises(Invalid):
        said(one, states.KEEP, own, done_on=LATER.date() + timedelta(days=1))
    at = AT + timedelta(days=200)
    actions.tell(commitment=one, event=states.KEEP, words="", by=own, at=at, done_on=DUE)
    assert entry(one, at).standing == "kept"
    actions.tell(commitment=one, event=states.TELL, words="Once more.", by=own, at=at)
    actions.tell(commitment=one, event=states.KEEP, words="", by=own, at=at)
    assert entry(one, at).standing == "kept_late"


def test_of_two_that_tell_at_once_one_is_told_to_read_first(one: Commitment, own: Actor) -> None:
    stale = Commitment.objects.get(pk=one.pk)
    said(one, states.KEEP, own)
    with pytest.raises(Conflict):
        said(stale, states.NOT_KEEP, own)
    assert Word.objects.count() == 1


def test_what_was_written_is_never_rewritten(one: Commitment, own: Actor) -> None:
    said(one, states.TELL, own)
    for change in (
        lambda: CommitmentVersion.objects.update(action="Something else"),
        lambda: Word.objects.update(words="Something else"),
        lambda: Commitment.objects.update(made_by="system:me"),
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            change()


def test_everybody_at_the_table_reads_and_the_public_only_what_is_public(
    partnership: Partnership, one: Commitment
) -> None:
    hidden = committed(partnership, is_public=False)
    _partnership, found = queries.entries_for(partner_of(partnership), partnership.slug, AT)
    assert len(found) == 2
    with pytest.raises(Missing):
        queries.public_entries(partnership, AT)
    partnership.public_at = AT
    assert [each.commitment for each in queries.public_entries(partnership, AT)] == [one]
    own = member_of(hidden.organisation)
    actions.open_to_public(commitment=hidden, by=own, at=LATER)
    actions.open_to_public(commitment=hidden, by=own, at=LATER)
    assert len(queries.public_entries(partnership, AT)) == 2
    assert Event.objects.filter(kind="agree.commitment_opened_to_public").count() == 1


def test_lists_are_by_due_date_and_cost_three_queries(
    partnership: Partnership, django_assert_num_queries: Any
) -> None:
    for days in (9, 3, 6):
        committed(partnership, due_on=DUE + timedelta(days=days))
    with django_assert_num_queries(3):
        found = queries.entries(partnership, AT)
        assert [each.current.due_on.day for each in found] == [6, 9, 12]
        assert [each.standing for each in found] == ["open"] * 3


def test_the_convener_commits_its_own_organisation(partnership: Partnership) -> None:
    organisation = convener_organisation(partnership)
    convener = convener_of(partnership)
    assert policies.own(convener, partnership, AT) == {organisation.pk}
    assert committed(partnership, organisation, by=convener).organisation == organisation

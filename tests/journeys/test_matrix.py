"""Role × address × partnership: every address of the installation, asked by everybody.

The table of who gets in stands in `access.py`. Addresses are found by walking the resolver, so a
new page without a line in the table, or without its parameters here, fails.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from commonweal.agree import actions as agree
from commonweal.agree import commenting, mailed_signing
from commonweal.agree import queries as agreements
from commonweal.agree.adaptations.queries import rules_of
from commonweal.agree.commitments import policies as promises
from commonweal.agree.commitments.models import Commitment
from commonweal.agree.commitments.tests.factories import committed
from commonweal.agree.decisions.models import (
    DecisionType,
    Delegation,
    Dispute,
    Proposal,
    ProposalText,
)
from commonweal.agree.decisions.policies import LINK as POSITION_LINK
from commonweal.agree.decisions.policies import link_subject
from commonweal.agree.documents import actions as documents
from commonweal.agree.documents.queries import code_of
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.agree.recommendations.tests.factories import appointed, recommended
from commonweal.agree.tests.factories import dsa_clauses, signatory_of
from commonweal.aim import queries as aims
from commonweal.aim.models import Edge, EntryPoint, Node
from commonweal.aim.triangle.models import Evidence
from commonweal.convene.groups.models import Group
from commonweal.convene.incentives.models import Entry
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.network import queries as network
from commonweal.convene.network.models import Round
from commonweal.convene.offers.models import Entry as Offered
from commonweal.convene.offers.models import Letter, Match
from commonweal.convene.premortem.models import Premortem, Reason
from commonweal.convene.tests.factories import (
    EARLIER,
    OrganisationFactory,
    PersonFactory,
    affiliated,
    member_of,
    seated,
)
from commonweal.convene.voices.models import Line
from commonweal.core import links, mail
from commonweal.core.models import Link, Organisation, OutgoingMail, Person
from commonweal.core.queries import actor_for
from commonweal.core.scope import Actor, system
from commonweal.core.sealing import seal
from commonweal.desk.example import cast
from commonweal.desk.meetings.models import Meeting, Todo
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.plan.models import Item, Stage
from commonweal.pool import contracts
from commonweal.pool.models import DataContract, Submission
from commonweal.pool.tests.factories import AT, Agreed, checked
from tests.journeys import access
from tests.journeys.access import INDEPENDENT, OUTSIDE, ROLES, RULES, TABLE, Rule
from tests.journeys.small import PLACE, PURPOSE, SECRET, Small, link_for, person, small, undone

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
LIBRARY = "allauth"
# Every organisation of the installation can be given a seat: its name is not secret, all else is.
NAMES_ORGANISATIONS = {"seat_organisation", "appoint_independent"}
PARENTS = "Hollin Bank Parents"


# Addresses --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """`name` is that of the table: the name of the address, or the address itself without one."""

    name: str
    route: str
    parameters: frozenset[str]
    module: str


def addresses(patterns: Any = None, before: str = "") -> Iterator[Address]:
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(each.pattern)
        if not isinstance(each, URLPattern):
            yield from addresses(each.url_patterns, route)
            continue
        named = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
        module = each.callback.__module__ if each.callback else ""
        yield Address(each.name or route, route, frozenset(named), module)


OURS = [each for each in addresses() if not each.module.startswith(LIBRARY)]


def rule_of(address: Address) -> Rule:
    assert address.name in RULES, f"say in access.py who gets in at {address.name}"
    return RULES[address.name]


INSIDE = [each for each in OURS if each.name in RULES and RULES[each.name].is_inside]


def as_written(route: str) -> str:
    """An address for a reader: no expressions, no types."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("\\", "").strip("^$")
    return re.sub(r"<\w+:(\w+)>", r"<\1>", plain)


# What stands behind the addresses ---------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One partnership's objects, by the parameters of the addresses."""

    slug: str
    common: dict[str, Any]
    special: dict[str, dict[str, Any]]

    def path(self, address: Address, **other: Any) -> str:
        if address.name == address.route:
            return f"/{address.route}"
        given = {**self.common, **self.special.get(address.name, {}), **other}
        missing = address.parameters - given.keys()
        assert not missing, f"say in test_matrix.py what {missing} is for {address.name}"
        return reverse(address.name, kwargs={key: given[key] for key in address.parameters})


def drafted(partnership: Partnership, provider: Organisation, user: Organisation) -> Any:
    """A sharing agreement that nobody has signed."""
    return agree.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=dsa_clauses([provider], [user]),
        prose="",
        by=system("test"),
        at=AT,
        language="en",
    )


def draft_and_signing(
    partnership: Partnership, first: Organisation, second: Organisation, user: Organisation
) -> tuple[str, str]:
    """References of a draft that `first` provides under, and of one that `second` has to sign."""
    draft = drafted(partnership, first, user)
    signing = drafted(partnership, second, user)
    agree.open_for_signature(version=signing, by=system("test"), at=AT)
    return draft.agreement.reference, signing.agreement.reference


def before_signature(
    partnership: Partnership, draft: str, signing: str, party: Organisation, user: Organisation
) -> dict[str, dict[str, Any]]:
    """A text that `party` has commented on, and somebody who signs for it without an account."""
    asked = drafted(partnership, party, user)
    agree.open_for_comment(version=asked, by=system("test"), at=AT)
    comment = commenting.comment(
        version=asked, clause=0, words_="Hm.", speaker=party, by=member_of(party), at=AT
    )
    row = mailed_signing.name_signatory(
        version=AgreementVersion.objects.get(
            agreement__partnership=partnership, agreement__reference=signing
        ),
        organisation=party,
        name="Somebody",
        email="somebody@example.org",
        by=signatory_of(party),
        at=AT,
    )
    token = links.resend(link=row.link, by=system("test"), at=AT)
    # What was mailed would tell the operator's outbox the words that are looked for.
    OutgoingMail.objects.filter(scope=partnership.pk).delete()
    reference = {"reference": asked.agreement.reference}
    return {
        "open_for_comment": {"reference": draft},
        "drop_text": {"reference": draft},
        "comment_agreement": reference,
        "be_content": reference,
        "answer_comment": {**reference, "comment_id": comment.pk},
        "name_signatory": {"reference": signing},
        "take_back_signatory": {"reference": signing, "row_id": row.pk},
        "sign_by_link": {"token": token},
        "sign_by_link_code": {"token": token},
    }


def papers(partnership: Partnership, draft: str, signing: str, by: Actor) -> Any:
    """A paper behind the draft and one behind what has to be signed, each where it is asked for."""
    behind = {}
    for reference in (draft, signing):
        version = agreements.latest(
            Agreement.objects.get(partnership=partnership, reference=reference)
        )
        row = documents.attach_evidence(
            version=version, name="signed.pdf", data=b"%PDF-1.7\n%%EOF\n", by=by, at=AT
        )
        behind[reference] = {"reference": reference, "evidence_id": row.pk}
    return {
        "attach_paper": {"reference": draft},
        "agreement_paper": behind[draft],
        "sign_on_paper": behind[signing],
    }


def common(partnership: Partnership, submission: Submission, link: Any, token: str) -> Any:
    vacant = seated(partnership, voice="Everybody else")
    first = Agreement.objects.get(partnership=partnership, reference="DSA-1")
    return {
        "code": code_of(agreements.latest(first)),
        "slug": partnership.slug,
        "reference": "DSA-1",
        "number": 1,
        "clause": 1,
        "key": aims.indicators(partnership).first().key,
        "form": "csv",
        "kind": "constitution",
        "submission_id": submission.pk,
        "link_id": link.pk,
        "token": token,
        "seat_id": vacant.pk,
    }


def special(draft: str, signing: str, seat: Seat, contract: DataContract, release: int) -> Any:
    return {
        "open_for_signature": {"reference": draft},
        "try_version": {"reference": draft},
        "sign_agreement": {"reference": signing},
        "data_contract": {"key": contract.key},
        "data_contract_blank": {"key": contract.key},
        "data_contract_move": {"key": contract.key},
        "publish_release": {"number": release},
        **{name: {"seat_id": seat.pk} for name in ("seat", "end_seat", "invite_person")},
    }


def sent_by_link(here: Agreed, link: Link) -> Any:
    """A file that the link itself sent, all of it wrong: it takes the place of no other."""
    latest = here.contract.versions.latest("number")
    names = [each.name for each in contracts.table_of(latest).columns]
    lines = [",".join(names), *(",".join("?" for _ in names) for _ in range(3))]
    mails = list(OutgoingMail.objects.values_list("pk", flat=True))
    row = checked(here, "\n".join(lines).encode(), by=links.actor(link))
    # Its receipt would tell the operator's outbox the words that are looked for.
    OutgoingMail.objects.exclude(pk__in=mails).delete()
    assert row.state == "refused" and row.quarantine_file
    routes = ("submission_by_link", "submission_by_link_progress", "submission_by_link_bad_rows")
    return {name: {"submission_id": row.pk} for name in routes}


def of_aim(node: Node, edge: Edge, entry_point: EntryPoint) -> Any:
    return {
        **{name: {"pk": node.pk} for name in ("node", "remove_node")},
        **{name: {"pk": edge.pk} for name in ("link", "change_link", "remove_link")},
        **{
            name: {"pk": entry_point.pk}
            for name in ("rate_entry_point", "choose_entry_point", "review_entry_point")
        },
    }


def of_triangle(seat: Seat, words: str) -> Any:
    """Something to show, added by hand."""
    row = Evidence.objects.create(
        partnership=seat.partnership, task="people", words=words, added_by=seat, added_at=AT
    )
    where = ("triangle_owner", "add_triangle_evidence")
    tasks = {name: {"task": "people"} for name in where}
    return {"take_back_triangle_evidence": {"pk": row.pk}, **tasks}


PROPOSALS = (
    "proposal",
    "rewrite_proposal",
    "move_proposal",
    "ask_for_positions",
    "adopt_proposal",
    "close_proposal",
    "withdraw_proposal",
    "review_decision",
    "note_attendance",
    "say_on_proposal",
    "take_position",
    "declare_conflict",
    "position_links",
    "position_link_resend",
    "position_link_revoke",
)


def of_decisions(proposal: Proposal, one: Seat, other: Seat) -> Any:
    """Around a proposal that is open for positions: a link to it, a delegation, a dispute."""
    by = system("test")
    link, token = links.issue(
        purpose=POSITION_LINK,
        subject=link_subject(proposal),
        by=by,
        at=AT,
        expires_at=AT + timedelta(days=30),
        organisation=one.organisation,
        email="desk@example.org",
        scope=proposal.partnership_id,
        uses=None,
        data={"seat": str(one.pk)},
    )
    delegation = Delegation.objects.create(giver=one, holder=other, given_at=AT)
    dispute = Dispute.objects.create(
        partnership=proposal.partnership,
        number=1,
        about=f"About {proposal.title}",
        raised_by=one,
        next_on=AT.date(),
        raised_at=AT,
    )
    dispute.parties.set([one, other])
    return {
        **{name: {"number": proposal.number} for name in PROPOSALS},
        **{
            name: {"number": proposal.number, "link_id": link.pk}
            for name in ("position_link_resend", "position_link_revoke")
        },
        "end_delegation": {"delegation_id": delegation.pk},
        "answer_by_link": {"token": token},
    }


def of_promises(partnership: Partnership, one: Commitment, looks: Organisation) -> Any:
    """A commitment with a link to it, an independent role, a recommendation that waits."""
    person = Person.objects.filter(affiliations__organisation=one.organisation).first()
    _link, token = links.issue(
        purpose=promises.WORD_LINK,
        subject=promises.link_subject(one),
        by=system("test"),
        at=AT,
        expires_at=AT + timedelta(days=45),
        organisation=one.organisation,
        person=person,
        scope=partnership.pk,
        uses=None,
    )
    said = recommended(
        partnership, title=f"{SECRET} buys a van" if looks.name != PARENTS else "Van"
    )
    ways = ("commitment", "change_commitment", "tell_commitment", "open_commitment")
    puts = ("recommendation", "answer_recommendation", "withdraw_recommendation")
    return {
        "commitment_by_link": {"token": token},
        **{name: {"number": one.number} for name in (*ways, "ask_commitment")},
        **{name: {"number": said.number} for name in (*puts, "launch_recommendation")},
        "end_independent": {"pk": appointed(partnership, looks, role="facilitator").pk},
    }


def own_side(example: Partnership) -> Side:
    """The example, with an agreement, a release, a link and a seat in every state that is asked for."""
    places = {each.name: each for each in Organisation.objects.all()}
    aldmoor, office = places["Aldmoor Council"], places["Southmoor Partnership Office"]
    hospital = places["St Brannoc’s Hospital"]
    by = actor_for(Person.objects.get(email="convener@example.org"), AT)
    contract = DataContract.objects.get(partnership=example, key="home-visits")
    here = Agreed(contract, example, aldmoor, hospital, by, by, by, by)
    link, token = link_for(here, "clerk@example.org")
    draft, signing = draft_and_signing(example, aldmoor, hospital, office)
    agree.suspend(
        agreement=Agreement.objects.get(partnership=example, reference="DSA-5"),
        reason="Looked at again.",
        by=by,
        at=AT,
    )
    release = recomputed(example, office)
    sent = Submission.objects.filter(provider=aldmoor).exclude(quarantine_file="").first()
    assert sent is not None and sent.job is not None
    # What was tested or is measured cannot be removed.
    tested = Edge.objects.exclude(status=Edge.Status.UNTESTED)
    untested = Edge.objects.filter(source__partnership=example, source__indicators=None)
    for ends in ("source__outgoing__in", "source__incoming__in"):
        untested = untested.exclude(**{ends: tested})
    edge = untested.order_by("linked_at", "source__label").first()
    point = EntryPoint.objects.filter(partnership=example, chosen_at=None).first()
    assert edge is not None and point is not None
    return Side(
        example.slug,
        {**common(example, sent, link, token), "job_id": sent.job.pk, "mail_id": outgoing()},
        {
            **special(draft, signing, example.seats.get(organisation=aldmoor), contract, release),
            **of_aim(edge.source, edge, point),
            **of_triangle(example.seats.get(organisation=places[PARENTS]), "A letter"),
            **sent_by_link(here, link),
            **before_signature(example, draft, signing, hospital, office),
            **papers(example, draft, signing, by),
            **of_decisions(
                Proposal.objects.get(partnership=example, state="positions"),
                example.seats.get(organisation=aldmoor),
                example.seats.get(organisation=hospital),
            ),
            **of_promises(example, Commitment.objects.get(organisation=aldmoor), places[PARENTS]),
            **of_rules(example),
            **of_voices(example, "The corner"),
            **of_incentives(example.seats.get(organisation=places[PARENTS]), "A wish"),
            **of_offers(example.seats.get(organisation=places[PARENTS]), "A chair"),
            **of_plan(example, places[PARENTS], "A feast"),
            **of_groups(example.seats.get(organisation=places[PARENTS]), "Beds"),
            **of_premortem(example, "No time"),
            **of_meetings(example.seats.get(organisation=places[PARENTS]), "A talk"),
            **of_network(example),
            "resume_agreement": {"reference": "DSA-5"},
            "withdraw_agreement": {"reference": "DSA-2"},
        },
    )


def of_voices(partnership: Partnership, name: str) -> Any:
    """A line of the map of the problem."""
    line = Line.objects.create(partnership=partnership, kind="place", name=name, added_at=AT)
    return {
        "add_line": {"kind": "lever"},
        **{name: {"line_id": line.pk} for name in ("change_line", "remove_line")},
    }


def of_incentives(seat: Seat, about: str) -> Any:
    """What drives a seat, said to the convener only."""
    entry = Entry.objects.create(
        seat=seat,
        kind="institutional",
        about=about,
        words="It is ours.",
        reach="convener",
        reach_because="Not agreed at home.",
        written_at=AT,
    )
    names = ("change_incentive", "show_incentive", "withdraw_incentive")
    return {
        "declare_incentives": {"seat_id": seat.pk},
        **{name: {"entry_id": entry.pk} for name in names},
    }


def of_offers(seat: Seat, title: str) -> Any:
    """An offer and a need of a seat, a pair that is asked for, and a letter at the door."""
    offer, need = (
        Offered.objects.create(seat=seat, side=side, kind="things", title=title, added_at=AT)
        for side in ("offer", "need")
    )
    match = Match.objects.create(offer=offer, need=need, asked_at=AT)
    letter = Letter.objects.create(
        partnership=seat.partnership,
        name=title,
        reach=seal("door@example.org"),
        words=title,
        written_at=AT,
    )
    pair = {"offer": offer.pk, "need": need.pk}
    return {
        "add_offer": {"side": "need"},
        **{name: {"entry_id": offer.pk} for name in ("change_offer", "close_offer")},
        **dict.fromkeys(("ask_for_offer", "decline_match"), pair),
        "promise_match": {"match_id": match.pk},
        "answer_letter": {"letter_id": letter.pk},
    }


def of_plan(partnership: Partnership, organisation: Organisation, title: str) -> Any:
    """Something planned, and a stage that waits for a decision."""
    day = AT.date()
    item = Item.objects.create(
        partnership=partnership,
        organisation=organisation,
        kind="activity",
        title=title,
        starts_on=day,
        ends_on=day,
        added_at=AT,
    )
    stage = Stage.objects.create(
        partnership=partnership, name=title, condition=title, review_date=day, added_at=AT
    )
    names = ("plan_item", "change_plan_item", "drop_plan_item")
    return {
        "plan_file": {"name": "plan"},
        "decide_stage": {"stage_id": stage.pk},
        **{name: {"item_id": item.pk} for name in names},
    }


def of_meetings(seat: Seat, title: str) -> Any:
    """A meeting to come, one under way, and something to do."""
    coming, begun = (
        Meeting.objects.create(
            partnership=seat.partnership,
            title=title,
            place=title,
            starts_at=AT,
            minutes=60,
            repeats="never",
            begun_at=since,
        )
        for since in (None, AT)
    )
    todo = Todo.objects.create(meeting=begun, seat=seat, words=title, due_on=AT.date())
    running = ("take_minutes", "add_todo", "close_meeting")
    return {
        "todo_done": {"todo_id": todo.pk},
        **{name: {"meeting_id": coming.pk} for name in ("meeting", "add_point", "begin_meeting")},
        **{name: {"meeting_id": begun.pk} for name in running},
    }


def of_network(partnership: Partnership) -> Any:
    """A closed round and an open one, in which the convener may answer."""
    closed = network.open_round(partnership) or Round.objects.create(
        partnership=partnership, number=98, opened_at=AT
    )
    closed.closed_at, closed.result = closed.opened_at, network.result_of(closed, AT)
    closed.save()
    Round.objects.create(partnership=partnership, number=99, opened_at=AT)
    convener = partnership.seats.get(kind="convener", until_at__isnull=True)
    answer = {"organisation_id": convener.organisation_id}
    numbered = {name: {"number": closed.number} for name in ("network_round", "network_file")}
    return {**numbered, "answer_network": answer, "rate_network": answer}


def of_premortem(partnership: Partnership, words: str) -> Any:
    """A closed premortem and an open one."""
    closed = Premortem.objects.create(partnership=partnership, opened_at=AT, closed_at=AT)
    reason = Reason.objects.create(premortem=closed, mark=1, family="process", words=words)
    Premortem.objects.get_or_create(
        partnership=partnership, closed_at=None, defaults={"opened_at": AT}
    )
    return {"take_up_reason": {"reason_id": reason.pk}}


def of_groups(seat: Seat, name: str) -> Any:
    """A working group that the seat leads."""
    group = Group.objects.create(
        partnership=seat.partnership,
        name=name,
        remit=name,
        lead=seat,
        review_date=AT.date(),
        begun_at=AT,
    )
    return {name: {"group_id": group.pk} for name in ("change_group", "end_group")}


def of_rules(example: Partnership) -> Any:
    """A rule of the example's standards that a party may adapt; the steward's is one."""
    version = agreements.latest(Agreement.objects.get(partnership=example, reference="STD-1"))
    rules = rules_of(agreements.clauses_of(version))
    clause = next(number for number, rule in rules.items() if not rule.fixed)
    where = {"reference": "STD-1", "clause": clause}
    return {
        "rule_differences": {"reference": "STD-1"},
        **dict.fromkeys(("adapt_rule", "take_rule_as_it_is"), where),
    }


def recomputed(example: Partnership, office: Organisation) -> int:
    """The number of a release of the example that is not published yet."""
    by, at = actor_for(Person.objects.get(email="convener@example.org"), AT), AT
    versions = [v for v in aims.current_versions(example, at) if v.contract_key == "newborns"]
    order = measure.Order(example, "Again", versions, office, PURPOSE, Release.Audience.PUBLIC)
    return measure.run(order=order, by=by, at=at).number


def outgoing() -> Any:
    mail.queue(to="a@example.org", subject="Hello", body="Hello", purpose="test", at=AT)
    return OutgoingMail.objects.filter(purpose="test").latest("queued_at").pk


def foreign_side(found: Small) -> Side:
    here = found.here
    draft, signing = draft_and_signing(found.partnership, here.provider, here.other, found.user)
    return Side(
        found.partnership.slug,
        {
            **common(found.partnership, found.submission, found.link, found.token),
            "job_id": found.submission.job_id,
            "mail_id": outgoing(),
        },
        {
            **special(draft, signing, found.seat, here.contract, found.release.number),
            **papers(found.partnership, draft, signing, here.convener),
            **of_aim(found.node, found.edge, found.entry_point),
            **of_triangle(foreign_seat(found), f"{SECRET} wrote a letter"),
            **sent_by_link(found.here, found.link),
            **before_signature(found.partnership, draft, signing, here.other, found.user),
            **of_decisions(foreign_proposal(found), found.seat, foreign_seat(found)),
            **of_promises(
                found.partnership,
                committed(found.partnership, found.here.provider, action=f"{SECRET} lends a van"),
                found.here.other,
            ),
            **of_voices(found.partnership, f"{SECRET} corner"),
            **of_incentives(foreign_seat(found), f"{SECRET} wish"),
            **of_offers(foreign_seat(found), f"{SECRET} chair"),
            **of_plan(found.partnership, here.other, f"{SECRET} feast"),
            **of_groups(foreign_seat(found), f"{SECRET} group"),
            **of_premortem(found.partnership, f"{SECRET} time"),
            **of_meetings(foreign_seat(found), f"{SECRET} talk"),
            **of_network(found.partnership),
        },
    )


def foreign_seat(found: Small) -> Seat:
    return found.partnership.seats.get(organisation=found.here.other)


def foreign_proposal(found: Small) -> Proposal:
    """A proposal of the foreign table, open for positions."""
    at = found.partnership
    kind = DecisionType.objects.create(
        partnership=at,
        number=1,
        name=f"{SECRET} decides",
        rule="consent",
        decider="table",
        quorum=50,
        is_public=True,
        set_up_at=AT,
        changed_at=AT,
    )
    proposal = Proposal.objects.create(
        partnership=at,
        number=1,
        decision_type=kind,
        title=f"{SECRET} on Saturdays",
        proposed_by=found.seat,
        hat="us",
        state="positions",
        answer_by=AT.date(),
        proposed_at=AT,
    )
    ProposalText.objects.create(
        proposal=proposal, number=1, text=f"{SECRET} opens.", text_hash="a" * 64, written_at=AT
    )
    return proposal


# Who asks ---------------------------------------------------------------------------------------

CAST = {
    "convener": "convener@example.org",
    "sponsor": "sponsor@example.org",
    "partner": "parents@example.org",
    "steward": "steward@example.org",
    "signatory": "lawyer@example.org",
    "funder": "funder@example.org",
    "resident": "resident@example.org",
}


def somebody(role: str, example: Partnership, found: Small) -> Person | None:
    if role in OUTSIDE:
        return None
    if role == "stranger":
        return person(found.here.convener)
    if role == "operator":
        return PersonFactory(is_operator=True)
    if role == "former partner":
        left = OrganisationFactory(name="Left Long Ago")
        seated(
            example,
            left,
            since_at=EARLIER,
            until_at=AT - timedelta(days=9),
            ended_because="Moved on.",
        )
        former = PersonFactory()
        affiliated(former, left)
        return former
    if role in INDEPENDENT:
        return independent(example, role)
    if role == "former auditor":
        return independent(example, "auditor", ends_on=AT.date() - timedelta(days=1))
    return Person.objects.get(email=CAST[role])


def independent(example: Partnership, role: str, **term: Any) -> Person:
    """Somebody in an independent role without a seat: the auditor as a person, else through an
    organisation."""
    one = PersonFactory()
    holder: Any = one
    if role != "auditor":
        holder = OrganisationFactory(name=f"Looking In ({role})")
        affiliated(one, holder)
    appointed(example, holder, role, **term)
    return one


@dataclass(frozen=True)
class World:
    own: Side
    foreign: Side
    found: Small
    clients: dict[str, Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=AT):
        yield


@pytest.fixture(scope="module")
def world(example: Any, django_db_blocker: Any) -> Iterator[World]:
    with (
        django_db_blocker.unblock(),
        mock.patch("django.utils.timezone.now", return_value=AT),
        undone(),
    ):
        found = small()
        people = {role: somebody(role, example, found) for role in ROLES}
        clients = {role: Client() for role in ROLES}
        for role, one in people.items():
            if one is not None:
                clients[role].force_login(one, "django.contrib.auth.backends.ModelBackend")
        yield World(own_side(example), foreign_side(found), found, clients)


# Asking -----------------------------------------------------------------------------------------

PAYLOADS: dict[str, dict[str, str]] = {
    "open_for_signature": {"number": "1"},
    "withdraw_release": {"because": "A mistake was found."},
}


def ask(client: Client, method: str, path: str, name: str) -> tuple[str, str]:
    """(what was answered, the page). Whatever the request changes is taken back."""
    with undone():
        send = client.get if method == "GET" else client.post
        answer = send(path, PAYLOADS.get(name, {}))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return told(answer), body.decode(errors="replace")


def told(answer: Any) -> str:
    status = answer.status_code
    if status == 302 and answer["Location"].startswith(("/sign-in/", "/account/login/")):
        return "sign in"
    said = {403: "no", 404: "missing", 405: "no such request"}
    # 409 and 422: let in, and what was sent was not what the page wants.
    return "in" if status in {200, 302, 409, 422} else said.get(status, str(status))


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_in_where_the_table_says_and_nowhere_else(world: World, role: str) -> None:
    wrong = []
    for address in OURS:
        rule = rule_of(address)
        other = {} if role == "link holder" else {"token": "x" * 43}
        path = world.own.path(address, **other)
        for method in ("GET", "POST"):
            answer, page = ask(world.clients[role], method, path, address.name)
            if answer != rule.expected(role, method):
                wrong.append(f"{method} {path}: {answer}, not {rule.expected(role, method)}")
            wrong += shown(page, address.name) if role != "stranger" else []
    assert not wrong, "\n".join(wrong)


def shown(page: str, name: str) -> list[str]:
    """Words of the foreign partnership that stand on a page."""
    words = [SECRET] if name in NAMES_ORGANISATIONS else [SECRET, PLACE]
    return [f"{name} shows {word}" for word in words if word.lower() in page.lower()]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "stranger"])
def test_nobody_finds_a_foreign_partnership(world: World, role: str) -> None:
    """404 for whoever is signed in, and the word of its name nowhere; else the way to sign in."""
    wrong = []
    for address in INSIDE:
        rule = rule_of(address)
        path = world.foreign.path(address)
        for method in ("GET", "POST"):
            answer, page = ask(world.clients[role], method, path, address.name)
            may = rule.read if method == "GET" else rule.send
            here = "missing" if may is not None else "no such request"
            if answer != ("sign in" if role in OUTSIDE else here):
                wrong.append(f"{method} {path}: {answer}")
            wrong += shown(page, address.name)
    assert not wrong, "\n".join(wrong)


def test_its_own_convener_finds_it_and_nothing_of_the_example(world: World) -> None:
    """The control: the addresses that nobody else finds are there. And the other way round."""
    names = [cast.PROBLEM, *(one.name for one in cast.PEOPLE), *(one.email for one in cast.PEOPLE)]
    wrong = []
    for address in INSIDE:
        rule = rule_of(address)
        if rule.read is None or "convener" not in rule.read:
            continue
        if address.name in {
            "sign_agreement",
            "sign_on_paper",
            "name_signatory",
            "withdraw_agreement",
        }:
            continue  # This convener signs for nobody.
        answer, page = ask(
            world.clients["stranger"], "GET", world.foreign.path(address), address.name
        )
        if answer != "in":
            wrong.append(f"{address.name}: {answer}")
        wrong += [f"{address.name} shows {name}" for name in names if name in page]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["convener", "steward"])
def test_an_object_of_another_partnership_is_not_reached_through_ones_own(
    world: World, role: str
) -> None:
    """Own address, foreign id: the way that a guessed or copied id would take."""
    wrong, tried = [], 0
    for address in INSIDE:
        ids = address.parameters & {
            "pk",
            "seat_id",
            "submission_id",
            "link_id",
            "evidence_id",
            "comment_id",
            "row_id",
            "delegation_id",
        }
        rule = rule_of(address)
        if not ids:
            continue
        tried += 1
        given = {**world.foreign.common, **world.foreign.special.get(address.name, {})}
        path = world.own.path(address, **{key: given[key] for key in ids})
        for method, may in (("GET", rule.read), ("POST", rule.send)):
            answer, page = ask(world.clients[role], method, path, address.name)
            # A page that is not theirs at all may say so before it looks for the object.
            closed = "no" if may is not None and role not in may else "missing"
            if answer not in ({"missing", closed} if may is not None else {"no such request"}):
                wrong.append(f"{method} {path}: {answer}")
            wrong += shown(page, address.name)
    assert tried >= 14
    assert not wrong, "\n".join(wrong)


def test_a_link_opens_no_file_but_its_own_providers(world: World) -> None:
    for address in OURS:
        if "token" in address.parameters and "submission_id" in address.parameters:
            mixed = world.own.path(address, submission_id=world.found.submission.pk)
            assert ask(world.clients["link holder"], "GET", mixed, address.name)[0] == "missing"
            whole = world.foreign.path(address)
            assert ask(world.clients["link holder"], "GET", whole, address.name)[0] == "in"


def test_what_is_not_open_to_the_public_is_not_there_for_anybody(world: World) -> None:
    """Its own convener reads its results inside, not on the page of a partnership that is closed."""
    public = [each for each in OURS if each.route.startswith("p/") and "slug" in each.parameters]
    assert len(public) >= 4
    for address in public:
        for role in ("visitor", "convener", "stranger"):
            client = world.clients[role]
            answer, page = ask(client, "GET", world.foreign.path(address), address.name)
            assert answer == "missing", (address.name, role)
            # A convener's own name stands above every page that they open.
            assert role == "stranger" or not shown(page, address.name)


def test_closing_the_public_page_closes_everything_under_it(world: World) -> None:
    with undone():
        Partnership.objects.filter(slug=world.own.slug).update(public_at=None)
        for address in OURS:
            if address.route.startswith("p/") and "slug" in address.parameters:
                path = world.own.path(address)
                assert ask(world.clients["visitor"], "GET", path, address.name)[0] == "missing"


def test_a_draft_is_not_on_a_public_page(world: World) -> None:
    draft = world.own.special["publish_release"]["number"]
    for address in OURS:
        if address.route.startswith("p/") and "number" in address.parameters:
            path = world.own.path(address, number=draft)
            assert ask(world.clients["visitor"], "GET", path, address.name)[0] == "missing"


def test_the_pages_of_the_sign_in_library_show_nothing_of_partnerships(world: World) -> None:
    """They belong to a person: none is broken, and who is not signed in changes no account."""
    theirs = [each for each in addresses() if each.module.startswith(LIBRARY)]
    assert len(theirs) > 20
    given = {"key": "x", "uidb36": "1", "pk": 1}
    for address in theirs:
        kwargs = {key: given[key] for key in address.parameters}
        path = reverse(address.name, kwargs=kwargs)
        for role in ("visitor", "convener", "resident"):
            for method in ("GET", "POST"):
                answer, page = ask(world.clients[role], method, path, address.name)
                assert answer in {"in", "sign in", "missing", "no", "no such request"}, path
                assert not shown(page, address.name)
                if role == "visitor" and re.search(r"2fa|password/(change|set)", path):
                    assert answer != "in" or "authenticate" in path or "login" in path, path


# The table itself -------------------------------------------------------------------------------


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert {each.name for each in OURS} == set(RULES)


def test_no_role_at_the_table_may_everything_or_nothing() -> None:
    """The table tells the roles apart: else a policy that forgets to ask would not be noticed."""
    rights = {
        role: frozenset(
            (name, method)
            for name, rule in RULES.items()
            for method in ("GET", "POST")
            if rule.expected(role, method) == "in"
        )
        for role in TABLE
    }
    assert len(set(rights.values())) >= 6


def test_the_reference_prints_this_table() -> None:
    """Write it anew with COMMONWEAL_WRITE_DOCS=1."""
    text = access.document((each.name, as_written(each.route)) for each in OURS)
    if os.environ.get("COMMONWEAL_WRITE_DOCS"):
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text

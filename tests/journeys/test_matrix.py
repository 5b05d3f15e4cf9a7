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
from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import dsa_clauses
from commonweal.aim import queries as aims
from commonweal.aim.models import Edge, EntryPoint, Node
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    EARLIER,
    OrganisationFactory,
    PersonFactory,
    affiliated,
    seated,
)
from commonweal.core import links, mail
from commonweal.core.models import Link, Organisation, OutgoingMail, Person
from commonweal.core.queries import actor_for
from commonweal.core.scope import system
from commonweal.desk.example import cast
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.pool import contracts
from commonweal.pool.models import DataContract, Submission
from commonweal.pool.tests.factories import AT, Agreed, checked
from tests.journeys import access
from tests.journeys.access import OUTSIDE, ROLES, RULES, TABLE, Rule
from tests.journeys.small import PLACE, PURPOSE, SECRET, Small, link_for, person, small, undone

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
LIBRARY = "allauth"
# Every organisation of the installation can be given a seat: its name is not secret, all else is.
NAMES_ORGANISATIONS = {"seat_organisation"}


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


def common(partnership: Partnership, submission: Submission, link: Any, token: str) -> Any:
    vacant = seated(partnership, voice="Everybody else")
    return {
        "slug": partnership.slug,
        "reference": "DSA-1",
        "number": 1,
        "key": aims.indicators(partnership).first().key,
        "form": "csv",
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
        **{name: {"pk": edge.pk} for name in ("link", "remove_link")},
        "choose_entry_point": {"pk": entry_point.pk},
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
    edge = Edge.objects.filter(source__partnership=example, source__indicators=None).first()
    point = EntryPoint.objects.get(partnership=example, chosen_at=None)
    assert edge is not None
    return Side(
        example.slug,
        {**common(example, sent, link, token), "job_id": sent.job.pk, "mail_id": outgoing()},
        {
            **special(draft, signing, example.seats.get(organisation=aldmoor), contract, release),
            **of_aim(edge.source, edge, point),
            **sent_by_link(here, link),
            "resume_agreement": {"reference": "DSA-5"},
            "withdraw_agreement": {"reference": "DSA-2"},
        },
    )


def recomputed(example: Partnership, office: Organisation) -> int:
    """The number of a release of the example that is not published yet."""
    by, at = actor_for(Person.objects.get(email="convener@example.org"), AT), AT
    versions = [v for v in aims.current_versions(example, at) if v.contract_key == "newborns"]
    order = measure.Order(example, "Again", versions, office, PURPOSE, Release.Audience.PUBLIC)
    return measure.run(order=order, by=by, at=at).number


def outgoing() -> Any:
    mail.queue(to="a@example.org", subject="Hello", body="Hello", purpose="test", at=AT)
    return OutgoingMail.objects.latest("queued_at").pk


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
            **of_aim(found.node, found.edge, found.entry_point),
            **sent_by_link(found.here, found.link),
        },
    )


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
    return Person.objects.get(email=CAST[role])


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
        if address.name in {"sign_agreement", "withdraw_agreement"}:
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
        ids = address.parameters & {"pk", "seat_id", "submission_id", "link_id"}
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

"""Role × address × partnership × state of the agreement: whatever rests on a permit.

The table of addresses and roles alone is walked in `test_matrix.py`. Here each agreement is taken
through its states, and every role asks for everything whose answer depends on it: reading a file
back, by page and by link, handing in, computing, publishing, downloads, and the page that explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.agree.tests.factories import dul_clauses, signatory_of, signed_by_all
from commonweal.compute.permits import clauses as c
from commonweal.convene.models import Seat
from commonweal.convene.tests.factories import (
    EARLIER,
    OrganisationFactory,
    PersonFactory,
    affiliated,
    seated,
)
from commonweal.core import links
from commonweal.core.models import Event, Organisation, Person
from commonweal.core.scope import system
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, MONTH, agreed, checked, csv
from tests.journeys.small import BAD_ROW, PURPOSE, ROWS, Small, link_for, person, small, undone

pytestmark = pytest.mark.django_db
LONG_AFTER = datetime(2028, 1, 1, 12, tzinfo=UTC)
# A value of the file, and the words that stand only where somebody reads it back.
FOUND = "2026-02-31"


# What happens to an agreement ---------------------------------------------------------------------


def nothing(_agreement: Agreement, _built: Small) -> None:
    """It stays in force."""


def revised(agreement: Agreement, **changes: c.Clause) -> AgreementVersion:
    held = agreements.clauses_of(agreements.latest(agreement))
    clauses = [changes.get(each.kind, each) for each in held]
    return agree.revise(agreement=agreement, clauses=clauses, prose="", by=system("test"), at=AT)


def narrower(agreement: Agreement) -> AgreementVersion:
    """A version that covers a single field, of no use to anybody here."""
    return revised(agreement, data=c.Data("beds", ("weeks",)))


def drafted(agreement: Agreement, _built: Small) -> None:
    narrower(agreement)


def opened(agreement: Agreement, _built: Small) -> None:
    agree.open_for_signature(version=narrower(agreement), by=system("test"), at=AT)


def replaced(agreement: Agreement, _built: Small) -> None:
    signed_by_all(narrower(agreement), AT)


def suspended(agreement: Agreement, _built: Small) -> None:
    agree.suspend(agreement=agreement, reason="Looked at again.", by=system("test"), at=AT)


def lifted(agreement: Agreement, built: Small) -> None:
    agree.suspend(
        agreement=agreement, reason="Looked at.", by=system("test"), at=AT - timedelta(hours=2)
    )
    agree.resume(agreement=agreement, by=system("test"), at=AT - timedelta(hours=1))


def withdrawn(agreement: Agreement, built: Small) -> None:
    """By who provides the data of a sharing agreement, by who uses it of a licence."""
    organisation = built.here.provider if agreement.kind == "dsa" else built.user
    agree.withdraw(
        agreement=agreement,
        organisation=organisation,
        reason="",
        by=signatory_of(organisation),
        at=AT,
    )


@dataclass(frozen=True)
class State:
    """`allows`: whether the agreement still opens what it opened. `kind`: the clause that refuses."""

    how: Callable[[Agreement, Small], None]
    allows: bool
    kind: str = ""
    at: datetime = AT


STATES = {
    "in force": State(nothing, allows=True),
    "a new text drafted": State(drafted, allows=True),
    "a new text open for signature": State(opened, allows=True),
    "suspension lifted": State(lifted, allows=True),
    "replaced by a narrower text": State(replaced, allows=False, kind="data"),
    "suspended": State(suspended, allows=False, kind="suspension"),
    "withdrawn": State(withdrawn, allows=False, kind="withdrawal"),
    "expired": State(nothing, allows=False, kind="expiry", at=LONG_AFTER),
}
# A licence that was never in force: the data is there, and nobody may use it for this.
NEW_LICENCE = {
    "draft": ("not_signed", False),
    "signing": ("partly_signed", False),
    "in force": ("", True),
}


# Who asks -----------------------------------------------------------------------------------------

READERS = frozenset({"steward", "colleague"})
SEATED = READERS | {"convener", "other provider", "resident"}
AWAY = frozenset({"former partner", "stranger", "operator"})
ROLES = (*sorted(SEATED), *sorted(AWAY), "visitor")


def people(built: Small, foreign: Person) -> dict[str, Person | None]:
    here = built.here
    resident, former = PersonFactory(), PersonFactory()
    seated(built.partnership, person=resident, voice="Parents")
    left = OrganisationFactory(name="Left Long Ago")
    seated(
        built.partnership,
        left,
        kind=Seat.Kind.PARTNER,
        since_at=EARLIER,
        until_at=AT - timedelta(days=9),
        ended_because="Moved on.",
    )
    affiliated(former, left)
    return {
        "steward": person(here.steward),
        "colleague": person(here.colleague),
        "other provider": person(here.stranger),
        "convener": person(here.convener),
        "resident": resident,
        "former partner": former,
        "stranger": foreign,
        "operator": PersonFactory(is_operator=True),
        "visitor": None,
    }


@dataclass(frozen=True)
class World:
    built: Small
    sent: Submission
    foreign_slug: str
    foreign_file: UUID
    people: dict[str, Person | None]

    def client(self, role: str) -> Client:
        client = Client()
        if one := self.people[role]:
            client.force_login(one, "django.contrib.auth.backends.ModelBackend")
        return client

    def url(self, rest: str, *, foreign: bool = False) -> str:
        slug = self.foreign_slug if foreign else self.built.partnership.slug
        return f"/partnerships/{slug}/{rest}"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with (
        django_db_blocker.unblock(),
        mock.patch("django.utils.timezone.now", return_value=AT),
        undone(),
    ):
        built = small()
        # All of it wrong, so that it takes the place of no other.
        wrong = csv([(f"X{n}", *BAD_ROW[1:]) for n in range(3)])
        mine = checked(built.here, wrong, by=links.actor(built.link))
        elsewhere = agreed()
        foreign = checked(elsewhere, csv([*ROWS, BAD_ROW]))
        yield World(
            built,
            mine,
            elsewhere.partnership.slug,
            foreign.pk,
            people(built, person(elsewhere.convener)),
        )


# What is asked ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """`may`: who is let in while the agreement allows it. `of_permit`: whether it depends on it."""

    name: str
    may: frozenset[str]
    ask: Callable[[World, Client, datetime, bool], Any]
    of_permit: bool = True


def get(rest: str) -> Callable[[World, Client, datetime, bool], Any]:
    return lambda world, client, _at, foreign: client.get(
        world.url(rest.format(world=world), foreign=foreign)
    )


def bad_rows(world: World, client: Client, _at: datetime, foreign: bool) -> Any:
    pk = world.foreign_file if foreign else world.built.submission.pk
    return client.get(world.url(f"data/submissions/{pk}/rows-to-mend.xlsx", foreign=foreign))


def hand_in(world: World, client: Client, at: datetime, foreign: bool) -> Any:
    here = world.built.here
    fields = {
        "way": f"{here.contract.key} {here.provider.pk}",
        "period": MONTH if at == AT else "2027-12",
        "file": SimpleUploadedFile("visits.csv", csv(ROWS[:9])),
    }
    return client.post(world.url("data/send/", foreign=foreign), fields)


def order(world: World, client: Client, _at: datetime, foreign: bool) -> Any:
    return client.post(world.url("results/new/", foreign=foreign), ordered(world, PURPOSE))


def ordered(world: World, purpose: str) -> dict[str, Any]:
    return {
        "title": "Again",
        "indicators": [str(world.built.version.pk)],
        "organisation": str(world.built.user.pk),
        "purpose": purpose,
        "audience": "public",
    }


def publish(world: World, client: Client, _at: datetime, foreign: bool) -> Any:
    number = world.built.release.number
    return client.post(world.url(f"results/{number}/publish/", foreign=foreign))


ADDRESSES = (
    Address("download of rows to mend", READERS, bad_rows),
    Address("handing in", frozenset({"steward", "colleague"}), hand_in),
    Address("ordering a release", frozenset({"convener"}), order),
    Address("publishing", frozenset({"convener"}), publish),
    Address("release", SEATED, get("results/{world.built.release.number}/"), of_permit=False),
    Address("release as file", SEATED, get("results/1/data.csv"), of_permit=False),
    Address("who can see what", SEATED, get("agreements/access/"), of_permit=False),
    Address("the same as file", SEATED, get("agreements/access/csv/"), of_permit=False),
    Address("uses", SEATED - {"resident"}, get("agreements/uses/"), of_permit=False),
)


def told(answer: Any) -> str:
    """in, no, missing or sign in; a form that is refused says 403 or, for a choice not offered, 422."""
    status = answer.status_code
    if status == 302 and answer["Location"].startswith(("/sign-in/", "/account/login/")):
        return "sign in"
    return {200: "in", 302: "in", 403: "no", 422: "no", 404: "missing"}.get(status, str(status))


def expected(role: str, address: Address, *, allows: bool, foreign: bool) -> str:
    if role == "visitor":
        return "sign in"
    if foreign or role in AWAY:
        return "missing"
    return "in" if role in address.may and (allows or not address.of_permit) else "no"


def reaches(agreement: Agreement, address: Address) -> bool:
    """A licence opens measuring; a sharing agreement opens everything."""
    return agreement.kind == "dsa" or address.name in {"ordering a release", "publishing"}


def state_cases() -> Iterator[Any]:
    for which in ("sharing", "licence"):
        for name, state in STATES.items():
            if which == "licence" and name == "expired":
                continue  # The licence took its last day from the agreement above it.
            yield pytest.param(which, state, id=f"{which}: {name}")


@pytest.mark.parametrize(("which", "state"), list(state_cases()))
def test_no_cell_leaks(world: World, which: str, state: State) -> None:
    agreement = getattr(world.built, which)
    with mock.patch("django.utils.timezone.now", return_value=AT):
        state.how(agreement, world.built)
    wrong: list[str] = []
    with mock.patch("django.utils.timezone.now", return_value=state.at):
        for role in ROLES:
            client = world.client(role)
            for address in ADDRESSES:
                for foreign in (False, True):
                    wrong += cell(world, client, role, address, agreement, state, foreign)
    assert not wrong, "\n".join(wrong)


def cell(
    world: World,
    client: Client,
    role: str,
    address: Address,
    agreement: Agreement,
    state: State,
    foreign: bool,
) -> Iterator[str]:
    """What is wrong with one answer. Whatever the request changes is taken back."""
    here = foreign and role == "stranger"
    if here:
        return  # Its own partnership: `test_matrix.py` asks whether it gets in there.
    allows = state.allows or not reaches(agreement, address)
    # Of two providers one withdrew: the other's data is measured as before.
    if state.how is withdrawn and agreement.kind == "dsa" and address.name == "ordering a release":
        allows = True
    with undone():
        logged = Event.objects.filter(kind="agree.refused").count()
        answer = told(address.ask(world, client, state.at, foreign))
        refused = Event.objects.filter(kind="agree.refused").count() - logged
        want = expected(role, address, allows=allows, foreign=foreign)
        if answer != want:
            yield f"{role}, {address.name}{' elsewhere' if foreign else ''}: {answer}, not {want}"
        by_clause = address.of_permit and role in address.may and not foreign and not allows
        if by_clause and not refused:
            yield f"{role}, {address.name}: refused and not logged"


@pytest.mark.parametrize(("which", "state"), list(state_cases()))
def test_findings_are_read_back_only_by_who_gave_the_file_and_while_it_may(
    world: World, which: str, state: State
) -> None:
    """The page is there for the table; what stands in it depends on the agreement and the reader."""
    agreement = getattr(world.built, which)
    with mock.patch("django.utils.timezone.now", return_value=AT):
        state.how(agreement, world.built)
    allows = state.allows or which == "licence"
    url = world.url(f"data/submissions/{world.built.submission.pk}/")
    with mock.patch("django.utils.timezone.now", return_value=state.at):
        for role in ROLES:
            with undone():
                page = world.client(role).get(url).content.decode()
                assert (FOUND in page) == (allows and role in READERS), role
                if role in READERS and not allows:
                    assert clause(agreement, state.kind) in page, role
                elif role not in READERS:
                    assert "Refused by" not in page, role


def clause(agreement: Agreement, kind: str) -> str:
    terms = agreements.terms_of(agreements.latest(agreement))
    return f"{agreement.reference} clause {terms.number(kind)} ("


@pytest.mark.parametrize("name", STATES)
def test_the_holder_of_a_link_reads_back_its_own_file_while_it_may(world: World, name: str) -> None:
    state, built = STATES[name], world.built
    with mock.patch("django.utils.timezone.now", return_value=AT):
        other, other_token = link_for(built.here, "another@vexnir.example")
        state.how(built.sharing, built)
    with mock.patch("django.utils.timezone.now", return_value=state.at):
        own = f"/l/submit/{built.token}/{world.sent.pk}/"
        page = Client().get(own).content.decode()
        assert (FOUND in page) == state.allows
        wanted = 200 if state.allows else 403
        assert Client().get(f"{own}rows-to-mend.xlsx").status_code == wanted
        # The same file by another link for the same provider, and another file by this link.
        for path in (
            f"/l/submit/{other_token}/{world.sent.pk}/",
            f"/l/submit/{built.token}/{built.submission.pk}/",
        ):
            assert FOUND not in Client().get(path).content.decode()
            assert Client().get(f"{path}rows-to-mend.xlsx").status_code == 403
        assert other.revoked_at is None


@pytest.mark.parametrize("name", NEW_LICENCE)
def test_a_licence_allows_nothing_before_all_have_signed(world: World, name: str) -> None:
    """Draft, open for signature, in force: who may order, for the purpose that only it names."""
    code, allows = NEW_LICENCE[name]
    built, purpose = world.built, "cw:MonitorEquity"
    other = built.here.other
    data = next(
        each
        for each in agreements.clauses_of(agreements.latest(built.sharing))
        if isinstance(each, c.Data)
    )
    with mock.patch("django.utils.timezone.now", return_value=AT):
        version = agree.draft_agreement(
            partnership=built.partnership,
            kind="dul",
            title="Fairness",
            clauses=dul_clauses([built.user, other], data=data, purpose=c.Purpose((purpose,))),
            prose="",
            parent=built.sharing,
            by=system("test"),
            at=AT,
        )
        if name == "signing":
            agree.open_for_signature(version=version, by=system("test"), at=AT)
            agree.sign(
                version=version,
                organisation=other,
                text_hash=version.text_hash,
                by=signatory_of(other),
                at=AT,
            )
        elif allows:
            signed_by_all(version, AT)
        for role in ROLES:
            with undone():
                logged = Event.objects.filter(kind="agree.refused").count()
                answer = world.client(role).post(world.url("results/new/"), ordered(world, purpose))
                want = expected(role, ADDRESSES[2], allows=allows, foreign=False)
                assert told(answer) == want, role
                if role == "convener" and not allows:
                    refusals = Event.objects.filter(kind="agree.refused").order_by("number")
                    assert refusals.count() == logged + 1
                    assert refusals.latest("number").data["code"] == code
        lines = world.client("convener").get(
            world.url("agreements/access/csv/"), {"purpose": purpose}
        )
        rows = lines.content.decode().splitlines()[1:]
        assert rows and all((",yes," in row) == allows for row in rows)


@pytest.mark.parametrize("name", [name for name in STATES if name != "expired"])
def test_the_page_says_what_the_requests_are_answered(world: World, name: str) -> None:
    """Each line that “who can see what” gives for the user is what the order then gets."""
    state, built = STATES[name], world.built
    with mock.patch("django.utils.timezone.now", return_value=AT):
        state.how(built.licence, built)
        page = world.client("convener").get(
            world.url("agreements/access/csv/"), {"purpose": PURPOSE, "output": "public"}
        )
        rows = page.content.decode().splitlines()[1:]
        read = {"slept_safely", "visited"}
        said = {row.split(",")[3]: ",yes," in row for row in rows}
        may = read <= {field for field, allowed in said.items() if allowed}
        with undone():
            answer = order(world, world.client("convener"), AT, False)
        assert (told(answer) == "in") == may == state.allows


def test_a_published_release_stays_for_everybody_whatever_ends(world: World) -> None:
    """It holds no record of anybody; only what was not published yet is kept back."""
    built = world.built
    with mock.patch("django.utils.timezone.now", return_value=AT):
        built.partnership.public_at = AT
        built.partnership.save()
        path = f"/p/{built.partnership.slug}/releases/{built.release.number}/"
        assert Client().get(path).status_code == 404
        measure.publish_release(release=built.release, by=built.here.convener, at=AT)
        for how in (suspended, withdrawn):
            with undone():
                how(built.sharing, built)
                assert Client().get(path).status_code == 200
    assert Release.objects.get(pk=built.release.pk).state == "published"
    assert isinstance(built.here.provider, Organisation)

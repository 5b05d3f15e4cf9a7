"""An agreement that is not in force refuses at once on every path, and says which clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal import cli
from commonweal.agree import actions as agree
from commonweal.agree import queries as agreements
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.agree.tests.factories import (
    dsa_clauses,
    dul_clauses,
    signatory_of,
    signed_by_all,
)
from commonweal.compute.permits import clauses as c
from commonweal.convene.models import Partnership
from commonweal.core import jobs
from commonweal.core.models import Event, Job, Organisation
from commonweal.core.scope import system
from commonweal.measure import queries as measure
from commonweal.measure.actions import order_release
from commonweal.measure.actions import run as run_release
from commonweal.measure.models import Release
from commonweal.pool import contracting
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, COLUMNS, CONTRACT, MONTH, csv
from commonweal.pool.tests.ways import signed_in
from commonweal.pool.vault import files
from tests.journeys.small import PURPOSE, ROWS, Small, link_for, person, small, undone

pytestmark = pytest.mark.django_db
LONG_AFTER = datetime(2028, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Small]:
    """Everything signed, one month in, one release computed and not yet published."""
    with (
        django_db_blocker.unblock(),
        mock.patch("django.utils.timezone.now", return_value=AT),
        undone(),
    ):
        yield small()


# What stops an agreement ------------------------------------------------------------------------


def withdraw(agreement: Agreement, organisation: Organisation) -> None:
    agree.withdraw(
        agreement=agreement,
        organisation=organisation,
        reason="",
        by=signatory_of(organisation),
        at=AT,
    )


def suspend(agreement: Agreement) -> None:
    agree.suspend(agreement=agreement, reason="Under review.", by=system("test"), at=AT)


def begin_later(agreement: Agreement) -> None:
    """Every party signs a new version that starts next year; it replaces the one before."""
    clauses = agreements.clauses_of(agreements.latest(agreement))
    later = [c.Start(date(2027, 1, 1)) if isinstance(each, c.Start) else each for each in clauses]
    if not any(isinstance(each, c.Start) for each in later):
        later.append(c.Start(date(2027, 1, 1)))
    by = system("test")
    version = agree.revise(agreement=agreement, clauses=later, prose="", by=by, at=AT)
    signed_by_all(version, AT)


@dataclass(frozen=True)
class Stop:
    """`how` stops the agreement, from `at` on. `clause`: which kind of clause the refusal names."""

    how: Callable[[Small], None]
    clause: str
    words: str
    at: datetime = AT


SHARING = {
    "expired": Stop(lambda s: None, "expiry", "ended with", LONG_AFTER),
    "withdrawn by its provider": Stop(
        lambda s: withdraw(s.sharing, s.here.provider), "withdrawal", "withdrew"
    ),
    "withdrawn by the hub": Stop(lambda s: withdraw(s.sharing, s.user), "withdrawal", "withdrew"),
    "suspended": Stop(lambda s: suspend(s.sharing), "suspension", "suspended"),
    "not yet started": Stop(lambda s: begin_later(s.sharing), "start", "begins on"),
}
LICENCE = {
    "suspended": Stop(lambda s: suspend(s.licence), "suspension", "suspended"),
    "withdrawn by the hub": Stop(lambda s: withdraw(s.licence, s.user), "withdrawal", "withdrew"),
    "not yet started": Stop(lambda s: begin_later(s.licence), "start", "begins on"),
}


# The paths --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """`refused`: HTTP status 403 or exit code 3. `text`: all that the reader is told."""

    refused: bool
    text: str


@dataclass(frozen=True)
class Way:
    """How a request reaches the software."""

    built: Small
    at: datetime
    folder: Path
    capsys: pytest.CaptureFixture[str]
    purpose: str = PURPOSE

    @property
    def period(self) -> str:
        """The last complete month: older ones are not offered on the pages for ever."""
        return MONTH if self.at == AT else "2027-12"

    def page(self, client: Client, path: str, fields: dict[str, Any]) -> Answer:
        response = client.post(path, fields)
        return Answer(response.status_code == 403, response.content.decode())

    def command(self, *words: str) -> Answer:
        with (
            mock.patch("commonweal.pool.commands.now", return_value=self.at),
            mock.patch("django.setup"),  # Done already; twice would bind the log to this capture.
        ):
            code = cli.main(words)
        said = self.capsys.readouterr()
        assert code != 3 or said.out == ""
        return Answer(code == 3, said.err)


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("visits.csv", csv(ROWS[:9]))


def by_page(way: Way) -> Answer:
    here = way.built.here
    fields = {
        "way": f"{here.contract.key} {here.provider.pk}",
        "period": way.period,
        "file": upload(),
    }
    path = f"/partnerships/{here.partnership.slug}/data/send/"
    return way.page(signed_in(here.steward), path, fields)


def by_link(way: Way) -> Answer:
    fields = {"period": way.period, "file": upload()}
    return way.page(Client(), f"/l/submit/{way.built.token}/", fields)


def by_command(way: Way) -> Answer:
    here = way.built.here
    path = way.folder / "visits.csv"
    path.write_bytes(csv(ROWS[:9]))
    words = (
        "--for",
        here.provider.name,
        "--period",
        way.period,
        "--as",
        person(here.steward).email,
    )
    return way.command("submit", here.partnership.slug, here.contract.key, str(path), *words)


def measuring_by_page(way: Way) -> Answer:
    fields = {
        "title": "Again",
        "indicators": [str(way.built.version.pk)],
        "organisation": str(way.built.user.pk),
        "purpose": way.purpose,
        "audience": "public",
    }
    client = signed_in(way.built.here.convener)
    return way.page(client, f"/partnerships/{way.built.partnership.slug}/results/new/", fields)


def measuring_by_command(way: Way) -> Answer:
    words = ("--for", way.built.user.name, "--purpose", way.purpose, "--publish")
    words += ("--audience", "public", "--as", person(way.built.here.convener).email)
    return way.command("release", way.built.partnership.slug, *words)


def publishing(way: Way) -> Answer:
    client = signed_in(way.built.here.convener)
    number = way.built.release.number
    path = f"/partnerships/{way.built.partnership.slug}/results/{number}/publish/"
    return way.page(client, path, {})


SUBMITTING = {"page": by_page, "link": by_link, "command": by_command}
MEASURING = {"page": measuring_by_page, "command": measuring_by_command, "publishing": publishing}


def cases() -> Iterator[Any]:
    for name, stop in SHARING.items():
        for path, send in SUBMITTING.items():
            yield pytest.param("DSA-1", stop, send, id=f"{name}: submitting by {path}")
        for path, send in MEASURING.items():
            # One provider's withdrawal leaves the others: what was computed with it is not published.
            if name != "withdrawn by its provider" or send is publishing:
                yield pytest.param("DSA-1", stop, send, id=f"{name}: measuring by {path}")
    for name, stop in LICENCE.items():
        for path, send in MEASURING.items():
            yield pytest.param("DUL-1", stop, send, id=f"licence {name}: measuring by {path}")


# What stays as it was ---------------------------------------------------------------------------


def kept() -> dict[str, Any]:
    """Everything that a half-written answer would leave behind."""
    root = files._root()
    return {
        "submissions": set(Submission.objects.values_list("pk", "state")),
        "releases": set(Release.objects.values_list("pk", "state")),
        "jobs": set(Job.objects.values_list("pk", "state")),
        "files": {path.name for path in root.rglob("*") if path.is_file()},
    }


def refusals() -> list[dict[str, Any]]:
    found = Event.objects.filter(kind="agree.refused").order_by("number")
    return list(found.values_list("data", flat=True))


def check_refused(way: Way, send: Callable[[Way], Answer], clause: str, words: str) -> None:
    """403 or exit code 3, the clause and the reason said, the refusal logged, nothing else done."""
    before, logged = kept(), len(refusals())
    with mock.patch("django.utils.timezone.now", return_value=way.at):
        answer = send(way)
    assert answer.refused, answer.text[-1500:]
    assert clause in answer.text
    assert words in answer.text
    assert kept() == before
    assert len(refusals()) == logged + 1
    newest = refusals()[-1]
    assert f"{newest['reference']} clause {newest['number']} (" == clause


def numbered(agreement: Agreement, kind: str) -> str:
    """How people begin to cite the clause of this kind, e.g. “DSA-1 clause 9 (”."""
    number = agreements.terms_of(agreements.latest(agreement)).number(kind, "")
    assert number
    return f"{agreement.reference} clause {number} ("


@pytest.mark.parametrize(("reference", "stop", "send"), list(cases()))
def test_every_path_refuses_and_names_the_clause(
    built: Small,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    reference: str,
    stop: Stop,
    send: Callable[[Way], Answer],
) -> None:
    stop.how(built)
    agreement = built.sharing if reference == "DSA-1" else built.licence
    way = Way(built, stop.at, tmp_path, capsys)
    check_refused(way, send, numbered(agreement, stop.clause), stop.words)


# Never signed -----------------------------------------------------------------------------------


def unsigned(partnership: Partnership, version: AgreementVersion) -> Agreement:
    """Open for signature, signed by all parties but one."""
    agree.open_for_signature(version=version, by=system("test"), at=AT)
    for organisation in list(agreements.unsigned(version))[1:]:
        agree.sign(
            version=version,
            organisation=organisation,
            text_hash=version.text_hash,
            by=signatory_of(organisation),
            at=AT,
        )
    return version.agreement


@pytest.mark.parametrize("path", SUBMITTING)
def test_an_agreement_that_one_party_has_not_signed_lets_nothing_in(
    built: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    here = built.here
    clauses = dsa_clauses([here.provider], [built.user], data=c.Data("cots", COLUMNS))
    version = agree.draft_agreement(
        partnership=built.partnership,
        kind="dsa",
        title="Cots for babies",
        clauses=clauses,
        prose="",
        by=system("test"),
        at=AT,
        language="en",
    )
    agreement = unsigned(built.partnership, version)
    contract = contracting.add_contract(
        partnership=built.partnership,
        agreement=agreement,
        text=CONTRACT.replace("id: beds", "id: cots"),
        by=here.convener,
        at=AT,
    ).contract
    link, token = link_for(replace(here, contract=contract))
    other = replace(built, here=replace(here, contract=contract), link=link, token=token)
    clause = numbered(agreement, "signature")
    check_refused(Way(other, AT, tmp_path, capsys), SUBMITTING[path], clause, "sign")


@pytest.mark.parametrize("path", ["page", "command"])
def test_a_licence_that_one_party_has_not_signed_lets_nobody_measure(
    built: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    purpose = "cw:MonitorEquity"
    data = next(
        each
        for each in agreements.clauses_of(agreements.latest(built.sharing))
        if isinstance(each, c.Data)
    )
    version = agree.draft_agreement(
        partnership=built.partnership,
        kind="dul",
        title="Watching fairness",
        clauses=dul_clauses([built.user], data=data, purpose=c.Purpose((purpose,))),
        prose="",
        parent=built.sharing,
        by=system("test"),
        at=AT,
        language="en",
    )
    agreement = unsigned(built.partnership, version)
    way = Way(built, AT, tmp_path, capsys, purpose)
    clause = numbered(agreement, "signature")
    check_refused(way, MEASURING[path], clause, "sign")


# Stopped in between -----------------------------------------------------------------------------


def test_what_was_ordered_before_is_not_computed_after(built: Small) -> None:
    at = AT + timedelta(minutes=1)
    job = order_release(order=built.order(), by=built.here.convener, at=AT)
    suspend(built.licence)
    releases = set(Release.objects.values_list("pk", flat=True))
    with mock.patch("django.utils.timezone.now", return_value=at):
        jobs.run_due()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "suspended" in job.last_error
    assert set(Release.objects.values_list("pk", flat=True)) == releases
    assert refusals()[-1]["reference"] == "DUL-1"


def test_who_withdrew_is_left_out_and_the_others_are_measured(built: Small) -> None:
    before = measure.rows(built.release)
    logged = len(refusals())
    withdraw(built.sharing, built.here.provider)
    release = run_release(order=built.order(), by=built.here.convener, at=AT)
    (total,) = [row["n"] for row in before]
    (left,) = [row["n"] for row in measure.rows(release)]
    assert total == left * 2
    providers = {each.provider_id for each in release.submissions.all()}
    assert providers == {built.here.other.pk}
    assert refusals()[logged]["provider"] == str(built.here.provider.pk)
    url = f"/partnerships/{built.partnership.slug}/results/{release.number}/slept_safely/"
    client = Client(headers={"accept-language": "es"})
    client.force_login(person(built.here.convener))
    with mock.patch("django.utils.timezone.now", return_value=AT):
        page = client.get(url).content.decode()
    assert "Véase DSA-1, cláusula 13 (retirada)." in page
    gone = built.here.provider.name
    assert f"Sin los datos de {gone}. {gone} se retiró" in page


def test_the_same_requests_are_granted_while_all_is_in_force(
    built: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: without a stop none of the paths refuses."""
    way = Way(built, AT, tmp_path, capsys)
    for send in (*SUBMITTING.values(), *MEASURING.values()):
        answer = send(way)
        assert not answer.refused, answer.text
    assert refusals() == []
    assert {release.state for release in Release.objects.all()} == {"published"}

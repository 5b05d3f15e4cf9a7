"""Evaluators, auditors and facilitators without a seat: what opens to them, and what never does.

Which address opens to which role is walked by the matrix. Here: that no page leads them to a refusal,
that what is not settled stays at the table, and that the end of a term closes everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import resolve, reverse

from commonweal.agree import actions as agree
from commonweal.agree import commenting
from commonweal.agree.models import AgreementVersion
from commonweal.agree.recommendations import actions as recommendations
from commonweal.agree.recommendations.models import Appointment, Independent
from commonweal.agree.tests.factories import dsa_clauses
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import OrganisationFactory, convener_of, member_of
from commonweal.core.models import Event, Organisation, Person
from commonweal.core.scope import system
from commonweal.desk.example import cast
from commonweal.measure import actions as measure
from commonweal.pool.tests.ways import signed_in
from tests.journeys.access import RULES
from tests.journeys.small import AT, small, undone

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("example"),
    pytest.mark.usefixtures("clock"),
]
HERE = "/partnerships/safe-space-to-sleep/"
AUDITOR = "auditor@example.org"
BACKEND = "django.contrib.auth.backends.ModelBackend"
# What is at the table and nobody from outside may meet: words of a draft, of a comment.
DRAFTED, SAID = "Bexhollow beds in draft", "Bexhollow said so in confidence"


@pytest.fixture
def table(example: Partnership) -> Iterator[Partnership]:
    with undone():
        yield example


def looking_in(table: Partnership, role: str, at: Any) -> Client:
    """A client of somebody in this role without a seat; the example has an auditor."""
    auditors = Organisation.objects.get(name="Weir Lane Auditors")
    if role != "auditor":
        now = Appointment.objects.get(organisation=auditors)
        by = convener_of(table)
        recommendations.end_appointment(appointment=now, reason="For the test.", by=by, at=at)
        term = recommendations.Term("All of it.", at.date(), at.date() + timedelta(days=99))
        recommendations.appoint(
            partnership=table, role=role, holder=auditors, term=term, by=by, at=at
        )
    client = Client()
    client.force_login(Person.objects.get(email=AUDITOR), BACKEND)
    return client


def pages(client: Client) -> dict[str, str]:
    """Every page within the partnership that links lead to, beginning at home: address → text."""
    found: dict[str, str] = {}
    waiting = ["/home/"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = body.decode(errors="replace")
        if "html" in answer["Content-Type"]:
            links = (unescape(each) for each in re.findall(r'href="([^"#]+)', found[path]))
            waiting += [each.split("?")[0] for each in links if each.startswith(HERE)]
    return found


@pytest.mark.parametrize("role", Independent.values)
def test_no_page_leads_where_the_role_is_refused_or_shows_what_it_may_not_press(
    table: Partnership, role: str, clock: Any
) -> None:
    found = pages(looking_in(table, role, clock))
    names = {resolve(path).url_name for path in found} - {"home"}
    assert len(names) > 10
    # The matrix asks for a proposal that is open; what links lead to without that right is decided.
    for name in names - {"proposal"}:
        assert role in (RULES[str(name)].read or ()), name
    # The other way round: whatever the role may read by a plain link is linked somewhere.
    may = {name for name, rule in RULES.items() if rule.is_inside and role in (rule.read or ())}
    assert may - names <= {"agreement_version", "agreement_changes", "decision_types"} | {
        "agreement_paper",
        "dispute",
    }
    for path, page in found.items():
        if resolve(path).url_name == "file_finding":
            continue
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page)
        assert not [each for each in forms if each.startswith(HERE)], path


def unsettled(table: Partnership, at: Any) -> AgreementVersion:
    """A text that is open for comment, with a comment."""
    office, charity = (
        Organisation.objects.get(name=name)
        for name in ("Southmoor Partnership Office", "A Bed Each")
    )
    version = agree.draft_agreement(
        partnership=table,
        kind="dsa",
        title=DRAFTED,
        clauses=dsa_clauses([charity], [office]),
        prose="",
        by=system("test"),
        at=at,
        language="en",
    )
    agree.open_for_comment(version=version, by=system("test"), at=at)
    commenting.comment(
        version=version, clause=0, words_=SAID, speaker=charity, by=member_of(charity), at=at
    )
    return version


@pytest.mark.parametrize("role", Independent.values)
def test_what_is_not_settled_is_for_the_table_and_its_facilitator(
    table: Partnership, role: str, clock: Any
) -> None:
    version = unsettled(table, clock)
    client = looking_in(table, role, clock)
    text = " ".join(pages(client).values())
    helps = role == Independent.FACILITATOR
    for words in (DRAFTED, SAID, cast.NEWSLETTER.title):
        assert (words in text) is helps, words
    reference = version.agreement.reference
    for name in ("agreement", "agreement_version", "agreement_text", "agreement_pdf"):
        number = [] if name == "agreement" else [1]
        path = reverse(name, args=[table.slug, reference, *number])
        assert client.get(path).status_code == (200 if helps else 404), path
    # Once it is put to signature it is a text that counts; what was said about it stays inside.
    agree.open_for_signature(version=version, by=system("test"), at=clock, anyway=True)
    page = client.get(f"{HERE}agreements/{reference}/").content.decode()
    assert DRAFTED in page and (SAID in page) is helps


def test_the_log_names_people_to_the_table_and_to_nobody_else(
    table: Partnership, clock: Any
) -> None:
    page = looking_in(table, "auditor", clock).get(f"{HERE}log/").content.decode()
    assert "Somebody" in page and "Robin Hale" not in page
    client = Client()
    client.force_login(Person.objects.get(email="convener@example.org"), BACKEND)
    assert "Robin Hale" in client.get(f"{HERE}log/").content.decode()


def test_an_auditor_reads_what_all_data_was_used_for_and_looks_nobody_up(
    table: Partnership, clock: Any
) -> None:
    client = looking_in(table, "auditor", clock)
    uses = client.get(f"{HERE}agreements/uses/").content.decode()
    assert "Aldmoor Council" in uses and "St Brannoc’s Hospital" in uses
    assert f"{HERE}results/1/" in uses
    asked = client.get(f"{HERE}agreements/access/").content.decode()
    assert "Inez Calloway" in asked and "Jo Lindqvist" not in asked


def test_home_tells_where_a_role_is_held_and_what_it_opens(table: Partnership, clock: Any) -> None:
    client = looking_in(table, "auditor", clock)
    home = client.get("/home/").content.decode()
    assert cast.NAME in home and "Auditor" in home and f"{HERE}log/" in home
    assert "You are not at any table yet" not in home and f"{HERE}table/" not in home
    # Somebody with a seat in the same role reads as the table does, and sees no second entry.
    client.force_login(Person.objects.get(email="evaluator@example.org"), BACKEND)
    home = client.get("/home/").content.decode()
    assert "Where you hold an independent role" not in home


@pytest.mark.parametrize("how", ["over", "ended early", "not begun"])
def test_the_moment_a_term_is_over_every_page_is_closed_also_to_a_session_from_before(
    table: Partnership, clock: Any, how: str, monkeypatch: Any, caplog: Any
) -> None:
    client = looking_in(table, "auditor", clock)
    open_ = [path for path in pages(client) if path != "/home/"]
    assert len(open_) > 30
    role = Appointment.objects.get(role="auditor")
    at = clock
    if how == "ended early":
        recommendations.end_appointment(
            appointment=role, reason="Enough seen.", by=convener_of(table), at=clock
        )
    else:
        days = {"over": (role.ends_on - clock.date()).days + 1}.get(how)
        begun = (clock.date() - role.starts_on).days
        at = clock + timedelta(days=days if days is not None else -begun - 1)
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)
        # The session itself would be over too.
        client.force_login(Person.objects.get(email=AUDITOR), BACKEND)
    before = Event.objects.count()
    caplog.clear()
    for path in open_:
        assert client.get(path).status_code == 404, path
    finding = {"title": "Too late", "words": "W", "appointment": str(role.pk)}
    assert client.post(f"{HERE}recommendations/findings/new/", finding).status_code == 404
    assert Event.objects.count() == before
    logged = [each for each in caplog.records if each.name == "django.request"]
    assert len(logged) >= len(open_)
    assert cast.NAME not in client.get("/home/").content.decode()


def test_what_an_agreement_opens_to_the_partners_stays_theirs() -> None:
    """No clause lets results for the partners be shown to somebody who is none."""
    made = small()
    by = made.here.convener
    holder = OrganisationFactory()
    person = member_of(holder)
    term = recommendations.Term("All of it.", AT.date(), AT.date() + timedelta(days=99))
    recommendations.appoint(
        partnership=made.partnership, role="auditor", holder=holder, term=term, by=by, at=AT
    )
    theirs = measure.run(order=replace(made.order(), audience="partners"), by=by, at=AT)
    assert (made.release.audience, theirs.audience) == ("public", "partners")
    here = f"/partnerships/{made.partnership.slug}/"
    with mock.patch("django.utils.timezone.now", return_value=AT):
        client, partner = signed_in(person), signed_in(by)
        for release, status in ((made.release, 200), (theirs, 404)):
            for rest in ("", "slept_safely/", "data.csv", "data.json"):
                address = f"{here}results/{release.number}/{rest}"
                assert client.get(address).status_code == status, address
                assert partner.get(address).status_code == 200, address
        for page in (f"{here}results/", f"{here}uses/", f"{here}access/"):
            assert f"results/{theirs.number}/" not in client.get(page).content.decode(), page
        assert f"results/{theirs.number}/" in partner.get(f"{here}results/").content.decode()

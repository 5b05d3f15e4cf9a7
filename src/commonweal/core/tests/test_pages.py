"""Pages of the room: progress, outbox."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from commonweal.core import actions, due, files, housekeeping, jobs, links, mail, ratelimit
from commonweal.core.errors import Missing
from commonweal.core.models import Job, Link, OutgoingMail, Person, RateWindow
from commonweal.core.queries import actor_for
from commonweal.core.registering import Registry
from commonweal.core.scope import NOBODY, system

SYSTEM = system("test")


@pytest.fixture
def ana() -> Person:
    return actions.create_person(email="ana@example.org", name="Ana", by=SYSTEM, at=timezone.now())


@pytest.fixture
def operator() -> Person:
    person = actions.create_person(email="op@example.org", name="Op", by=SYSTEM, at=timezone.now())
    actions.make_operator(person=person, by=SYSTEM, at=timezone.now())
    return person


@pytest.fixture
def job(ana: Person) -> Job:
    return jobs.enqueue("core.tidy", by=actor_for(ana, timezone.now()), at=timezone.now())


def set_job(job: Job, **values: object) -> None:
    Job.objects.filter(pk=job.pk).update(**values)


@pytest.mark.django_db
def test_a_job_shows_its_progress_until_it_is_over(client: Client, ana: Person, job: Job) -> None:
    client.force_login(ana)
    url = f"/jobs/{job.pk}/?next=/home/"
    assert b"Waiting for its turn" in client.get(url).content
    set_job(job, state="running", heartbeat_at=timezone.now(), attempts=1, done=3, total=12)
    page = client.get(url).content.decode()
    assert "3 of 12" in page
    assert f'hx-get="/jobs/{job.pk}/?next=/home/"' in page
    set_job(job, state="done")
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-get" not in part
    assert 'href="/home/"' in part
    set_job(job, state="failed", last_error="The agreement <b>expired</b>.")
    assert "The agreement &lt;b&gt;expired&lt;/b&gt;." in client.get(url).content.decode()


@pytest.mark.django_db
def test_a_job_does_not_lead_elsewhere(client: Client, ana: Person, job: Job) -> None:
    client.force_login(ana)
    set_job(job, state="done")
    page = client.get(f"/jobs/{job.pk}/?next=https://evil.example/").content
    assert b'href="https://evil' not in page


@pytest.mark.django_db
def test_a_job_is_shown_to_who_asked_for_it_and_the_operator(
    client: Client, ana: Person, operator: Person, job: Job
) -> None:
    other = actions.create_person(email="eve@example.org", name="Eve", by=SYSTEM, at=timezone.now())
    anonymous_job = jobs.enqueue("core.tidy", by=NOBODY, at=timezone.now())
    url = f"/jobs/{job.pk}/"
    assert client.get(url).status_code == 404
    assert client.get(f"/jobs/{anonymous_job.pk}/").status_code == 404
    client.force_login(other)
    assert client.get(url).status_code == 404
    client.force_login(operator)
    assert client.get(url).status_code == 200
    assert client.get(f"/jobs/{uuid4()}/").status_code == 404


def message() -> OutgoingMail:
    return mail.queue(
        to="ana@example.org",
        subject="<b>Hello</b>",
        body="Open http://testserver/l/up/TOKEN/ <script>",
        purpose="test",
        at=timezone.now(),
    )


@pytest.mark.django_db
def test_the_outbox_is_the_operators(client: Client, ana: Person, operator: Person) -> None:
    row = message()
    for person in (None, ana):
        if person:
            client.force_login(person)
        assert client.get("/outbox/").status_code == 403
        assert client.post(f"/outbox/{row.pk}/again/").status_code == 403
    client.force_login(operator)
    page = client.get("/outbox/").content.decode()
    assert 'href="http://testserver/l/up/TOKEN/"' in page
    assert "<script>" not in page
    assert "&lt;b&gt;Hello" in page


@pytest.mark.django_db
def test_in_a_demo_everybody_reads_the_outbox(client: Client, settings: Settings) -> None:
    message()
    settings.DEMO = True
    assert b"TOKEN" in client.get("/outbox/").content
    assert b"/outbox/" in client.get("/sign-in/").content
    settings.DEMO = False
    assert b"/outbox/" not in client.get("/sign-in/").content


@pytest.mark.django_db
def test_a_message_that_was_given_up_is_tried_again(client: Client, operator: Person) -> None:
    row = message()
    jobs.run_due()
    client.force_login(operator)
    assert client.post(f"/outbox/{row.pk}/again/").status_code == 409
    OutgoingMail.objects.update(
        state="given_up", sent_at=None, attempts=6, last_error="ConnectionRefusedError"
    )
    assert b"Tried 6 times: ConnectionRefusedError." in client.get("/outbox/").content
    assert client.post(f"/outbox/{row.pk}/again/")["Location"] == "/outbox/"
    jobs.run_due()
    row.refresh_from_db()
    assert row.state == "sent"
    assert client.get(f"/outbox/{row.pk}/again/").status_code == 405


@pytest.mark.django_db
def test_every_day_the_old_is_forgotten() -> None:
    now = timezone.now()
    facts = {"subject": "x:1", "by": SYSTEM, "at": now, "expires_at": now + timedelta(minutes=5)}
    links.issue(purpose="sign-in", **facts)
    kept, _token = links.issue(purpose="upload", **facts)
    ratelimit.count(links.WRONG_TOKENS, "a", at=now)
    jobs.tick(now)
    jobs.run_due(now)
    assert Link.objects.count() == 2
    forgotten = housekeeping.tidy_up(now + timedelta(days=2))
    assert (forgotten["links"], forgotten["windows"]) == (1, 1)
    assert list(Link.objects.all()) == [kept]
    assert RateWindow.objects.count() == 0


def test_files_are_kept_once_and_checked(settings: Settings, tmp_path: object) -> None:
    settings.FILES_DIR = tmp_path
    digest = files.put(b"abc")
    assert files.put(b"abc") == digest
    assert files.get(digest) == b"abc"
    path = settings.FILES_DIR / digest[:2] / digest[2:]
    assert [entry.name for entry in path.parent.iterdir()] == [digest[2:]]
    path.write_bytes(b"abd")
    for wrong in (digest, "0" * 64, "../../etc/passwd", ""):
        with pytest.raises(Missing):
            files.get(wrong)


def test_what_is_due_comes_from_all_rooms_the_earliest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(due, "register", Registry())
    now = timezone.now()

    def provider(days: int) -> due.Provider:
        item = due.Item(f"in {days}", "/", None, None, now + timedelta(days=days), False, "t")
        return due.register(lambda actor, at: [item])

    later, sooner = provider(2), provider(1)
    due.register(later)
    assert [item.title for item in due.items(NOBODY, now)] == ["in 1", "in 2"]
    assert sooner in due.register

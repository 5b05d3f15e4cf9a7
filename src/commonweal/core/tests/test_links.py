"""Personal links: a hostile client, a mail scanner, two people at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from commonweal.core import links
from commonweal.core.errors import Conflict, Failure, Missing, TooMany
from commonweal.core.models import Event, Link, Organisation, RateWindow
from commonweal.core.scope import system

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY = system("test")
CLIENT = "192.0.2.7"


def issue(**changes: Any) -> tuple[Link, str]:
    facts: dict[str, Any] = {
        "purpose": "upload",
        "subject": "pool.contract:1",
        "by": BY,
        "at": AT,
        "expires_at": AT + timedelta(days=7),
    }
    return links.issue(**(facts | changes))


def find(token: str, purpose: str = "upload", at: datetime = AT, client: str = CLIENT) -> Link:
    return links.find(token, purpose=purpose, at=at, client=client)


def words(call: Callable[[], object]) -> str:
    with pytest.raises(Missing) as refused:
        call()
    return str(refused.value)


@pytest.mark.django_db
def test_a_link_is_found_again_and_looking_does_not_use_it_up() -> None:
    link, token = issue()
    assert [find(token).pk for _ in range(3)] == [link.pk] * 3
    links.consume(find(token), at=AT)
    with pytest.raises(Missing):
        find(token)


@pytest.mark.django_db
def test_the_database_never_holds_the_token() -> None:
    link, token = issue(email="Ana@Example.org ")
    assert len(token) == 43
    stored = str(Link.objects.filter(pk=link.pk).values()) + str(list(Event.objects.values()))
    assert token not in stored
    assert link.email == "ana@example.org"
    assert "ana@example.org" not in str(list(Event.objects.values()))


@pytest.mark.django_db
def test_every_dead_link_is_refused_in_the_same_words() -> None:
    used, used_token = issue()
    links.consume(used, at=AT)
    revoked, revoked_token = issue()
    links.revoke(link=revoked, by=BY, at=AT)
    _expired, expired_token = issue()
    resent, resent_token = issue()
    links.resend(link=resent, by=BY, at=AT)
    _, other_purpose = issue(purpose="sign-in")
    said = {
        words(lambda: find("A" * 43)),
        words(lambda: find("")),
        words(lambda: find(used_token)),
        words(lambda: find(revoked_token)),
        words(lambda: find(expired_token, at=AT + timedelta(days=7))),
        words(lambda: find(resent_token)),
        words(lambda: find(other_purpose)),
    }
    assert len(said) == 1


@pytest.mark.django_db
def test_a_link_without_a_count_works_until_it_expires() -> None:
    link, token = issue(uses=None)
    for _ in range(5):
        links.consume(find(token), at=AT)
    link.refresh_from_db()
    assert link.uses_left is None
    with pytest.raises(Missing):
        links.consume(link, at=AT + timedelta(days=8))


@pytest.mark.django_db
def test_resending_renews_the_term_and_kills_the_old_token() -> None:
    link, old = issue()
    later = AT + timedelta(days=10)
    new = links.resend(link=link, by=BY, at=later)
    assert find(new, at=later + timedelta(days=6)).pk == link.pk
    with pytest.raises(Missing):
        find(old, at=later)
    assert (link.sent_count, link.last_sent_at) == (2, later)


@pytest.mark.django_db
def test_a_link_that_was_resent_while_it_was_open_is_not_used() -> None:
    _link, token = issue()
    opened = find(token)
    links.resend(link=Link.objects.get(pk=opened.pk), by=BY, at=AT)
    with pytest.raises(Missing):
        links.consume(opened, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["used", "revoked"])
def test_a_dead_link_cannot_be_resent(end: str) -> None:
    link, _token = issue()
    if end == "used":
        links.consume(link, at=AT)
    else:
        links.revoke(link=link, by=BY, at=AT)
    with pytest.raises(Conflict):
        links.resend(link=link, by=BY, at=AT)


@pytest.mark.django_db
def test_resending_is_limited() -> None:
    link, _token = issue()
    for _ in range(links.RESENDS.count):
        links.resend(link=link, by=BY, at=AT)
    with pytest.raises(TooMany):
        links.resend(link=link, by=BY, at=AT)


@pytest.mark.django_db
def test_a_guessing_client_is_stopped_and_a_working_link_opens_beside_it() -> None:
    _, token = issue()
    for n in range(links.WRONG_TOKENS.count):
        with pytest.raises(Missing):
            find(f"guess-{n}")
    with pytest.raises(TooMany) as stopped:
        find("guess")
    assert stopped.value.http_status == 429
    assert 0 < stopped.value.retry_after <= links.WRONG_TOKENS.seconds
    assert find(token)
    with pytest.raises(Missing):
        find("guess", client="192.0.2.8")
    with pytest.raises(Missing):
        find("guess", at=AT + timedelta(seconds=links.WRONG_TOKENS.seconds))


@pytest.mark.django_db
def test_the_client_is_not_stored() -> None:
    with pytest.raises(Missing):
        find("guess")
    stored = str(list(RateWindow.objects.values()))
    assert RateWindow.objects.count() == 1
    assert CLIENT not in stored


@pytest.mark.django_db
def test_the_holder_is_a_member_of_the_one_organisation_and_nobody_else() -> None:
    organisation = Organisation.objects.create(name="Shelter", sector="nonprofit", created_at=AT)
    link, _token = issue(organisation=organisation)
    holder = links.actor(link)
    assert holder.holds("member", organisation.pk)
    assert not holder.holds("signatory", organisation.pk)
    assert (holder.person_id, holder.operator, holder.is_anonymous) == (None, False, False)
    assert links.actor(issue()[0]).roles == frozenset()


@pytest.mark.django_db
def test_events_tell_what_happened_to_a_link() -> None:
    link, _ = issue()
    links.resend(link=link, by=BY, at=AT)
    links.consume(link, at=AT)
    links.revoke(link=link, by=BY, at=AT)
    links.revoke(link=link, by=BY, at=AT)
    kinds = list(Event.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == [f"core.link_{what}" for what in ("issued", "resent", "used", "revoked")]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_race_for_the_last_use_one_wins() -> None:
    link, _token = issue()
    start, outcomes = threading.Barrier(2), []

    def race() -> None:
        start.wait()
        while True:
            try:
                links.consume(Link.objects.get(pk=link.pk), at=AT)
                outcomes.append("won")
            except Failure:
                outcomes.append("lost")
            except OperationalError:
                # The suite's SQLite is in memory and does not queue writers as a file does.
                continue
            break
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "won"]


def test_the_address_is_absolute(settings: Settings) -> None:
    settings.BASE_URL = "http://testserver"
    assert links.address("upload", "abc") == "http://testserver/l/upload/abc/"

"""The check of a code: what the public learns, what it does not, and what is said of wrong codes."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from commonweal.agree import actions, queries
from commonweal.agree.documents import views
from commonweal.agree.documents.queries import code_of, verified
from commonweal.agree.documents.tests.scene import drafted, providers, revised
from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import signatory_of, signed_by_all
from commonweal.convene.tests.factories import AT
from commonweal.core.errors import Missing
from commonweal.core.models import Person
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db


def page(code: str, status: int = 200, **sent: Any) -> str:
    client = Client()
    where = reverse("verify_code", args=[code])
    answer = client.post(where, sent) if sent else client.get(where)
    assert answer.status_code == status
    return answer.content.decode()


def test_tells_what_was_signed_by_whom_and_how_it_stands(agreement: Agreement) -> None:
    version = queries.latest(agreement)
    told = page(code_of(version))
    for word in ("DSA-1 Beds for babies", "In force", version.text_hash, "Safe Space to Sleep"):
        assert word in told
    assert told.count("5 January 2026") == 3
    for one in providers(agreement):
        assert one.name in told


def test_tells_no_person(agreement: Agreement) -> None:
    told = page(code_of(queries.latest(agreement)))
    people = Person.objects.filter(signatures__version__agreement=agreement)
    assert people.exists()
    assert not [one for one in people if one.name in told or one.email in told]


def test_knows_nothing_before_every_party_has_signed(agreement: Agreement) -> None:
    version = drafted(agreement, "A secret plan.")
    assert code_of(version) == ""
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    one = providers(agreement)[0]
    actions.sign(
        version=version, organisation=one, text_hash=version.text_hash, by=signatory_of(one), at=AT
    )
    version.refresh_from_db()
    assert code_of(version) == ""
    # Even the code that it will have one day opens nothing yet.
    version.active_at = AT
    with pytest.raises(Missing):
        verified(code_of(version), AT)
    told = page(code_of(version), 404)
    assert "There is no agreement in force under this code." in told
    assert "secret" not in told and "DSA-2" not in told


def test_says_when_a_copy_is_old(agreement: Agreement) -> None:
    old = queries.latest(agreement)
    signed_by_all(revised(agreement), AT)
    old.refresh_from_db()
    assert "Replaced" in page(code_of(old))
    assert code_of(old) != code_of(queries.latest(agreement))


def test_says_when_somebody_withdrew(agreement: Agreement) -> None:
    for one in providers(agreement):
        actions.withdraw(
            agreement=agreement, organisation=one, reason="Private.", by=signatory_of(one), at=AT
        )
    told = page(code_of(queries.latest(agreement)))
    assert "Withdrawn" in told
    assert "Private." not in told


def test_a_code_depends_on_the_text_and_on_the_secret_key(
    agreement: Agreement, settings: Any
) -> None:
    version = queries.latest(agreement)
    code = code_of(version)
    version.text_hash = "0" * 64
    assert code_of(version) != code
    version.refresh_from_db()
    settings.SECRET_KEY = "another"
    assert code_of(version) != code


def test_the_form_takes_what_people_type(agreement: Agreement) -> None:
    code = code_of(queries.latest(agreement))
    client = Client()
    assert client.get(reverse("verify")).status_code == 200
    answer = client.post(reverse("verify"), {"code": f" {code.lower().replace('-', ' ')} "})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("verify_code", args=[code])


def test_the_form_takes_a_fingerprint_of_what_every_party_signed(
    agreement: Agreement, settings: Any
) -> None:
    version = queries.latest(agreement)
    client = Client()
    answer = client.post(reverse("verify"), {"code": version.text_hash.upper()})
    assert answer["Location"] == reverse("verify_code", args=[code_of(version)])
    draft = drafted(agreement, "")
    assert client.post(reverse("verify"), {"code": draft.text_hash}).status_code == 422
    settings.SECRET_KEY = "another"
    answer = client.post(reverse("verify"), {"code": version.text_hash})
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the code that stands on the document."),
        ("hello", "This is not a verification code."),
        ("CW-7F3K-9Q2M-0XTP" * 9, "at most 100"),
        ("0" * 64, "No agreement that every party has signed has this fingerprint."),
        ("CW-0000-0000-0001", "There is a mistake in the code."),
    ],
)
def test_says_what_is_wrong_with_a_code(db: None, typed: str, said: str) -> None:
    answer = Client().post(reverse("verify"), {"code": typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize("code", ["x", "CW-0000-0000-0001", "%F0%9F%98%80", "a" * 300, "CW"])
def test_says_it_for_an_address_too(db: None, code: str) -> None:
    answer = Client().get(f"/verify/{code}/")
    assert answer.status_code == 404
    assert "code" in answer.content.decode()


def test_says_that_a_right_looking_code_is_unknown(agreement: Agreement) -> None:
    assert "There is no agreement in force under this code." in page("CW-0000-0000-0000", 404)


def test_compares_a_fingerprint(agreement: Agreement) -> None:
    version = queries.latest(agreement)
    code, right = code_of(version), version.text_hash
    spaced = " ".join(right[start : start + 8] for start in range(0, 64, 8)).upper()
    assert "It is the same" in page(code, fingerprint=spaced)
    assert "It is not the same" in page(
        code, fingerprint=right[:-1] + ("0" if right[-1] != "0" else "1")
    )
    assert "Enter the fingerprint" in page(code, 422, fingerprint=" ")


def test_compares_the_text_itself(agreement: Agreement) -> None:
    version = queries.latest(agreement)
    code, data = code_of(version), version.text.encode()
    assert hashlib.sha256(data).hexdigest() == version.text_hash
    assert "It is the same" in page(code, text=SimpleUploadedFile("a.txt", data))
    assert "It is not the same" in page(code, text=SimpleUploadedFile("a.txt", data + b"\n"))
    large = SimpleUploadedFile("a.txt", b"x" * (1024 * 1024 + 1))
    assert "too large" in page(code, 422, text=large)


def test_far_too_much_is_refused_before_it_is_read(agreement: Agreement) -> None:
    code = code_of(queries.latest(agreement))
    large = SimpleUploadedFile("a.txt", b"x" * (3 * 1024 * 1024))
    assert "larger than 1 MB" in page(code, 422, text=large)


def test_a_machine_cannot_try_codes(agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "TRIES", views.Limit("verify-agreement", 3, 3600))
    code = code_of(queries.latest(agreement))
    for _try in range(3):
        page("CW-0000-0000-0000", 404)
    assert "too often" in page(code, 429)


def test_is_found_among_many_in_no_time(
    agreement: Agreement, django_assert_max_num_queries: Any
) -> None:
    code = code_of(queries.latest(agreement))
    with django_assert_max_num_queries(25):
        page(code)

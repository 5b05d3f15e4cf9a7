"""Papers as evidence: who attaches, who reads, what is refused; nobody signs for another."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from commonweal.agree import actions, queries
from commonweal.agree.documents import keeping
from commonweal.agree.documents.actions import (
    attach_evidence,
    file_name,
    record_paper_signature,
)
from commonweal.agree.documents.tests.scene import client_of, drafted, providers, revised
from commonweal.agree.evidence import MAXIMUM_BYTES, Evidence, PaperSignature
from commonweal.agree.models import Agreement, AgreementVersion, Signature, State
from commonweal.agree.tests.factories import signatory_of
from commonweal.convene.models import Seat
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    convener_organisation,
    member_of,
    seated,
    sponsor_organisation,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Organisation, Role
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\nSigned by Ada Vexnir\n%%EOF\n"


@pytest.fixture
def signing(agreement: Agreement) -> AgreementVersion:
    version = drafted(agreement, "")
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    return version


def attached(version: AgreementVersion, data: bytes = PDF, name: str = "Contract.pdf") -> Evidence:
    by = member_of(providers(version.agreement)[0])
    return attach_evidence(version=version, name=name, data=data, by=by, at=AT)


def record(evidence: Evidence, organisation: Organisation, by: Actor, **other: Any) -> Any:
    given = {
        "name": "Ada Vexnir",
        "signed_on": date(2026, 2, 1),
        "text_hash": evidence.version.text_hash,
        **other,
    }
    return record_paper_signature(
        evidence=evidence, organisation=organisation, by=by, at=AT, **given
    )


def where(name: str, row: Evidence) -> str:
    agreement = row.version.agreement
    return reverse(
        name, args=[agreement.partnership.slug, agreement.reference, row.version.number, row.pk]
    )


# Attaching ----------------------------------------------------------------------------------------


def test_is_kept_encrypted_and_given_back_unchanged(agreement: Agreement, folder: Path) -> None:
    row = attached(queries.latest(agreement))
    stored = [path for path in folder.rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"Vexnir" not in stored[0].read_bytes()
    assert b"%PDF" not in stored[0].read_bytes()
    assert keeping.kept(row.stored, row.sha256) == PDF
    assert (row.size, row.name) == (len(PDF), "Contract.pdf")


def test_the_log_tells_the_fingerprint_and_no_name(agreement: Agreement) -> None:
    row = attached(queries.latest(agreement), name="Ada Vexnir.pdf")
    event = Event.objects.get(kind="agree.evidence_attached")
    assert event.data == {
        "reference": "DSA-1",
        "version": 1,
        "sha256": row.sha256,
        "size": row.size,
    }


def test_cannot_be_opened_under_another_key_or_as_another_paper(
    agreement: Agreement, settings: Any
) -> None:
    row = attached(queries.latest(agreement))
    with pytest.raises(Missing):
        keeping.kept(row.stored, "0" * 64)
    settings.SECRET_KEY = "another"
    with pytest.raises(Missing, match="another secret key"):
        keeping.kept(row.stored, row.sha256)


def test_is_never_changed(agreement: Agreement) -> None:
    row = attached(queries.latest(agreement))
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(name="Other.pdf")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a word file", "not a PDF"),
        (b"<script>alert(1)</script>%PDF-1.7\n%%EOF", "not a PDF"),
        (PDF[:40], "breaks off"),
        (PDF.replace(b"%%EOF", b"trailer << /Encrypt 5 0 R >> %%EOF"), "password"),
        (PDF.replace(b"%%EOF", b"<< /Encrypt<</V 4>> >> %%EOF"), "password"),
        (PDF.replace(b"%%EOF", b"x" * MAXIMUM_BYTES + b"%%EOF"), "larger than 10 MB"),
    ],
    ids=["empty", "other", "polyglot", "cut", "locked", "locked too", "large"],
)
def test_refuses_what_is_no_readable_pdf(
    agreement: Agreement, folder: Path, data: bytes, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        attached(queries.latest(agreement), data)
    assert list(refused.value.fields) == ["file"]
    assert not Evidence.objects.exists()
    assert not folder.exists()


def test_takes_ten_megabytes(agreement: Agreement) -> None:
    row = attached(queries.latest(agreement), PDF.ljust(MAXIMUM_BYTES - 6, b"x") + b"%%EOF\n")
    assert len(keeping.kept(row.stored, row.sha256)) == MAXIMUM_BYTES
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(
            version=row.version,
            name="a.pdf",
            sha256="1" * 64,
            size=MAXIMUM_BYTES + 1,
            stored="1" * 64,
            person=row.person,
            attached_at=AT,
        )


def test_one_file_is_attached_once(agreement: Agreement) -> None:
    attached(queries.latest(agreement))
    with pytest.raises(Conflict, match="already"):
        attached(queries.latest(agreement))


def test_nothing_is_attached_to_what_was_replaced(agreement: Agreement) -> None:
    draft = revised(agreement)
    revised(agreement)
    draft.refresh_from_db()
    with pytest.raises(Conflict, match="not the newest text"):
        attached(draft)


def test_only_a_party_or_the_convener_attaches(agreement: Agreement) -> None:
    version = queries.latest(agreement)
    strangers = [
        member_of(OrganisationFactory()),
        member_of(sponsor_organisation(agreement.partnership)),
        system("worker"),
        Actor(),
    ]
    for by in strangers:
        with pytest.raises((Denied, Missing)):
            attach_evidence(version=version, name="a.pdf", data=PDF, by=by, at=AT)
    by = member_of(convener_organisation(agreement.partnership))
    assert attach_evidence(version=version, name="a.pdf", data=PDF, by=by, at=AT)


@given(st.text(max_size=300))
def test_no_name_of_a_file_does_harm(given_: str) -> None:
    name = file_name(given_)
    assert name.endswith(".pdf")
    assert len(name) <= 100
    assert name.isprintable()
    assert not set(name) & set('/\\"<>|:*?;')
    assert not name.startswith(".")


def test_names_of_files_are_kept_where_they_can_be() -> None:
    assert file_name("C:\\fakepath\\Vertrag Süd.PDF") == "Vertrag Süd.pdf"
    assert file_name("../../etc/passwd") == "passwd.pdf"
    assert file_name("") == "agreement.pdf"


# Reading ------------------------------------------------------------------------------------------


def test_the_parties_and_the_convener_open_it(agreement: Agreement) -> None:
    row = attached(queries.latest(agreement))
    for one in [providers(agreement)[1], convener_organisation(agreement.partnership)]:
        answer = client_of(one).get(where("agreement_paper", row))
        assert answer.content == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="Contract.pdf"'
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert "sandbox" in answer["Content-Security-Policy"]


def test_others_at_the_table_know_of_it_and_cannot_open_it(agreement: Agreement) -> None:
    row = attached(queries.latest(agreement))
    other = OrganisationFactory()
    seated(agreement.partnership, other, Seat.Kind.PARTNER)
    client = client_of(other)
    place = reverse("agreement", args=[agreement.partnership.slug, agreement.reference])
    told = client.get(place).content.decode()
    assert "Contract.pdf" in told
    assert where("agreement_paper", row) not in told
    assert client.get(where("agreement_paper", row)).status_code == 403
    assert client_of(OrganisationFactory()).get(where("agreement_paper", row)).status_code == 404


def test_is_not_reached_through_another_version_or_agreement(agreement: Agreement) -> None:
    row = attached(queries.latest(agreement))
    revised(agreement)
    drafted(agreement, "")
    client = client_of(providers(agreement)[0])
    slug = agreement.partnership.slug
    for args in ([slug, "DSA-1", 2, row.pk], [slug, "DSA-2", 1, row.pk]):
        assert client.get(reverse("agreement_paper", args=args)).status_code == 404


# Signatures on paper ------------------------------------------------------------------------------


def test_who_may_sign_records_the_signature_of_their_own(signing: AgreementVersion) -> None:
    row = attached(signing)
    mine = providers(signing.agreement)[0]
    by = signatory_of(mine)
    made = record(row, mine, by)
    assert made.signature.organisation == mine
    assert made.signature.person_id == by.person_id
    assert made.signature.text_hash == signing.text_hash
    event = Event.objects.get(kind="agree.paper_signature_recorded")
    assert event.organisation == mine.pk
    assert "Vexnir" not in str(event.data)
    assert event.data["signed_on"] == "2026-02-01"
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperSignature.objects.update(name="Eve")


def test_the_last_one_brings_it_into_force(signing: AgreementVersion) -> None:
    row = attached(signing)
    for one in list(queries.unsigned(signing)):
        record(row, one, signatory_of(one))
    signing.refresh_from_db()
    assert signing.state == State.ACTIVE


def test_no_party_signs_for_another(signing: AgreementVersion) -> None:
    row = attached(signing)
    mine, other = providers(signing.agreement)
    for by in (signatory_of(mine), member_of(other), member_of(other, Role.STEWARD)):
        with pytest.raises(Denied):
            record(row, other, by)
    convener = signatory_of(convener_organisation(signing.agreement.partnership))
    with pytest.raises(Denied):
        record(row, other, convener)
    assert not Signature.objects.filter(version=signing).exists()
    assert not PaperSignature.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " \n "}, "Say who signed"),
        ({"name": "x" * 201}, "Say who signed"),
        ({"signed_on": AT.date() + timedelta(days=1)}, "still to come"),
    ],
)
def test_says_what_is_wrong_and_signs_nothing(
    signing: AgreementVersion, given: dict[str, Any], said: str
) -> None:
    mine = providers(signing.agreement)[0]
    with pytest.raises(Invalid, match=said):
        record(attached(signing), mine, signatory_of(mine), **given)
    assert not Signature.objects.filter(version=signing).exists()


def test_another_text_or_a_second_time_is_refused(signing: AgreementVersion) -> None:
    row = attached(signing)
    mine = providers(signing.agreement)[0]
    with pytest.raises(Conflict, match="not the one you read"):
        record(row, mine, signatory_of(mine), text_hash="0" * 64)
    record(row, mine, signatory_of(mine))
    with pytest.raises(Conflict, match="already"):
        record(row, mine, signatory_of(mine))
    assert PaperSignature.objects.count() == 1


# Pages --------------------------------------------------------------------------------------------


def send(client: Client, version: AgreementVersion, data: bytes, name: str = "a.pdf") -> Any:
    agreement = version.agreement
    place = reverse(
        "attach_paper", args=[agreement.partnership.slug, agreement.reference, version.number]
    )
    assert client.get(place).status_code == 200
    return client.post(place, {"file": SimpleUploadedFile(name, data)})


def test_the_way_through_the_pages(signing: AgreementVersion) -> None:
    agreement = signing.agreement
    mine = providers(agreement)[0]
    client = client_of(mine, Role.SIGNATORY)
    answer = send(client, signing, PDF, "Contract 2026.pdf")
    assert answer.status_code == 302
    row = Evidence.objects.get()
    told = client.get(answer["Location"]).content.decode()
    assert "Contract 2026.pdf" in told
    assert where("sign_on_paper", row) in told
    page = client.get(where("sign_on_paper", row)).content.decode()
    assert signing.text_hash in page
    said = {
        "organisation": mine.pk,
        "name": "Ada Vexnir",
        "signed_on": "2026-02-01",
        "text_hash": signing.text_hash,
        "may_sign": "on",
    }
    for missing in said:
        part = {key: value for key, value in said.items() if key != missing}
        assert client.post(where("sign_on_paper", row), part).status_code == 422
    assert (
        client.post(where("sign_on_paper", row), {**said, "signed_on": "2031-01-01"}).status_code
        == 422
    )
    assert not PaperSignature.objects.exists()
    assert client.post(where("sign_on_paper", row), said).status_code == 302
    told = client.get(answer["Location"]).content.decode()
    assert f"Signed on paper for {mine.name} by Ada Vexnir on 1 February 2026" in told
    assert where("sign_on_paper", row) not in told
    assert client.get(where("sign_on_paper", row)).status_code == 403


@pytest.mark.parametrize("data", [b"", b"no pdf", PDF[:30], b"x" * (MAXIMUM_BYTES + 1)])
def test_a_wrong_file_is_said_at_the_form(agreement: Agreement, data: bytes) -> None:
    answer = send(client_of(providers(agreement)[0]), queries.latest(agreement), data)
    assert answer.status_code == 422
    assert "govuk-error-message" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_far_too_large_is_refused_before_it_is_read(agreement: Agreement) -> None:
    data = b"x" * (2 * MAXIMUM_BYTES + 100_000)
    answer = send(client_of(providers(agreement)[0]), queries.latest(agreement), data)
    assert answer.status_code == 422
    assert "larger than 10 MB" in answer.content.decode()


def test_no_file_is_said_too(agreement: Agreement) -> None:
    client = client_of(providers(agreement)[0])
    place = reverse("attach_paper", args=[agreement.partnership.slug, "DSA-1", 1])
    answer = client.post(place, {})
    assert answer.status_code == 422
    assert "Choose the file to attach." in answer.content.decode()


def test_the_pdf_says_who_signed_on_paper(signing: AgreementVersion) -> None:
    from commonweal.agree.documents.tests.test_pdf import made, squeezed, words

    row = attached(signing)
    mine = providers(signing.agreement)[0]
    record(row, mine, signatory_of(mine))
    told = words(made(signing))
    assert squeezed("Ada Vexnir, on paper on 1 February 2026") in told
    assert squeezed("signatory of the organisation") in told

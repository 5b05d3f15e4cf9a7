"""Signing without an account: who names whom, what link and code open, and when they do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree import actions, mailed_signing, queries
from commonweal.agree.models import AgreementVersion, MailedSignatory, Signature, State
from commonweal.agree.tests import factories as f
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core import links, mail
from commonweal.core.errors import Conflict, Denied, Invalid, Missing, TooMany
from commonweal.core.models import Event, Link, Organisation, OutgoingMail, Role
from commonweal.core.scope import Actor, system

pytestmark = pytest.mark.django_db
BY = system("test")
EMAIL = "lena@council.example"
NAME = "Lena Ortiz"


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def partner(partnership: Partnership) -> Organisation:
    organisation = seated(partnership).organisation
    assert organisation is not None
    return organisation


@pytest.fixture
def version(partnership: Partnership, partner: Organisation) -> AgreementVersion:
    """Open for signature."""
    version = actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=f.dsa_clauses([partner], [convener_organisation(partnership)]),
        prose="",
        by=BY,
        at=EARLIER,
        language="en",
    )
    actions.open_for_signature(version=version, by=BY, at=EARLIER)
    return version


def name(version: AgreementVersion, organisation: Organisation, **changes: Any) -> MailedSignatory:
    usual: dict[str, Any] = {"name": NAME, "email": EMAIL, "at": AT}
    if "by" not in changes:
        usual["by"] = member_of(organisation)
    return mailed_signing.name_signatory(
        version=version, organisation=organisation, **{**usual, **changes}
    )


@pytest.fixture
def row(version: AgreementVersion, partner: Organisation) -> MailedSignatory:
    return name(version, partner)


def last_mail() -> str:
    message = OutgoingMail.objects.filter(purpose="signature").latest("queued_at", "pk")
    return mail.body_of(message)


def code_of(row: MailedSignatory, at: datetime = AT) -> str:
    """Ask for a code and read it in the mail."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    mailed_signing.send_code(row=row, at=at)
    (sent,) = OutgoingMail.objects.exclude(pk__in=before)
    assert sent.to == EMAIL
    found = re.search(r"^\d{6}$", mail.body_of(sent), re.M)
    assert found
    return found[0]


def sign(row: MailedSignatory, code: str, at: datetime = AT, **changes: Any) -> Signature:
    usual: dict[str, Any] = {"text_hash": row.text_hash}
    return mailed_signing.sign(row=row, code=code, at=at, **{**usual, **changes})


def test_a_link_and_a_code_sign(
    partnership: Partnership, partner: Organisation, version: AgreementVersion, row: MailedSignatory
) -> None:
    assert partnership.name in last_mail() and "/l/sign/" in last_mail()
    assert "Beds for babies" not in last_mail()
    code = code_of(row)
    signature = sign(row, f" {code[:3]} {code[3:]} ")
    assert (signature.name, signature.way, signature.person) == (NAME, "code", None)
    assert signature.sent_to == "l•••@council.example"
    assert signature.text_hash == version.text_hash
    hub = convener_organisation(partnership)
    actions.sign(
        version=version,
        organisation=hub,
        text_hash=version.text_hash,
        by=f.signatory_of(hub),
        at=AT,
    )
    assert AgreementVersion.objects.get(pk=version.pk).state == State.ACTIVE
    assert partner.pk in queries.terms_of(queries.latest(version.agreement)).signed
    events = Event.objects.filter(kind="agree.signed").order_by("number")
    assert [each.data["way"] for each in events] == ["code", "account"]
    assert events[0].actor == f"link:{row.link_id}"


def test_the_log_holds_no_name_address_or_code(row: MailedSignatory) -> None:
    code = code_of(row)
    with pytest.raises(Invalid):
        sign(row, "x")
    sign(row, code)
    log = str(list(Event.objects.values("data", "subject", "actor", "kind")))
    for secret in (NAME, "Lena", EMAIL, "council.example", code, row.code_hash):
        assert secret not in log
    assert code not in str(list(MailedSignatory.objects.values()))
    assert code not in str(list(OutgoingMail.objects.values()))


# --- who names whom -------------------------------------------------------------------------------


def test_an_organisations_own_people_name_its_signatory(
    partnership: Partnership, partner: Organisation, version: AgreementVersion
) -> None:
    third = seated(partnership).organisation
    assert third is not None
    steward = PersonFactory()
    affiliated(steward, partner, Role.STEWARD)
    for by in (convener_of(partnership), member_of(third), actor(steward), BY):
        with pytest.raises(Denied):
            name(version, partner, by=by)
    with pytest.raises(Missing):
        name(version, partner, by=convener_of(PartnershipFactory()))
    with pytest.raises(Conflict, match="not a party"):
        name(version, third)
    assert not MailedSignatory.objects.exists() and not Link.objects.exists()
    assert name(version, partner)


def test_where_somebody_signs_only_they_name_another(
    partner: Organisation, version: AgreementVersion
) -> None:
    signatory = f.signatory_of(partner)
    with pytest.raises(Denied, match="only they name another"):
        name(version, partner)
    assert name(version, partner, by=signatory)


def test_nobody_names_themselves(partner: Organisation, version: AgreementVersion) -> None:
    person = PersonFactory(email="me@council.example")
    affiliated(person, partner)
    with pytest.raises(Invalid) as caught:
        name(version, partner, by=actor(person), email=" ME@council.example ")
    assert "email" in caught.value.fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": ""}, "email"),
        ({"email": "lena at council"}, "email"),
    ],
)
def test_a_signatory_without_name_or_address_is_refused(
    partner: Organisation, version: AgreementVersion, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        name(version, partner, **changes)
    assert field in caught.value.fields
    assert not Link.objects.exists() and not OutgoingMail.objects.exists()


def test_one_link_for_one_address(
    partner: Organisation, version: AgreementVersion, row: MailedSignatory
) -> None:
    with pytest.raises(Conflict, match="already"):
        name(version, partner, email=EMAIL.upper())
    mailed_signing.take_back(row=row, by=member_of(partner), at=AT)
    mailed_signing.take_back(row=row, by=member_of(partner), at=AT)
    assert Event.objects.filter(kind="agree.signatory_taken_back").count() == 1
    assert name(version, partner).link_id != row.link_id


def test_naming_has_a_limit(partner: Organisation, version: AgreementVersion) -> None:
    by = member_of(partner)
    for number in range(mailed_signing.NAMED.count):
        name(version, partner, by=by, email=f"a{number}@council.example")
    with pytest.raises(TooMany):
        name(version, partner, by=by, email="one.more@council.example")
    assert name(version, partner, by=by, email="x@council.example", at=AT + timedelta(days=1))


# --- what the link opens --------------------------------------------------------------------------


def token() -> str:
    found = re.search(r"/l/sign/([\w-]{43})/", last_mail())
    assert found
    return found[1]


def test_a_link_ends_with_use_recall_and_time(
    partner: Organisation, version: AgreementVersion
) -> None:
    def find(at: datetime = AT) -> Link:
        return links.find(token(), purpose="sign", at=at, client="test")

    row = name(version, partner)
    assert mailed_signing.row_of(find()) == row
    for late in (AT + timedelta(days=14), AT + timedelta(days=15)):
        with pytest.raises(Missing):
            find(late)
    mailed_signing.take_back(row=row, by=member_of(partner), at=AT)
    with pytest.raises(Missing):
        find()
    row = name(version, partner, at=AT + timedelta(minutes=1))
    sign(row, code_of(row))
    with pytest.raises(Missing):
        find()


def replaced(row: MailedSignatory) -> None:
    agreement = row.version.agreement
    clauses = queries.clauses_of(row.version)
    actions.revise(agreement=agreement, clauses=clauses, prose="Other.", by=BY, at=AT)


def signed_otherwise(row: MailedSignatory) -> None:
    actions.sign(
        version=row.version,
        organisation=row.organisation,
        text_hash=row.text_hash,
        by=f.signatory_of(row.organisation),
        at=AT,
    )


def seat_ended(row: MailedSignatory) -> None:
    seats = row.version.agreement.partnership.seats.filter(organisation=row.organisation)
    seats.update(until_at=AT, ended_because="Left.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (replaced, "replaced by a newer version"),
        (signed_otherwise, "signed this text"),
        (seat_ended, "has left the table"),
    ],
)
def test_a_text_that_cannot_be_signed_any_more_says_why(
    row: MailedSignatory, change: Callable[[MailedSignatory], None], words: str
) -> None:
    code = code_of(row)
    before = Signature.objects.count()
    change(row)
    row = mailed_signing.row_of(row.link)
    said = mailed_signing.why_not(row.version, row.organisation, AT + timedelta(seconds=1))
    assert words in said
    for attempt in (
        lambda: sign(row, code, at=AT + timedelta(seconds=1)),
        lambda: mailed_signing.send_code(row=row, at=AT + timedelta(seconds=1)),
    ):
        with pytest.raises(Conflict, match=words):
            attempt()
    assert Signature.objects.filter(way="code").count() == 0
    assert Signature.objects.count() == before + (change is signed_otherwise)


def test_an_agreement_that_is_over_is_not_signed(row: MailedSignatory) -> None:
    over = datetime(2028, 1, 1, tzinfo=AT.tzinfo)
    assert "would have ended" in mailed_signing.why_not(row.version, row.organisation, over)


# --- the code -------------------------------------------------------------------------------------


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_five_tries_then_a_new_code(row: MailedSignatory) -> None:
    code = code_of(row)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Invalid) as caught:
            sign(row, wrong(code))
        said = caught.value.fields["code"]
        assert (f"{left} more time" in said) if left else ("Ask for a new one" in said)
    with pytest.raises(Invalid, match="does not work"):
        sign(row, code)
    assert not Signature.objects.exists()
    assert Link.objects.get(pk=row.link_id).uses_left == 1
    sign(row, code_of(row))


def test_a_code_lasts_ten_minutes_and_only_the_last_one_counts(row: MailedSignatory) -> None:
    first = code_of(row)
    for nothing in ("", "abc", first):
        with pytest.raises(Invalid):
            sign(row, nothing, at=AT + timedelta(minutes=10))
    second = code_of(row, AT + timedelta(minutes=11))
    if first != second:
        with pytest.raises(Invalid):
            sign(row, first, at=AT + timedelta(minutes=12))
    assert sign(row, second, at=AT + timedelta(minutes=20))


def test_without_a_code_nothing_is_signed(row: MailedSignatory) -> None:
    with pytest.raises(Invalid, match="does not work"):
        sign(row, "000000")
    assert not Signature.objects.exists()


def test_codes_have_a_limit(row: MailedSignatory) -> None:
    for _ in range(mailed_signing.CODES.count):
        code_of(row)
    with pytest.raises(TooMany):
        mailed_signing.send_code(row=row, at=AT)


def test_the_code_of_another_link_does_not_sign(
    partnership: Partnership, partner: Organisation, version: AgreementVersion, row: MailedSignatory
) -> None:
    """Neither one for another party of the text, nor one for a later version of it."""
    hub = convener_organisation(partnership)
    other = name(version, hub)
    code, others = code_of(row), code_of(other)
    if code != others:
        with pytest.raises(Invalid):
            sign(other, code)
    replaced(row)
    newer = queries.in_preparation(version.agreement)
    assert newer is not None
    actions.open_for_signature(version=newer, by=BY, at=AT)
    later = name(newer, partner)
    latest = code_of(later)
    with pytest.raises(Conflict):
        sign(row, latest)
    if code != latest:
        with pytest.raises(Invalid):
            sign(later, code)
    with pytest.raises(Conflict, match="changed since"):
        sign(later, latest, text_hash=version.text_hash)
    # What was refused for its text has not used the link up.
    assert sign(later, latest).version == newer


def test_the_second_of_two_that_race_is_told(
    row: MailedSignatory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both passed the check of the code before either wrote."""
    code = code_of(row)
    stale = MailedSignatory.objects.select_related(
        "link", "organisation", "version__agreement__partnership"
    ).get(pk=row.pk)
    sign(row, code)
    monkeypatch.setattr(mailed_signing, "why_not", lambda *_: "")
    with pytest.raises(Missing):
        sign(stale, code)
    assert Signature.objects.count() == 1


# --- the database ---------------------------------------------------------------------------------


def test_invariants_are_the_databases(row: MailedSignatory) -> None:
    for change in ({"name": "Other"}, {"text_hash": "0" * 64}):
        with pytest.raises(DatabaseError), transaction.atomic():
            MailedSignatory.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        MailedSignatory.objects.update(code_hash="x")
    bare: dict[str, Any] = {
        "version": row.version,
        "organisation": row.organisation,
        "name": "N",
        "text_hash": row.text_hash,
        "signed_at": AT,
    }
    for way in ("account", "fax", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.create(way=way, **bare)
    assert Signature.objects.create(way=Signature.Way.PAPER, **bare)


def test_whoever_holds_only_the_link_is_nobody_else(row: MailedSignatory) -> None:
    holder: Actor = links.actor(row.link)
    with pytest.raises(Denied):
        actions.sign(
            version=row.version,
            organisation=row.organisation,
            text_hash=row.text_hash,
            by=holder,
            at=AT,
        )
    with pytest.raises(Denied):
        name(row.version, row.organisation, by=holder, email="b@council.example")

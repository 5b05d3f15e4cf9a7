"""Two people at once, on real connections: the database decides, nothing is half-written."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from commonweal.agree import actions, commenting, mailed_signing, queries
from commonweal.agree.models import (
    AgreementVersion,
    Contentment,
    MailedSignatory,
    Signature,
    State,
)
from commonweal.agree.tests import factories as f
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core import mail
from commonweal.core.errors import Conflict, Invalid, Missing
from commonweal.core.models import Event, OutgoingMail
from commonweal.core.scope import system

PATIENCE = 120  # seconds for what another thread does, also on a busy machine


def at_once(*calls: Callable[[], object]) -> list[BaseException | None]:
    """Run the calls in threads of their own, each with its connection; what each raised."""
    together = threading.Barrier(len(calls))
    raised: list[BaseException | None] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            together.wait(PATIENCE)
            calls[place]()
        except BaseException as problem:
            raised[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not [thread for thread in threads if thread.is_alive()]
    return raised


def opened(partnership: Partnership) -> AgreementVersion:
    version = actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="T",
        clauses=f.dsa_clauses(
            [seated(partnership).organisation], [convener_organisation(partnership)]
        ),
        prose="",
        by=system("test"),
        at=f.EARLIER,
        language="en",
    )
    actions.open_for_signature(version=version, by=system("test"), at=f.EARLIER)
    return version


def signing(version: AgreementVersion, by_party: int) -> Callable[[], object]:
    organisation = list(queries.unsigned(version))[by_party]
    signatory = f.signatory_of(organisation)
    own = AgreementVersion.objects.select_related("agreement__partnership").get(pk=version.pk)
    return lambda: actions.sign(
        version=own,
        organisation=organisation,
        text_hash=own.text_hash,
        by=signatory,
        at=AT,
    )


@pytest.fixture
def version(transactional_db: None) -> AgreementVersion:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite database lives in memory and has one connection")
    return opened(PartnershipFactory())


def test_the_two_last_parties_sign_at_once(version: AgreementVersion) -> None:
    assert at_once(signing(version, 0), signing(version, 1)) == [None, None]
    version.refresh_from_db()
    assert version.state == State.ACTIVE
    assert Event.objects.filter(kind="agree.in_force").count() == 1


def test_two_signatories_of_one_party_sign_at_once(version: AgreementVersion) -> None:
    raised = at_once(signing(version, 0), signing(version, 0))
    assert sorted(type(each).__name__ for each in raised) == ["Conflict", "NoneType"]
    assert Signature.objects.count() == 1
    assert Event.objects.filter(kind="agree.signed").count() == 1


def test_signing_while_the_text_is_revised(version: AgreementVersion) -> None:
    """Whoever comes second is told; never a signature under a text that is not on the table."""
    newer: list[AgreementVersion] = []
    first = signing(version, 0)

    def revise() -> None:
        newer.append(
            actions.revise(
                agreement=version.agreement,
                clauses=queries.clauses_of(version),
                prose="Changed.",
                by=system("test"),
                at=AT,
            )
        )

    signed, revised = at_once(first, revise)
    assert revised is None
    assert signed is None or isinstance(signed, Conflict)
    assert not newer[0].signatures.exists()
    version.refresh_from_db()
    assert version.state == State.REPLACED


def asked(partnership: Partnership) -> AgreementVersion:
    """Open for comment, between two parties."""
    version = actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="T",
        clauses=f.dsa_clauses(
            [seated(partnership).organisation], [convener_organisation(partnership)]
        ),
        prose="",
        by=system("test"),
        at=f.EARLIER,
        language="en",
    )
    actions.open_for_comment(version=version, by=system("test"), at=f.EARLIER)
    return version


def fresh(version: AgreementVersion) -> AgreementVersion:
    """As another request reads it."""
    return AgreementVersion.objects.select_related("agreement__partnership").get(pk=version.pk)


@pytest.fixture
def talked_over(transactional_db: None) -> AgreementVersion:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite database lives in memory and has one connection")
    return asked(PartnershipFactory())


def being_content(version: AgreementVersion) -> Callable[[], object]:
    party = next(iter(queries.unsigned(version)))
    member, own = member_of(party), fresh(version)
    return lambda: commenting.be_content(
        version=own, organisation=party, text_hash=own.text_hash, by=member, at=AT
    )


def test_two_members_of_one_party_are_content_at_once(talked_over: AgreementVersion) -> None:
    raised = at_once(being_content(talked_over), being_content(talked_over))
    assert sorted(type(each).__name__ for each in raised) == ["Conflict", "NoneType"]
    assert Contentment.objects.count() == 1


def test_being_content_while_the_text_is_revised(talked_over: AgreementVersion) -> None:
    """The mark stands under the text that was read or is refused; never under the newer one."""
    own = fresh(talked_over)
    said, revised = at_once(
        being_content(talked_over),
        lambda: actions.revise(
            agreement=own.agreement,
            clauses=queries.clauses_of(own),
            prose="Changed.",
            by=system("test"),
            at=AT,
        ),
    )
    assert revised is None
    assert said is None or isinstance(said, Conflict)
    assert not Contentment.objects.exclude(version=talked_over).exists()


def test_opening_twice_at_once(talked_over: AgreementVersion) -> None:
    def opening() -> Callable[[], object]:
        own = fresh(talked_over)
        return lambda: actions.open_for_signature(
            version=own, by=system("test"), at=AT, anyway=True
        )

    raised = at_once(opening(), opening())
    assert sorted(type(each).__name__ for each in raised) == ["Conflict", "NoneType"]
    assert Event.objects.filter(kind="agree.opened_for_signature").count() == 1


def by_code(version: AgreementVersion) -> tuple[MailedSignatory, str]:
    """Somebody who may sign by mail, with the code that they were sent."""
    party = next(iter(queries.unsigned(version)))
    row = mailed_signing.name_signatory(
        version=fresh(version),
        organisation=party,
        name="Lena",
        email="lena@council.example",
        by=member_of(party),
        at=AT,
    )
    mailed_signing.send_code(row=row, at=AT)
    sent = mail.body_of(OutgoingMail.objects.get(subject__startswith="Your code"))
    found = re.search(r"^\d{6}$", sent, re.M)
    assert found
    return row, found[0]


def test_one_code_is_used_twice_at_once(version: AgreementVersion) -> None:
    row, code = by_code(version)
    own = [mailed_signing.row_of(row.link) for _ in range(2)]
    raised = at_once(
        *(
            lambda each=each: mailed_signing.sign(  # type: ignore[misc]
                row=each, text_hash=each.text_hash, code=code, at=AT
            )
            for each in own
        )
    )
    assert sum(each is None for each in raised) == 1
    assert all(isinstance(each, Conflict | Missing) for each in raised if each)
    assert Signature.objects.count() == 1


def test_a_code_and_an_account_sign_for_one_party_at_once(version: AgreementVersion) -> None:
    row, code = by_code(version)
    own = mailed_signing.row_of(row.link)
    raised = at_once(
        lambda: mailed_signing.sign(row=own, text_hash=own.text_hash, code=code, at=AT),
        signing(version, 0),
    )
    assert sum(each is None for each in raised) == 1
    assert Signature.objects.count() == 1
    assert Event.objects.filter(kind="agree.signed").count() == 1


def test_guessing_at_once_shares_no_try(version: AgreementVersion) -> None:
    row, code = by_code(version)
    own = [mailed_signing.row_of(row.link) for _ in range(8)]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    raised = at_once(
        *(
            lambda each=each: mailed_signing.sign(  # type: ignore[misc]
                row=each, text_hash=each.text_hash, code=wrong, at=AT
            )
            for each in own
        )
    )
    assert [type(each) for each in raised] == [Invalid] * 8
    assert MailedSignatory.objects.get(pk=row.pk).tries_left == 0
    assert sum("not the code" in str(each) for each in raised) == mailed_signing.TRIES

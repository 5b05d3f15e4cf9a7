"""Two people at once, on real connections: the database decides, nothing is half-written."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from commonweal.agree import actions, queries
from commonweal.agree.models import AgreementVersion, Signature, State
from commonweal.agree.tests import factories as f
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    convener_organisation,
    seated,
)
from commonweal.core.errors import Conflict
from commonweal.core.models import Event
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

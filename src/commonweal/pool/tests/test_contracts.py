"""Data contracts: within the agreement, versioned, never changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from commonweal.agree.tests.factories import shared
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.pool import actions, queries
from commonweal.pool.models import ContractVersion
from commonweal.pool.tests.factories import AT, COLUMNS, CONTRACT, agreed, checked, csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def add(here, text, **changes):  # type: ignore[no-untyped-def]
    asked = {
        "partnership": here.partnership,
        "agreement": here.contract.agreement,
        "by": here.convener,
        "at": AT,
        **changes,
    }
    return actions.add_contract(text=text, **asked)


def at_version(version: str, text: str = CONTRACT) -> str:
    return text.replace("version: 1.0.0", f"version: {version}")


def test_versions_are_numbered_and_the_last_counts() -> None:
    here = agreed()
    second = add(here, at_version("1.1.0").replace("maximum: 60", "maximum: 6"))
    assert second.number == 2
    assert queries.latest_version(here.contract) == second
    row = checked(here, csv())
    assert row.contract_version == second
    assert row.finding_counts == {"range": 2}


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9", "1.0.0-beta", "1.0.0+7"])
def test_a_version_must_be_newer(version: str) -> None:
    here = agreed()
    with pytest.raises(Conflict, match=r"1\.0\.0"):
        add(here, at_version(version))


def test_versions_count_as_numbers() -> None:
    here = agreed()
    add(here, at_version("1.9.0"))
    add(here, at_version("1.10.0"))


def test_a_version_is_never_changed() -> None:
    agreed()
    with pytest.raises(DatabaseError), transaction.atomic():
        ContractVersion.objects.update(text="another")


def test_only_columns_of_the_agreement() -> None:
    here = agreed()
    wider = at_version("2.0.0") + "      - {name: nhs_number, logicalType: string}\n"
    with pytest.raises(Invalid, match="nhs_number") as refusal:
        add(here, wider)
    assert "DSA-1 clause" in refusal.value.text
    assert "text" in refusal.value.fields


def test_only_data_that_the_agreement_names() -> None:
    here = agreed()
    with pytest.raises(Invalid, match="says nothing about"):
        add(here, CONTRACT.replace("id: beds", "id: cots"))


def test_a_contract_stays_under_its_agreement() -> None:
    here = agreed()
    other = shared(here.partnership, contract="beds", fields=COLUMNS)
    with pytest.raises(Conflict, match="belongs to DSA-1"):
        add(here, at_version("2.0.0"), agreement=other)
    elsewhere = agreed()
    with pytest.raises(Invalid, match="another partnership"):
        add(here, at_version("2.0.0"), agreement=elsewhere.contract.agreement)


def test_only_the_convener_adds_contracts() -> None:
    here = agreed()
    for actor in (here.steward, here.stranger):
        with pytest.raises(Denied, match="Only the convener"):
            add(here, at_version("2.0.0"), by=actor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "a: [",
        CONTRACT.replace("id: beds", "id: Beds für alle"),
        CONTRACT + "  - name: other\n    properties: [{name: child, logicalType: string}]\n",
    ],
)
def test_what_is_no_contract_is_refused_in_words(text: str) -> None:
    here = agreed()
    with pytest.raises(Invalid) as refusal:
        add(here, text)
    assert refusal.value.fields["text"]
    assert refusal.value.mend


def test_a_heading_that_a_spreadsheet_would_run_is_refused() -> None:
    here = agreed()
    with pytest.raises(Invalid, match="take for a formula"):
        add(here, at_version("2.0.0").replace("{name: child,", "{name: '=child',"))

"""Data contracts: within the agreement, versioned, never changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from commonweal.agree import actions as agreements
from commonweal.agree import queries as agree
from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import shared
from commonweal.compute.permits import clauses as c
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event
from commonweal.core.scope import Actor
from commonweal.pool import contracting, queries
from commonweal.pool.models import ContractVersion
from commonweal.pool.tests.factories import AT, COLUMNS, CONTRACT, Agreed, agreed, checked, csv
from commonweal.pool.tests.ways import signed_in
from commonweal.pool.vault import session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def add(here, text, **changes):  # type: ignore[no-untyped-def]
    asked = {
        "partnership": here.partnership,
        "agreement": here.contract.agreement,
        "by": here.convener,
        "at": AT,
        **changes,
    }
    return contracting.add_contract(text=text, **asked)


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


def moved(here: Agreed, agreement: Agreement, by: Actor | None = None) -> None:
    contracting.move_contract(
        contract=here.contract, agreement=agreement, by=by or here.convener, at=AT
    )


def test_what_comes_in_after_a_move_comes_in_under_the_other_agreement() -> None:
    here = agreed()
    before = checked(here, csv(), period="2026-01")
    other = shared(here.partnership, [here.provider], contract="beds", fields=COLUMNS)
    moved(here, other)
    after = checked(here, csv(), period="2026-02")
    before.refresh_from_db()
    assert (before.agreement.reference, after.agreement.reference) == ("DSA-1", "DSA-2")
    assert before.state == after.state == "accepted"
    counted = queries.current_submissions(here.partnership, "beds", [here.provider.pk])
    assert list(counted) == [after]
    places = {session.place_of(row).owner.agreement for row in (before, after)}
    assert places == {before.agreement_id, other.pk}
    event = Event.objects.get(kind="pool.contract_moved")
    assert event.data == {"key": "beds", "from": "DSA-1", "to": "DSA-2"}
    assert add(here, at_version("2.0.0"), agreement=other).number == 2


def test_whom_the_other_agreement_does_not_name_cannot_send() -> None:
    here = agreed()
    moved(here, shared(here.partnership, [here.other], contract="beds", fields=COLUMNS))
    with pytest.raises(Denied, match="not named as a provider"):
        checked(here, csv())


@pytest.mark.parametrize(
    ("terms", "said"),
    [({"contract": "cots"}, "says nothing about"), ({"fields": COLUMNS[:-1]}, "does not cover")],
)
def test_a_move_to_an_agreement_that_does_not_cover_it_is_refused(terms: Any, said: str) -> None:
    here = agreed()
    other = shared(here.partnership, **{"contract": "beds", "fields": COLUMNS, **terms})
    with pytest.raises(Invalid, match=said) as refusal:
        moved(here, other)
    assert "agreement" in refusal.value.fields
    here.contract.refresh_from_db()
    assert here.contract.agreement.reference == "DSA-1"


def test_a_move_to_where_it_is_or_to_elsewhere_or_by_somebody_else_is_refused() -> None:
    here, elsewhere = agreed(), agreed()
    with pytest.raises(Conflict, match="DSA-1 already"):
        moved(here, here.contract.agreement)
    with pytest.raises(Invalid, match="another partnership"):
        moved(here, elsewhere.contract.agreement)
    other = shared(here.partnership, contract="beds", fields=COLUMNS)
    for actor in (here.steward, elsewhere.convener):
        with pytest.raises((Denied, Missing)):
            moved(here, other, actor)
    assert not Event.objects.filter(kind="pool.contract_moved").exists()


def test_the_page_of_a_move_says_what_it_does_and_does_it() -> None:
    here = agreed()
    address = f"/partnerships/{here.partnership.slug}/data/contracts/beds/move/"
    client = signed_in(here.convener)
    assert "There is no other sharing agreement" in client.get(address).content.decode()
    other = shared(here.partnership, [here.provider], contract="beds", fields=COLUMNS)
    assert "Now they come in under DSA-1." in client.get(address).content.decode()
    assert client.post(address, {"agreement": ""}).status_code == 422
    answer = client.post(address, {"agreement": str(other.pk)}, follow=True).content.decode()
    assert "Moved: new files come in under DSA-2." in answer
    assert signed_in(here.steward).get(address).status_code == 403


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


def test_a_draft_tells_what_no_contract_has_until_one_has_it() -> None:
    here = agreed()
    agreement = here.contract.agreement
    held = [
        each for each in agree.clauses_of(agree.latest(agreement)) if not isinstance(each, c.Data)
    ]

    def page(*data: c.Data) -> str:
        version = agreements.revise(
            agreement=agreement, clauses=[*held, *data], prose="", by=here.convener, at=AT
        )
        url = f"/partnerships/{here.partnership.slug}/agreements/{agreement.reference}"
        answer = signed_in(here.convener).get(f"{url}/versions/{version.number}/")
        return answer.content.decode()

    said = page(c.Data("beds", ("child", "no_such_field")), c.Data("ward-weeks", ("ward",)))
    assert "The data contract “beds” has no column called: no_such_field." in said
    assert "No data contract is called “ward-weeks” yet" in said
    said = page(c.Data("beds", COLUMNS))
    assert "no column called" not in said and "No data contract is called" not in said

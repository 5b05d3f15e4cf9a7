"""The plan: whose it is, what hangs together, what is found, stages, spreadsheets, pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from commonweal.cli import main
from commonweal.compute.planning.overlaps import Rule
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.convene.voices import actions as voices
from commonweal.core import due
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Organisation, Person
from commonweal.core.queries import events_of
from commonweal.core.tests.ways_in import signed_in
from commonweal.plan import actions, queries, sheets
from commonweal.plan.actions import Said
from commonweal.plan.models import Item, Stage

pytestmark = pytest.mark.django_db
D = date(2026, 4, 1)


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(sponsor=False)


@pytest.fixture
def charity(partnership: Partnership) -> Organisation:
    organisation: Organisation = OrganisationFactory(name="A Bed Each")
    seated(partnership, organisation)
    return organisation


def said(title: str, first: int = 0, days: int = 10, kind: str = "activity", **more: Any) -> Said:
    starts = D + timedelta(days=first)
    return Said(kind, title, starts, starts + timedelta(days=days - 1), **more)


def add(partnership: Partnership, organisation: Organisation, *args: Any, **more: Any) -> Item:
    return actions.add(
        partnership=partnership,
        organisation=organisation,
        said=said(*args, **more),
        by=member_of(organisation),
        at=AT,
    )


def found(partnership: Partnership) -> list[Rule]:
    board = queries.board(partnership, AT, D)
    return [each.rule for each in board.findings.answer if each.rule != Rule.NOTHING]


def test_nobody_plans_for_another(partnership: Partnership, charity: Organisation) -> None:
    other = seated(partnership).organisation
    assert other is not None
    item = add(partnership, charity, "Deliver beds")
    with pytest.raises(Denied):
        actions.change(item=item, said=said("Deliver cots"), by=member_of(other), at=AT)
    actions.change(item=item, said=said("Deliver cots"), by=convener_of(partnership), at=AT)
    with pytest.raises(Missing):
        queries.item_for(member_of(OrganisationFactory()), partnership.slug, item.pk, AT)
    with pytest.raises(Denied):
        actions.add(
            partnership=partnership,
            organisation=OrganisationFactory(),
            said=said("Visit"),
            by=convener_of(partnership),
            at=AT,
        )


def test_what_plans_do_to_each_other(partnership: Partnership, charity: Organisation) -> None:
    council = convener_organisation(partnership)
    voices.add(
        partnership=partnership,
        kind="place",
        said=voices.Said("Hollin Bank"),
        by=convener_of(partnership),
        at=AT,
    )
    assert found(partnership) == [Rule.EMPTY_PLACE]
    money = add(partnership, council, "Beds budget", 30, 365, kind="budget")
    add(partnership, charity, "Beds", 0, 10, place="Hollin Bank", after=[money])
    add(partnership, council, "Visits", 5, 10, place="hollin bank")
    vote = add(partnership, council, "Vote", 20, 1, kind="decision")
    add(partnership, charity, "Study", 0, 60, kind="evaluation", informs=vote)
    leave = add(partnership, charity, "Driver away", 0, 20, kind="staffing")
    rules = [Rule.MONEY, Rule.EVALUATION, Rule.UNCOVERED, Rule.SAME_PLACE]
    assert found(partnership) == rules
    covered = said("Driver away", 0, 20, kind="staffing", cover=council)
    actions.change(item=leave, said=covered, by=member_of(charity), at=AT)
    assert found(partnership) == [Rule.MONEY, Rule.EVALUATION, Rule.SAME_PLACE]
    actions.drop(item=money, because="No money.", by=member_of(council), at=AT)
    assert found(partnership) == [Rule.EVALUATION, Rule.SAME_PLACE]


def test_nothing_waits_in_a_circle(partnership: Partnership, charity: Organisation) -> None:
    one = add(partnership, charity, "One")
    other = add(partnership, charity, "Other", after=[one])
    with pytest.raises(Invalid) as refused:
        actions.change(item=one, said=said("One", after=[other]), by=member_of(charity), at=AT)
    assert "after" in refused.value.fields
    assert list(Item.objects.get(pk=one.pk).after.all()) == []


def test_what_belongs_to_another_table_is_not_named(
    partnership: Partnership, charity: Organisation
) -> None:
    elsewhere = PartnershipFactory(convener=charity)
    foreign = add(elsewhere, charity, "Elsewhere")
    with pytest.raises(Denied):
        add(partnership, charity, "Here", after=[foreign])
    with pytest.raises(Denied):
        add(partnership, charity, "Gap", kind="staffing", cover=OrganisationFactory())
    assert not Item.objects.filter(partnership=partnership).exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"title": " "}, "title"),
        ({"days": 0}, "ends_on"),
        ({"place": "x" * 81}, "place"),
        ({"words": "x" * 2001}, "words"),
        ({"state": "dropped"}, "state"),
        ({"amount_minor": -1, "currency": "GBP"}, "amount"),
    ],
)
def test_what_cannot_be_planned(
    partnership: Partnership, charity: Organisation, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(partnership, charity, **{"title": "Beds", **more})
    assert field in refused.value.fields
    assert not Item.objects.exists()


def test_the_same_twice_and_after_it_was_dropped(
    partnership: Partnership, charity: Organisation
) -> None:
    item = add(partnership, charity, "Beds")
    with pytest.raises(Invalid):
        add(partnership, charity, "Beds")
    actions.drop(item=item, because="No van.", by=member_of(charity), at=AT)
    for again in (
        lambda: actions.drop(item=item, because="No van.", by=member_of(charity), at=AT),
        lambda: actions.change(item=item, said=said("Beds"), by=member_of(charity), at=AT),
    ):
        with pytest.raises(Conflict):
            again()
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(dropped_because="")


def test_a_stage_is_decided_on_once(partnership: Partnership, charity: Organisation) -> None:
    convener = convener_of(partnership)
    given = {"partnership": partnership, "by": convener, "at": AT, "review_date": D}
    stage = actions.add_stage(name="Two wards", condition="Six in ten are reached.", **given)
    with pytest.raises(Invalid):
        actions.add_stage(name="Two wards", condition="Again.", **given)
    with pytest.raises(Denied):
        actions.decide(stage=stage, verdict="go_on", because="Yes.", by=member_of(charity), at=AT)
    later = timezone.make_aware(timezone.datetime(2026, 5, 1))  # type: ignore[attr-defined]
    assert [each.kind for each in due.items(convener, later) if each.late] == ["plan.stage"]
    actions.decide(stage=stage, verdict="go_on", because="Seven.", by=convener, at=AT)
    with pytest.raises(Conflict):
        actions.decide(stage=stage, verdict="stop", because="No.", by=convener, at=AT)
    assert Stage.objects.get().verdict == "go_on"


# Spreadsheets -------------------------------------------------------------------------------------

SHEET = (
    "Kind,Title,Starts,Ends,Place,Amount,Currency\n"
    "activity,Visits,2026-04-01,2026-09-30,Hollin Bank,,\n"
    'budget,Beds,2026-04-01,,,"12,500.00",gbp\n'
    ",,,,,,\n"
)


def test_a_sheet_is_read() -> None:
    rows, faults = sheets.read_plan("plan.csv", SHEET.encode())
    assert faults == []
    assert [(row.title, row.ends_on, row.amount_minor, row.currency) for row in rows] == [
        ("Visits", date(2026, 9, 30), None, ""),
        ("Beds", D, 1_250_000, "GBP"),
    ]
    again, _none = sheets.read_plan("blank.csv", sheets.blank().encode())
    assert [row.kind for row in again] == ["activity"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("party,Dance,2026-04-01,,,,", "is none of"),
        ("activity,Dance,soon,,,,", "Write days as"),
        ("activity,Dance,2026-04-02,2026-04-01,,,", "comes after"),
        ("activity,,2026-04-02,,,,", "1 to 120"),
        ("budget,Beds,2026-04-02,,,lots,GBP", "is no amount"),
        ("budget,Beds,2026-04-02,,,5,", "three letters"),
    ],
)
def test_each_bad_row_is_told_with_its_number(row: str, words: str) -> None:
    rows, faults = sheets.read_plan("plan.csv", (SHEET + row + "\n").encode())
    assert [(each.row, words in each.text) for each in faults] == [(5, True)]
    assert len(rows) == 2


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"title,starts\na,b\n", b"PK\x03\x04junk"])
def test_what_is_no_plan(data: bytes) -> None:
    rows, faults = sheets.read_plan("plan.xlsx" if data[:2] == b"PK" else "plan.csv", data)
    assert (rows, len(faults)) == ([], 1)


def someone_of(organisation: Organisation) -> Person:
    person = PersonFactory()
    affiliated(person, organisation)
    return person


def test_a_sheet_comes_in_whole_or_not_at_all(
    partnership: Partnership, charity: Organisation
) -> None:
    client = signed_in(someone_of(charity))
    path = reverse("import_plan", args=[partnership.slug])

    def send(text: str) -> Any:
        file = SimpleUploadedFile("plan.csv", text.encode())
        return client.post(path, {"organisation": charity.pk, "file": file})

    wrong = send(SHEET + "party,Dance,2026-04-01,,,,\n")
    assert (wrong.status_code, Item.objects.count()) == (422, 0)
    assert "Row 5" in wrong.content.decode()
    assert send(SHEET).status_code == 302
    assert send(SHEET).status_code == 302
    assert Item.objects.count() == 2
    assert events_of(partnership.pk).filter(kind="plan.imported").count() == 1
    taken = client.get(reverse("plan_file", args=[partnership.slug, "plan"])).content.decode()
    assert "Visits" in taken
    assert "12500.00,GBP" in taken


def test_no_cell_becomes_a_formula(partnership: Partnership, charity: Organisation) -> None:
    add(partnership, charity, "=HYPERLINK(1)")
    assert "'=HYPERLINK" in sheets.as_csv(queries.items(partnership))


# Pages --------------------------------------------------------------------------------------------


def test_on_the_pages(partnership: Partnership, charity: Organisation) -> None:
    client = signed_in(someone_of(charity))
    slug = partnership.slug
    new = reverse("add_plan_item", args=[slug])
    form = {
        "organisation": charity.pk,
        "kind": "activity",
        "title": "Deliver beds",
        "starts_on": "2026-04-01",
        "ends_on": "2026-05-01",
        "state": "planned",
        "amount": "1,000.00",
        "currency": "gbp",
    }
    for bad in (
        {"starts_on": "soon"},
        {"ends_on": "2026-03-01"},
        {"amount": "many"},
        {"currency": "beds"},
        {"organisation": convener_organisation(partnership).pk},
    ):
        assert client.post(new, {**form, **bad}).status_code == 422
    assert client.post(new, form).status_code == 302
    item = Item.objects.get()
    assert (item.amount_minor, item.currency) == (100_000, "GBP")
    page = client.get(reverse("plan", args=[slug])).content.decode()
    assert "Deliver beds" in page
    assert "<svg" in page
    shown = client.get(reverse("plan_item", args=[slug, item.pk])).content.decode()
    assert "£1,000.00" in shown
    change = reverse("change_plan_item", args=[slug, item.pk])
    assert client.post(change, {**form, "title": "Deliver cots"}).status_code == 302
    drop = reverse("drop_plan_item", args=[slug, item.pk])
    assert client.post(drop, {"because": ""}).status_code == 422
    assert client.post(drop, {"because": "No van."}).status_code == 302
    assert "No van." in client.get(reverse("plan", args=[slug])).content.decode()
    assert client.get(f"/partnerships/{slug}/plan/other.csv").status_code == 404


def test_the_command(
    partnership: Partnership, charity: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    person = someone_of(charity)
    add(partnership, charity, "Driver away", 5000, kind="staffing")
    assert main(["plan", partnership.slug, "--as", person.email]) == 1
    out = capsys.readouterr().out
    assert "Nobody covers “Driver away (A Bed Each)”" in out


def test_five_hundred_items_ask_as_often_as_five(
    partnership: Partnership,
    charity: Organisation,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    client, path = signed_in(someone_of(charity)), reverse("plan", args=[partnership.slug])
    rows = [said(f"Item {number:03}", number % 300, place="Street") for number in range(500)]
    by = member_of(charity)
    actions.add_many(partnership=partnership, organisation=charity, rows=rows[:5], by=by, at=AT)
    Item.objects.bulk_create(
        Item(
            partnership=partnership,
            organisation=charity,
            kind=row.kind,
            title=row.title,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            place=row.place,
            added_at=AT,
        )
        for row in rows[5:]
    )
    with django_assert_max_num_queries(24):
        answer = client.get(path)
    assert answer.content.decode().count("<tr") < 100


def test_a_sheet_of_many_rows_reads_the_plan_once(
    partnership: Partnership,
    charity: Organisation,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    """A few statements for each row, none of them over all rows."""
    rows = [said(f"Item {number:03}", number) for number in range(40)]
    with django_assert_max_num_queries(20 + 40 * 4):
        actions.add_many(
            partnership=partnership,
            organisation=charity,
            rows=rows,
            by=member_of(charity),
            at=AT,
        )
    assert Item.objects.count() == 40

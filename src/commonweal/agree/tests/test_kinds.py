"""Every kind of agreement: drafted on its page, read, signed, changed; and what its page refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commonweal.agree import actions, queries
from commonweal.agree.governing_forms import PARTS
from commonweal.agree.models import Agreement, State
from commonweal.agree.tests import factories as f
from commonweal.agree.tests.test_views import body, client_of, initial, path, sharing_post
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.asking import Ask
from commonweal.compute.permits.kinds import KINDS
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    convener_organisation,
    sponsor_organisation,
)
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Role
from commonweal.core.scope import system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def convener(partnership: Partnership) -> Client:
    return client_of(convener_organisation(partnership), Role.SIGNATORY)


def post(kind: str, partnership: Partnership, **changes: Any) -> dict[str, Any]:
    """What a careful person types to draft an agreement of a kind."""
    hub, sponsor = convener_organisation(partnership), sponsor_organisation(partnership)
    usual: dict[str, Any] = {
        "title": "How we work",
        "prose": "Because nobody can do it alone.",
        "member": [str(hub.pk), str(sponsor.pk)],
        "start": "2026-01-01",
        "expiry": "2090-12-31",
        "withdrawal": "30",
        "further": "",
        "small": "10",
        "currency": "GBP",
        "rule_1_heading": "Buy together",
        "rule_1_text": "Beds are bought in one order.\nOnce a quarter.",
        "rule_1_marks": ["binding"],
        "rule_1_small": "Tell the others what you buy.",
        "rule_2_heading": "Share what you learn",
        "rule_2_text": "Write a page after every pilot.",
        "rule_2_marks": ["fixed"],
        "limit_1_what": "Buy bedding for one family",
        "limit_1_amount": "250.50",
        "limit_1_period": "each",
    }
    own: dict[str, dict[str, Any]] = {
        "constitution": {
            "principles": "We speak for ourselves\n\nWe learn in the open",
            "weeks": "2",
            "meets": "Town hall",
            "channels": "A weekly letter",
            "decision_rule": "consent",
            "quorum": "60",
            "review_months": "12",
            "steps": ["talk", "facilitate"],
            "step_days": "14",
        },
        "mou": {"purpose": ["cw:MeasureSharedOutcomes"], "own_purpose": "Keep families warm"},
        "funding": {
            f"pays_{hub.pk}": "10,000.50",
            f"due_{hub.pk}": "2026-04-01",
            f"for_{hub.pk}": "Beds only",
            f"risk_{hub.pk}": "70",
            f"risk_{sponsor.pk}": "30",
        },
        "standards": {"hub": [str(hub.pk)], "member": [str(sponsor.pk)]},
    }
    return {**usual, **own.get(kind, {}), **changes}


def drafted(kind: str, partnership: Partnership, convener: Client, **changes: Any) -> Agreement:
    url = reverse("draft_kind", args=[partnership.slug, kind])
    answer = convener.post(url, post(kind, partnership, **changes))
    assert answer.status_code == 302, body(answer)
    return Agreement.objects.get(kind=kind)


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_from_a_form_to_an_agreement_in_force(
    kind: str, partnership: Partnership, convener: Client
) -> None:
    url = reverse("draft_kind", args=[partnership.slug, kind])
    assert convener.get(url).status_code == 200
    agreement = drafted(kind, partnership, convener)
    version = queries.latest(agreement)
    present = {each.kind for each in queries.clauses_of(version)}
    assert set(KINDS[kind].needs) <= present <= KINDS[kind].allowed
    assert agreement.reference == f"{KINDS[kind].prefix}-1"
    page = body(convener.get(path("agreement_version", agreement, 1)))
    assert "Buy together" in page and "Beds are bought in one order." in page
    assert "Duty" in page and "Voluntary" in page
    assert "refused no request" not in page and "Each signature stands" not in page
    assert "In the parties’ own words" in page
    assert ("enforces none of it" in page) == (kind != "mou")
    f.signed_by_all(version, AT)
    # What the software does not enforce is not said to have refused nothing.
    page = body(convener.get(path("agreement_version", agreement, 1)))
    assert ("refused no request" in page) == (kind == "mou") and "Each signature stands" in page
    assert queries.latest(agreement).state == State.ACTIVE
    listed = body(convener.get(reverse("agreements", args=[partnership.slug])))
    assert f"{agreement.reference} How we work" in listed and "In force" in listed


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_a_change_begins_with_what_is_there(
    kind: str, partnership: Partnership, convener: Client
) -> None:
    agreement = drafted(kind, partnership, convener)
    before = queries.clauses_of(queries.latest(agreement))
    form = convener.get(path("revise_agreement", agreement)).context["form"]
    answer = convener.post(path("revise_agreement", agreement), initial(form))
    assert answer.status_code == 302, answer.context["form"].errors
    assert queries.latest(agreement).number == 2
    assert queries.clauses_of(queries.latest(agreement)) == before


def test_amounts_are_kept_to_the_penny(partnership: Partnership, convener: Client) -> None:
    agreement = drafted("funding", partnership, convener)
    held = queries.terms_of(queries.latest(agreement))
    paid = held.clause(g.Contribution)
    assert paid is not None
    assert (paid.amount_minor, paid.currency) == (1_000_050, "GBP")
    text = queries.latest(agreement).text
    assert "£10,000.50" in text and "70 percent" in text and "£250.50" in text
    assert "This is a duty under this agreement." in text


def test_amounts_are_read_as_the_reader_writes_them(
    partnership: Partnership, convener: Client
) -> None:
    """A point parts thousands in Spanish: a tenth of a thousandth of the money would be promised."""
    hub = convener_organisation(partnership)
    convener.cookies["django_language"] = "es"
    said = {f"pays_{hub.pk}": "10.000,50", "limit_1_amount": "250,50"}
    agreement = drafted("funding", partnership, convener, **said)
    paid = queries.terms_of(queries.latest(agreement)).clause(g.Contribution)
    assert paid is not None
    assert paid.amount_minor == 1_000_050
    form = convener.get(path("revise_agreement", agreement)).context["form"]
    assert initial(form)[f"pays_{hub.pk}"] == "10.000,50"
    assert convener.post(path("revise_agreement", agreement), initial(form)).status_code == 302


REFUSED = [
    ("constitution", {"principles": "One\nOne"}, "principles", "twice"),
    ("constitution", {"quorum": "0"}, "quorum", "greater than or equal"),
    ("constitution", {"steps": []}, "steps", "Choose"),
    ("mou", {"purpose": [], "own_purpose": ""}, "purpose", "at least one purpose"),
    ("mou", {"member": []}, "member", "Choose"),
    ("procurement", {"rule_1_text": ""}, "rule_1_text", "says what is done"),
    ("procurement", {"rule_2_heading": ""}, "rule_2_heading", "a heading"),
    ("procurement", {"small": ""}, "small", "which partners are small"),
    ("procurement", {"limit_1_amount": "12.345"}, "limit_1_amount", "such as 10000"),
    ("procurement", {"limit_1_amount": "-5"}, "limit_1_amount", "such as 10000"),
    ("procurement", {"limit_1_amount": "NaN"}, "limit_1_amount", "such as 10000"),
    ("procurement", {"limit_1_what": ""}, "limit_1_what", "may do"),
    ("procurement", {"expiry": "2025-12-31"}, "expiry", "is before the first"),
    ("standards", {"hub": []}, "hub", "Choose"),
]


@pytest.mark.parametrize(("kind", "changes", "field", "said"), REFUSED)
def test_what_means_nothing_is_told_at_its_field(
    kind: str,
    changes: dict[str, Any],
    field: str,
    said: str,
    partnership: Partnership,
    convener: Client,
) -> None:
    url = reverse("draft_kind", args=[partnership.slug, kind])
    answer = convener.post(url, post(kind, partnership, **changes))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert said in " ".join(errors.get(field, [])), errors
    assert not Agreement.objects.exists()


def test_money_is_refused_where_it_does_not_add_up(
    partnership: Partnership, convener: Client
) -> None:
    hub = convener_organisation(partnership)
    url = reverse("draft_kind", args=[partnership.slug, "funding"])
    for changes, said in (
        ({f"risk_{hub.pk}": "60"}, "add up to 100"),
        ({f"due_{hub.pk}": ""}, "by when"),
        ({f"pays_{hub.pk}": ""}, "what one partner pays"),
        ({"currency": "pounds"}, ""),
        ({"currency": "XX1"}, "three-letter code"),
    ):
        answer = convener.post(url, post("funding", partnership, **changes))
        assert answer.status_code == 422
        assert said in str(answer.context["form"].errors)
    assert not Agreement.objects.exists()


def test_an_unknown_kind_is_not_there(partnership: Partnership, convener: Client) -> None:
    assert convener.get(reverse("draft_kind", args=[partnership.slug, "treaty"])).status_code == 404
    assert convener.get(reverse("draft_kind", args=[partnership.slug, "dul"])).status_code == 404


def test_every_kind_is_on_the_page_that_asks_what_to_agree_on(
    partnership: Partnership, convener: Client
) -> None:
    page = body(convener.get(reverse("agreement_kinds", args=[partnership.slug])))
    for kind in PARTS:
        assert reverse("draft_kind", args=[partnership.slug, kind]) in page
    assert reverse("draft_sharing", args=[partnership.slug]) in page


def under_memorandum(partnership: Partnership, convener: Client) -> tuple[Agreement, Agreement]:
    """A memorandum between the convener and the sponsor, and an agreement that rests on it."""
    memorandum = drafted("mou", partnership, convener)
    f.signed_by_all(queries.latest(memorandum), f.EARLIER)
    sharing = sharing_post(
        partnership, parent=str(memorandum.pk), purpose=["cw:MeasureSharedOutcomes"]
    )
    answer = convener.post(reverse("draft_sharing", args=[partnership.slug]), sharing)
    assert answer.status_code == 302, body(answer)
    return memorandum, Agreement.objects.get(kind="dsa")


def test_an_agreement_rests_on_a_memorandum(partnership: Partnership, convener: Client) -> None:
    memorandum, agreement = under_memorandum(partnership, convener)
    f.signed_by_all(queries.latest(agreement), f.EARLIER)
    assert agreement.parent == memorandum
    assert "under “MOU-1 How we work”" in queries.latest(agreement).text
    ask = Ask(
        action="submit",
        actor="person:test",
        organisation=sponsor_organisation(partnership).pk,
        partnership=partnership.pk,
        contract="bed-deliveries",
        fields=("area",),
    )
    held = actions.would_permit(ask=ask, at=AT)
    assert held
    actions.suspend(agreement=memorandum, reason="A look at it.", by=system("test"), at=AT)
    assert not actions.would_permit(ask=ask, at=AT)
    page = body(convener.get(path("agreement", agreement)))
    assert "Suspended" in page
    listed = body(convener.get(reverse("agreements", args=[partnership.slug])))
    assert listed.index("MOU-1") < listed.index("DSA-1")


def test_wider_than_the_memorandum_is_refused_at_its_field(
    partnership: Partnership, convener: Client
) -> None:
    memorandum = drafted("mou", partnership, convener)
    url = reverse("draft_sharing", args=[partnership.slug])
    answer = convener.post(url, sharing_post(partnership, parent=str(memorandum.pk)))
    assert answer.status_code == 422
    assert "Not among the purposes in MOU-1" in str(answer.context["form"].errors["purpose"])


def test_only_the_kinds_that_fit_rest_on_each_other(
    partnership: Partnership, convener: Client
) -> None:
    memorandum = drafted("mou", partnership, convener)
    for kind, parent in (("constitution", memorandum), ("dul", memorandum), ("mou", memorandum)):
        with pytest.raises(Invalid):
            actions.draft_agreement(
                partnership=partnership,
                kind=kind,
                title="Wrong",
                clauses=[],
                prose="",
                parent=parent,
                by=system("test"),
                at=AT,
            )


def test_what_no_clause_lets_the_convener_suspend_is_not_suspended(
    partnership: Partnership, convener: Client
) -> None:
    agreement = drafted("constitution", partnership, convener)
    f.signed_by_all(queries.latest(agreement), AT)
    with pytest.raises(Conflict):
        actions.suspend(agreement=agreement, reason="No.", by=system("test"), at=AT)
    assert "Suspend it for everybody" not in body(convener.get(path("agreement", agreement)))


def test_masks_places_and_own_purposes_come_from_the_form(
    partnership: Partnership, convener: Client
) -> None:
    hub = convener_organisation(partnership)
    data = sharing_post(
        partnership,
        masked="bed-deliveries: month",
        place="gb, IE",
        breach="72",
        own_purpose="Keep families warm",
        intermediary=[str(hub.pk)],
        grain="records",
    )
    assert convener.post(reverse("draft_sharing", args=[partnership.slug]), data).status_code == 302
    held = queries.terms_of(queries.latest(Agreement.objects.get()))
    beds = held.data("bed-deliveries")
    assert beds is not None
    assert beds.masked == ("month",)
    assert held.clause(g.Place) == g.Place(("GB", "IE"))
    assert held.clause(g.Breach) == g.Breach(72)
    assert held.clause(g.Grain) == g.Grain("records")
    purposes = held.clause(c.Purpose)
    assert purposes is not None
    assert "own:Keep families warm" in purposes.purposes
    text = queries.latest(Agreement.objects.get()).text
    assert "United Kingdom (GB)" in text and "counted but never shown" in text
    assert "Keep families warm" in text and "never use it themselves" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"masked": "bed-deliveries: shoe_size"}, "masked"),
        ({"masked": "cots: month"}, "masked"),
        ({"place": "England"}, "place"),
        ({"own_purpose": "x" * 200}, "own_purpose"),
        ({"four_questions_legal": "Yes"}, "four_questions_ethical"),
        ({"breach": "0"}, "breach"),
    ],
)
def test_safeguards_that_mean_nothing_are_told_at_their_field(
    changes: dict[str, Any], field: str, partnership: Partnership, convener: Client
) -> None:
    url = reverse("draft_sharing", args=[partnership.slug])
    answer = convener.post(url, sharing_post(partnership, **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Agreement.objects.exists()


def test_data_is_worked_on_only_where_the_agreement_says(
    partnership: Partnership, settings: Any
) -> None:
    agreement = f.shared(partnership, place=g.Place(("GB",)))
    provider = queries.terms_of(queries.latest(agreement)).party("provider")
    assert provider is not None
    ask = Ask(
        action="submit",
        actor="system:test",
        organisation=provider.organisations[0].id,
        partnership=partnership.pk,
        contract=f.CONTRACT,
        fields=("area",),
    )
    settings.PLACE = "FR"
    assert not actions.would_permit(ask=ask, at=AT)
    settings.PLACE = "GB"
    assert actions.would_permit(ask=ask, at=AT)

"""The drafting forms as a lawyer meets them: what they offer, say and refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from commonweal.agree import actions, beginning, legal_clauses, policies, queries, words
from commonweal.agree.drafting import party
from commonweal.agree.forms import SharingForm
from commonweal.agree.models import Agreement, Kind
from commonweal.agree.tests import factories as f
from commonweal.agree.tests.test_kinds import drafted
from commonweal.agree.tests.test_views import (
    body,
    client_of,
    initial,
    licence_post,
    path,
    sharing_post,
)
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.redline.passages import CHANGED
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    PartnershipFactory,
    convener_of,
    convener_organisation,
    member_of,
    seated,
    sponsor_organisation,
)
from commonweal.core.errors import Missing
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


@pytest.fixture
def convener(partnership: Partnership) -> Client:
    return client_of(convener_organisation(partnership), Role.SIGNATORY)


def draft(partnership: Partnership, convener: Client, **changes: Any) -> Any:
    url = reverse("draft_sharing", args=[partnership.slug])
    return convener.post(url, sharing_post(partnership, **changes))


def prose_of(agreement: Agreement) -> list[tuple[str, str]]:
    held = queries.clauses_of(queries.latest(agreement))
    return [(each.heading, each.text) for each in held if isinstance(each, c.Prose)]


# --- legal clauses -------------------------------------------------------------------------------

LEGAL = {"legal_roles": "The council is controller.", "legal_law": "The law of England."}
FURTHER = [("Breach", "Tell the others within 72 hours."), ("Contact", "Write to the convener.")]


def test_what_is_written_under_a_legal_heading_is_a_clause_and_comes_back(
    partnership: Partnership, convener: Client
) -> None:
    assert draft(partnership, convener, **LEGAL).status_code == 302
    agreement = Agreement.objects.get()
    written = [
        ("Roles under data protection law", "The council is controller."),
        ("Governing law and disputes", "The law of England."),
        *FURTHER,
    ]
    assert prose_of(agreement) == written  # Blank headings make no clause.
    form = convener.get(path("revise_agreement", agreement)).context["form"]
    shown = initial(form)
    assert {name: shown[name] for name in LEGAL} == LEGAL
    assert "controller" not in shown["further"] and shown["further"].startswith("# Breach")
    answer = convener.post(path("revise_agreement", agreement), shown)
    assert answer.status_code == 302 and prose_of(agreement) == written


def test_legal_headings_are_in_the_language_of_the_text(
    partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A word that is sure to be translated stands for the heading.
    heading = legal_clauses._Heading(gettext_lazy("Draft"), "")
    monkeypatch.setattr(legal_clauses, "_HEADINGS", {"roles": heading})
    partners = convene.partners(partnership, AT)
    form = SharingForm(sharing_post(partnership, **LEGAL), partners=partners, language="en")
    with override("es"):
        assert str(heading.heading) != "Draft" and form.is_valid()
        written = form.clauses()
        assert next(each.heading for each in written if isinstance(each, c.Prose)) == "Draft"
        shown, rest = legal_clauses.show("dsa", written, "en")
    assert shown == {"legal_roles": LEGAL["legal_roles"]} and len(rest) == len(written) - 1


def test_what_cannot_be_a_legal_clause_is_told_at_its_field_with_the_headings_open(
    partnership: Partnership, convener: Client
) -> None:
    page = body(convener.get(reverse("draft_sharing", args=[partnership.slug])))
    assert '<details class="govuk-details"><summary' in page and "<details open" not in page
    answer = draft(partnership, convener, legal_audit="Once\u202ea year")
    assert answer.status_code == 422 and not Agreement.objects.exists()
    assert "do not print" in str(answer.context["form"].errors["legal_audit"])
    assert '<details class="govuk-details" open>' in body(answer)


def test_licences_and_memoranda_offer_the_legal_headings_that_fit_them(
    partnership: Partnership, convener: Client
) -> None:
    memorandum = drafted("mou", partnership, convener, legal_liability="Each for its own.")
    assert prose_of(memorandum) == [("Liability", "Each for its own.")]
    shown = initial(convener.get(path("revise_agreement", memorandum)).context["form"])
    assert shown["legal_liability"] == "Each for its own." and shown["further"] == ""
    assert "legal_basis" not in shown
    draft(partnership, convener, parent="")
    agreement = Agreement.objects.get(kind="dsa")
    url = path("draft_licence", agreement)
    convener.post(url, licence_post(partnership, legal_law="The law of England."))
    held = [("Governing law and disputes", "The law of England.")]
    assert prose_of(Agreement.objects.get(kind="dul")) == held


# --- data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "beds: area\nward-weeks: ward, wek;; babies born",
            "Line 2: “wek;; babies born” cannot be",
        ),
        ("beds: area, =sum", "Line 1: “=sum” cannot be"),
        ("beds: area\u202e", "Line 1: “area”"),
        ("beds: _row", "Line 1: “_row” cannot be"),
        ("beds: age__missing", "Line 1: “age__missing” cannot be"),
        (f"beds: {'a' * 101}", "Line 1: “aaa"),
        ("beds; cots: area", "Line 1, “beds; cots”: The key of the data contract"),
    ],
)
def test_a_name_that_no_data_contract_could_have_is_refused_with_its_line(
    partnership: Partnership, convener: Client, lines: str, said: str
) -> None:
    answer = draft(partnership, convener, data=lines)
    assert answer.status_code == 422 and not Agreement.objects.exists()
    assert said in str(answer.context["form"].errors["data"])


def test_names_that_files_really_have_are_taken(partnership: Partnership, convener: Client) -> None:
    names = "_id, 2026 births, Código postal, age (weeks), a.b/c"
    assert draft(partnership, convener, data=f"beds: {names}").status_code == 302
    held = queries.clauses_of(queries.latest(Agreement.objects.get()))
    assert next(each for each in held if isinstance(each, c.Data)).fields == tuple(
        names.split(", ")
    )


# --- what is optional ------------------------------------------------------------------------------


def test_the_purpose_is_not_called_optional_where_one_is_needed(
    partnership: Partnership, convener: Client
) -> None:
    sharing = body(convener.get(reverse("draft_sharing", args=[partnership.slug])))
    memorandum = body(convener.get(reverse("draft_kind", args=[partnership.slug, "mou"])))
    draft(partnership, convener)
    url = path("draft_licence", Agreement.objects.get())
    licence = body(convener.get(url))
    for page, label, hint in (
        (sharing, "What may the data be used for?", "Choose at least one, or write one below."),
        (memorandum, "What for?", "Choose at least one, or write one below."),
        (licence, "What may the data be used for?", "Choose at least one."),
    ):
        assert f"{label}</legend>" in page and f"{label} (optional)" not in page
        assert hint in page
    assert draft(partnership, convener, purpose=[], own_purpose="Count beds").status_code == 302
    answer = convener.post(url, licence_post(partnership, purpose=[]))
    assert answer.context["form"].errors["purpose"] == ["Choose at least one purpose."]


def test_a_set_of_questions_says_beforehand_that_it_is_answered_whole(
    partnership: Partnership, convener: Client
) -> None:
    sharing = body(convener.get(reverse("draft_sharing", args=[partnership.slug])))
    assert "Answer all four, or leave all blank." in sharing
    draft(partnership, convener)
    licence = body(convener.get(path("draft_licence", Agreement.objects.get())))
    assert "A licence needs an answer to all four." in licence
    assert "Answer all five, or leave all blank." in licence


# --- under a stricter memorandum ---------------------------------------------------------------------

STRICT: tuple[c.Clause, ...] = (c.MinimumCell(10), g.Place(("GB",)), g.Breach(72))


def memorandum(
    partnership: Partnership, *limits: c.Clause, purposes: tuple[str, ...] = ()
) -> Agreement:
    members = [convener_organisation(partnership), sponsor_organisation(partnership)]
    clauses = [
        party(c.MEMBER, members),
        c.Purpose(purposes or ("cw:MeasureSharedOutcomes", "cw:MonitorEquity")),
        *limits,
        c.Start(date(2026, 1, 1)),
        c.Expiry(date(2090, 12, 31)),
        c.Withdrawal(30),
    ]
    return actions.draft_agreement(
        partnership=partnership,
        kind="mou",
        title="The frame",
        clauses=clauses,
        prose="",
        by=system("test"),
        at=AT,
        language="en",
    ).agreement


def refused(answer: Any, field: str) -> str:
    assert answer.status_code == 422
    return str(answer.context["form"].errors[field].as_data()[0].messages[0])


def test_what_is_wider_than_a_memorandum_is_not_called_a_licence(
    partnership: Partnership, convener: Client
) -> None:
    parent = str(memorandum(partnership, *STRICT).pk)
    said = refused(draft(partnership, convener, parent=parent), "minimum_cell")
    assert said.endswith("which says: 10. An agreement can only narrow the one it rests on.")


@pytest.mark.parametrize(
    ("fixed", "changes", "stands"),
    [
        ("place", {"place": "Ireland"}, ": United Kingdom (GB)"),
        ("minimum_cell", {"minimum_cell": "20"}, "fewer than 10"),
        ("breach", {"breach": "24"}, "72 hours"),
        ("purpose", {"purpose": ["cw:MonitorEquity"]}, "Measure shared outcomes"),
        ("start", {"start": "2026-02-01"}, "1 January 2026"),
        ("expiry", {"expiry": "2089-12-31"}, "31 December 2090"),
        ("withdrawal", {"withdrawal": "10"}, "30 days after"),
    ],
)
def test_what_is_fixed_above_is_told_in_its_own_words(
    partnership: Partnership, convener: Client, fixed: str, changes: dict[str, Any], stands: str
) -> None:
    above = memorandum(partnership, *STRICT, g.Fixed((fixed,)))
    usual = {"parent": str(above.pk), "minimum_cell": "10", "place": "GB", "breach": "72"}
    said = refused(draft(partnership, convener, **{**usual, **changes}), fixed)
    assert "Take it over as it stands there. It says there: “" in said and stands in said


def test_countries_outside_those_above_are_told_with_those_that_are_within(
    partnership: Partnership, convener: Client
) -> None:
    parent = str(memorandum(partnership, g.Place(("GB",))).pk)
    said = refused(draft(partnership, convener, parent=parent, place="Ireland"), "place")
    assert "It says there: “" in said and "United Kingdom (GB)" in said


def test_a_new_version_keeps_what_its_form_does_not_ask(
    partnership: Partnership, convener: Client
) -> None:
    above = memorandum(partnership, *STRICT, g.Fixed(("place",)))
    url = path("revise_agreement", above)
    shown = initial(convener.get(url).context["form"])
    before = queries.clauses_of(queries.latest(above))
    assert convener.post(url, {**shown, "withdrawal": "60"}).status_code == 302
    after = queries.clauses_of(queries.latest(above))
    assert [each for each in after if each not in before] == [c.Withdrawal(60)]
    assert len(after) == len(before)
    # What the form does ask goes when it is left blank.
    draft(partnership, convener, place="GB", breach="72")
    agreement = Agreement.objects.get(kind="dsa")
    shown = initial(convener.get(path("revise_agreement", agreement)).context["form"])
    convener.post(path("revise_agreement", agreement), {**shown, "place": ""})
    held = {each.kind for each in queries.clauses_of(queries.latest(agreement))}
    assert "place" not in held and "breach" in held


# --- countries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("GB, IE", ("GB", "IE")),
        ("gb ie", ("GB", "IE")),
        ("ireland, UNITED KINGDOM", ("IE", "GB")),
        ("UK", ("GB",)),
        ("", None),
        (" , ", None),
    ],
)
def test_countries_are_named_or_given_by_code(
    partnership: Partnership, convener: Client, typed: str, codes: tuple[str, ...] | None
) -> None:
    assert draft(partnership, convener, place=typed).status_code == 302
    place = queries.terms_of(queries.latest(Agreement.objects.get())).clause(g.Place)
    assert (place.countries if place else None) == codes


@pytest.mark.parametrize("typed", ["ZZ", "QQ", "EU", "Atlantis", "GB, Atlantis", "GB IX", "G"])
def test_what_is_no_country_is_refused(
    partnership: Partnership, convener: Client, typed: str
) -> None:
    assert "is no country that we know" in refused(
        draft(partnership, convener, place=typed), "place"
    )


def test_countries_are_named_in_the_language_of_the_reader() -> None:
    with override("es"):
        assert words.country_code("Reino Unido") == "GB"
        assert words.country_code("Germany") == ""


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_says_only_what_an_agreement_settles(
    partnership: Partnership, convener: Client
) -> None:
    memorandum(partnership, c.MinimumCell(10))
    url = reverse("agreements", args=[partnership.slug])
    assert "Limits: no group under 10 shown." in body(convener.get(url))
    draft(partnership, convener)
    assert "Limits: no group under 7 shown, results for the public." in body(convener.get(url))


def test_who_drafts_learns_that_the_title_stays(partnership: Partnership, convener: Client) -> None:
    said = "it stays the same in every later version."
    assert said in body(convener.get(reverse("draft_sharing", args=[partnership.slug])))
    assert said in body(convener.get(reverse("draft_kind", args=[partnership.slug, "mou"])))
    draft(partnership, convener)
    page = body(convener.get(path("draft_licence", Agreement.objects.get())))
    assert said in page and "Measuring safe sleep" in page


# --- another like it -----------------------------------------------------------------------------


def test_another_agreement_begins_with_what_one_says(
    partnership: Partnership, convener: Client
) -> None:
    assert draft(partnership, convener, **LEGAL).status_code == 302
    first = Agreement.objects.get()
    url = f"{reverse('draft_sharing', args=[partnership.slug])}?like={first.reference}"
    plain = convener.get(url.partition("?")[0]).content.decode()
    assert "Begin with one that is there" in plain and f'href="{url}"' in plain
    page = convener.get(url)
    assert f"It begins with what {first.reference} says, but for the days of use." in body(page)
    assert url.replace("&", "&amp;") in convener.get(path("agreement", first)).content.decode()
    shown = initial(page.context["form"])
    assert not shown.get("title")
    answer = convener.post(url, {**shown, "title": "Sharing once more", "retention": "7"})
    second = Agreement.objects.exclude(pk=first.pk).get()
    differs = convener.get(answer["Location"])
    told = body(differs)
    assert f"How {second.reference} differs from {first.reference}" in told
    # Whoever has read what is different goes on from here.
    assert path("open_for_signature", second) in differs.content.decode()
    assert len(differs.context["changes"].redline.clauses(CHANGED)) == 2
    # Whoever reads or signs it finds the way back to what is different.
    assert second.begun_from == first
    differences = f"{path('agreement_changes', second, 1)}?since={first.reference}"
    assert differences in convener.get(path("agreement", second)).content.decode()
    actions.open_for_signature(version=queries.latest(second), by=system("test"), at=AT)
    assert differences in convener.get(path("sign_agreement", second)).content.decode()
    other = f"{path('agreement_changes', second, 1)}?since=CON-1"
    assert convener.get(other).status_code == 404
    says = [queries.clauses_of(queries.latest(each)) for each in (first, second)]
    other = [(one, two) for one, two in zip(*says, strict=True) if one != two]
    # What is over is not taken over: it begins today.
    assert (c.Start(date(2026, 1, 1)), c.Start(AT.date())) in other
    assert [two for _one, two in other if isinstance(two, c.Retention)] == [c.Retention(7)]
    assert len(other) == 2
    assert second.title == "Sharing once more"


def test_what_is_taken_over_is_folded_until_something_in_it_is_wrong(
    partnership: Partnership, convener: Client
) -> None:
    assert draft(partnership, convener).status_code == 302
    url = f"{reverse('draft_sharing', args=[partnership.slug])}?like=DSA-1"
    page = convener.get(url)
    shown, kept = initial(page.context["form"]), "As in DSA-1: read or change it"
    html = page.content.decode()
    open_ones = [name for name in ("title", "minimum_cell", "expiry") if f'id="id_{name}"' in html]
    assert open_ones == ["title", "minimum_cell", "expiry"]
    assert html.count(kept) == 5
    assert '<details class="govuk-details" open>' not in html
    refused = convener.post(url, {**shown, "title": "Once more", "data": "no colon here"})
    assert refused.status_code == 422
    assert refused.content.decode().count('<details class="govuk-details" open>') == 1
    assert kept not in convener.get(url.partition("?")[0]).content.decode()


@pytest.mark.parametrize("like", ["DUL-1", "CON-9", "'"])
def test_another_like_none_is_not_there(
    partnership: Partnership, convener: Client, like: str
) -> None:
    url = reverse("draft_sharing", args=[partnership.slug])
    assert convener.get(url, {"like": like}).status_code == 404


def test_days_that_are_over_are_not_taken_over(partnership: Partnership, convener: Client) -> None:
    assert draft(partnership, convener).status_code == 302
    first = Agreement.objects.get()
    version = queries.latest(first)
    later = datetime.combine(queries.terms_of(version).last_day, time(12), UTC) + timedelta(days=9)
    with pytest.raises(Missing):
        stranger = convener_of(PartnershipFactory())
        beginning.model(stranger, partnership.slug, first.reference, Kind.DSA, later)
    found = beginning.another(first, later)
    assert "expiry" not in found and found["start"] == later.date()


def test_a_model_of_a_licence_gives_way_to_the_agreement_above(
    partnership: Partnership, convener: Client
) -> None:
    """The days are those of the agreement above, and no limit is offered that would be too wide."""
    wide = f.shared(partnership, minimum_cell=c.MinimumCell(3))
    like = f.licensed(wide)
    above = f.shared(
        partnership,
        minimum_cell=c.MinimumCell(10),
        publication=c.Publication("partners"),
        start=c.Start(date(2027, 5, 2)),
        expiry=c.Expiry(date(2028, 5, 1)),
    )
    shown = initial(
        convener.get(f"{path('draft_licence', above)}?like={like.reference}").context["form"]
    )
    assert shown["minimum_cell"] == 10
    assert shown["publication"] == "partners"
    assert (shown["start"], shown["expiry"]) == (date(2027, 5, 2), date(2028, 5, 1))


def test_who_gives_the_data_prepares_a_licence_to_it(partnership: Partnership) -> None:
    """A licence that names no provider has no signature of theirs; it is their data all the same."""
    above = f.shared(partnership)
    providers = sorted(queries.terms_of(queries.latest(above)).party("provider").ids)  # type: ignore[union-attr]
    mine, gone = (Organisation.objects.get(pk=each) for each in providers)
    licence = f.licensed(above)
    parties = queries.terms_of(queries.latest(licence)).parties
    assert not {mine.pk, gone.pk} & set(parties)
    assert policies.can_prepare(member_of(mine), licence, parties, AT)
    other = seated(partnership).organisation
    assert other is not None
    assert not policies.can_prepare(member_of(other), licence, parties, AT)
    actions.withdraw(agreement=above, organisation=gone, reason="", by=f.signatory_of(gone), at=AT)
    assert not policies.can_prepare(member_of(gone), licence, parties, AT)
    # What is above a sharing agreement makes nobody its preparer.
    assert not policies.can_prepare(member_of(other), above, [], AT)

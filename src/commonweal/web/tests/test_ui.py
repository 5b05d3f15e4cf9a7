"""The parts of a page: words, references between elements, forms that say what is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.web import gallery, tables
from commonweal.web.figures import figure
from commonweal.web.tests.pages import Element, Page

SPOKEN = ("aria-labelledby", "aria-describedby")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def page_of(source: str, **values: Any) -> Page:
    context = Context({"request": RequestFactory().get("/here/?area=n&page=2"), **values})
    return Page(Template("{% load ui charts %}" + source).render(context))


def gallery_html(language: str = "en") -> str:
    from django.contrib.auth.models import AnonymousUser
    from django.shortcuts import render

    request = RequestFactory().get("/gallery/")
    request.user = AnonymousUser()
    with translation.override(language):
        response: HttpResponse = render(request, "web/gallery.html", gallery.context())
    return response.content.decode()


@pytest.fixture(scope="module")
def shown() -> Page:
    with translation.override("en"):
        return Page(gallery_html())


def name_of(page: Page, control: Element) -> str:
    """What a screen reader calls a control."""
    if label := control.attrs.get("aria-label"):
        return label
    labels = page.all("label", for_=control.attrs.get("id"))
    labels = labels or [
        one for one in page.all("label") if one.attrs.get("for") == control.attrs.get("id")
    ]
    return " ".join(one.words() for one in labels).strip()


# --- the gallery as a whole --------------------------------------------------------------------


def test_ids_are_unique_and_references_lead_somewhere(shown: Page) -> None:
    assert len(shown.ids) == len(set(shown.ids))
    known = set(shown.ids)
    for one in shown.elements:
        for attribute in SPOKEN:
            assert set((one.attrs.get(attribute) or "").split()) <= known, one
        address = one.attrs.get("href") or ""
        if one.tag == "a" and address.startswith("#") and len(address) > 1:
            assert address[1:] in known, address


def test_every_control_has_a_name(shown: Page) -> None:
    controls = [
        one
        for one in shown.all()
        if one.tag in {"input", "select", "textarea"} and one.attrs.get("type") != "hidden"
    ]
    assert len(controls) > 30
    for control in controls:
        assert name_of(shown, control), control.attrs


def test_headings_do_not_skip_a_level(shown: Page) -> None:
    levels = [int(one.tag[1]) for one in shown.all() if one.tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert levels[0] == 1
    for above, below in itertools.pairwise(levels):
        assert below <= above + 1


def test_no_inline_style_or_handler_reaches_the_page(shown: Page) -> None:
    for one in shown.elements:
        assert "style" not in one.attrs
        assert one.tag != "style"
        assert not [name for name in one.attrs if name.startswith("on")]
        if one.tag == "script":
            assert one.attrs.get("src")


@pytest.mark.parametrize(
    ("language", "direction", "sheet"), [("en", "ltr", "cw.css"), ("ar", "rtl", "cw.rtl.css")]
)
def test_language_and_direction_are_said(language: str, direction: str, sheet: str) -> None:
    page = Page(gallery_html(language))
    html = page.one("html")
    assert (html.attrs["lang"], html.attrs["dir"]) == (language, direction)
    assert (page.one("link", rel="stylesheet").attrs["href"] or "").endswith(sheet)


def test_the_shell_names_where_we_are(shown: Page) -> None:
    nav = next(one for one in shown.all("nav") if "A Bed" in (one.attrs.get("aria-label") or ""))
    current = [one for one in shown.all("a", "cw-nav__link") if one.attrs.get("aria-current")]
    assert [one.words() for one in current] == ["Overview"]
    assert nav.words().startswith("A Bed for Every Baby")
    assert shown.all("title")[0].text == "Gallery – A Bed for Every Baby – Commonweal"
    assert shown.one("a", "govuk-skip-link").attrs["href"] == "#main"
    assert shown.one(id="main").tag == "main"


# --- forms -------------------------------------------------------------------------------------


class Offer(forms.Form):
    fieldsets = [("First", ["what", "who"], "A hint for both."), ("Second", ["money"])]
    what = forms.CharField(label="What", max_length=8, help_text="In plain words.")
    who = forms.ChoiceField(label="Who", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    money = forms.IntegerField(label="Money", required=False, min_value=1)
    day = forms.DateField(label="Day")
    born = forms.DateField(label="Born", widget=forms.SelectDateWidget(years=range(2020, 2023)))
    meet = forms.SplitDateTimeField(label="Meet", required=False)
    agree = forms.BooleanField(label="I agree", help_text="You may withdraw.")
    secret = forms.CharField(widget=forms.HiddenInput, initial="x")

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("The two do not fit together.")


def test_errors_stand_at_the_field_and_in_the_summary_with_a_link() -> None:
    page = page_of("{% cw_form form submit='Save' %}", form=Offer({"money": "0", "day": "soon"}))
    summary = page.one("div", "govuk-error-summary")
    links = {one.words(): one.attrs["href"] for one in page.all("a") if one.inside("ul")}
    assert links == {
        "What: Fill this in.": "#id_what",
        "Who: Choose one.": "#id_who_0",
        "Money: Ensure this value is greater than or equal to 1.": "#id_money",
        "Day: Enter a valid date.": "#id_day",
        "Born: Fill this in.": "#id_born_month",
        "I agree: Tick this box to go on.": "#id_agree",
    }
    unlinked = [one.words() for one in page.all("li") if not one.children]
    assert unlinked == ["The two do not fit together.", "Fill this in."]
    assert summary.attrs["tabindex"] == "-1"
    what = page.one(id="id_what")
    assert what.attrs["aria-invalid"] == "true"
    assert what.attrs["aria-describedby"] == "id_what_helptext id_what_error"
    assert "Fill this in." in page.one(id="id_what_error").words()
    assert page.one(id="id_agree").attrs["aria-describedby"] == "id_agree_helptext id_agree_error"
    assert set(page.ids) >= {(one.attrs["href"] or "")[1:] for one in page.all("a")}
    for control in page.all("input") + page.all("select"):
        if control.attrs.get("type") != "hidden":
            assert name_of(page, control), control.attrs


def test_a_form_without_mistakes_has_no_summary_and_marks_what_may_stay_empty() -> None:
    page = page_of("{% cw_form form submit='Save' cancel='/back/' %}", form=Offer())
    assert not page.all("div", "govuk-error-summary")
    form = page.one("form")
    assert "novalidate" in form.attrs
    assert form.attrs["method"] == "post"
    assert page.one("button").words() == "Save"
    labels = {one.words() for one in page.all("label")} | {
        one.words() for one in page.all("legend")
    }
    assert {"What", "Money (optional)", "Meet (optional)", "First", "Second", "I agree"} <= labels


def test_controls_suit_phones_and_keyboards() -> None:
    offer = Offer(initial={"day": date(2026, 11, 22)})
    offer.fields["money"].prefix = "£"  # type: ignore[attr-defined]
    page = page_of("{% cw_form form %}", form=offer)
    assert not page.all("form")
    money, day = page.one(id="id_money"), page.one(id="id_day")
    assert (money.attrs["type"], money.attrs["inputmode"]) == ("text", "numeric")
    assert page.one("div", "govuk-input__prefix").words() == "£"
    assert (day.attrs["type"], day.attrs["value"]) == ("date", "2026-11-22")
    assert [page.one(id=f"id_meet_{n}").attrs["type"] for n in (0, 1)] == ["date", "time"]
    assert page.one(id="id_secret").attrs["type"] == "hidden"
    assert "placeholder" not in page.one(id="id_what").attrs


def test_a_date_that_cannot_be_read_is_shown_as_it_was_typed() -> None:
    page = page_of("{% cw_form form %}", form=Offer({"day": "next spring"}))
    day = page.one(id="id_day")
    assert (day.attrs["type"], day.attrs["value"]) == ("text", "next spring")


def test_the_forms_own_words_win() -> None:
    class Strict(forms.Form):
        what = forms.CharField(label="What", error_messages={"required": "Say what you offer."})

    page = page_of("{% error_summary form %}", form=Strict({}))
    assert page.one("a").words() == "What: Say what you offer."


def test_what_people_typed_comes_back_escaped() -> None:
    page = page_of("{% cw_form form %}", form=Offer({"what": '"><script>'}))
    assert page.one(id="id_what").attrs["value"] == '"><script>'
    assert not page.all("script")


# --- tables and figures ------------------------------------------------------------------------


def test_zero_unknown_later_and_hidden_never_look_alike() -> None:
    looks = {
        figure(0),
        figure(None),
        figure(None, "not_due"),
        figure(None, "hidden"),
        figure(""),
    }
    assert len(looks) == 5
    assert figure(7, "hidden") == figure(None, "hidden")
    assert "Too few" in figure(None, "hidden", "Too few.")
    with pytest.raises(ValueError, match="status is one of"):
        figure(1, "lost")


def test_a_table_has_caption_headers_and_aligned_numbers() -> None:
    page = page_of("{% cw_table t %}", t=gallery.table())
    table = page.one("table")
    assert page.one("caption").words() == "Babies with a bed of their own"
    assert [one.attrs["scope"] for one in page.all("th")].count("col") == 4
    assert [one.attrs["scope"] for one in page.all("th")].count("row") == 6
    numeric = [one.words() for one in page.all("td", "govuk-table__cell--numeric")]
    assert {"58%", "412", "0", "2,164", "not known"} <= set(numeric)
    frame = table.parent
    assert frame
    assert frame.attrs["tabindex"] == "0"
    assert frame.attrs["aria-labelledby"] == page.one("caption").attrs["id"]


def test_a_short_table_of_words_names_its_cells_for_a_phone() -> None:
    short = {"columns": ["Column", 'What {it} "holds"'], "rows": [["area", "A place"]]}
    page = page_of("{% cw_table t %}", t=short)
    assert "cw-stack" in page.one("table").attrs["class"]
    assert page.one("td").attrs["data-label"] == 'What {it} "holds"'
    numbers = {"columns": ["Area", ("Babies", "numeric")], "rows": [["Northside", 412]]}
    frame = page_of("{% cw_table t %}", t=numbers).one("table").parent
    assert frame
    assert frame.attrs["class"] == "cw-scroll"


def test_a_table_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="3 cells where the table has 2"):
        tables.table_of({"columns": ["a", "b"], "rows": [[1, 2, 3]]})


def test_an_empty_table_says_so() -> None:
    page = page_of("{% cw_table t %}", t={"columns": ["a"], "rows": [], "empty": "No claims."})
    assert page.one("p").words() == "No claims."
    assert not page.all("table")


def test_cells_are_escaped() -> None:
    rows = [["<b>", {"text": "<i>", "url": '"><script>', "tag": "good"}]]
    page = page_of("{% cw_table t %}", t={"columns": ["<u>", "x"], "rows": rows})
    assert not [one for one in page.elements if one.tag in {"b", "i", "u", "script"}]
    assert page.one("a").attrs["href"] == '"><script>'


# --- smaller parts -----------------------------------------------------------------------------


def test_pagination_keeps_the_other_parameters() -> None:
    page = page_of("{% pagination p %}", p=Paginator(range(100), 10).page(2))
    addresses = [one.attrs["href"] for one in page.all("a")]
    assert addresses[0] == "?area=n&page=1"
    assert addresses[-1] == "?area=n&page=3"
    current = [one for one in page.all("a") if one.attrs.get("aria-current") == "page"]
    assert [one.words() for one in current] == ["2"]
    assert page_of("{% pagination p %}", p=Paginator(range(5), 10).page(1)).elements == []


def test_tags_say_a_word_and_refuse_unknown_kinds() -> None:
    assert page_of("{% tag 'Late' 'attention' %}").one("span").words() == "Late"
    with pytest.raises(TemplateSyntaxError, match="A tag is one of"):
        page_of("{% tag 'Late' 'purple' %}")


def test_sectors_have_seven_shapes_and_names() -> None:
    drawn = set()
    for code in gallery.SECTORS:
        page = page_of("{% sector code %}", code=code)
        shape = page.one("svg").children[0]
        drawn.add((shape.tag, shape.attrs.get("d")))
        assert page.all("span")[-1].words()
    assert len(drawn) == len(gallery.SECTORS) == 7


def test_steps_say_their_state_in_words() -> None:
    page = page_of("{% steps items label='Way' %}", items=gallery.context()["six_steps"])
    items = page.all("li")
    assert [("done" in one.words(), "now" in one.words()) for one in items][:4] == [
        (True, False),
        (True, False),
        (True, False),
        (False, True),
    ]
    assert [one.attrs.get("aria-current") for one in items].count("step") == 1


def test_money_is_rounded_with_the_exact_amount_at_hand() -> None:
    page = page_of("{% money 220000000 'GBP' %}")
    assert page.one("abbr").attrs["title"] == "£2,200,000.00"
    assert page_of("{% money 220000000 'GBP' exact=True %}").one("span").words() == "£2,200,000.00"
    assert "not known" in page_of("{% money x 'GBP' %}", x=None).one("span").words()


def test_block_tags_keep_their_content_safe() -> None:
    page = page_of("{% banner title=t %}<p>{{ x }}</p>{% endbanner %}", t="<b>", x="<i>")
    assert page.one("p", "cw-banner__title").words() == "<b>"
    assert [one.tag for one in page.elements] == ["div", "p", "p"]


# --- error pages -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 429, 500])
def test_error_pages_say_what_happened_and_what_to_do(code: int) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.shortcuts import render

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    failure = {
        403: Denied("The licence has ended.", mend="Ask its steward.", clause="4.2"),
        409: Conflict("Someone changed this.", mend="Reload."),
        422: Invalid("Row 3 is wrong.", fields={"day": "No such day."}),
    }.get(code, Denied("It is so.", mend="Do this."))
    html = render(request, f"web/errors/{code}.html", {"failure": failure}).content.decode()
    page = Page(html)
    assert page.one("h1").words()
    said = page.one("main").words()
    if code != 500:
        assert failure.text in said
        assert failure.mend in said
    if code == 403:
        assert "4.2" in said
    if code == 422:
        assert "No such day." in said


def test_the_last_error_page_needs_nothing() -> None:
    from django.template.loader import get_template

    assert "<h1>" in get_template("web/errors/500.html").render({})

"""The parts of every page: `{% load ui %}`. Shown in all states at /gallery/.

Tags take plain values, mappings or any object with the named attributes, so that rooms need not
import anything from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from commonweal.core import formats as fmt
from commonweal.web import figures, formview
from commonweal.web.tables import Table, table_of

register = template.Library()

SECTORS = {
    "public": gettext_lazy("Public sector"),
    "private": gettext_lazy("Private sector"),
    "nonprofit": gettext_lazy("Nonprofit"),
    "university": gettext_lazy("University"),
    "civil_society": gettext_lazy("Civil society"),
    "resident_group": gettext_lazy("Residents' group"),
    "philanthropy": gettext_lazy("Philanthropy"),
}
TAG_KINDS = {"neutral", "progress", "good", "attention", "bad"}


# --- page frame -------------------------------------------------------------------------------


@register.inclusion_tag("web/components/page_heading.html")
def page_heading(
    title: str, question: str = "", lead: str = "", caption: str = ""
) -> dict[str, object]:
    """The page's one h1, the question it answers and its one-sentence answer."""
    return {"title": title, "question": question, "lead": lead, "caption": caption}


@register.inclusion_tag("web/components/breadcrumbs.html")
def breadcrumbs(*steps: Any) -> dict[str, object]:
    """Where this page is. Alternating url and label: `{% breadcrumbs url1 "Home" url2 "Goal" %}`,
    or one list of (url, label)."""
    if len(steps) == 1 and not isinstance(steps[0], str):
        return {"steps": list(steps[0])}
    return {"steps": list(zip(steps[::2], steps[1::2], strict=True))}


@register.inclusion_tag("web/components/language_switch.html", takes_context=True)
def language_switch(context: template.Context) -> dict[str, object]:
    request = context.get("request")
    return {
        "csrf_token": context.get("csrf_token"),
        "next": request.get_full_path() if request else "/",
    }


# --- words about a state ----------------------------------------------------------------------


@register.simple_tag
def tag(text: str, kind: str = "neutral") -> SafeString:
    """A status word. kind: neutral, progress, good, attention, bad."""
    if kind not in TAG_KINDS:
        raise template.TemplateSyntaxError(f"A tag is one of {sorted(TAG_KINDS)}, not {kind!r}.")
    return format_html('<span class="govuk-tag govuk-tag--{}">{}</span>', kind, text)


@register.inclusion_tag("web/components/sector.html")
def sector(code: str, name: str = "") -> dict[str, object]:
    """A sector's shape in its colour and its name. `name` replaces the sector's own name."""
    return {"code": code, "name": name or SECTORS.get(code, code)}


@register.simple_block_tag
def banner(content: str, kind: str = "info", title: str = "") -> SafeString:
    """`{% banner kind="success" title=… %}…{% endbanner %}`; info, success, warning, error."""
    return _block("banner", content, kind=kind, title=title)


@register.simple_block_tag
def details(content: str, summary: str, open: bool = False) -> SafeString:  # noqa: A002
    """`{% details _("Why is this hidden?") %}…{% enddetails %}`."""
    return _block("details", content, summary=summary, open=open)


@register.simple_block_tag
def inset(content: str) -> SafeString:
    """A passage set apart."""
    return format_html('<div class="govuk-inset-text">{}</div>', content)


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    """Nothing here yet: `{% empty_state _("No goals yet") %}<p>…next step…</p>{% endempty_state %}`."""
    return _block("empty_state", content, title=title)


@register.simple_block_tag
def stat(content: str, value: str, interval: str = "", verdict: str = "") -> SafeString:
    """The answer as a sentence: `{% stat "58%" interval=… verdict=… %}of babies …{% endstat %}`."""
    return _block("stat", content, value=value, interval=interval, verdict=verdict)


def _block(name: str, content: str, **values: object) -> SafeString:
    return render_to_string(f"web/components/{name}.html", {"content": content, **values})


# --- lists ------------------------------------------------------------------------------------


def _get(item: Any, name: str, default: Any = "") -> Any:
    """Read by name from a mapping or an object."""
    if isinstance(item, Mapping):
        return item.get(name, default)
    return getattr(item, name, default)


def _as_dicts(items: Iterable[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for item in items:
        if isinstance(item, tuple | list):
            found.append({**dict.fromkeys(names, ""), **dict(zip(names, item, strict=False))})
        else:
            found.append({name: _get(item, name) for name in names})
    return found


@register.inclusion_tag("web/components/summary_list.html")
def summary_list(rows: Iterable[Any]) -> dict[str, object]:
    """Facts about one thing: rows of (term, value[, url, action]). An action names what it does."""
    return {"rows": _as_dicts(rows, ("term", "value", "url", "action"))}


@register.inclusion_tag("web/components/definitions.html")
def definition_list(items: Iterable[Any]) -> dict[str, object]:
    """Words and what they mean: items of (term, meaning)."""
    return {"items": _as_dicts(items, ("term", "meaning"))}


@register.inclusion_tag("web/components/steps.html")
def steps(items: Iterable[Any], label: str = "") -> dict[str, object]:
    """A path of known length: items of (label, state, text, url); state done, current or todo."""
    return {"items": _as_dicts(items, ("label", "state", "text", "url")), "label": label}


@register.inclusion_tag("web/components/timeline.html")
def timeline(items: Iterable[Any], label: str = "") -> dict[str, object]:
    """What happened when: items of (when, title, text, url); `when` is a date or words."""
    rows = _as_dicts(items, ("when", "title", "text", "url"))
    return {"items": rows, "label": label}


@register.inclusion_tag("web/components/tasks.html")
def tasks(items: Iterable[Any], label: str = "") -> dict[str, object]:
    """What waits for someone: items of (title, url, hint, status, kind); kind as for `tag`."""
    return {"items": _as_dicts(items, ("title", "url", "hint", "status", "kind")), "label": label}


@register.inclusion_tag("web/components/table.html")
def cw_table(table: Any) -> dict[str, object]:
    """A data table with its caption. See `web.tables.Table` for what it takes."""
    return {"table": table if isinstance(table, Table) else table_of(table)}


@register.inclusion_tag("web/components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], name: str = "page") -> dict[str, object]:
    """Links to the pages of a paginator's page; other query parameters are kept."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request else QueryDict(mutable=True)

    def link(number: int) -> str:
        query[name] = str(number)
        return f"?{query.urlencode()}"

    wanted = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "numbers": [(n, link(n) if isinstance(n, int) else "") for n in wanted],
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
    }


# --- forms ------------------------------------------------------------------------------------


@register.inclusion_tag("web/components/field.html")
def cw_field(bound: BoundField) -> dict[str, object]:
    """One field: label, hint, error, control."""
    return {"field": formview.view(bound)}


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(*shown: forms.BaseForm) -> dict[str, object]:
    """What is wrong in these forms, each linked to its field. Empty without errors."""
    found = []
    for form in shown:
        found += [("", str(error)) for error in form.non_field_errors()]
        for bound in form:
            if bound.errors:
                shape = formview.view(bound)
                # A hidden field has no place to go to and no name the reader knows.
                name = f"{bound.label}: " if shape.target else ""
                found += [(shape.target, f"{name}{error}") for error in shape.errors]
    return {"errors": found}


@register.inclusion_tag("web/components/form.html", takes_context=True)
def cw_form(
    context: template.Context,
    form: forms.BaseForm,
    *,
    submit: str = "",
    action: str = "",
    cancel: str = "",
    summary: bool = True,
    kind: str = "",
) -> dict[str, object]:
    """A whole form: what is wrong, then fields in fieldsets.

    With `submit` (the button's verb) it is wrapped in a POST form with its token; without, the
    page writes the form element and the button. `kind="warning"` for what cannot be undone. A
    form may carry `fieldsets`: a list of (legend, field names[, hint[, folded]]); folded ones stay
    closed until something in them is filled in or wrong. `folded` may be what their content is taken
    over from: then they say so, and only what is wrong opens them.
    """
    return {
        "form": form,
        "groups": _groups(form),
        "submit": submit,
        "action": action,
        "cancel": cancel,
        "summary": summary,
        "kind": kind,
        "csrf_token": context.get("csrf_token"),
    }


def _groups(form: forms.BaseForm) -> list[dict[str, object]]:
    sets = getattr(form, "fieldsets", None) or [("", list(form.fields))]
    named = {name for entry in sets for name in entry[1]}
    rest = [name for name in form.fields if name not in named]
    groups: list[dict[str, object]] = []
    for entry in [*sets, ("", rest)] if rest else sets:
        bound = [form[name] for name in entry[1] if name in form.fields]
        folded = entry[3] if len(entry) > 3 else False
        kept = folded if isinstance(folded, str) else ""
        groups.append(
            {
                "legend": entry[0],
                "hint": entry[2] if len(entry) > 2 else "",
                "folded": bool(folded),
                "kept": kept,
                "open": any(each.errors or (each.value() and not kept) for each in bound),
                "fields": [formview.view(each) for each in bound],
            }
        )
    return groups


@register.inclusion_tag("web/components/filter.html")
def filter_form(form: forms.BaseForm, label: str = "", clear: str = "") -> dict[str, object]:
    """A small GET form above a list. `clear`: address of the unfiltered list."""
    fields = [formview.view(bound) for bound in form]
    return {"fields": fields, "label": label or _("Filter this list"), "clear": clear}


# --- numbers ----------------------------------------------------------------------------------


@register.simple_tag(name="figure")
def figure_tag(
    value: Any, status: str = figures.KNOWN, reason: str = "", unit: Any = None
) -> SafeString:
    """A number, or why there is none. status: known, unknown, not_due, hidden.

    None counts as unknown. `reason` is shown beside a hidden figure.
    """
    return figures.figure(value, status, reason, unit)


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """Grouped digits; None says "not known"."""
    return pgettext("figure", "not known") if value is None else fmt.number(value, decimals)


@register.filter
def percent(value: Any, decimals: int = 0) -> str:
    """0.58 is 58%; None says "not known"."""
    return pgettext("figure", "not known") if value is None else fmt.percent(value, decimals)


@register.simple_tag
def money(minor: int | None, currency: str, exact: bool = False) -> SafeString:
    """An amount: rounded with the exact one on hover, or exact. Integer minor units."""
    if minor is None:
        return figures.figure(None)
    full = fmt.money(minor, currency)
    shown = full if exact else fmt.money_short(minor, currency)
    if shown == full:
        return format_html('<span class="cw-figure">{}</span>', full)
    return format_html('<abbr class="cw-figure" title="{}">{}</abbr>', full, shown)


@register.filter
def day(value: date | None) -> str:
    """22 November 2026."""
    return fmt.day(value) if value else ""


@register.filter
def month(value: date | None) -> str:
    """November 2026."""
    return fmt.month(value) if value else ""

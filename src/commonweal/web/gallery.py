"""Every component in every state, for design work, accessibility checks and the documentation.

All names and numbers are invented.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator

SECTORS = (
    "public",
    "private",
    "nonprofit",
    "university",
    "civil_society",
    "resident_group",
    "philanthropy",
)


class EveryField(forms.Form):
    """One field of each kind."""

    fieldsets = [
        (
            "Who offers what",
            ["name", "sector", "help_kinds"],
            "Organisations act, people for them.",
        ),
        ("When and how much", ["start", "amount", "share"]),
    ]

    name = forms.CharField(
        label="Name of the offer", max_length=80, help_text="In words a neighbour would use."
    )
    sector = forms.ChoiceField(
        label="Who gives it",
        widget=forms.RadioSelect,
        choices=[("council", "A council"), ("charity", "A charity"), ("firm", "A firm")],
    )
    help_kinds = forms.MultipleChoiceField(
        label="What kind of help",
        widget=forms.CheckboxSelectMultiple,
        choices=[("beds", "Beds"), ("visits", "Home visits"), ("money", "Money")],
        help_text="Choose all that apply.",
    )
    start = forms.DateField(label="First day", help_text="For example 3 March 2027.")
    amount = forms.IntegerField(label="Amount", required=False)
    share = forms.DecimalField(label="Share paid by the firm", required=False)
    area = forms.ChoiceField(
        label="Area", choices=[("", "Choose an area"), ("n", "Northside"), ("s", "Harbour")]
    )
    letter = forms.FileField(label="Signed letter", required=False, help_text="PDF, up to 10 MB.")
    meeting = forms.SplitDateTimeField(label="Next meeting", required=False)
    words = forms.CharField(label="In your words", widget=forms.Textarea, required=False)
    open_to_all = forms.BooleanField(
        label="Show this offer to every partner", required=False, help_text="You can change it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].prefix = "£"  # type: ignore[attr-defined]
        self.fields["share"].suffix = "%"  # type: ignore[attr-defined]
        self.fields["sector"].choice_hints = {  # type: ignore[attr-defined]
            "firm": "Donations and work at cost both count."
        }


class ListFilter(forms.Form):
    area = forms.ChoiceField(label="Area", choices=[("", "All areas"), ("n", "Northside")])
    word = forms.CharField(label="Word in the title", required=False)


def _rows() -> list[dict[str, object]]:
    return [
        {"label": "Northside", "value": 0.58, "lower": 0.54, "upper": 0.62, "n": 412},
        {"label": "Harbour", "value": 0.71, "lower": 0.63, "upper": 0.78, "n": 138},
        {
            "label": "Families who rent from a private landlord",
            "value": 0.49,
            "lower": 0.41,
            "upper": 0.57,
            "n": 131,
        },
        {"label": "Riverside", "status": "hidden", "reason": "Too few families to show."},
        {"label": "Millfield", "status": "unknown"},
        {"label": "Castle Hill", "status": "not_due"},
        {"label": "All areas", "value": 0.64, "lower": 0.61, "upper": 0.67, "total": True},
    ]


def intervals() -> dict[str, object]:
    return {
        "finding": "Babies of families who rent privately sleep safely less often",
        "subject": "Babies with a bed of their own at six weeks, January to June 2026",
        "unit": {"kind": "percent"},
        "row_title": "Area or group",
        "rows": _rows(),
        "references": [{"label": "Target 2027", "value": 0.75, "kind": "target"}],
        "source": "Health visitors' records, release of 4 August 2026",
        "run_id": "7c1f09ab",
        "downloads": [("CSV", "#"), ("SVG", "#")],
    }


def panels() -> dict[str, object]:
    first = [
        {"label": "First child", "value": 0.55, "lower": 0.49, "upper": 0.61},
        {"label": "Later child", "value": 0.61, "lower": 0.55, "upper": 0.67},
    ]
    second = [
        {"label": "First child", "value": 0.70, "lower": 0.60, "upper": 0.79},
        {"label": "Later child", "value": 0.72, "lower": 0.62, "upper": 0.81},
    ]
    return {
        "finding": "In both areas the order of birth makes no difference that we can tell",
        "subject": "Babies with a bed of their own at six weeks",
        "unit": {"kind": "percent"},
        "panels": [("Northside", first), ("Harbour", second)],
        "references": [{"label": "All", "value": 0.64}],
    }


def bars() -> dict[str, object]:
    amounts = (81_000_000, 34_500_000, 22_000_000, 0, 9_150_000, 1_250_000, 72_300_000)
    names = (
        "Three councils",
        "Alder Furniture",
        "Cradle Trust",
        "The university",
        "Faith Network",
        "Harbour Residents",
        "Fern Foundation",
    )
    rows: list[dict[str, object]] = [
        {"label": name, "value": amount, "sector": sector}
        for name, amount, sector in zip(names, amounts, SECTORS, strict=True)
    ]
    rows.append({"label": "Second furniture firm", "status": "not_due"})
    rows.append({"label": "A family's own gift", "status": "hidden"})
    rows.append({"label": "Volunteers' time", "status": "unknown"})
    return {
        "finding": "Councils and the foundation carry seven pounds in ten",
        "subject": "Money given or promised to October 2026",
        "unit": {"kind": "money", "currency": "GBP"},
        "rows": rows,
        "row_title": "Giver",
        "source": "Ledger of the fund, 1 November 2026",
    }


def lines() -> dict[str, object]:
    points: list[object] = [
        {"value": 0.41, "lower": 0.36, "upper": 0.46},
        {"value": 0.44, "lower": 0.39, "upper": 0.49},
        {"status": "hidden"},
        {"value": 0.52, "lower": 0.48, "upper": 0.56},
        {"value": 0.58, "lower": 0.54, "upper": 0.62},
        {"status": "unknown"},
        {"value": 0.63, "lower": 0.59, "upper": 0.67},
        {"status": "not_due"},
    ]
    return {
        "finding": "More babies sleep in a bed of their own, more than chance explains",
        "subject": "Share of babies at six weeks, by quarter",
        "unit": {"kind": "percent"},
        "periods": [f"{year} Q{q}" for year in (2025, 2026) for q in (1, 2, 3, 4)],
        "series": [{"label": "", "points": points}],
        "references": [
            {"label": "Baseline 2024", "value": 0.41, "kind": "baseline"},
            {"label": "Target 2027", "value": 0.75, "kind": "target"},
        ],
        "low": 0,
        "source": "Health visitors' records",
        "run_id": "7c1f09ab",
        "downloads": [("CSV", "#")],
    }


def two_lines() -> dict[str, object]:
    return {
        "finding": "Northside draws nearer to Harbour",
        "subject": "Beds given for each 1,000 births, by year",
        "unit": {"kind": "number", "suffix": "per 1,000"},
        "periods": ["2022", "2023", "2024", "2025", "2026"],
        "series": [
            {"label": "Northside", "points": [12, 31, {"status": "hidden"}, 74, 88]},
            {"label": "Harbour", "points": [40, 52, 66, 81, 93]},
            {"label": "Castle Hill", "points": [5, 9, 12, 11, None]},
        ],
    }


def theory() -> dict[str, object]:
    return {
        "finding": "One belief has failed: a leaflet does not bring families to us",
        "subject": "How we think a bed leads to better health",
        "nodes": [
            {"id": "a1", "label": "Midwives ask every family about sleep"},
            {"id": "a2", "label": "The furniture firm delivers within a week"},
            {"id": "a3", "label": "Leaflets in four languages"},
            {"id": "o1", "label": "Families who need a bed are known", "kind": "output"},
            {"id": "o2", "label": "A bed stands in the home", "kind": "output"},
            {"id": "c1", "label": "Babies sleep in a bed of their own", "kind": "outcome"},
            {"id": "c2", "label": "Parents sleep and worry less", "kind": "outcome"},
            {"id": "g1", "label": "Fewer sudden deaths and illnesses", "kind": "goal"},
        ],
        "links": [
            {
                "source": "a1",
                "target": "o1",
                "assumption": "Families tell a midwife what they lack.",
                "state": "held",
            },
            {
                "source": "a3",
                "target": "o1",
                "assumption": "A leaflet moves families to call.",
                "state": "failed",
            },
            {"source": "a2", "target": "o2"},
            {
                "source": "o1",
                "target": "o2",
                "assumption": "Families accept a bed from strangers.",
                "state": "mixed",
            },
            {"source": "o2", "target": "c1", "assumption": "The bed is used every night."},
            {"source": "o2", "target": "c2"},
            {"source": "c1", "target": "g1"},
            {"source": "c2", "target": "g1"},
            {
                "source": "c2",
                "target": "a1",
                "assumption": "Rested parents tell other parents.",
                "state": "untested",
            },
        ],
    }


def table() -> dict[str, object]:
    return {
        "caption": "Babies with a bed of their own",
        "columns": ["Area", ("Share", "numeric"), ("Babies", "numeric"), "State"],
        "rows": [
            ["Northside", "58%", 412, {"text": "On track", "tag": "good"}],
            ["Harbour", "0%", 0, {"text": "Late", "tag": "attention"}],
            ["Millfield", None, None, {"text": "Not started", "tag": "neutral"}],
            ["Castle Hill", {"status": "not_due"}, {"status": "not_due"}, ""],
            [
                {"text": "Riverside", "url": "#"},
                {"status": "hidden", "reason": "Too few families."},
                {"status": "hidden"},
                {"text": "Stopped", "tag": "bad"},
            ],
        ],
        "foot": ["All areas", "64%", 2164, ""],
    }


def _words() -> dict[str, object]:
    return {
        "facts": [
            ("Convener", "Public health team, Westhaven Council", "#", "Change"),
            ("Sponsor", "The mayor"),
            ("Next summit", "12 March 2027", "#", "Move"),
        ],
        "terms": [
            ("Entry point", "A piece of the problem we can act on now, and may revise."),
            ("Spoke", "A partner that carries out part of the work its own way."),
        ],
        "six_steps": [
            ("Lead and scope", "done", "The mayor called the table in January.", "#"),
            ("Invite", "done", "Nine organisations sit at it."),
            ("Pause for bilateral talks", "done", ""),
            ("Agree", "current", "Two of nine signatures are missing.", "#"),
            ("Execute", "todo", ""),
            ("Accelerate, broaden, scale", "todo", ""),
        ],
        "events": [
            (date(2026, 11, 3), "Thousandth bed delivered", "To a family in Harbour.", "#"),
            (date(2026, 8, 4), "Release 3 published", ""),
            ("Spring 2026", "Four pilots began", ""),
        ],
        "waiting": [
            (
                "Sign the data-sharing agreement",
                "#",
                "Cradle Trust, by 30 November",
                "Late",
                "attention",
            ),
            ("Answer the mayor's question on beds for twins", "#", "You, by 4 December"),
        ],
    }


def context() -> dict[str, object]:
    """All that `web/gallery.html` shows."""
    typed = {"wrong-name": "", "wrong-amount": "lots", "wrong-start": "soon", "wrong-area": "n"}
    wrong = EveryField(typed, prefix="wrong")
    return {
        "partnership": "A Bed for Every Baby",
        "nav": [
            ("#overview", "Overview", True),
            ("#tables", "Table", False),
            ("#steps", "Agreements", False),
            ("#theory", "Theory of change", False),
            ("#data", "Data", False),
            ("#charts", "Results", False),
            ("#public", "Public page", False),
        ],
        "acting_for": "Westhaven Council",
        "trail": [("#", "Home"), ("#", "A Bed for Every Baby"), ("", "Gallery")],
        "sectors": SECTORS,
        "empty_form": EveryField(
            initial={"sector": "firm", "help_kinds": ["beds"]}, prefix="right"
        ),
        "wrong_form": wrong,
        "list_filter": ListFilter(),
        "page": Paginator(range(240), 10).page(5),
        "table": table(),
        "no_rows": {"caption": "Claims", "columns": ["Claim"], "rows": [], "empty": "No claims."},
        "intervals": intervals(),
        "panels": panels(),
        "bars": bars(),
        "lines": lines(),
        "two_lines": two_lines(),
        "theory": theory(),
        **_words(),
    }

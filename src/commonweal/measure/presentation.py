"""A release as pages show it: each figure with its words, its course and its slices.

Used by the partners' results and by the public pages, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from commonweal.aim import queries as aim
from commonweal.aim.models import IndicatorVersion
from commonweal.compute.contract.parse import parse
from commonweal.compute.indicators.definition import Definition, IndicatorKind
from commonweal.compute.permits.asking import Permit
from commonweal.convene.models import Partnership
from commonweal.core.formats import Unit
from commonweal.measure import marks, queries, standing
from commonweal.measure.figures import Figure, Row, Slice, arrange, difference_is_clear
from commonweal.measure.models import Release
from commonweal.measure.standing import Gone
from commonweal.pool import queries as pool


@dataclass(frozen=True)
class Shown:
    """One indicator of a release. `words` gives each column of a slice a name people use.

    `since`: what has become of its ground, `left_out`: whose data it was computed without; sentences.
    """

    figure: Figure
    version: IndicatorVersion
    definition: Definition
    words: dict[str, str]
    since: Sequence[str] = ()
    left_out: Sequence[str] = ()

    @property
    def key(self) -> str:
        return self.figure.indicator

    @property
    def title(self) -> str:
        return self.version.indicator.title

    @property
    def is_share(self) -> bool:
        return self.definition.kind is IndicatorKind.PROPORTION

    @property
    def is_whole(self) -> bool:
        """Counts and sums are said without decimals and without an interval."""
        return self.definition.kind in {IndicatorKind.COUNT, IndicatorKind.SUM}

    @property
    def decimals(self) -> int:
        return 0 if self.is_share or self.is_whole else 1

    @property
    def latest(self) -> Row:
        return self.figure.latest

    @property
    def earliest(self) -> Row | None:
        return self.figure.earliest

    @property
    def change(self) -> str:
        """How the newest figure stands to the first: up, down, unclear, or "" for no comparison.

        Counts have no interval, so nothing is said about them.
        """
        first = self.figure.earliest
        if first is None:
            return ""
        clear = difference_is_clear(first, self.latest)
        if clear is None:
            return ""
        if not clear:
            return "unclear"
        return "up" if self.latest["value"] > first["value"] else "down"

    @property
    def unit(self) -> Unit:
        if self.is_share:
            return Unit(kind="percent")
        return Unit(decimals=self.decimals)

    @property
    def value_words(self) -> str:
        """The newest figure, e.g. “64%”; "" where there is none to say."""
        value = self.latest["value"]
        return "" if value is None else self.unit.write(value)

    @property
    def interval_words(self) -> str:
        """Its interval, e.g. “61–67%”; "" for what has none."""
        if self.latest["lower"] is None or self.latest["upper"] is None:
            return ""
        return self.unit.write_range(self.latest["lower"], self.latest["upper"])

    @property
    def verdict(self) -> str:
        """What may be said about the change since the first period, and no more."""
        first = self.figure.earliest
        if first is None or not self.change:
            return ""
        said = {
            "up": _("Up from %(value)s in %(period)s: more than chance explains."),
            "down": _("Down from %(value)s in %(period)s: more than chance explains."),
            "unclear": _("%(value)s in %(period)s: too close to call it a change."),
        }
        first_words = {
            "value": self.unit.write(first["value"]),
            "period": period_words(first["period"]),
        }
        return said[self.change] % first_words

    @property
    def period_words(self) -> str:
        return period_words(self.latest["period"])

    @property
    def course_chart(self) -> dict[str, Any] | None:
        """The totals, period by period, for a line chart; None for a single period."""
        if len(self.figure.course) < 2:
            return None
        return {
            "finding": self.verdict or self.title,
            "subject": self.title,
            "periods": [period_words(row["period"]) for row in self.figure.course],
            "series": [
                {"label": _("All"), "points": [_row("", row) for row in self.figure.course]}
            ],
            "unit": self.unit,
            "references": self.goals,
            "low": 0 if self.is_share else None,
            "high": 1 if self.is_share else None,
            "id": f"{self.key}-course",
        }

    @property
    def goals(self) -> list[dict[str, Any]]:
        """The agreed baseline and target, as lines to compare with."""
        pairs = (
            (_("Baseline"), self.version.baseline, "baseline"),
            (_("Target"), self.version.target, "target"),
        )
        return [
            {"label": label, "value": float(text), "kind": kind}
            for label, text, kind in pairs
            if text
        ]

    @property
    def parts(self) -> list[Part]:
        """The slices of the newest period that has an answer."""
        found = self.figure.slices_of(self.latest["period"])
        return [Part(self, piece) for piece in found]

    def part(self, key: str, period: str | None) -> Part | None:
        found = (p for p in self.figure.slices if p.key == key and p.period == period)
        return next((Part(self, piece) for piece in found), None)


@dataclass(frozen=True)
class Part:
    """One slice of a figure, ready for a chart and its table."""

    shown: Shown
    piece: Slice

    @property
    def label(self) -> str:
        """By what it divides, e.g. “Community where the family lives”."""
        names = [self.shown.words.get(column, column) for column in self.piece.columns]
        return " × ".join(names)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [_row(group_words(row), row) for row in self.piece.rows]

    @property
    def finding(self) -> str:
        """Which group lies apart from another by more than chance, if any does; never a ranking."""
        answered = [row for row in self.piece.rows if row["lower"] is not None]
        if len(answered) < 2:
            return _("Too few groups to compare")
        high = max(answered, key=lambda row: row["lower"])
        low = min(answered, key=lambda row: row["upper"])
        if not difference_is_clear(low, high, among=len(answered)):
            return _("No group clearly differs from another")
        return _("%(high)s is higher than %(low)s, by more than chance explains") % {
            "high": group_words(high),
            "low": group_words(low),
        }

    @property
    def chart(self) -> dict[str, Any]:
        """For `interval_chart`, or `bar_chart` where counts have no interval."""
        total = self.shown.latest
        known = total["status"] == "ok" and total["lower"] is not None
        reference = [{"label": _("All"), "value": total["value"]}] if known else []
        return {
            "finding": self.finding,
            "subject": f"{self.shown.title}, {period_words(self.piece.period)}",
            "row_title": self.label,
            "rows": self.rows,
            "unit": self.shown.unit,
            "references": reference,
            "id": f"{self.shown.key}-{'-'.join(self.piece.columns)}",
        }


def _row(label: str, row: Row) -> dict[str, Any]:
    status = {"ok": "known"}.get(row["status"], row["status"])
    keys = ("value", "lower", "upper", "numerator", "denominator", "n")
    return {"label": label, "status": status, **{key: row[key] for key in keys}}


def group_words(row: Row) -> str:
    """The name of a group, e.g. “Hollin Bank” or “not known”; crossings joined by a comma."""
    return ", ".join(
        _("not known") if value is None else str(value) for value in row["slice"].values()
    )


def period_words(period: str | None) -> str:
    """A period as people say it: 2026-Q3 → July to September 2026."""
    if not period:
        return _("whole time")
    year, _dash, part = period.partition("-")
    quarters = {
        "Q1": _("January to March %(year)s"),
        "Q2": _("April to June %(year)s"),
        "Q3": _("July to September %(year)s"),
        "Q4": _("October to December %(year)s"),
    }
    months = {f"{at:02d}": name for at, name in enumerate(_month_names(), start=1)}
    if year.isdigit() and part in quarters:
        return quarters[part] % {"year": year}
    if year.isdigit() and part in months:
        return f"{months[part]} {year}"
    return period


def _month_names() -> Sequence[str]:
    return [str(MONTHS[number]) for number in range(1, 13)]


def shown(release: Release, gone: Mapping[str, Gone] | None = None) -> list[Shown]:
    """The figures of a release, population indicators first. Some ten queries, whatever its size.

    `gone`: what `standing.gone` found of this release, where that is known already.
    """
    versions = {
        (version.indicator.key, version.number): version
        for version in release.indicators.select_related("indicator", "indicator__owner")
    }
    words = column_words(release.partnership)
    if gone is None:
        gone = standing.gone([release]).get(release.pk, {})
    since = {contract: marks.since(one, release) for contract, one in gone.items()}
    left_out = {
        part["contract"]: marks.left_out(Permit.from_json(part["permit"]))
        for part in release.manifest["parts"]
    }
    found = [
        Shown(
            figure=figure,
            version=version,
            definition=aim.definition(version),
            words=words.get(version.contract_key, {}),
            since=since.get(version.contract_key, ()),
            left_out=left_out.get(version.contract_key, ()),
        )
        for figure in arrange(queries.rows(release))
        if (version := versions.get((figure.indicator, figure.version)))
    ]
    # As the theory of change lists them: what the partnership is there for comes first.
    return sorted(found, key=lambda one: (one.version.indicator.level != "population", one.title))


def column_words(partnership: Partnership) -> dict[str, dict[str, str]]:
    """What each column of each data contract is called in words: contract key → column → words."""
    return dict(_words(version.text) for version in pool.latest_versions(partnership).values())


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[str, dict[str, str]]:
    """Of one contract, by its text, which never changes. Parsing costs some 10 ms."""
    contract = parse(text)
    columns = (column for table in contract.tables for column in table.columns)
    return contract.id, {column.name: column.description or column.name for column in columns}

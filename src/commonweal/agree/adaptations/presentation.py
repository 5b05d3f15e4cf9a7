"""How parties follow the rules, as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import words
from commonweal.agree.adaptations.queries import Adaptable, Book, Lapsed, Own
from commonweal.agree.models import Adaptation
from commonweal.agree.presentation import Passage, after_clauses
from commonweal.agree.sheets import Sheet
from commonweal.compute.permits import adapting
from commonweal.compute.permits.governing import Rule


@dataclass(frozen=True)
class Card:
    """What one party said. `head` goes on after its name; `note`: why it counts no more."""

    who: str
    head: str
    words: str
    reason: str
    by: str
    note: str = ""


@dataclass(frozen=True)
class Way:
    """An address to write something down, and what its link says."""

    url: str
    label: str


@dataclass(frozen=True)
class RuleView:
    """One adaptable rule of the page, with everything said about it."""

    anchor: str
    rule: Rule
    cards: tuple[Card, ...]
    earlier: tuple[Card, ...]
    ways: tuple[Way, ...]


def passages(found: Sequence[Passage], sheet: Sheet, book: Book) -> list[Passage]:
    """The text with what parties say of each rule after its clause, or said before it was fixed."""
    by_clause = {each.clause: each for each in book.rules}

    def closing(number: int) -> list[Passage]:
        one, fixed = by_clause.get(number), book.fixed.get(number)
        said = tuple(_cards(one, sheet) if one else _before(fixed, sheet, book) if fixed else ())
        url = adapt_url(sheet, number) if one and book.speaks_for else ""
        return [Passage("adaptations", number=number, remarks=said, url=url)] if said or url else []

    return after_clauses(found, closing)


def notes(sheet: Sheet, book: Book) -> dict[int, dict[str, str]]:
    """For the table of rules: what stands beside a rule that some adapt, by its clause."""
    return {
        each.clause: {
            "text": ngettext(
                "Each partner may adapt it; %(count)d does",
                "Each partner may adapt it; %(count)d do",
                len(each.adapted),
            )
            % {"count": len(each.adapted)},
            "url": f"{differences_url(sheet)}#{_anchor(each)}",
        }
        for each in book.rules
        if each.adapted
    }


def lead(book: Book) -> str:
    """The page's answer in a sentence or two."""
    if not book.rules:
        return _("No rule of this text may be adapted.")
    count = len(book.rules)
    may = ngettext("%(count)d rule may be adapted.", "%(count)d rules may be adapted.", count) % {
        "count": count
    }
    names = [
        name
        for party, name in book.parties.items()
        if any((own := each.of(party)) and own.adapts for each in book.rules)
    ]
    if not names:
        return may + " " + _("So far every partner takes them as they are.")
    do = ngettext("%(names)s adapts at least one.", "%(names)s adapt at least one.", len(names)) % {
        "names": words.listed(names)
    }
    return f"{may} {do}"


def table(book: Book, sheet: Sheet) -> dict[str, Any]:
    """Rule by partner: as it is, or since when in a way of its own."""
    return {
        "caption": _("Rules and partners"),
        "hide_caption": True,
        "columns": [_("Rule"), *book.parties.values()],
        "rows": [
            [one.rule.heading, *(_cell(one, one.of(party), sheet) for party in book.parties)]
            for one in book.rules
        ],
    }


def _cell(one: Adaptable, own: Own | None, sheet: Sheet) -> Any:
    if own is not None and own.adapts and own.course.now is not None:
        said = _("Its own way, since %(day)s") % {"day": words.day(own.course.now.from_on)}
        return {"text": said, "url": f"#{_anchor(one)}"}
    if own is not None and own.course.last is not None and own.course.last.words:
        said = _("As it is; from %(day)s in its own way")
        return {
            "text": said % {"day": words.day(own.course.last.from_on)},
            "url": f"#{_anchor(one)}",
        }
    return _("As it is")


def rules(book: Book, sheet: Sheet) -> list[RuleView]:
    return [
        RuleView(
            _anchor(one),
            one.rule,
            tuple(_cards(one, sheet)),
            tuple(
                _card(own.name, row, sheet, _from(row)) for own in one.said for row in _past(own)
            ),
            tuple(_ways(one, book, sheet)),
        )
        for one in book.rules
    ]


def lapsed(book: Book, sheet: Sheet) -> list[tuple[str, list[Card]]]:
    """What no longer counts, each with the heading of its rule as it was."""
    return [(each.rule.heading, [_lapsed_card(each, sheet)]) for each in book.lapsed]


def _ways(one: Adaptable, book: Book, sheet: Sheet) -> Iterable[Way]:
    if not book.speaks_for:
        return
    own = [each for party in book.speaks_for if (each := one.of(party.pk))]
    yield Way(
        adapt_url(sheet, one.clause),
        _("Say how your organisation follows it now")
        if own
        else _("Say how your organisation adapts it"),
    )
    if any(each.can_end for each in own):
        yield Way(as_it_is_url(sheet, one.clause), _("Take the rule as it is again"))


def _cards(one: Adaptable, sheet: Sheet) -> Iterable[Card]:
    """What holds and what is to come, then what was said of an earlier wording."""
    for own in one.said:
        now = own.course.now
        if now is not None and now.words:
            yield _card(own.name, now, sheet, _("since %(day)s") % {"day": words.day(now.from_on)})
        for row in own.course.coming:
            yield _card(own.name, row, sheet, _from(row))
    for each in one.lapsed:
        yield _lapsed_card(each, sheet)


def _past(own: Own) -> Iterable[Adaptation]:
    """What holds no more, the newest first, after what ended it last."""
    now = own.course.now
    return [*([now] if now and not now.words else []), *reversed(own.course.earlier)]


def _before(rule: Rule, sheet: Sheet, book: Book) -> Iterable[Card]:
    """What was said of a rule before the hub fixed it."""
    return (
        _lapsed_card(each, sheet)
        for each in book.lapsed
        if each.why == adapting.FIXED and each.rule.heading == rule.heading
    )


def _from(row: Adaptation) -> str:
    day = {"day": words.day(row.from_on)}
    return _("from %(day)s") % day if row.words else _("as the rule stands, from %(day)s") % day


def _card(who: str, row: Adaptation, sheet: Sheet, head: str, note: str = "") -> Card:
    said = {"name": str(row.person), "day": words.day(sheet.terms.day_of(row.at))}
    by = _("Written by %(name)s on %(day)s.") % said
    return Card(who, head, row.words, row.reason, by, note)


def _lapsed_card(each: Lapsed, sheet: Sheet) -> Card:
    became = {
        adapting.CHANGED: _("Made under version %(number)s; the rule has changed since."),
        adapting.FIXED: _("Made under version %(number)s; the hub has fixed the rule since."),
        adapting.GONE: _("Made under version %(number)s; the text has no such rule any more."),
    }.get(each.why, _("Made under version %(number)s; the organisation takes no part any more."))
    head = _("from %(day)s") % {"day": words.day(each.row.from_on)}
    return _card(each.name, each.row, sheet, head, became % {"number": each.version})


def _anchor(one: Adaptable) -> str:
    return f"rule-{one.clause}"


def _where(sheet: Sheet) -> list[Any]:
    return [sheet.agreement.partnership.slug, sheet.agreement.reference]


def link(sheet: Sheet, book: Book) -> str:
    """The address of where partners differ, "" where there is nothing to differ in, now or before."""
    return differences_url(sheet) if book.rules or book.lapsed else ""


def differences_url(sheet: Sheet) -> str:
    return reverse("rule_differences", args=_where(sheet))


def adapt_url(sheet: Sheet, clause: int) -> str:
    return reverse("adapt_rule", args=[*_where(sheet), sheet.version.number, clause])


def as_it_is_url(sheet: Sheet, clause: int) -> str:
    return reverse("take_rule_as_it_is", args=[*_where(sheet), sheet.version.number, clause])

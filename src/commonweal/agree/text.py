"""An agreement as text: rendered from its clauses, plain summary first, then numbered clauses.

The canonical text is what is signed: UTF-8, Unicode form C, lines ended by a line feed, one block
per paragraph, separated by an empty line. Each block begins with its mark: `# ` title, `## `
heading, `### ` numbered clause, `- ` item, `> ` a line of free words; a block without mark is a
sentence of the software. Free words are marked line by line, so they can never pass for a clause.
`blocks` reads the text back, so what a page shows is exactly what was signed.

Leaf: imports no other part of the room but `words`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from commonweal.agree import governing_text, words
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.clauses import (
    HUB,
    INTERMEDIARY,
    MEMBER,
    PROVIDER,
    RECIPIENT,
    USER,
    Clause,
    Data,
    Expiry,
    Linkage,
    MinimumCell,
    Party,
    Prose,
    Publication,
    Purpose,
    Retention,
    Signature,
    Start,
    Suspension,
    Withdrawal,
)
from commonweal.compute.permits.kinds import KINDS

TITLE, HEADING, CLAUSE, ITEM, PROSE, SENTENCE = "title", "heading", "clause", "item", "prose", ""
_MARKS = {TITLE: "# ", HEADING: "## ", CLAUSE: "### ", ITEM: "- ", PROSE: "> "}


@dataclass(frozen=True)
class Block:
    """One block of the text. `kind`: title, heading, clause, item, prose or "" (a sentence)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Document:
    """What a text is rendered from, complete. `parent`: “DSA-1 Title” or ""."""

    kind: str
    reference: str
    number: int
    title: str
    partnership: str
    zone: str
    language: str
    prose: str
    clauses: tuple[Clause, ...]
    parent: str = ""


def render(document: Document) -> str:
    """The canonical text, in the document's language."""
    with override(document.language):
        parts = list(_blocks(document))
    return unicodedata.normalize("NFC", "\n\n".join(_line(block) for block in parts)) + "\n"


def text_hash(text: str) -> str:
    """SHA-256 of the canonical text, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def clean(free: str) -> str:
    """Free words as they are stored: one kind of line end, no space at line ends, form C."""
    lines = unicodedata.normalize("NFC", free).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in lines.split("\n")).strip()


def blocks(text: str) -> list[Block]:
    """The canonical text read back into its blocks."""
    return [_block(part) for part in text.strip("\n").split("\n\n")]


def _line(block: Block) -> str:
    if block.kind == PROSE:
        return "\n".join(f"> {line}".rstrip() for line in block.text.split("\n"))
    text = " ".join(block.text.split())
    if block.kind == SENTENCE and text.startswith(("#", "-", ">")):
        raise Unusable(
            _("A name in the agreement begins with a sign that marks a heading or an item."),
            mend=_("Begin the name with a letter or a digit."),
        )
    return f"{_MARKS.get(block.kind, '')}{text}"


def _block(part: str) -> Block:
    if part.startswith(">"):
        return Block(PROSE, "\n".join(line[1:].removeprefix(" ") for line in part.split("\n")))
    for kind, mark in _MARKS.items():
        if part.startswith(mark):
            return Block(kind, part.removeprefix(mark))
    return Block(SENTENCE, part)


def _blocks(document: Document) -> Iterator[Block]:
    yield Block(TITLE, f"{document.reference} {document.title}")
    yield Block(SENTENCE, _what_it_is(document))
    yield Block(HEADING, _("In short"))
    yield from (Block(SENTENCE, each) for each in in_short(document.clauses))
    if document.prose:
        yield Block(HEADING, _("Why we agree on this"))
        yield Block(PROSE, document.prose)
    yield Block(HEADING, _("Clauses"))
    for number, clause in enumerate(document.clauses, 1):
        yield Block(CLAUSE, f"{number}. {heading(clause)}")
        if type(clause) in governing_text.RENDER:
            parts = governing_text.RENDER[type(clause)](clause)
            yield from (Block(mark, said) for mark, said in parts)
        else:
            yield from _RENDER[type(clause)](clause, document)
    yield Block(HEADING, _("How this text is kept"))
    yield from (Block(SENTENCE, each) for each in _how_it_is_kept(document))


def _what_it_is(document: Document) -> str:
    """The kind of agreement, whose, which version, and what it rests on."""
    said = {
        "partnership": document.partnership,
        "number": document.number,
        "parent": document.parent,
        "kind": kind_of_document(document.kind),
    }
    if document.parent:
        return (
            _(
                "%(kind)s of the partnership “%(partnership)s”, version %(number)s, under "
                "“%(parent)s”. It can only narrow that agreement; where the two differ, the "
                "stricter holds."
            )
            % said
        )
    return _("%(kind)s of the partnership “%(partnership)s”, version %(number)s.") % said


def kind_of_document(kind: str) -> str:
    """E.g. “Data-sharing agreement”."""
    return {
        "constitution": _("Constitution"),
        "mou": _("Memorandum of understanding"),
        "dsa": _("Data-sharing agreement"),
        "dul": _("Data-use licence"),
        "funding": _("Joint funding agreement"),
        "procurement": _("Shared procurement rules"),
        "standards": _("Shared standards"),
    }[kind]


def _how_it_is_kept(document: Document) -> Iterator[str]:
    if KINDS[document.kind].is_enforced:
        yield _(
            "The software enforces the numbered clauses at every use of the data and answers a "
            "request that they do not allow with the number of the clause. It destroys what it holds "
            "when the agreed time is over; copies taken out of it are the duty of those who hold "
            "them. Free words, marked as such, cannot widen the clauses."
        )
    else:
        yield _(
            "The software keeps this text, who signed it and when. What the partners do under it is "
            "theirs to do: the software shows it and enforces none of it."
        )
    yield _("Days are meant in the time zone %(zone)s.") % {"zone": document.zone}


def heading(clause: Clause) -> str:
    """The heading of a clause: its own for free words and rules, the kind's for the others."""
    if isinstance(clause, Prose | g.Rule):
        return clause.heading
    if isinstance(clause, g.Contribution):
        return _("Contribution of %(name)s") % {"name": clause.organisation.name}
    name = words.kind_name(clause.kind)
    return name[:1].upper() + name[1:]


def in_short(clauses: Sequence[Clause]) -> list[str]:
    """The plain summary, one sentence each: who, what, what for, until when, what is never shown."""
    shares = any(isinstance(each, Data) for each in clauses)
    said = [_who(clauses) if shares else _members(clauses)]
    if purpose := words.find(clauses, Purpose):
        named = "; ".join(words.purpose(each) for each in purpose.purposes)
        said.append(
            (_("It may be used for: %(purposes)s.") if shares else _("For: %(purposes)s."))
            % {"purposes": named}
        )
    said += _worked_out(clauses)
    term = {
        "start": words.day(words.find(clauses, Start).day),
        "end": words.day(words.find(clauses, Expiry).day),
    }
    if not shares:
        said.append(_("It holds from %(start)s to the end of %(end)s.") % term)
    else:
        said.append(_("It may be used from %(start)s to the end of %(end)s.") % term)
        said += [_reach(clauses), _join(words.find(clauses, Linkage))]
    return [*said, _leave(words.find(clauses, Withdrawal), shares=shares)]


def _members(clauses: Sequence[Clause]) -> str:
    """Who takes part, and who keeps what they follow."""
    names = {each.role: words.listed(each.names) for each in clauses if isinstance(each, Party)}
    said = {"members": names.get(MEMBER, ""), "hub": names.get(HUB, "")}
    if said["hub"]:
        return _("%(hub)s keeps it; it is followed by %(members)s.") % said
    return _("Between %(members)s.") % said


def _worked_out(clauses: Sequence[Clause]) -> Iterator[str]:
    """What the partners decided, pay and hold each other to, in a sentence each."""
    if rule := words.find(clauses, g.DecisionRule):
        yield _("The table decides %(rule)s.") % {
            "rule": governing_text.decision_rule_name(rule.rule)
        }
    paid: dict[str, int] = {}
    for each in clauses:
        if isinstance(each, g.Contribution):
            paid[each.currency] = paid.get(each.currency, 0) + each.amount_minor
    if paid:
        amounts = words.listed([words.money(amount, each) for each, amount in paid.items()])
        yield _("Together they pay in %(amounts)s.") % {"amounts": amounts}
    rules = [each for each in clauses if isinstance(each, g.Rule)]
    if rules:
        binding = sum(each.binding for each in rules)
        yield _("Duties: %(duties)s. Voluntary commitments: %(voluntary)s.") % {
            "duties": binding,
            "voluntary": len(rules) - binding,
        }


def _who(clauses: Sequence[Clause]) -> str:
    names = {each.role: words.listed(each.names) for each in clauses if isinstance(each, Party)}
    data = [each for each in clauses if isinstance(each, Data)]
    fields = sum(len(each.fields) for each in data)
    said = {
        "fields": ngettext("%(count)s field", "%(count)s fields", fields) % {"count": fields},
        "contracts": words.listed([f"“{each.contract}”" for each in data]),
        "providers": names.get(PROVIDER, ""),
        "recipients": names.get(RECIPIENT, ""),
        "users": names.get(USER, ""),
    }
    if USER not in names:
        return (
            _("Data goes from %(providers)s to %(recipients)s: %(fields)s of %(contracts)s.") % said
        )
    if PROVIDER in names:
        return (
            _(
                "Use by %(users)s, licensed by %(recipients)s: %(fields)s of %(contracts)s from %(providers)s."
            )
            % said
        )
    return _("Use by %(users)s, licensed by %(recipients)s: %(fields)s of %(contracts)s.") % said


def _reach(clauses: Sequence[Clause]) -> str:
    return _(
        "Results may be shown to %(level)s; no group of fewer than %(cell)s is ever shown."
    ) % {
        "level": words.level(words.find(clauses, Publication).level),
        "cell": words.find(clauses, MinimumCell).minimum,
    }


def _join(clause: Linkage) -> str:
    if clause.allowed:
        return _("Records of different providers may be joined person by person.")
    return _("Records of different providers may not be joined person by person.")


def _leave(clause: Withdrawal, *, shares: bool) -> str:
    if not shares:
        return ngettext(
            "Every party may leave at any time; what it owes for %(days)s day more stays owed.",
            "Every party may leave at any time; what it owes for %(days)s days more stays owed.",
            clause.notice_days,
        ) % {"days": clause.notice_days}
    if clause.notice_days == 0:
        return _("Every party may withdraw at any time; what it provided is destroyed at once.")
    return ngettext(
        "Every party may withdraw at any time; what it provided is destroyed %(days)s day later.",
        "Every party may withdraw at any time; what it provided is destroyed %(days)s days later.",
        clause.notice_days,
    ) % {"days": clause.notice_days}


def _party(clause: Party, document: Document) -> Iterator[Block]:
    if clause.role == PROVIDER:
        yield Block(SENTENCE, _("These organisations provide the data:"))
    elif clause.role == USER:
        yield Block(SENTENCE, _("These organisations may use the data:"))
    elif clause.role == MEMBER:
        yield Block(SENTENCE, _("These organisations take part:"))
    elif clause.role == HUB:
        yield Block(SENTENCE, _("This organisation keeps what the members follow:"))
    elif clause.role == INTERMEDIARY:
        yield Block(
            SENTENCE,
            _(
                "These organisations are trusted by the others to keep the data. They keep it apart "
                "from their own, never use it themselves, let only those use it whom a licence "
                "names, and tell every provider what its data was used for:"
            ),
        )
    elif document.kind == "dul":
        yield Block(SENTENCE, _("These organisations keep the data and grant this licence:"))
    else:
        yield Block(
            SENTENCE,
            _(
                "These organisations receive and keep the data. They may license its use within "
                "this agreement; every licence is listed on the partnership’s page of agreements:"
            ),
        )
    yield from (Block(ITEM, each) for each in clause.names)


def _data(clause: Data, document: Document) -> Iterator[Block]:
    yield Block(
        SENTENCE,
        _("Of the data contract “%(contract)s” these fields, and no others:")
        % {"contract": clause.contract},
    )
    yield from (Block(ITEM, each) for each in clause.fields)
    if clause.masked:
        yield Block(SENTENCE, _("Of these, the values of some are counted but never shown:"))
        yield from (Block(ITEM, each) for each in clause.masked)


def _purpose(clause: Purpose, document: Document) -> Iterator[Block]:
    if document.kind == "mou":
        yield Block(
            SENTENCE, _("What rests on this memorandum serves these purposes, and no others:")
        )
    elif document.kind == "dul":
        yield Block(SENTENCE, _("The data may be used for these purposes, and no others:"))
    else:
        yield Block(
            SENTENCE,
            _(
                "The data may be used for these purposes, and no others, and only under a data-use "
                "licence that names user and purpose:"
            ),
        )
    for key in clause.purposes:
        meaning = words.purpose_meaning(key) or _("in our own words")
        yield Block(ITEM, f"{words.purpose(key)} ({key}): {meaning}")


def _minimum_cell(clause: MinimumCell, document: Document) -> Iterator[Block]:
    if clause.minimum == 1:
        yield Block(SENTENCE, _("Groups of every size may be shown."))
        return
    yield Block(
        SENTENCE,
        _(
            "No result shows a group of fewer than %(cell)s records, nor lets its size be worked "
            "out from other results."
        )
        % {"cell": clause.minimum},
    )


def _linkage(clause: Linkage, document: Document) -> Iterator[Block]:
    yield Block(SENTENCE, _join(clause))


def _publication(clause: Publication, document: Document) -> Iterator[Block]:
    said = {
        "none": _("Results stay with the user that the licence names."),
        "partners": _("Results may be shown to the partners at the table, and no further."),
        "public": _("Results may be shown to the public."),
    }
    yield Block(SENTENCE, said[clause.level])


def _retention(clause: Retention, document: Document) -> Iterator[Block]:
    yield Block(
        SENTENCE,
        ngettext(
            "Records are destroyed at the latest %(months)s month after they were received.",
            "Records are destroyed at the latest %(months)s months after they were received.",
            clause.months,
        )
        % {"months": clause.months},
    )


def _signature(clause: Signature, document: Document) -> Iterator[Block]:
    yield Block(
        SENTENCE,
        _("This version is in force once every one of these has signed exactly this text:"),
    )
    names = [name for each in document.clauses if isinstance(each, Party) for name in each.names]
    yield from (Block(ITEM, name) for name in dict.fromkeys(names))


def _start(clause: Start, document: Document) -> Iterator[Block]:
    shares = bool(KINDS[document.kind].grants)
    said = _("The first day of use is %(day)s.") if shares else _("The first day is %(day)s.")
    yield Block(SENTENCE, said % {"day": words.day(clause.day)})


def _expiry(clause: Expiry, document: Document) -> Iterator[Block]:
    shares = bool(KINDS[document.kind].grants)
    said = (
        _("The last day of use is %(day)s. From the following midnight every use is refused.")
        if shares
        else _("The last day is %(day)s.")
    )
    yield Block(SENTENCE, said % {"day": words.day(clause.day)})


def _suspension(clause: Suspension, document: Document) -> Iterator[Block]:
    yield Block(
        SENTENCE,
        _(
            "The convener may suspend this agreement and lift the suspension, giving the reason. "
            "While it is suspended every use is refused."
        ),
    )


def _withdrawal(clause: Withdrawal, document: Document) -> Iterator[Block]:
    shares = bool(KINDS[document.kind].grants)
    yield Block(SENTENCE, _leave(clause, shares=shares))
    if shares:
        yield Block(SENTENCE, _("From the moment of withdrawal no new use of its data is allowed."))
    elif document.kind == "mou":
        yield Block(
            SENTENCE,
            _(
                "From the moment of withdrawal no new use of its data is allowed under any agreement "
                "that rests on this one."
            ),
        )


def _prose(clause: Prose, document: Document) -> Iterator[Block]:
    yield Block(PROSE, clause.text)


_RENDER: Mapping[type[Any], Callable[[Any, Document], Iterator[Block]]] = {
    Party: _party,
    Data: _data,
    Purpose: _purpose,
    MinimumCell: _minimum_cell,
    Linkage: _linkage,
    Publication: _publication,
    Retention: _retention,
    Signature: _signature,
    Start: _start,
    Expiry: _expiry,
    Suspension: _suspension,
    Withdrawal: _withdrawal,
    Prose: _prose,
}

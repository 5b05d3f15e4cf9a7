"""An agreement as text: rendered from its clauses, plain summary first, then numbered clauses.

The canonical text is what is signed: UTF-8, Unicode form C, lines ended by a line feed, one block
per paragraph, separated by an empty line. Each block begins with its mark: `# ` title, `## `
heading, `### ` numbered clause, `- ` item, `> ` a line of free words; a block without mark is a
sentence of the software. Free words are marked line by line, so they can never pass for a clause.
`blocks` reads the text back, so what a page shows is exactly what was signed.

Leaf: imports no other part of the room but `words` and the sentences beside it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from commonweal.agree import governing_text, leaving_text, short_text, words
from commonweal.compute.errors import Unusable
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.clauses import (
    HUB,
    INTERMEDIARY,
    MEMBER,
    PROVIDER,
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
from commonweal.core.errors import Invalid

TITLE, HEADING, CLAUSE, ITEM, PROSE, SENTENCE = "title", "heading", "clause", "item", "prose", ""
_MARKS = {TITLE: "# ", HEADING: "## ", CLAUSE: "### ", ITEM: "- ", PROSE: "> "}


@dataclass(frozen=True)
class Block:
    """One block of the text. `kind`: title, heading, clause, item, prose or "" (a sentence)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Document:
    """What a text is rendered from, complete.

    `convener`: who convenes on the day of drafting. `parent`: “DSA-1 Title” or "".
    """

    kind: str
    reference: str
    number: int
    title: str
    partnership: str
    zone: str
    language: str
    prose: str
    clauses: tuple[Clause, ...]
    convener: str
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


def said(free: str, field: str, most: int, *, asked: str = "") -> str:
    """Free words from a form, clean. Raises Invalid at `field`: nothing said where it is `asked`,
    or more than `most` characters."""
    words_ = clean(free)
    if asked and not words_:
        raise Invalid.at(field, asked)
    if len(words_) > most:
        raise Invalid.at(field, _("Write at most %(most)d characters.") % {"most": most})
    return words_


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
    yield from (Block(SENTENCE, each) for each in short_text.in_short(document.clauses))
    if document.prose:
        yield Block(HEADING, _("Why we agree on this"))
        yield Block(PROSE, document.prose)
    yield Block(HEADING, _("Clauses"))
    clauses = list(_clauses(document))
    yield from clauses
    own_words = bool(document.prose) or any(each.kind == PROSE for each in clauses)
    yield Block(HEADING, _("How this text is kept"))
    yield from (Block(SENTENCE, each) for each in _how_it_is_kept(document, own_words))


def _clauses(document: Document) -> Iterator[Block]:
    for number, clause in enumerate(document.clauses, 1):
        yield Block(CLAUSE, f"{number}. {heading(clause)}")
        if type(clause) in governing_text.RENDER:
            parts = governing_text.RENDER[type(clause)](clause)
            yield from (Block(mark, said) for mark, said in parts)
        else:
            yield from _RENDER[type(clause)](clause, document)


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


def _how_it_is_kept(document: Document, own_words: bool) -> Iterator[str]:
    """What the software holds people to, clause by clause, and what is left to the parties."""
    rules = KINDS[document.kind]
    if rules.is_enforced:
        held: list[int] = []
        left: list[int] = []
        for number, clause in enumerate(document.clauses, 1):
            (held if rules.enforces(clause.kind) else left).append(number)
        yield _(
            "The software enforces clauses %(numbers)s in everything that is done with the data in "
            "it, and answers a request that one of them does not allow with its number."
        ) % {"numbers": _numbers(held)}
        if left:
            yield ngettext(
                "Clause %(numbers)s is for the parties to keep: the software shows it and does not "
                "enforce it.",
                "Clauses %(numbers)s are for the parties to keep: the software shows them and does "
                "not enforce them.",
                len(left),
            ) % {"numbers": _numbers(left)}
        yield _("Copies taken out of the software are the duty of those who hold them.")
        if own_words:
            yield _(
                "Passages in the parties’ own words are marked as such (in the plain text by “>”). "
                "They cannot widen the other clauses: where they say something else, the other "
                "clauses hold."
            )
    else:
        yield _(
            "The software keeps this text, who signed it and when. What the partners do under it is "
            "theirs to do: the software shows it and enforces none of it."
        )
    yield _("Days are meant in the time zone %(zone)s.") % {"zone": document.zone}


def _numbers(numbers: Sequence[int]) -> str:
    """E.g. “1 to 8, 10 and 11”."""
    runs: list[list[int]] = []
    for each in numbers:
        if runs and each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    said: list[str] = []
    for run in runs:
        if len(run) > 2:
            said.append(_("%(first)s to %(last)s") % {"first": run[0], "last": run[-1]})
        else:
            said += [str(each) for each in run]
    return words.listed(said)


def heading(clause: Clause) -> str:
    """The heading of a clause: its own for free words and rules, the kind's for the others."""
    if isinstance(clause, Prose | g.Rule):
        return clause.heading
    if isinstance(clause, g.Contribution):
        return _("Contribution of %(name)s") % {"name": clause.organisation.name}
    name = words.kind_name(clause.kind)
    return name[:1].upper() + name[1:]


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
                "These organisations receive and keep the data: its records lie encrypted in the "
                "software, and others get out of them only what a licence allows. They may "
                "license its use within this agreement; every licence is listed on the "
                "partnership’s page of agreements:"
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
        said = {"purpose": words.purpose(key), "meaning": words.purpose_meaning(key), "code": key}
        if said["meaning"]:
            yield Block(ITEM, _("%(purpose)s: %(meaning)s (Code %(code)s.)") % said)
        else:
            yield Block(ITEM, _("%(purpose)s (in our own words)") % said)


def _minimum_cell(clause: MinimumCell, document: Document) -> Iterator[Block]:
    if clause.minimum == 1:
        yield Block(SENTENCE, _("Groups of every size may be shown."))
        return
    said = {"cell": clause.minimum}
    for sentence in (
        _(
            "No result shows a group of fewer than %(cell)s people. Where a figure counts something "
            "else than people, such as families or visits, it shows no group of fewer than %(cell)s "
            "of these."
        ),
        _(
            "Of a share, the same holds for those who have what is counted and for those who have "
            "not. That there is nobody in a group may be shown."
        ),
        _(
            "Nor can the size of a smaller group be worked out from the other figures of the same "
            "release. Releases from records that changed in between are not compared with each "
            "other."
        ),
    ):
        yield Block(SENTENCE, sentence % said)


def _linkage(clause: Linkage, document: Document) -> Iterator[Block]:
    yield Block(SENTENCE, short_text.join(clause))


def _publication(clause: Publication, document: Document) -> Iterator[Block]:
    said = {
        "none": _("Results stay with the user that the licence names."),
        "partners": _(
            "Results may be shown to the partners at the table, and no further. These are the "
            "organisations and residents’ groups with a seat on the day of reading."
        ),
        "public": _("Results may be shown to the public."),
    }
    yield Block(SENTENCE, said[clause.level])


def _retention(clause: Retention, document: Document) -> Iterator[Block]:
    said = {"months": clause.months, "parent": document.parent}
    # The files lie under the sharing agreement, whose months end them: a licence destroys nothing.
    if document.kind == "dul":
        used = ngettext(
            "Nobody uses a record under this licence later than %(months)s month after it was handed in.",
            "Nobody uses a record under this licence later than %(months)s months after it was handed in.",
            clause.months,
        )
        yield Block(SENTENCE, used % said)
        lies = _("The record lies under “%(parent)s”, which says when the software destroys it.")
        yield Block(SENTENCE, lies % said)
        return
    kept = ngettext(
        "Each record is destroyed at the latest %(months)s month after it was handed in.",
        "Each record is destroyed at the latest %(months)s months after it was handed in.",
        clause.months,
    )
    yield Block(SENTENCE, kept % said)
    if document.kind == "dsa":
        yield Block(
            SENTENCE,
            _(
                "When this agreement has ended, what is still held may not be used any more. The "
                "software destroys it when its months are over, or sooner after a withdrawal."
            ),
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
            "The convener of the partnership (%(convener)s when this was drafted) may suspend this "
            "agreement and lift the suspension, giving the reason. While it is suspended every use "
            "is refused."
        )
        % {"convener": document.convener},
    )


def _withdrawal(clause: Withdrawal, document: Document) -> Iterator[Block]:
    for sentence in leaving_text.sentences(clause, document.kind, document.parent):
        yield Block(SENTENCE, sentence)


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

"""An agreement's version as a document: everything that its PDF says. Reads nothing.

The text is that of the canonical blocks, in their order; around it stand the state on the day of
making, the signatures, the fingerprint and the code. All words are in the version's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import qrcode
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _

from commonweal.agree import presentation, signatures, text, words
from commonweal.agree.documents import setting
from commonweal.agree.evidence import PaperSignature
from commonweal.agree.models import State
from commonweal.agree.sheets import Line, Sheet

TEMPLATE: Final = "agreement.typ"
# A word longer than a line is broken after so many characters.
_TOO_LONG: Final = re.compile(r"\S{40}(?=\S)")


@dataclass(frozen=True)
class Verification:
    """The code of a version that is or was in force, and where it can be entered."""

    code: str
    address: str


def pdf(
    sheet: Sheet,
    at: datetime,
    verification: Verification | None = None,
    papers: Mapping[UUID, PaperSignature] | None = None,
) -> bytes:
    """PDF/UA of the sheet's version as it stands at `at`. Equal content gives equal bytes.

    `papers`: of signatures (by their id) that were given on paper, what is on record.
    """
    content = document(sheet, at, verification, papers or {})
    return setting.pdf(TEMPLATE, content, _last_change(sheet))


def document(
    sheet: Sheet,
    at: datetime,
    verification: Verification | None,
    papers: Mapping[UUID, PaperSignature],
) -> dict[str, Any]:
    """The document as plain values, in the version's language."""
    with override(sheet.version.language):
        language, _hyphen, region = sheet.version.language.partition("-")
        return {
            "lang": language,
            "region": region.upper() if re.fullmatch(r"[A-Za-z]{2}", region) else None,
            "dir": "rtl" if get_language_bidi() else "ltr",
            **_head(sheet, at),
            **_body(text.blocks(sheet.version.text)),
            **_end(sheet, verification, papers),
            "notices": {
                "missing": _(
                    "Some characters of this text cannot be shown in this document; a box (□) "
                    "stands for each. The parties signed the text itself, which has them: compare "
                    "it before you rely on this copy."
                )
            },
        }


def _last_change(sheet: Sheet) -> datetime:
    """When something last happened to the version: the time of making that the file states."""
    version = sheet.version
    moments = [version.drafted_at, version.opened_at, version.active_at, version.replaced_at]
    moments.append(version.dropped_at)
    moments += [line.signature.signed_at for line in sheet.parties if line.signature]
    moments += [line.withdrawal.at for line in sheet.parties if line.withdrawal]
    return max(moment for moment in moments if moment is not None)


def _head(sheet: Sheet, at: datetime) -> dict[str, Any]:
    agreement, version = sheet.agreement, sheet.version
    named = {"reference": agreement.reference, "number": version.number}
    return {
        "title": str(agreement),
        "partnership": agreement.partnership.name,
        "keywords": [agreement.reference, version.text_hash],
        "caption": f"{agreement.get_kind_display()} · {agreement.partnership.name}",
        "header": _("%(reference)s, version %(number)s") % named,
        "footer": f"{version.text_hash[:12]} …",
        # Typst fills in the numbers.
        "paging": _("%(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "stamp": _stamp(sheet, at),
        "labels": _labels(),
    }


def _stamp(sheet: Sheet, at: datetime) -> dict[str, Any]:
    standing = presentation.standing(sheet)
    day = words.day(sheet.terms.day_of(at))
    word = standing.word
    if sheet.version.state == State.DRAFT:
        word = _("Draft – not in force")
    said = standing.sentence
    # A paper that is signed and begins later is as good as one that has begun.
    closed = sheet.closed
    begins = closed.params["day"] if closed and closed.code == "not_started" else None
    if sheet.version.active_at and (not said or begins):
        since = words.day(sheet.terms.day_of(sheet.version.active_at))
        said = _("Signed by every party on %(day)s.") % {"day": since}
    if begins:
        word = _("Begins on %(day)s") % {"day": words.day(begins)}
    return {
        "word": word,
        "good": standing.look == "good" or begins is not None,
        "sentence": _("As of %(day)s.") % {"day": day} + f" {said}",
    }


def _labels() -> dict[str, Any]:
    return {
        "own_words": _("In the parties’ own words"),
        "signatures": _("Signatures"),
        "signatures_lead": _(
            "Each party signs exactly the text above. How a signature was given stands under the "
            "signatory’s name."
        ),
        "columns": [_("Organisation"), _("Signed by"), _("When")],
        "fingerprint": _("Fingerprint of the text"),
        "fingerprint_lead": _(
            "SHA-256 of the text as it was signed, to be downloaded from the agreement’s page. One "
            "changed letter gives another fingerprint."
        ),
        "verification": _("Verify this document"),
    }


def _body(blocks: Sequence[text.Block]) -> dict[str, Any]:
    """`lead` before the first heading, `summary` under it, `blocks` from the second on."""
    shown = list(_shown(blocks))
    headings = [place for place, each in enumerate(shown) if each["kind"] == text.HEADING]
    first, second = [*headings, len(shown), len(shown)][:2]
    return {"lead": shown[:first], "summary": shown[first:second], "blocks": shown[second:]}


def _shown(blocks: Sequence[text.Block]) -> Iterator[dict[str, Any]]:
    """Blocks for the template, items gathered to lists. The title is the document's own."""
    items: list[str] = []
    for place, block in enumerate(blocks):
        if block.kind == text.ITEM:
            items.append(_breakable(block.text))
            if place + 1 == len(blocks) or blocks[place + 1].kind != text.ITEM:
                yield {"kind": "list", "items": items}
                items = []
        elif block.kind == text.PROSE:
            yield {"kind": block.kind, "paragraphs": _paragraphs(block.text)}
        elif block.kind != text.TITLE:
            # What announces a list or words of the parties' own stays on their page.
            leads = place + 1 < len(blocks) and blocks[place + 1].kind in {text.ITEM, text.PROSE}
            yield {"kind": block.kind, "text": _breakable(block.text), "leads": leads}


def _paragraphs(prose: str) -> list[list[str]]:
    return [
        [_breakable(line) for line in paragraph.split("\n")]
        for paragraph in re.split(r"\n{2,}", prose)
    ]


def _breakable(words_: str) -> str:
    """Words that are longer than a line may be broken: a space without width inside them."""
    return _TOO_LONG.sub(lambda found: f"{found[0]}\u200b", words_)


def _end(
    sheet: Sheet, verification: Verification | None, papers: Mapping[UUID, PaperSignature]
) -> dict[str, Any]:
    return {
        "signatures": [_signature(line, sheet, papers) for line in sheet.parties],
        "fingerprint": sheet.version.text_hash,
        "verification": _verification(verification) if verification else None,
    }


def _signature(line: Line, sheet: Sheet, papers: Mapping[UUID, PaperSignature]) -> dict[str, Any]:
    signed = line.signature
    if signed is None:
        return {"organisation": line.organisation.name, "who": [_("Not signed")], "when": [""]}
    zone = sheet.version.zone
    when = [
        *_moment(signed.signed_at, zone),
        _("text %(fingerprint)s") % {"fingerprint": signatures.short_hash(signed.text_hash)},
    ]
    who = [signed.name, _("signatory of the organisation"), signatures.signed_how(signed)]
    paper = papers.get(signed.pk)
    if paper is not None:
        said = {"name": paper.name, "day": words.day(paper.signed_on)}
        who = [
            _("%(name)s, on paper on %(day)s") % said,
            _("recorded by %(name)s, signatory of the organisation") % {"name": signed.name},
            _("paper %(fingerprint)s")
            % {"fingerprint": signatures.short_hash(paper.evidence.sha256)},
        ]
    if line.naming is not None:
        named = signatures.naming_said(line.naming, sheet.terms)
        who.append(_("signatory named by %(name)s") % {"name": named})
    if line.withdrawal is not None:
        when += [_("Withdrew:"), *_moment(line.withdrawal.at, zone)]
    return {"organisation": line.organisation.name, "who": who, "when": when}


def _moment(moment: datetime, zone: str) -> list[str]:
    """E.g. “5 January 2026, 09:00:00” and “Europe/London (UTC+00:00)”."""
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    said = {"day": words.day(local.date()), "time": f"{local:%H:%M:%S}"}
    return [_("%(day)s, %(time)s") % said, f"{zone} (UTC{offset[:3]}:{offset[3:5]})"]


def _verification(found: Verification) -> dict[str, Any]:
    return {
        "lead": _(
            "Enter this code at the address, or point a camera at the square: it says whether a "
            "text with this fingerprint was signed by every party, and how it stands today."
        ),
        "code": found.code,
        "address": found.address,
        "shown": found.address.partition("://")[2],
        "picture": _square(found.address),
        "picture_alt": _("Square code with the address %(address)s") % {"address": found.address},
    }


def _square(address: str) -> str:
    """The address as a QR code, in SVG."""
    code = qrcode.QRCode(border=0, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(address)
    code.make()
    rows = code.get_matrix()
    dots = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}">'
        f'<path d="{dots}" fill="#0b2b33"/></svg>'
    )

"""Setting a document as PDF/UA with typst: in memory, without files, network or the system's fonts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typst
from django.utils.translation import gettext as _

from commonweal.core.errors import Conflict

_TEMPLATES: Final = Path(__file__).parent / "typst"
# What stands for a character that the built-in fonts do not have.
INSTEAD: Final = "□"
_REPORTED = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def pdf(template: str, document: Mapping[str, Any], at: datetime) -> bytes:
    """The document as PDF/UA-1; `at` is the time of making that the file states.

    Equal documents give equal bytes. Characters without a glyph are shown as □, and what
    `document["notices"]` says about them ({"missing": …}) becomes `document["notice"]`.
    """
    content: dict[str, Any] = {**document, "notice": ""}
    for _attempt in range(3):
        try:
            return _compiled(template, content, at)
        except typst.TypstError as error:
            missing = _without_glyph(error)
            if not missing:
                raise
        content = _mapped(content, lambda text, gone=missing: _replaced(text, gone))
        content["notice"] = document["notices"]["missing"]
    raise Conflict(
        _("The text holds characters that cannot be set as a PDF."),
        mend=_("Download the text instead: it is what was signed."),
    )


def _compiled(template: str, content: object, at: datetime) -> bytes:
    return typst.compile(
        _TEMPLATES / template,
        root=_TEMPLATES,
        ignore_system_fonts=True,
        # No such folders: nothing is ever fetched or found there.
        package_path=_TEMPLATES / "none",
        package_cache_path=_TEMPLATES / "none",
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={"document": json.dumps(content, ensure_ascii=False)},
    )


def _without_glyph(error: typst.TypstError) -> frozenset[str]:
    """The characters for which no built-in font has a glyph; empty when that is not the fault."""
    reported = {each for found in _reported(error) for each in found}
    if not reported:
        return frozenset()
    try:
        _compiled("probe.typ", sorted(reported), datetime.fromtimestamp(0, UTC))
    except typst.TypstError as alone:
        return frozenset(each for found in _reported(alone) for each in found)
    # Each has a glyph, together they have none: the marks go, what they stand on stays.
    return frozenset(each for each in reported if unicodedata.combining(each))


def _reported(error: typst.TypstError) -> list[str]:
    said = str(getattr(error, "diagnostic", "") or error)
    return [_ESCAPED.sub(_unescaped, each) for each in _REPORTED.findall(said)]


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _PLAIN.get(found[2], found[2])


def _replaced(text: str, missing: frozenset[str]) -> str:
    # What is not seen anyway (joiners, marks of direction) leaves no box.
    return "".join(
        each
        if each not in missing
        else ""
        if unicodedata.category(each) in {"Cf", "Cc", "Mn"}
        else INSTEAD
        for each in text
    )


def _mapped(value: Any, change: Any) -> Any:
    """The same structure with every string changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(each, change) for each in value]
    return value

"""Keep the catalogues of translated words in step with the code.

`python tools/messages.py` rewrites every `locale/*/LC_MESSAGES/django.po` from the source: new words
are added, words no longer used are dropped, translations are kept. It needs no GNU gettext.
`--check` writes nothing and fails when a catalogue is out of step or lacks a translation.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "commonweal"
LOCALES = PACKAGE / "locale"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and not {"tests", "migrations", "dist"} & set(
            path.parts
        ):
            yield path


def python_of(path: Path) -> bytes:
    """The file as Python: a template becomes its gettext calls, in brackets against its indents."""
    text = path.read_text()
    if path.suffix == ".py":
        return text.encode()
    from django.utils.translation.template import templatize

    return f"({templatize(text, origin=str(path))})".encode()


def extracted() -> Catalog:
    catalog = Catalog(project="Commonweal", charset="utf-8", fuzzy=False)
    for path in sources():
        found = extract("python", io.BytesIO(python_of(path)), KEYWORDS, ["Translators:"])
        for _line, message, comments, context in found:
            catalog.add(
                message,
                locations=[(str(path.relative_to(PACKAGE)), 0)],
                auto_comments=comments,
                context=context,
            )
    return catalog


def updated(path: Path, template: Catalog) -> Catalog:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parents[1].name)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def as_bytes(catalog: Catalog) -> bytes:
    # When the words were collected would change the file on every run; the history says it.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalog.header_comment = "# Words of Commonweal. Apache-2.0. Kept by tools/messages.py."
    catalog.msgid_bugs_address = catalog.last_translator = ""
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_output=True, no_location=True, omit_header=False)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    def has_all(message: Any) -> bool:
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        return all(strings)

    return [str(message.id) for message in catalog if message.id and not has_all(message)]


def main(arguments: list[str]) -> int:
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    template, status = extracted(), 0
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        catalog = updated(path, template)
        missing = untranslated(catalog)
        if "--check" not in arguments:
            path.write_bytes(as_bytes(catalog))
        elif path.read_bytes() != as_bytes(catalog):
            print(f"{path.parents[1].name}: out of step with the code; run tools/messages.py")
            status = 1
        print(f"{path.parents[1].name}: {len(catalog)} texts, {len(missing)} without translation")
        for text in missing[:20]:
            print(f"  {text!r}")
        status = status or int(bool(missing) and "--check" in arguments)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

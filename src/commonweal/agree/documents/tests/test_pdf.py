"""The PDF: tagged, in its language, the whole text in order, free words inert, the same each time."""

from __future__ import annotations

import io
import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from commonweal.agree import actions, queries, sheets, text
from commonweal.agree.documents import document, setting
from commonweal.agree.documents.files import pdf_of
from commonweal.agree.documents.queries import code_of
from commonweal.agree.documents.tests.scene import client_of, drafted, providers, revised
from commonweal.agree.models import Agreement, AgreementVersion, Signature
from commonweal.agree.signing import Hand, put_signature
from commonweal.agree.tests.factories import shared, signatory_of, signed_by_all
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.convene.tests.factories import AT, PersonFactory
from commonweal.core.models import Role
from commonweal.core.scope import system

pytestmark = pytest.mark.django_db

HOSTILE = (
    '#import "/etc/passwd": x\n#read("agreement.typ")\n$ integral_0^1 $ \\ * _ ` ] [ } { @label <label>'
    ' // no comment /* nor this */ = not a heading\n\n- not an item\n\n#panic("no")'
)


def sheet_of(version: AgreementVersion, at: Any = AT) -> sheets.Sheet:
    agreement = version.agreement
    by = signatory_of(providers(agreement)[0])
    return sheets.sheet(by, agreement.partnership.slug, agreement.reference, at, version.number)


def made(version: AgreementVersion, at: Any = AT) -> bytes:
    return pdf_of(sheet_of(version, at), at)


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def words(data: bytes) -> str:
    """The text without its line breaks, hyphens at line ends and widthless spaces."""
    pages = "\n".join(page.extract_text() for page in read(data).pages)
    return squeezed(pages.replace("\u00ad", "").replace("-\n", ""))


def squeezed(value: str) -> str:
    return re.sub(r"[\s\u200b-]+", "", value)


def headings(data: bytes) -> list[tuple[int, str]]:
    """The outline as (level, words)."""
    reader = read(data)

    def walk(entries: Any, level: int) -> Any:
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry, level + 1)
            else:
                yield level, entry.title

    return list(walk(reader.outline, 1))


def test_is_tagged_titled_and_in_its_language(agreement: Agreement) -> None:
    reader = read(made(sheet_of_first(agreement).version))
    root = reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "DSA-1 Beds for babies"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def sheet_of_first(agreement: Agreement) -> sheets.Sheet:
    return sheet_of(agreement.versions.get(number=1))


def test_has_the_structure_of_the_text(agreement: Agreement) -> None:
    found = headings(made(agreement.versions.get(number=1)))
    assert [title for level, title in found if level == 1] == [
        "In short",
        "Why we agree on this",
        "Clauses",
        "How this text is kept",
        "Signatures",
        "Fingerprint of the text",
        "Verify this document",
    ]
    assert (2, "1. Providers") in found
    assert structure(made(agreement.versions.get(number=1))) >= {
        "/Title",
        "/H1",
        "/H2",
        "/P",
        "/L",
        "/LI",
        "/Table",
        "/TH",
        "/TD",
        "/Figure",
        "/Link",
    }


def structure(data: bytes) -> set[str]:
    """Every kind of element in the tree of tags."""
    found: set[str] = set()
    waiting: list[Any] = [read(data).root_object["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            one = one.get_object()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            found |= {str(one["/S"])} if "/S" in one else set()
            waiting += [one["/K"]] if "/K" in one else []
    return found


def test_has_every_block_in_order(agreement: Agreement) -> None:
    version = drafted(agreement, HOSTILE, clauses=[c.Prose("What we owe", "Each other.\n\nNews.")])
    told = words(made(version))
    place = 0
    for block in text.blocks(version.text):
        for line in filter(None, map(squeezed, block.text.split("\n"))):
            at = told.find(line, place)
            assert at >= 0, block
            place = at + len(line)


def test_numbers_its_pages_and_repeats_reference_and_state(agreement: Agreement) -> None:
    pages = [page.extract_text() for page in read(made(drafted(agreement, "Why."))).pages]
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert f"{number} of {len(pages)}" in page
        assert "DSA-2, version 1" in page
        assert "Draft – not in force" in page


def test_says_who_signed_when_and_what(agreement: Agreement) -> None:
    version = agreement.versions.get(number=1)
    data = made(version)
    told = words(data)
    for signature in version.signatures.select_related("organisation"):
        for part in (signature.organisation.name, signature.name, "signatory of the organisation"):
            assert squeezed(part) in told
    assert squeezed("5 January 2026, 09:00:00 Europe/London (UTC+00:00)") in told
    assert version.text_hash in told
    assert squeezed(code_of(version)) in told
    assert squeezed("As of 1 March 2026. Signed by every party on 5 January 2026.") in told
    links = [a.get_object()["/A"]["/URI"] for p in read(data).pages for a in p.get("/Annots", [])]
    assert links == [f"{settings.BASE_URL}/verify/{code_of(version)}/"]


def test_what_begins_later_is_signed_all_the_same(agreement: Agreement) -> None:
    """No reader takes a paper that every party signed for one that does not hold."""
    later = shared(agreement.partnership, start=c.Start(date(2026, 9, 1)))
    told = words(made(later.versions.get()))
    assert squeezed("Begins on 1 September 2026") in told
    assert squeezed("As of 1 March 2026. Signed by every party on 5 January 2026.") in told
    assert squeezed("Not begun") not in told


def test_says_how_each_signature_was_given(agreement: Agreement) -> None:
    version = drafted(agreement, "")
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    ways = {
        "code": Hand("Lena Ortiz", Signature.Way.CODE, sent_to="l•••@council.example"),
        "paper": Hand("Ada Vexnir", Signature.Way.PAPER),
        "account": Hand("Bo Lind", Signature.Way.ACCOUNT, PersonFactory()),
    }
    for hand, organisation in zip(ways.values(), list(queries.unsigned(version)), strict=True):
        put_signature(
            version=version,
            organisation=organisation,
            text_hash=version.text_hash,
            hand=hand,
            by=system("test"),
            at=AT,
        )
    found = document.document(sheet_of(version), AT, None, {})["signatures"]
    assert sorted(each["who"][0::2] for each in found) == [
        ["Ada Vexnir", "recorded a signature on paper"],
        ["Bo Lind", "signed in with an account"],
        ["Lena Ortiz", "by a link and a code sent to l•••@council.example"],
    ]


def test_a_question_stays_with_its_answer(agreement: Agreement) -> None:
    """At whatever height of the page it falls: no page ends with a question."""
    asked = g.FourQuestions("Yes, it is.", "They agreed.", "It saves.", "The table looks.")
    version = drafted(agreement, "", clauses=[asked])
    content = document.document(sheet_of(version), AT, None, {})
    for lines in range(1, 30, 2):
        filler = {"kind": "prose", "paragraphs": [[str(each) for each in range(lines)]]}
        blocks = [content["blocks"][0], filler, *content["blocks"][1:]]
        data = setting.pdf(document.TEMPLATE, {**content, "blocks": blocks}, AT)
        for page in read(data).pages:
            # The last line is the foot: fingerprint and page number.
            ends = [each for each in page.extract_text().split("\n") if each.strip()]
            assert not any(each.endswith("?") for each in ends[-3:]), lines


def test_a_text_that_waits_for_signatures_has_no_code(agreement: Agreement) -> None:
    version = drafted(agreement, "")
    actions.open_for_signature(version=version, by=system("test"), at=AT)
    first = providers(agreement)[0]
    actions.sign(
        version=version,
        organisation=first,
        text_hash=version.text_hash,
        by=signatory_of(first),
        at=AT,
    )
    told = words(made(version))
    assert "CW" not in told
    assert "Notsigned" in told
    assert "Openforsignature" in told
    assert version.text_hash in told


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("withdraw", "Withdrawn"),
        ("suspend", "Suspended"),
        ("expire", "Ended"),
        ("replace", "Replaced"),
    ],
)
def test_says_on_every_page_how_it_stands(agreement: Agreement, change: str, word: str) -> None:
    version = agreement.versions.get(number=1)
    at = AT
    if change == "withdraw":
        for one in providers(agreement):
            actions.withdraw(
                agreement=agreement, organisation=one, reason="", by=signatory_of(one), at=AT
            )
    elif change == "suspend":
        by = signatory_of(agreement.partnership.seats.get(kind="convener").organisation)
        actions.suspend(agreement=agreement, reason="Looked at.", by=by, at=AT)
    elif change == "replace":
        signed_by_all(revised(agreement), AT)
    else:
        at = AT + timedelta(days=900)
    pages = [page.extract_text() for page in read(made(version, at)).pages]
    assert all(word in page for page in pages)
    # Once in force, the code stays: who holds an old copy learns that it is old.
    assert code_of(version) in pages[-1]
    if change == "withdraw":
        assert "Withdrew" in pages[-1]


def test_equal_content_gives_equal_bytes(agreement: Agreement) -> None:
    version = agreement.versions.get(number=1)
    first = made(version)
    time.sleep(1.1)
    assert made(version) == first
    assert b"2026-01-05" in read(first).root_object["/Metadata"].get_data()


def test_free_words_are_shown_and_never_run(agreement: Agreement) -> None:
    told = words(made(drafted(agreement, HOSTILE)))
    assert squeezed('#import "/etc/passwd": x') in told
    assert squeezed("$ integral_0^1 $ \\ * _ ` ] [ } { @label <label>") in told
    assert squeezed('#panic("no")') in told
    assert "root:" not in told


LETTERS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"),
        st.sampled_from('#$\\*_`[]{}<>@=-/"\n'),
    ),
    min_size=1,
    max_size=60,
)


@hypothesis(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LETTERS)
def test_no_words_break_it(agreement: Agreement, free: str) -> None:
    sheet = sheet_of_first(agreement)
    content = document.document(sheet, AT, None, {})
    content["blocks"] = [{"kind": "prose", "paragraphs": [[free]]}]
    content["signatures"] = [{"organisation": free, "who": [free], "when": [free]}]
    assert setting.pdf(document.TEMPLATE, content, AT).startswith(b"%PDF")


def test_says_so_where_a_character_has_no_glyph(agreement: Agreement) -> None:
    told = words(made(drafted(agreement, "Hello 😀 中文 friend")))
    assert squeezed("Hello □ □□ friend") in told
    assert squeezed("Some characters of this text cannot be shown in this document") in told
    assert "Somecharacters" not in words(made(drafted(agreement, "Hello friend, Łódź, Ελλάς")))


def test_a_mark_without_a_glyph_takes_no_letter_with_it(agreement: Agreement) -> None:
    told = words(made(drafted(agreement, "here e\u0301\u0323\u20dd there")))
    assert "here" in told and "there" in told
    assert "h□r□" not in told


def test_arabic_is_shown_from_right_to_left(agreement: Agreement) -> None:
    version = drafted(agreement, "مرحبا بالعالم", "ar")
    data = made(version)
    assert read(data).root_object["/Lang"] == "ar"
    assert "□" not in words(data)
    assert document.document(sheet_of(version), AT, None, {})["dir"] == "rtl"


def test_is_in_the_versions_language_whoever_reads(agreement: Agreement) -> None:
    version = signed_by_all(drafted(agreement, "Porque sí.", "es"))
    told = words(made(version))
    assert read(made(version)).root_object["/Lang"] == "es"
    assert squeezed("En vigor") in told
    assert squeezed("5 de enero de 2026, 09:00:00") in told


@pytest.mark.parametrize(
    ("prose", "shown"),
    [
        ("x" * 20_000, "x"),
        ("word " * 4_000, "word"),
        ("\n".join("a" * 9 for _ in range(2_000)), "aaaaaaaaa"),
        ("中" * 20_000, "□"),
    ],
    ids=["one word", "words", "lines", "no glyphs"],
)
def test_takes_long_words_and_texts(agreement: Agreement, prose: str, shown: str) -> None:
    version = drafted(agreement, prose)
    began = time.perf_counter()
    data = made(version)
    assert time.perf_counter() - began < 5
    told = words(data)
    assert told.count(shown) >= 2_000
    assert squeezed("How this text is kept") in told


def test_the_page_offers_it(agreement: Agreement) -> None:
    client = client_of(providers(agreement)[0], Role.SIGNATORY)
    where = [agreement.partnership.slug, agreement.reference]
    link = reverse("agreement_pdf", args=[*where, 1])
    assert link in client.get(reverse("agreement", args=where)).content.decode()
    answer = client.get(link)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="DSA-1-version-1.pdf"'
    assert answer.content == made(agreement.versions.get(number=1))
    assert client.get(reverse("agreement_pdf", args=[*where, 9])).status_code == 404

"""Plain files: the same rows give the same bytes whatever file they are in."""

from __future__ import annotations

import polars as pl
import pytest

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import files
from commonweal.compute.indicators.files import load
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.measuring import canonical_bytes, measure

TEXT = """
reads:
  area: text
  seen: date
  score: {type: number, decimals: 1}
period: {column: seen, grain: month}
slices: [area]
indicators:
  - {id: rows, version: 1, title: Rows, kind: count}
  - {id: score, version: 1, title: Score, kind: mean, value: score}
"""
AREAS = ["north", "south, east", 'the "west"', None, "two\nlines", "Łódź"]
ROWS = pl.DataFrame(
    {
        "area": [AREAS[i % 6] for i in range(60)],
        "seen": [f"2025-0{1 + i % 3}-1{i % 9}" for i in range(60)],
        "score": [None if i % 11 == 0 else f"{i}.{i % 10}" for i in range(60)],
    }
)
TYPED = ROWS.with_columns(pl.col("seen").str.to_date(), pl.col("score").cast(pl.Float64))


def answer(*paths):
    return canonical_bytes(measure(parse_definitions(TEXT), load(paths)).answer)


@pytest.fixture
def expected(tmp_path):
    path = tmp_path / "rows.csv"
    ROWS.write_csv(path)
    return answer(path)


def test_the_kind_of_file_makes_no_difference(tmp_path, expected):
    ROWS.write_csv(tmp_path / "semicolons.txt", separator=";", include_bom=True)
    (tmp_path / "utf16.csv").write_text(ROWS.write_csv(), "utf-16")
    ROWS.write_excel(tmp_path / "rows.xlsx")
    ROWS.write_parquet(tmp_path / "texts.parquet")
    TYPED.write_parquet(tmp_path / "typed.parquet", row_group_size=7)
    for path in sorted(tmp_path.iterdir()):
        assert answer(path) == expected, path.name


def test_blocks_of_a_large_text_file_are_one_table(tmp_path, expected, monkeypatch):
    path = tmp_path / "rows.csv"
    for size in (64, 100, 1000):
        monkeypatch.setattr(files, "BLOCK_BYTES", size)
        assert answer(path) == expected
    path.write_text(path.read_text().removesuffix("\n"))
    assert answer(path) == expected


def test_a_row_of_a_later_block_has_its_own_number(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("area,seen,score\n" + "a,2025-01-01,1\n" * 30 + "a,2025-01-01,secret\n")
    monkeypatch.setattr(files, "BLOCK_BYTES", 64)
    with pytest.raises(Unusable, match="in row 32") as caught:
        answer(path)
    assert "secret" not in str(caught.value)


def test_several_files_are_one_table_in_any_order(tmp_path, expected):
    first, second = tmp_path / "a.csv", tmp_path / "b.parquet"
    ROWS[:17].write_csv(first)
    TYPED[17:].select("score", "area", "seen").write_parquet(second)
    assert answer(first, second) == answer(second, first) == expected


def test_files_with_other_columns_are_refused(tmp_path):
    ROWS.write_csv(tmp_path / "a.csv")
    ROWS.drop("area").write_csv(tmp_path / "b.csv")
    with pytest.raises(Unusable, match="File 2 has other columns"):
        load([tmp_path / "a.csv", tmp_path / "b.csv"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0 bytes"),
        (b"PAR1 but not really", "Parquet file is damaged"),
        (b"PK\x03\x04 but not really", "spreadsheet|damaged|XLSX"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"area,seen,score\na,2025-01-01\n", "Row 2 has more or fewer fields"),
        (b"area,seen,score\na,2025-01-01,1\nb,2025-01-01,1,1\n", "Row 3 has more or fewer fields"),
        (b"area,seen,area\na,2025-01-01,1\n", '2 columns are named "area"'),
        (b"area,seen\na,2025-01-01\n", 'no column "score"'),
        (b"area,seen,score\na,2025-02-31,1\n", "not such a date in row 2"),
    ],
)
def test_unusable_files_are_refused_by_name(tmp_path, content, says):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=says) as caught:
        answer(path)
    assert caught.value.where in ("file.csv", "")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Unusable, match="cannot be opened") as caught:
        load([tmp_path / "absent.csv"])
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(Unusable, match="No file"):
        load([])


def test_a_file_with_headings_only_gives_unknown_totals(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("area,seen,score\n")
    rows = measure(parse_definitions(TEXT), load([path])).answer
    assert [(row.indicator, row.period, row.status) for row in rows] == [
        ("rows", None, "unknown"),
        ("score", None, "unknown"),
    ]


BLOCKS = 'area,weeks,note\nN,3,"two\nlines"\n' + "N,3,x\n" * 40


def counted(text: str, tmp_path, monkeypatch, block: int) -> list[dict]:
    monkeypatch.setattr(files, "BLOCK_BYTES", block)
    path = tmp_path / "big.csv"
    path.write_text(text)
    definition = "{id: n, version: 1, title: n, kind: sum, value: weeks, reads: {weeks: integer}}"
    return [row.tree() for row in measure(parse_definitions(definition), load([path])).answer]


@pytest.mark.parametrize(
    "text",
    [
        BLOCKS,
        "sep=;\n" + BLOCKS.replace(",", ";"),
        "\n" + BLOCKS,
        BLOCKS.replace("N,3,x\n", 'N,3,5" pipe\n', 1),
    ],
    ids=["plain", "hint", "empty line", "stray quote"],
)
def test_a_large_file_is_read_as_a_small_one(text, tmp_path, monkeypatch):
    whole = counted(text, tmp_path, monkeypatch, 1 << 25)
    assert counted(text, tmp_path, monkeypatch, 64) == whole
    assert whole[0]["value"] == 123


@pytest.mark.parametrize("wrong", ["N,3\n", "N,three,x\n"])
def test_a_row_of_a_large_file_is_named_as_in_a_small_one(wrong, tmp_path, monkeypatch):
    said = []
    for block in (1 << 25, 64):
        with pytest.raises(Unusable) as refusal:
            counted(BLOCKS + wrong, tmp_path, monkeypatch, block)
        said.append(str(refusal.value))
    assert said[0] == said[1]
    assert "43" in said[0]


def test_a_parquet_file_with_a_damaged_page_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"area": ["N" * 1000] * 3, "weeks": [1, 2, 3]}).write_parquet(
        path, compression="uncompressed"
    )
    data = bytearray(path.read_bytes())
    for place in range(4, 200):
        data[place] ^= 0x5A
    path.write_bytes(data)
    definition = "{id: n, version: 1, title: n, kind: count, reads: {area: text}, slices: [area]}"
    with pytest.raises(Unusable, match="damaged"):
        measure(parse_definitions(definition), load([path]))

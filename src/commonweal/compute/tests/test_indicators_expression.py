"""The formula language: what it reads, what it refuses and where it says so."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import expression, nodes
from commonweal.compute.indicators.nodes import Kind, Type

COLUMNS = {
    "age": Type(Kind.NUMBER),
    "score": Type(Kind.NUMBER, 2),
    "area": Type(Kind.TEXT),
    "born": Type(Kind.DATE),
    "seen": Type(Kind.DATE),
    "safe": Type(Kind.BOOLEAN),
    "mother's age": Type(Kind.NUMBER),
    "days": Type(Kind.NUMBER),
}


def tree(text):
    return nodes.tree(expression.parse(text, COLUMNS, "value"))


def column(name):
    return {"column": name}


def number(value, decimals=0):
    return {"number": value, "decimals": decimals}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age", column("age")),
        ("age + 1.50", {"+": [column("age"), number(15, 1)]}),
        ("1 - 2 - 3", {"-": [{"-": [number(1), number(2)]}, number(3)]}),
        ("1 + 2 * 3", {"+": [number(1), {"*": [number(2), number(3)]}]}),
        ("-age * 2", {"*": [{"negate": [column("age")]}, number(2)]}),
        ("age / 2", {"divide": [column("age"), number(2)]}),
        ("`mother's age` >= 16", {">=": [column("mother's age"), number(16)]}),
        ("area = 'O''Hara''s'", {"=": [column("area"), {"text": "O'Hara's"}]}),
        ("area <> 'x'", {"!=": [column("area"), {"text": "x"}]}),
        ("area in ('a', 'b')", {"oneof": [column("area"), {"text": "a"}, {"text": "b"}]}),
        ("age not in (-1, 2)", {"not": [{"oneof": [column("age"), number(-1), number(2)]}]}),
        ("age between 1 and 2", {"between": [column("age"), number(1), number(2)]}),
        ("score is missing", {"missing": [column("score")]}),
        ("score is not missing", {"not": [{"missing": [column("score")]}]}),
        ("days(born, seen)", {"days": [column("born"), column("seen")]}),
        (
            "days + days(born, seen)",
            {"+": [column("days"), {"days": [column("born"), column("seen")]}]},
        ),
        ("born < date('2024-02-29')", {"<": [column("born"), {"date": "2024-02-29"}]}),
        ("safe = TRUE", {"=": [column("safe"), {"boolean": True}]}),
        (
            "not safe and age = 1 or age = 2 and safe",
            {
                "or": [
                    {"and": [{"not": [column("safe")]}, {"=": [column("age"), number(1)]}]},
                    {"and": [{"=": [column("age"), number(2)]}, column("safe")]},
                ]
            },
        ),
        (
            "age between 1 and 2 and safe",
            {"and": [{"between": [column("age"), number(1), number(2)]}, column("safe")]},
        ),
    ],
)
def test_what_a_formula_means(text, expected):
    assert tree(text) == expected


def test_spaces_and_case_of_keywords_make_no_difference():
    assert tree(" age  IN(1,2)\nAND safe ") == tree("age in (1, 2) and safe")


@pytest.mark.parametrize(
    ("text", "decimals"),
    [("score + age", 2), ("score * score", 4), ("score / 3", 6), ("age - 0.125", 3), ("-score", 2)],
)
def test_decimal_places_follow_the_arithmetic(text, decimals):
    assert expression.parse(text, COLUMNS, "value").type == Type(Kind.NUMBER, decimals)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected, not the end"),
        ("age +", "expected, not the end"),
        ("age 1", 'should end before "1"'),
        ("(age", r'"\)" was expected'),
        ("height", 'column "height" is not declared'),
        ("area = north", 'column "north" is not declared'),
        ("area = 1", "a text cannot be compared with a number"),
        ("area < 'b'", '"<" compares numbers or dates'),
        ("safe between true and false", '"between" compares numbers or dates'),
        ("safe and age", 'Both sides of "and" must be conditions; this is a number'),
        ("not age", 'follows "not" must be a condition'),
        ("area + 1", "needs numbers on both sides; this is a text"),
        ("-area", '"-" needs a number'),
        ("days(age, born)", '"days" needs two dates'),
        ("born = '2024-01-01'", "a date cannot be compared with a text"),
        ("born = date('2023-02-29')", "not a day of the calendar"),
        ("born = date('20230228')", "not a day of the calendar"),
        ("age in ()", "A column or a value was expected"),
        ("age in (1, 'a')", "a number cannot be compared with a text"),
        ("age not 3", '"in" or "between" was expected after "not"'),
        ("age is 3", '"missing" was expected'),
        ("1 < age < 3", 'should end before "<"'),
        ("age = 12345678901234567890", "too many digits"),
        ("score*score*score*score*score*score*score*score*score*score", "more than 18 decimal"),
        ("age / score / 2", "division stands inside another"),
        ("1 / (2 - age / 3)", "division stands inside another"),
        ("area = 'north", "cannot be read from character 8"),
        ('area = "north"', "cannot be read from character 8"),
        ("age; drop table data", "cannot be read from character 4"),
        ("age -- comment", "not the end|cannot be read|not declared"),
        ("age /* x */ + 1", "expected"),
        ("1e5", "cannot be read from character 1"),
        ("sqrt(age)", 'column "sqrt" is not declared'),
        ("read_csv('/etc/passwd')", 'column "read_csv" is not declared'),
        ("(select 1)", 'column "select" is not declared'),
        ("age::text", "cannot be read"),
        ("area = 'a\x00b'", "cannot be read"),
        ("case when safe then 1 end", 'column "case" is not declared'),
    ],
)
def test_what_is_refused_says_why_and_where(text, says):
    with pytest.raises(Unusable, match=says) as caught:
        tree(text)
    assert caught.value.where == "value"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(" * 5000 + "age" + ")" * 5000, "characters"),
        ("(" * 400 + "age" + ")" * 400, "more than 500|nested more than 40"),
        ("(" * 45 + "age" + ")" * 45, "nested more than 40 deep"),
        ("not " * 45 + "safe", "nested more than 40 deep"),
        ("-" * 45 + "age", "nested more than 40 deep"),
        ("age" + " + age" * 300, "more than 500 words"),
        ("age + 1 " * 600, "more than 4000|characters"),
    ],
)
def test_size_and_depth_are_capped(text, says):
    with pytest.raises(Unusable, match=says):
        tree(text)


def test_the_largest_formula_needs_little_stack():
    text = "not " * 20 + "(" * 18 + "age" + " + age" * 200 + ")" * 18 + " > 1"
    limit = sys.getrecursionlimit()
    node = expression.parse(text, COLUMNS, "value")
    assert sum(1 for _ in nodes.columns(node)) == 201
    assert sys.getrecursionlimit() == limit


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        tree(text)
    except Unusable as refused:
        assert refused.where == "value"


WORDS = [
    "age",
    "score",
    "area",
    "born",
    "safe",
    "'a'",
    "1",
    "2.5",
    "true",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "=",
    "<",
    "and",
    "or",
    "not",
    "in",
    "between",
    "is",
    "missing",
    ",",
    "days",
    "date",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_any_words_are_read_or_refused(text):
    try:
        tree(text)
    except Unusable as refused:
        assert refused.where == "value"

"""The formula language of definitions: text -> tree, with every column and type checked.

Grammar (keywords in any case; `docs/reference/definition.md` explains it to people):

    formula    = conjunct { "or" conjunct }
    conjunct   = negation { "and" negation }
    negation   = "not" negation | comparison
    comparison = sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum
                     | "is" ["not"] "missing"
                     | ["not"] "in" "(" literal { "," literal } ")"
                     | ["not"] "between" sum "and" sum ]
    sum        = product { ("+" | "-") product }
    product    = factor { ("*" | "/") factor }
    factor     = "-" factor | literal | column | "(" formula ")" | "days" "(" sum "," sum ")"
    literal    = number | 'text' | "true" | "false" | "date" "(" 'YYYY-MM-DD' ")"
    column     = letters, digits and "_" | `any name`

Nothing is evaluated here and nothing of the text reaches a database: the tree holds column names
checked against the definition's own list, and plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.nodes import (
    MAX_DECIMALS,
    And,
    Arithmetic,
    Between,
    Compare,
    Days,
    Divide,
    Kind,
    Literal,
    Missing,
    Negate,
    Node,
    Not,
    OneOf,
    Or,
    Read,
    Type,
    children,
)

MAX_CHARACTERS = 4_000
MAX_TOKENS = 500
MAX_DEPTH = 40

_KEYWORDS = {"or", "and", "not", "is", "missing", "in", "between", "true", "false"}
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]+(?:\.[0-9]+)?)(?![\w.])
      | '(?P<text>(?:[^'\x00-\x1f]|'')*)'
      | `(?P<quoted>[^`\x00-\x1f]+)`
      | (?P<word>[^\W\d]\w*)
      | (?P<sign><=|>=|!=|<>|[-+*/=<>(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    value: str
    at: int


def parse(text: str, columns: Mapping[str, Type], where: str) -> Node:
    """The tree of the formula `text`, in which every name is one of `columns`.

    Raises Unusable with `where` (the YAML path) and the position in the formula when it does not
    follow the grammar, names an undeclared column, mixes types, or is too long or too deep.
    """
    parser = _Parser(_tokens(text, where), columns, where)
    node = parser.formula(0)
    parser.end()
    _check_divisions(node, where, inside=False)
    return node


def _tokens(text: str, where: str) -> list[_Token]:
    if len(text) > MAX_CHARACTERS:
        raise Unusable(
            f"The formula has {len(text)} characters; {MAX_CHARACTERS} are allowed.",
            mend="Split it, or prepare a column before the data come in.",
            where=where,
        )
    tokens: list[_Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _cannot_read(text, at, where)
        kind = match.lastgroup or ""
        value, begins = match[kind], match.start(kind)
        if kind == "word" and value.lower() in _KEYWORDS:
            kind, value = "keyword", value.lower()
        tokens.append(_Token(kind, value, begins))
        at = match.end()
        if len(tokens) > MAX_TOKENS:
            raise Unusable(
                f"The formula has more than {MAX_TOKENS} words and signs.",
                mend="Split it, or prepare a column before the data come in.",
                where=where,
            )
    tokens.append(_Token("end", "", len(text)))
    return tokens


def _cannot_read(text: str, at: int, where: str) -> Unusable:
    at += len(text[at:]) - len(text[at:].lstrip())
    return Unusable(
        f"The formula cannot be read from character {at + 1} on: {text[at : at + 20]!r}.",
        mend="Put texts in single quotes and column names with spaces or signs in `backticks`.",
        where=where,
    )


class _Parser:
    """Recursive descent over the tokens; each method reads one rule of the grammar above."""

    def __init__(self, tokens: list[_Token], columns: Mapping[str, Type], where: str) -> None:
        self.tokens = tokens
        self.columns = columns
        self.where = where
        self.position = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.position]

    def fail(self, text: str, mend: str = "") -> NoReturn:
        raise Unusable(f"{text} (character {self.here.at + 1})", mend=mend, where=self.where)

    def found(self) -> str:
        return f'"{self.here.value}"' if self.here.kind != "end" else "the end"

    def take(self, kind: str, *values: str) -> _Token | None:
        token = self.here
        if token.kind != kind or (values and token.value not in values):
            return None
        self.position += 1
        return token

    def need(self, kind: str, *values: str) -> _Token:
        token = self.take(kind, *values)
        if token is None:
            wanted = " or ".join(f'"{value}"' for value in values) or f"a {kind}"
            self.fail(f"{wanted} was expected, not {self.found()}.")
        return token

    def end(self) -> None:
        if self.here.kind != "end":
            self.fail(f"The formula should end before {self.found()}.")

    def deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            self.fail(f"The formula is nested more than {MAX_DEPTH} deep.")
        return depth + 1

    def formula(self, depth: int) -> Node:
        return self._joined("or", Or, self.conjunct, self.deeper(depth))

    def conjunct(self, depth: int) -> Node:
        return self._joined("and", And, self.negation, depth)

    def _joined(
        self,
        word: str,
        make: type[Or] | type[And],
        part: Callable[[int], Node],
        depth: int,
    ) -> Node:
        parts = [part(depth)]
        while self.take("keyword", word):
            parts.append(part(depth))
        if len(parts) == 1:
            return parts[0]
        for each in parts:
            self.must_be(each, Kind.BOOLEAN, f'Both sides of "{word}" must be conditions')
        return make(tuple(parts))

    def negation(self, depth: int) -> Node:
        if self.take("keyword", "not"):
            part = self.negation(self.deeper(depth))
            self.must_be(part, Kind.BOOLEAN, 'What follows "not" must be a condition')
            return Not(part)
        return self.comparison(depth)

    def comparison(self, depth: int) -> Node:
        left = self.sum(depth)
        sign = self.take("sign", "=", "!=", "<>", "<", "<=", ">", ">=")
        if sign:
            right = self.sum(depth)
            return self._compare("!=" if sign.value == "<>" else sign.value, left, right)
        if self.take("keyword", "is"):
            negated = self.take("keyword", "not") is not None
            self.need("keyword", "missing")
            return Not(Missing(left)) if negated else Missing(left)
        negated = self.take("keyword", "not") is not None
        if self.take("keyword", "in"):
            node: Node = self._one_of(left)
        elif self.take("keyword", "between"):
            node = self._between(left, depth)
        elif negated:
            self.fail(f'"in" or "between" was expected after "not", not {self.found()}.')
        else:
            return left
        return Not(node) if negated else node

    def _compare(self, sign: str, left: Node, right: Node) -> Node:
        self.alike(left, right)
        ordered = left.type.kind in (Kind.NUMBER, Kind.DATE)
        if sign not in ("=", "!=") and not ordered:
            self.fail(f'"{sign}" compares numbers or dates, not {left.type.kind.value} values.')
        return Compare(sign, left, right)

    def _one_of(self, left: Node) -> Node:
        self.need("sign", "(")
        values = [self.literal()]
        while self.take("sign", ","):
            values.append(self.literal())
        self.need("sign", ")")
        for value in values:
            self.alike(left, value)
        return OneOf(left, tuple(values))

    def _between(self, left: Node, depth: int) -> Node:
        low = self.sum(depth)
        self.need("keyword", "and")
        high = self.sum(depth)
        for bound in (low, high):
            self.alike(left, bound)
        if left.type.kind not in (Kind.NUMBER, Kind.DATE):
            self.fail(f'"between" compares numbers or dates, not {left.type.kind.value} values.')
        return Between(left, low, high)

    def sum(self, depth: int) -> Node:
        node = self.product(depth)
        while sign := self.take("sign", "+", "-"):
            node = self._arithmetic(sign.value, node, self.product(depth))
        return node

    def product(self, depth: int) -> Node:
        node = self.factor(depth)
        while sign := self.take("sign", "*", "/"):
            node = self._arithmetic(sign.value, node, self.factor(depth))
        return node

    def _arithmetic(self, sign: str, left: Node, right: Node) -> Node:
        for side in (left, right):
            self.must_be(side, Kind.NUMBER, f'"{sign}" needs numbers on both sides')
        node = Divide(left, right) if sign == "/" else Arithmetic(sign, left, right)
        if node.type.decimals > MAX_DECIMALS:
            self.fail(f"The formula needs more than {MAX_DECIMALS} decimal places to be exact.")
        return node

    def factor(self, depth: int) -> Node:
        if self.take("sign", "-"):
            part = self.factor(self.deeper(depth))
            self.must_be(part, Kind.NUMBER, '"-" needs a number')
            return Negate(part)
        if self.take("sign", "("):
            node = self.formula(depth)
            self.need("sign", ")")
            return node
        if self._calls("days"):
            return self._days(depth)
        return self._column() or self.literal()

    def _calls(self, function: str) -> bool:
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        here = self.here
        return here.kind == "word" and here.value == function and following.value == "("

    def _days(self, depth: int) -> Node:
        self.position += 1
        self.need("sign", "(")
        first = self.sum(self.deeper(depth))
        self.need("sign", ",")
        last = self.sum(self.deeper(depth))
        self.need("sign", ")")
        for side in (first, last):
            self.must_be(side, Kind.DATE, '"days" needs two dates')
        return Days(first, last)

    def _column(self) -> Node | None:
        if self._calls("date"):
            return None
        token = self.take("word") or self.take("quoted")
        if token is None:
            return None
        type_ = self.columns.get(token.value)
        if type_ is None:
            self.position -= 1
            self.fail(
                f'The column "{token.value}" is not declared.',
                "Add it under reads:, or put a text in single quotes.",
            )
        return Read(token.value, type_)

    def literal(self) -> Literal:
        negative = self.take("sign", "-") is not None
        if token := self.take("number"):
            return self._number(token.value, negative)
        if negative:
            self.fail(f'A number was expected after "-", not {self.found()}.')
        if token := self.take("text"):
            return Literal(token.value.replace("''", "'"), Type(Kind.TEXT))
        if token := self.take("keyword", "true", "false"):
            return Literal(token.value == "true", Type(Kind.BOOLEAN))
        if not self._calls("date"):
            self.fail(f"A column or a value was expected, not {self.found()}.")
        return self._date()

    def _number(self, digits: str, negative: bool) -> Literal:
        whole, _, fraction = digits.partition(".")
        fraction = fraction.rstrip("0")
        if len(whole) + len(fraction) > 18 or len(fraction) > MAX_DECIMALS:
            self.fail("The number has too many digits.")
        scaled = int(whole + fraction)
        return Literal(-scaled if negative else scaled, Type(Kind.NUMBER, len(fraction)))

    def _date(self) -> Literal:
        self.position += 1
        self.need("sign", "(")
        text = self.need("text").value
        self.need("sign", ")")
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            return Literal(date.fromisoformat(text), Type(Kind.DATE))
        except ValueError:
            self.fail(f"{text!r} is not a day of the calendar.", "Write date('2025-01-31').")

    def must_be(self, node: Node, kind: Kind, text: str) -> None:
        if node.type.kind is not kind:
            self.fail(f"{text}; this is {node.type.kind.with_article}.")

    def alike(self, left: Node, right: Node) -> None:
        if left.type.kind is not right.type.kind:
            self.fail(
                f"{left.type.kind.with_article} cannot be compared"
                f" with {right.type.kind.with_article}.",
                "Dates are written date('2025-01-31'), texts in single quotes.",
            )


def _check_divisions(node: Node, where: str, *, inside: bool) -> None:
    """A division rounds once; one inside another would round twice, and is refused."""
    divides = isinstance(node, Divide)
    if divides and inside:
        raise Unusable(
            "A division stands inside another one.",
            mend="Multiply instead: a / b / c is a / (b * c).",
            where=where,
        )
    for child in children(node):
        _check_divisions(child, where, inside=inside or divides)

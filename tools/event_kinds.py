"""Which kinds of event the code appends, and where: read from the source, nothing is run.

Follows `events.append(kind=…)` through the small functions that rooms put around it. A kind that
cannot be told from the source raises LookupError: then the reference would leave it out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "commonweal"
APPEND = "events.append"
_KIND = re.compile(r"[a-z]+\.[a-z_]+")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Appended:
    """`kind` is appended by the function `where`, e.g. "convene.actions.pledge"."""

    kind: str
    where: str


def appended() -> list[Appended]:
    """Every kind with every place, sorted."""
    found: set[Appended] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if not {"tests", "migrations"} & set(parts):
            found |= set(kinds_of(path.read_text(), ".".join(parts)))
    return sorted(found)


def kinds_of(source: str, module: str) -> Iterator[Appended]:
    """What one module appends. `module` is its dotted name within the package."""
    if APPEND not in source:
        return
    reader = _Reader(ast.parse(source), module)
    # Callee, what its kind begins with, the parameter that completes it.
    waiting = [(APPEND, "", "kind")]
    seen = set(waiting)
    while waiting:
        callee, prefix, parameter = waiting.pop()
        for function, value in reader.arguments(callee, parameter):
            for wrapper in reader.resolve(function, value, prefix):
                if isinstance(wrapper, str):
                    for name in reader.ways_in(function.name):
                        yield Appended(wrapper, f"{module}.{name}")
                elif wrapper not in seen:
                    seen.add(wrapper)
                    waiting.append(wrapper)


class _Reader:
    def __init__(self, tree: ast.Module, module: str) -> None:
        self.module = module
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}

    def ways_in(self, name: str) -> set[str]:
        """The function itself or, of a private one, the public functions that lead to it."""
        reached, waiting = {name}, [name]
        while waiting:
            inner = waiting.pop()
            callers = {
                outer.name
                for outer in self.functions.values()
                for call in ast.walk(outer)
                if isinstance(call, ast.Call) and ast.unparse(call.func) == inner
            }
            if inner.startswith("_"):
                waiting += callers - reached
                reached |= callers
        return {each for each in reached if not each.startswith("_")} or {name}

    def arguments(self, callee: str, parameter: str) -> Iterator[tuple[Function, ast.expr]]:
        """Each call of `callee`, by the function it is in and what it gives for `parameter`."""
        for function in self.functions.values():
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == callee:
                    yield function, self._given(call, callee, parameter)

    def _given(self, call: ast.Call, callee: str, parameter: str) -> ast.expr:
        for keyword in call.keywords:
            if keyword.arg == parameter:
                return keyword.value
        if callee in self.functions:
            place = _parameters(self.functions[callee]).index(parameter)
            if place < len(call.args):
                return call.args[place]
        raise LookupError(f"{self.module}: a call of {callee} names no {parameter}")

    def resolve(
        self, function: Function, value: ast.expr, prefix: str
    ) -> Iterator[str | tuple[str, str, str]]:
        """Kinds, or the caller's parameter that they depend on, as the next callee to look for."""
        match value:
            case ast.Constant(value=str(text)):
                yield prefix + text
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), ast.FormattedValue(inner)]):
                yield from self.resolve(function, inner, prefix + text)
            case ast.IfExp():
                yield from self.resolve(function, value.body, prefix)
                yield from self.resolve(function, value.orelse, prefix)
            case ast.Name(id=name) if name in _parameters(function):
                yield function.name, prefix, name
            case ast.Name(id=name):
                yield from self._assigned(function, name, prefix)
            case _:
                raise self._unclear(function)

    def _assigned(
        self, function: Function, name: str, prefix: str
    ) -> Iterator[str | tuple[str, str, str]]:
        for node in ast.walk(function):
            if not isinstance(node, ast.Assign):
                continue
            targets = {each.id for each in ast.walk(node.targets[0]) if isinstance(each, ast.Name)}
            if name not in targets:
                continue
            if isinstance(node.value, ast.Call):
                yield from self._returned(function, ast.unparse(node.value.func))
            else:
                yield from self.resolve(function, node.value, prefix)
            return
        raise self._unclear(function)

    def _returned(self, function: Function, callee: str) -> list[str]:
        """Kinds among what a function of the module returns."""
        answers = [
            node
            for node in ast.walk(self.functions.get(callee, ast.Module([], [])))
            if isinstance(node, ast.Return)
        ]
        kinds = [
            node.value
            for answer in answers
            for node in ast.walk(answer)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _KIND.fullmatch(node.value)
        ]
        if not kinds:
            raise self._unclear(function)
        return kinds

    def _unclear(self, function: Function) -> LookupError:
        return LookupError(f"{self.module}.{function.name}: which kind of event is appended?")


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]

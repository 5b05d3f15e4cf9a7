"""Explanations hold: their examples run, and the numbers they tell of the example are true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from commonweal.compute.synthetic.places import BED_REACHES, PILOT_EFFECTS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "explanation"
WITH_EXAMPLES = (
    "decisions",
    "disclosure",
    "five-characteristics",
    "network",
    "strategic-triangle",
    "the-example-and-its-truth",
    "uncertainty-and-change",
    "where-to-begin",
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text()
    # In Markdown a fence ends a block; to doctest it would be expected output.
    examples = "\n\n".join(re.findall(r"```pycon\n(.*?)```", text, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, name, None, 0)
    assert len(test.examples) >= 4
    runner = doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    runner.run(test, out=said.append)
    assert not runner.failures, "".join(said)


def test_the_page_tells_what_the_pilots_really_do() -> None:
    text = (FOLDER / "the-example-and-its-truth.md").read_text()
    rows = re.findall(r"^\| ([a-z ]+) \| (\d+)% \| (\d+)(?: points)? \|$", text, re.M)
    assert {name: int(reached) / 100 for name, reached, _added in rows} == BED_REACHES
    assert {name: int(added) / 100 for name, _reached, added in rows} == PILOT_EFFECTS

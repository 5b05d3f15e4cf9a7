"""The chain: the tables of docs/explanation/the-chain.md, walked on the example from end to end."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Manager, Model
from django.test import Client

from commonweal.agree import queries as agree
from commonweal.agree.models import AgreementVersion
from commonweal.core.models import Event
from commonweal.measure.models import Release
from commonweal.pool.models import Submission

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "the-chain.md"
WALK = re.compile(r"^\| .+ \| `(\w+\.\w+)\.(\w+)` \| `(\w+\.\w+)` \|$", re.M)
COPY = re.compile(r"^\| `([\w.\[\]]+)` \| `(\w+\.\w+)\.(\w+)` \| .+ \|$", re.M)


def follow(records: Iterable[Model], name: str) -> Iterator[Model]:
    for record in records:
        value = getattr(record, name)
        if isinstance(value, Manager):
            yield from value.all()
        elif value is not None:
            yield value


def start(example: Any) -> tuple[Release, dict[str, Any]]:
    """A figure as the public downloads it, and the release that its address names."""
    address = f"/p/{example.slug}/releases/2/data.json"
    rows = Client().get(address).json()
    row = next(row for row in rows if row["status"] == "ok" and row["slice"])
    return Release.objects.get(partnership__slug=example.slug, number=2), row


def test_every_link_of_the_page_is_stored_and_leads_on(example: Any) -> None:
    release, row = start(example)
    reached: dict[str, list[Model]] = {"measure.Release": [release]}
    steps = WALK.findall(PAGE.read_text())
    assert len(steps) == 18
    for source, name, target in steps:
        found = list(dict.fromkeys(follow(reached[source], name)))
        assert found, (source, name)
        assert all(isinstance(each, apps.get_model(target)) for each in found), (source, name)
        if (source, name) == ("measure.Release", "indicators"):
            found = [each for each in found if each.indicator.key == row["indicator"]]  # type: ignore[attr-defined]
            assert [each.number for each in found] == [row["version"]]  # type: ignore[attr-defined]
        reached[target] = [*reached.get(target, []), *found]
    assert reached["convene.Partnership"][-1] == example
    assert example.problem in Client().get(f"/p/{example.slug}/").content.decode()


def at(part: Any, path: str) -> list[Any]:
    """The values at `a[].b` in plain JSON."""
    name, _dot, rest = path.partition(".")
    values = part[name.removesuffix("[]")]
    found = values if name.endswith("[]") else [values]
    return [deep for value in found for deep in (at(value, rest) if rest else [value])]


def test_the_copies_in_the_manifest_agree_with_the_records(example: Any) -> None:
    release, _row = start(example)
    rows = COPY.findall(PAGE.read_text())
    assert len(rows) == 4
    for path, model, name in rows:
        known = set(apps.get_model(model).objects.values_list(name, flat=True))
        copies = [value for part in release.manifest["parts"] for value in at(part, path)]
        assert copies, path
        assert set(copies) <= known, path


def test_the_clauses_that_a_permit_names_are_those_of_the_signed_text(example: Any) -> None:
    release, row = start(example)
    parts = [
        part
        for part in release.manifest["parts"]
        if row["indicator"] in {each["indicator"] for each in part["definitions"]}
    ]
    grounds = parts[0]["permit"]["agreements"]
    assert {ground["reference"][:3] for ground in grounds} == {"MOU", "DSA", "DUL"}
    for ground in grounds:
        version = AgreementVersion.objects.get(
            agreement__reference=ground["reference"], number=ground["version"]
        )
        assert hashlib.sha256(version.text.encode()).hexdigest() == ground["text_hash"]
        assert {each.text_hash for each in version.signatures.all()} == {ground["text_hash"]}
        terms = agree.terms_of(version)
        assert not terms.missing_signatures
        for number in ground["clauses"]:
            assert 1 <= number <= len(terms.clauses)
            assert f"\n{number}. " in version.text or f"## {number}. " in version.text


def test_what_came_in_was_permitted_by_the_agreement_of_its_contract(example: Any) -> None:
    release, _row = start(example)
    for each in release.submissions.select_related("contract__agreement"):
        references = {ground["reference"] for ground in each.permit["agreements"]}
        assert each.contract.agreement.reference in references


def test_every_step_is_in_the_log(example: Any) -> None:
    release, _row = start(example)
    kinds = set(
        Event.objects.filter(subject=f"measure.release:{release.pk}").values_list("kind", flat=True)
    )
    assert {"measure.release_computed", "measure.release_published"} <= kinds
    used = Submission.objects.filter(releases=release).first()
    assert used is not None
    steps = Event.objects.filter(subject=f"pool.submission:{used.pk}").values_list(
        "kind", flat=True
    )
    assert {"pool.received", "pool.checked"} <= set(steps)

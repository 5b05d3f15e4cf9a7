"""An agreement as ODRL by command, and a policy read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commonweal.agree import commands, queries
from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import licensed, shared
from commonweal.cli import main
from commonweal.compute.permits.clauses import to_json
from commonweal.convene.tests.factories import AT, PartnershipFactory, PersonFactory, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def licence(monkeypatch: pytest.MonkeyPatch) -> Agreement:
    monkeypatch.setattr(commands, "now", lambda: AT)
    return licensed(shared(PartnershipFactory()))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def words_for(licence: Agreement, **changes: str) -> list[str]:
    reader = PersonFactory()
    seated(licence.partnership, voice="Young parents", person=reader)
    said = {
        "slug": licence.partnership.slug,
        "reference": licence.reference,
        "email": reader.email,
        **changes,
    }
    return ["agreement-odrl", said["slug"], said["reference"], "--as", said["email"]]


def test_an_agreement_is_written_and_read_back(
    licence: Agreement, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, text, err = run(capsys, *words_for(licence))
    assert (code, err) == (0, "")
    assert json.loads(text)["@type"] == "Agreement"
    path = tmp_path / "licence.json"
    path.write_text(text, "utf-8")
    code, text, err = run(capsys, "odrl-check", str(path))
    assert (code, err) == (0, "")
    found = json.loads(text)
    held = queries.clauses_of(queries.latest(licence))
    assert found["clauses"] == [to_json(each) for each in held]
    assert (found["kind"], found["reference"], found["unread"]) == ("dul", "DUL-1", [])


@pytest.mark.parametrize("changes", [{"reference": "DUL-9"}, {"slug": "elsewhere"}])
def test_what_is_not_there_is_told(
    licence: Agreement, changes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, text, err = run(capsys, *words_for(licence, **changes))
    assert (code, text) == (2, "")
    assert err.startswith("commonweal: ")


def test_who_is_not_at_the_table_finds_nothing(
    licence: Agreement, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text, _err = run(capsys, *words_for(licence, email=PersonFactory().email))
    assert (code, text) == (2, "")


def check(capsys: pytest.CaptureFixture[str], path: Path, content: bytes) -> tuple[int, Any, str]:
    path.write_bytes(content)
    code, text, err = run(capsys, "odrl-check", str(path))
    return code, json.loads(text) if text else None, err


def test_what_cannot_be_read_is_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    policy = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Offer",
        "uid": "https://example.org/1",
        "permission": [{"action": "use", "constraint": {"leftOperand": "count"}}],
    }
    code, found, err = check(capsys, tmp_path / "theirs.json", json.dumps(policy).encode())
    assert code == 1
    assert [each["where"] for each in found["unread"]] == ["permission[0].constraint[0]"]
    assert "permission[0].constraint[0]: This is not a plain constraint." in err


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"PK\x03\x04", b"[1]"])
def test_what_is_no_policy_is_refused(
    content: bytes, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found, err = check(capsys, tmp_path / "strange.json", content)
    assert (code, found) == (2, None)
    assert err and "Traceback" not in err


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text, err = run(capsys, "odrl-check", str(tmp_path / "none.json"))
    assert (code, text) == (2, "")
    assert "cannot be read" in err

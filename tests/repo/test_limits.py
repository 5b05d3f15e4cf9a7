"""The house's limits: size of functions and files, names that may not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "commonweal"
pytestmark = [pytest.mark.repo, pytest.mark.xdist_group("checks")]


def sources() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if "tests" not in path.parts and "migrations" not in path.parts
    ]


def functions() -> Iterator[tuple[str, int]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{path.relative_to(ROOT)}:{node.name}", length


def test_functions_fit_a_screen() -> None:
    lengths = sorted(length for _, length in functions())
    assert not [(name, length) for name, length in functions() if length > 80]
    assert lengths[int(len(lengths) * 0.95)] <= 40


def test_files_stay_readable() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources()
        if (n := len(p.read_text().split("\n"))) > 501
    }
    assert not long


def test_packages_export_nothing_through_init() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        body = ast.parse(path.read_text()).body
        extra = [node for node in body if not isinstance(node, ast.Expr)]
        assert not extra, path


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def test_no_file_names_a_package_host_or_a_machine_path() -> None:
    hosts = re.compile(
        "|".join(["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "/work/" + "main"])
    )
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        assert not hosts.search(text), path


def test_every_setting_is_documented() -> None:
    settings = (PACKAGE / "web" / "settings.py").read_text()
    read = set(re.findall(r'"(COMMONWEAL_[A-Z_]+|DATABASE_URL)"', settings))
    described = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert not {name for name in read if f"`{name}`" not in described}


def test_pins_have_hashes() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        blocks = re.split(r"\n(?=[A-Za-z])", path.read_text())
        assert all("--hash=sha256:" in block for block in blocks), path


def test_every_room_says_what_lives_there() -> None:
    for room in ("convene", "agree", "aim", "pool", "measure", "publish", "desk", "core"):
        assert (PACKAGE / room / "README.md").is_file(), room


@pytest.mark.parametrize("word", ["mark_safe", "|safe", "autoescape off"])
def test_nothing_escapes_escaping(word: str) -> None:
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".py", ".html"} and "tests" not in path.parts:
            assert word not in path.read_text(), path

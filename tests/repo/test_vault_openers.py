"""Who opens the vault: every call that decrypts is listed here, so that a new one is looked at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.repo]
PACKAGE = Path(__file__).resolve().parents[2] / "src" / "commonweal"
VAULT = "commonweal.pool.vault"

# What each module outside the vault takes from it. To decrypt: `store.unseal`, `sealed.unseal` and
# `session.open_session`, which wants a permit.
CALLERS = {
    # Takes in, removes, destroys.
    "pool.actions": {
        "files.remove",
        "keys.Owner",
        "keys.destroy",
        "keys.has_trace",
        "sealed.Source",
        "session.place_of",
        "store.Landed",
        "store.land",
    },
    # The check of a file that an agreement has just let in reads its bytes back.
    "pool.checking": {
        "files.remove",
        "records.keep_findings",
        "records.keep_rows",
        "store.Place",
        "store.unseal",
        "store.write_clean",
    },
    # What is destroyed: whether it still opens, and its files.
    "pool.ending": {"session.place_of", "files.remove"},
    "pool.jobs": {"session.place_of"},
    "pool.queries": {"keys.Owner", "keys.is_destroyed"},
    "pool.reading": {
        "records.as_checked",
        "session.no_bad_rows",
        "session.open_session",
        "session.place_of",
    },
    # Seals a file on its way in, under a key of its own that is on no disk.
    "pool.uploads": {"sealed.KEY_BYTES", "sealed.Sealer", "sealed.unseal"},
    "pool.upkeep": {
        "files.sweep",
        "keys.Owner",
        "keys.destroy_again",
        "keys.is_destroyed",
    },
    "pool.views.taking": {"store.too_large"},
    "measure.actions": {"session.open_session", "session.Session"},
}
# Where the folders of ciphertext and keys are known: who knows neither cannot go round the vault.
FOLDERS = {
    "core.backup",
    "pool.vault.files",
    "pool.vault.keys",
    "web.settings",
}


# Whatever gives back what was encrypted. No module names these but through an import that is seen.
DECRYPTS = {"Session", "open_session", "read_clean", "read_findings", "read_rows", "unseal"}
# The word as a plain value: a folder's name, a setting's, the name under which the log knows it.
SPEAKERS = {"agree.access.actions", "core.backup", "web.settings"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        yield name, ast.parse(path.read_text())


def source(node: ast.ImportFrom, name: str) -> str:
    """The full name of the module that is imported from, dots at its beginning worked out."""
    if not node.level:
        return node.module or ""
    parts = f"commonweal.{name}".split(".")[: -node.level]
    return ".".join([*parts, *([node.module] if node.module else [])])


def taken(tree: ast.Module, name: str = "pool.views") -> set[str]:
    """Names imported from the vault, and attributes used of a module of it."""
    found: set[str] = set()
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = source(node, name)
            if module == VAULT:
                aliases |= {each.asname or each.name: each.name for each in node.names}
                found |= {each.name for each in node.names if each.name == "*"}
            elif module.startswith(f"{VAULT}."):
                short = module.removeprefix(f"{VAULT}.")
                found |= {f"{short}.{each.name}" for each in node.names}
            elif module == "commonweal.pool":
                found |= {each.name for each in node.names if each.name in {"vault", "*"}}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name.startswith(VAULT)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        module = aliases.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
        if module:
            found.add(f"{module}.{node.attr}")
        elif node.attr == "vault" or node.attr in DECRYPTS:
            # Reached through another module: `commonweal.pool.vault…`, `checking.store.unseal`.
            found.add(f"….{node.attr}")
    return found | spoken(tree)


def spoken(tree: ast.Module) -> set[str]:
    """Modules and functions of the vault named by a text, and ways to import what nobody sees."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_module = re.fullmatch(r"(?:[\w.]*\.)?vault(?:\.[\w.]*)?", node.value)
            if is_module or node.value in DECRYPTS:
                found.add(f"“{node.value}”")
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else _word(node.func)
            plain = bool(node.args) and isinstance(node.args[0], ast.Constant)
            if called in {"exec", "eval", "__import__"} or (
                called in {"import_module", "import_string", "find_spec"} and not plain
            ):
                found.add(f"{called}()")
        elif (
            isinstance(node, ast.Attribute)
            and node.attr == "modules"
            and _word(node.value) == "sys"
        ):
            found.add("sys.modules")
    return found


def bound(tree: ast.Module, name: str) -> set[str]:
    """Names by which a module holds something of the vault, so that others could take it there."""
    return {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and source(node, name).startswith(VAULT)
        for each in node.names
    }


def handed_on(trees: dict[str, ast.Module]) -> set[str]:
    """What one module outside the vault takes of it out of another module."""
    held = {f"commonweal.{name}": bound(tree, name) for name, tree in trees.items()}
    found: set[str] = set()
    for name, tree in trees.items():
        known: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                module = source(node, name)
                for each in node.names:
                    known[each.asname or each.name] = f"{module}.{each.name}"
                    if each.name in held.get(module, ()):
                        found.add(f"{name}: {each.name} of {module}")
            elif isinstance(node, ast.Import):
                known |= {each.asname: each.name for each in node.names if each.asname}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = known.get(node.value.id, "")
                if node.attr in held.get(module, ()):
                    found.add(f"{name}: {node.attr} of {module}")
    return found


def test_the_vault_is_opened_only_by_who_is_listed() -> None:
    outside = {
        name: taken(tree, name) for name, tree in modules() if not name.startswith("pool.vault.")
    }
    said = {name for name, found in outside.items() if "“vault”" in found}
    assert said == SPEAKERS
    plain = {name: found - {"“vault”"} for name, found in outside.items()}
    assert {name: found for name, found in plain.items() if found} == CALLERS


def test_nobody_hands_on_what_it_took() -> None:
    trees = {name: tree for name, tree in modules() if not name.startswith("pool.vault.")}
    assert handed_on(trees) == set()


def test_what_decrypts_is_called_that() -> None:
    """The names that are watched are there: a renamed function would be watched no more."""
    defined = {
        node.name
        for name, tree in modules()
        if name.startswith("pool.vault.")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert defined >= DECRYPTS


def test_its_folders_are_known_to_few() -> None:
    found = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if _word(node) in {"VAULT_DIR", "KEYS_DIR"}
    }
    assert found == FOLDERS


def _word(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize(
    "line",
    [
        "from commonweal.pool.vault.store import unseal",
        "from commonweal.pool.vault import store\nstore.unseal",
        "from commonweal.pool.vault import store as kept\nkept.unseal",
        "from commonweal.pool.vault import *",
        "from commonweal.pool.vault.session import Session as Door",
        "import commonweal.pool.vault.store",
        "import commonweal.pool.vault.store as kept",
        "from commonweal.pool import vault",
        "from commonweal.pool import vault as kept",
        "from commonweal.pool import *",
        "from ..vault import store\nstore.unseal",
        "from ..vault.store import unseal",
        "from .. import vault",
        "import commonweal.pool\ncommonweal.pool.vault.store.read_clean",
        "from commonweal import pool\npool.vault",
        "from commonweal import pool\ngetattr(pool, 'vault')",
        "from commonweal.pool import checking\nchecking.store.unseal",
        "from commonweal.pool import reading\nreading.open_session",
        "from commonweal.pool import reading\ngetattr(reading, 'open_session')",
        "from importlib import import_module\nimport_module('commonweal.pool.vault.store')",
        "import importlib\nname = 'commonweal.pool.' + 'vault.store'\nimportlib.import_module(name)",
        "__import__('commonweal.pool' + '.vau' + 'lt')",
        "import sys\nsys.modules['x']",
        "exec('from commonweal.pool.' + 'vau' + 'lt import store')",
        "from django.utils.module_loading import import_string\nimport_string(somewhere)",
    ],
)
def test_a_new_opener_would_be_seen(line: str) -> None:
    """The check itself: whichever way an import reaches the vault, it is found."""
    assert taken(ast.parse(line), "pool.views.new")


@pytest.mark.parametrize(
    "line",
    [
        "from commonweal.pool.checking import store",
        "from commonweal.pool.checking import store as kept",
        "from .checking import store",
        "from commonweal.pool import checking\nchecking.store",
        "from commonweal.pool import checking as c\nc.store",
        "import commonweal.pool.checking as c\nc.store",
    ],
)
def test_taking_it_out_of_another_module_would_be_seen(line: str) -> None:
    trees = {
        "pool.checking": ast.parse("from commonweal.pool.vault import store"),
        "pool.new": ast.parse(line),
    }
    assert handed_on(trees)

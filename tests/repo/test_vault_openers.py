"""Who opens the vault: every call that decrypts is listed here, so that a new one is looked at."""

from __future__ import annotations

import ast
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


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        yield name, ast.parse(path.read_text())


def taken(tree: ast.Module) -> set[str]:
    """Names imported from the vault, and attributes used of a module of it."""
    found: set[str] = set()
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == VAULT:
            aliases |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{VAULT}."):
            module = str(node.module).removeprefix(f"{VAULT}.")
            found |= {f"{module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "commonweal.pool":
            found |= {each.name for each in node.names if each.name == "vault"}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name.startswith(VAULT)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = aliases.get(node.value.id, "")
            found |= {f"{module}.{node.attr}"} if module else set()
    return found


def test_the_vault_is_opened_only_by_who_is_listed() -> None:
    outside = {name: taken(tree) for name, tree in modules() if not name.startswith("pool.vault.")}
    assert {name: found for name, found in outside.items() if found} == CALLERS


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


def test_a_new_opener_would_be_seen() -> None:
    """The check itself: whichever way an import reaches the vault, it is found."""
    for line in (
        "from commonweal.pool.vault.store import unseal",
        "from commonweal.pool.vault import store\nstore.unseal",
        "from commonweal.pool.vault import store as kept\nkept.unseal",
        "import commonweal.pool.vault.store",
        "from commonweal.pool import vault",
    ):
        assert taken(ast.parse(line)), line

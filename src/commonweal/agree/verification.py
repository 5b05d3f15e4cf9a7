"""The code under which anybody can check a text that every party has signed. Leaf."""

from __future__ import annotations

from commonweal.compute import codes
from commonweal.core.sealing import keyed_hash


def code(pk: object, text_hash: str) -> str:
    """Of the version with this id and text. It is computed, never stored, so nothing leaks it."""
    return codes.code(bytes.fromhex(keyed_hash("agreement-code", f"{pk}:{text_hash}")))

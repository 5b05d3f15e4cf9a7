"""A stored contract version as the checker reads it, and what this room asks of a contract."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import gettext as _

from commonweal.compute.contract.model import Contract, Table
from commonweal.compute.contract.parse import parse
from commonweal.compute.errors import Unusable
from commonweal.core.errors import Invalid
from commonweal.pool.models import ContractVersion

_FORMULA = ("=", "+", "-", "@")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def read(text: str) -> Contract:
    """The contract in this text. Raises Invalid with what is wrong and where.

    One table per contract: a submission is one file and becomes one table of clean rows. The
    contract's id is its key in the agreement, so it must be usable as one.
    """
    try:
        contract = parse(text)
    except Unusable as fault:
        raise Invalid(
            str(fault.text), mend=fault.mend, fields={"text": f"{fault.text} {fault.mend}"}
        ) from fault
    if len(contract.tables) != 1:
        raise _unfit(
            _("The contract describes several tables."),
            _("Make one contract per table: each file that comes in is one table."),
        )
    if any(column.name.startswith(_FORMULA) for column in contract.tables[0].columns):
        raise _unfit(
            _("A column’s name begins with a sign that spreadsheets take for a formula."),
            _("Begin the name with a letter or a digit, in the file too."),
        )
    if not _KEY.fullmatch(contract.id):
        raise _unfit(
            _("The contract’s id cannot be the key by which agreements name it."),
            _("Use small letters, digits, - and _ only, at most 60, for example bed-deliveries."),
        )
    return contract


def _unfit(text: str, mend: str) -> Invalid:
    return Invalid(text, mend=mend, fields={"text": f"{text} {mend}"})


@lru_cache(maxsize=64)
def _parsed(_hash: str, text: str) -> Contract:
    return parse(text)


def contract_of(version: ContractVersion) -> Contract:
    """The parsed contract. Costs some milliseconds the first time in a process."""
    return _parsed(version.hash, version.text)


def table_of(version: ContractVersion) -> Table:
    return contract_of(version).tables[0]


def identifiers(table: Table) -> frozenset[str]:
    """The columns under the identifiers key."""
    return frozenset(each.name for each in table.columns if each.classification == "identifier")

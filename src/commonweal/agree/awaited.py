"""What a text that is prepared or in force names and no data contract has: told, never refused.

The contract may come later; a name that was mistyped would wait for it in vain.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from commonweal.agree.access import registry
from commonweal.agree.sheets import Sheet
from commonweal.compute.permits.clauses import Data
from commonweal.compute.permits.kinds import SHARING


def awaited(sheet: Sheet) -> list[str]:
    """A sentence for each contract that is not there yet or lacks columns. Reads once."""
    if not sheet.is_current or sheet.agreement.kind not in SHARING:
        return []
    columns = registry.columns(sheet.agreement.partnership)
    said = []
    for data in (each for each in sheet.terms.clauses if isinstance(each, Data)):
        if data.contract not in columns:
            said.append(
                _(
                    "No data contract is called “%(contract)s” yet: nothing can be handed in before"
                    " the convener adds one."
                )
                % {"contract": data.contract}
            )
            continue
        absent = [each for each in data.fields if each not in columns[data.contract]]
        if absent:
            said.append(
                _("The data contract “%(contract)s” has no column called: %(names)s.")
                % {"contract": data.contract, "names": ", ".join(absent)}
            )
    return said

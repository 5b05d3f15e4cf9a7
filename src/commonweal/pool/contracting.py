"""Data contracts: added, given a newer version, moved to another agreement. Each writes one event."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree import queries as agreements
from commonweal.agree.models import Agreement
from commonweal.compute.contract.model import Contract
from commonweal.convene.models import Partnership
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.scope import Actor
from commonweal.pool import contracts, policies, queries
from commonweal.pool.models import ContractVersion, DataContract


def add_contract(
    *, partnership: Partnership, agreement: Agreement, text: str, by: Actor, at: datetime
) -> ContractVersion:
    """Add a data contract under a sharing agreement, or a new version of one. Convener only.

    `text` is ODCS YAML; its id is the contract's key, by which the agreement names the data. Raises
    Invalid for a text that is no contract or names a column that the agreement does not cover,
    Conflict for a version that is there already or is older than the last.
    """
    policies.check_can_keep_contracts(by, partnership, at)
    parsed = contracts.read(text)
    _check_covered(parsed, agreement, partnership, field="text")
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        contract = _contract(partnership, agreement, parsed)
        last = contract.versions.order_by("-number").first()
        _check_newer(last, parsed)
        version = ContractVersion.objects.create(
            contract=contract,
            number=last.number + 1 if last else 1,
            version=parsed.version,
            text=text,
            hash=parsed.hash,
            added_at=at,
        )
        events.append(
            kind="pool.contract_added",
            subject=f"pool.contract:{contract.pk}",
            by=by,
            at=at,
            scope=partnership.pk,
            data={
                "key": contract.key,
                "version": parsed.version,
                "hash": parsed.hash,
                "agreement": agreement.reference,
            },
        )
    return version


def move_contract(*, contract: DataContract, agreement: Agreement, by: Actor, at: datetime) -> None:
    """From now on files for this contract come in under another sharing agreement. Convener only.

    What came in before stays under its agreement, with its keys, its months and its clauses, and
    counts no longer (`queries.current_submissions`). Raises Invalid for an agreement that does not
    cover every column, Conflict when it is there already.
    """
    policies.check_can_keep_contracts(by, contract.partnership, at)
    parsed = contracts.contract_of(queries.latest_version(contract))
    _check_covered(parsed, agreement, contract.partnership, field="agreement")
    with transaction.atomic():
        found = DataContract.objects.select_for_update().get(pk=contract.pk)
        before = found.agreement
        if before == agreement:
            text = _("The contract stands under %(agreement)s already.") % {
                "agreement": agreement.reference
            }
            raise Conflict(text, mend=_("Choose another agreement, or leave it as it is."))
        found.agreement = agreement
        found.save(update_fields=["agreement"])
        events.append(
            kind="pool.contract_moved",
            subject=f"pool.contract:{found.pk}",
            by=by,
            at=at,
            scope=found.partnership_id,
            data={"key": found.key, "from": before.reference, "to": agreement.reference},
        )
    contract.refresh_from_db()


def _contract(partnership: Partnership, agreement: Agreement, parsed: Contract) -> DataContract:
    contract, made = DataContract.objects.get_or_create(
        partnership=partnership,
        key=parsed.id,
        defaults={"agreement": agreement, "title": parsed.name[:200]},
    )
    if contract.agreement_id != agreement.pk:
        raise Conflict(
            _("The contract “%(key)s” belongs to %(agreement)s.")
            % {"key": contract.key, "agreement": contract.agreement.reference},
            mend=_("Move it first, or add the new version under the agreement it belongs to."),
        )
    if not made and contract.title != parsed.name[:200]:
        contract.title = parsed.name[:200]
        contract.save(update_fields=["title"])
    return contract


def _check_covered(
    parsed: Contract, agreement: Agreement, partnership: Partnership, *, field: str
) -> None:
    """`field`: of the form, beside which the fault is shown."""
    if agreement.partnership_id != partnership.pk:
        raise Invalid(_("The agreement belongs to another partnership."))
    terms = agreements.terms_of(agreements.latest(agreement))
    data = terms.data(parsed.id)
    if data is None:
        words = _("%(agreement)s says nothing about data called “%(key)s”.") % {
            "agreement": agreement.reference,
            "key": parsed.id,
        }
        mend = _("Use the name by which the agreement calls the data as the contract’s id.")
        raise Invalid(words, mend=mend, fields={field: f"{words} {mend}"})
    outside = [each.name for each in parsed.tables[0].columns if each.name not in data.fields]
    if outside:
        words = _("%(agreement)s clause %(number)s does not cover these columns: %(names)s.") % {
            "agreement": agreement.reference,
            "number": terms.number("data", parsed.id),
            "names": ", ".join(outside),
        }
        mend = _("Leave them out, or have a version of the agreement signed that names them.")
        raise Invalid(words, mend=mend, fields={field: f"{words} {mend}"})


def _check_newer(last: ContractVersion | None, parsed: Contract) -> None:
    if last is not None and _order(parsed.version) <= _order(last.version):
        raise Conflict(
            _("The contract has version %(last)s; this text says %(given)s.")
            % {"last": last.version, "given": parsed.version},
            mend=_("Give the new text a higher version number."),
        )


def _order(version: str) -> tuple[int, ...]:
    """Major, minor, patch; what follows a - or + does not make a version newer."""
    return tuple(int(part) for part in re.split(r"[-+]", version)[0].split("."))

"""Records for tests of this room and of every room above it.

`agreed(partnership)` is a contract under a sharing agreement in force; `sent(contract, provider,
month, csv(...))` hands a file in through the room's own action; `checked(...)` also runs the job.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import openpyxl

from commonweal.agree import queries as agree
from commonweal.agree.tests.factories import shared
from commonweal.compute.permits.asking import MEASURE, Ask, Permit
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import PartnershipFactory, convener_of, member_of
from commonweal.core import jobs
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor
from commonweal.pool import actions, contracting
from commonweal.pool.models import DataContract, Submission

AT = datetime(2026, 3, 12, 12, tzinfo=UTC)
MONTH = "2026-02"
KEY = "beds"
COLUMNS = ("child", "name", "visited", "weeks", "slept_safely")

CONTRACT = """
kind: DataContract
apiVersion: v3.1.0
id: beds
name: Beds for babies
version: 1.0.0
status: active
description: {purpose: To see whether babies sleep safely.}
schema:
  - name: visits
    properties:
      - {name: child, logicalType: string, primaryKey: true, classification: identifier,
         description: The child's number at your organisation}
      - {name: name, logicalType: string, classification: identifier}
      - {name: visited, logicalType: date, required: true, classification: payload}
      - name: weeks
        logicalType: integer
        classification: payload
        logicalTypeOptions: {minimum: 0, maximum: 60}
        customProperties: [{property: missingValues, value: [not known]}]
      - name: slept_safely
        logicalType: string
        classification: payload
        quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: ["yes", "no"]}}]
"""

GOOD = (
    ("C1", "Ada Example", "2026-02-03", "6", "yes"),
    ("C2", "Bo Example", "2026-02-10", "not known", "no"),
    ("C3", "Çelik Example", "2026-02-17", "", ""),
    ("C4", "Di Example", "2026-02-18", "0", "yes"),
    ("C5", "Ed Example", "2026-02-24", "12", "no"),
    ("C6", "Fa Example", "2026-02-27", "13", "yes"),
)
BAD_ROW = ("C7", "Gus Secretname", "2026-02-31", "3.5", "yes")


def csv(
    rows: Iterable[Sequence[str]] = GOOD,
    *,
    heading: Sequence[str] = COLUMNS,
    separator: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    lines = [separator.join(row) for row in (heading, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def xlsx(
    rows: Iterable[Sequence[Any]] = GOOD, *, heading: Sequence[str] = COLUMNS, merge: str = ""
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(heading))
    for row in rows:
        sheet.append([cell if cell != "" else None for cell in row])
    if merge:
        sheet.merge_cells(merge)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


@dataclass(frozen=True)
class Agreed:
    """A contract with its partnership and two providers, and somebody who acts for the first."""

    contract: DataContract
    partnership: Partnership
    provider: Organisation
    other: Organisation
    steward: Actor
    colleague: Actor
    stranger: Actor
    convener: Actor


def agreed(partnership: Partnership | None = None, *, text: str = CONTRACT, **terms: Any) -> Agreed:
    """Everything that is needed before a file can come in. `terms`: see `agree…shared`."""
    partnership = partnership or PartnershipFactory()
    agreement = shared(partnership, contract=KEY, fields=COLUMNS, **terms)
    named = agree.organisations_named(agree.latest(agreement), "provider")
    provider, other = Organisation.objects.filter(pk__in=named).order_by("name")
    convener = convener_of(partnership)
    version = contracting.add_contract(
        partnership=partnership, agreement=agreement, text=text, by=convener, at=AT
    )
    return Agreed(
        contract=version.contract,
        partnership=partnership,
        provider=provider,
        other=other,
        steward=member_of(provider, Role.STEWARD),
        colleague=member_of(provider, Role.MEMBER),
        stranger=member_of(other, Role.STEWARD),
        convener=convener,
    )


def sent(
    here: Agreed,
    data: bytes,
    *,
    period: str = MONTH,
    name: str = "visits.csv",
    provider: Organisation | None = None,
    by: Actor | None = None,
    at: datetime = AT,
    **more: Any,
) -> Submission:
    return actions.receive(
        partnership=here.partnership,
        contract_key=here.contract.key,
        provider=provider or here.provider,
        period=period,
        name=name,
        data=data,
        by=by or here.steward,
        at=at,
        **more,
    )


def checked(here: Agreed, data: bytes, **more: Any) -> Submission:
    """Hand a file in and run the check, as the worker does."""
    submission = sent(here, data, **more)
    jobs.run_due()
    submission.refresh_from_db()
    return submission


def asked(
    here: Agreed,
    fields: Sequence[str],
    *,
    organisation: Organisation | None = None,
    providers: Sequence[Organisation] = (),
) -> Ask:
    """A request to measure, by the convener for the shared outcomes."""
    seat = here.partnership.seats.get(kind="convener")
    user = organisation or seat.organisation
    assert user is not None
    return Ask(
        action=MEASURE,
        actor=here.convener.label,
        organisation=user.pk,
        partnership=here.partnership.pk,
        contract=here.contract.key,
        providers=tuple(each.pk for each in providers),
        fields=tuple(fields),
        purpose="cw:MeasureSharedOutcomes",
        output="partners",
    )


__all__ = ["Permit", "agreed", "asked", "checked", "csv", "sent", "xlsx"]

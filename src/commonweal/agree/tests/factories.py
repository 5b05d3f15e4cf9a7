"""Records for tests of this room and of every room above it.

`shared(partnership, providers)` is a sharing agreement in force, `licensed(agreement, user)` a
licence in force under it, `constituted(partnership)` a constitution in force; all go through the room's own actions, signatures included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from commonweal.agree import actions, queries
from commonweal.agree.drafting import party
from commonweal.agree.models import Agreement, AgreementVersion
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    EARLIER,
    convener_organisation,
    member_of,
    seated,
    sponsor_organisation,
)
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor, system

CONTRACT = "beds"
FIELDS = ("area", "month", "slept_safely", "age_weeks")
PURPOSE = "cw:MeasureSharedOutcomes"
START, END = date(2026, 1, 1), date(2027, 12, 31)


def signatory_of(organisation: Organisation) -> Actor:
    """Somebody new who may sign for the organisation."""
    return member_of(organisation, Role.SIGNATORY)


def dsa_clauses(
    providers: Iterable[Organisation], recipients: Iterable[Organisation], **changes: Any
) -> list[c.Clause]:
    """The clauses of an ordinary sharing agreement. `changes`: kind of clause → clause, None to omit."""
    usual: list[c.Clause] = [
        party("provider", providers),
        party("recipient", recipients),
        c.Data(CONTRACT, FIELDS),
        c.Purpose((PURPOSE, "cw:MonitorEquity")),
        c.MinimumCell(5),
        c.Publication("public"),
        c.Retention(36),
        c.Start(START),
        c.Expiry(END),
        c.Withdrawal(30),
    ]
    return _changed(usual, changes)


def dul_clauses(users: Iterable[Organisation], **changes: Any) -> list[c.Clause]:
    """The clauses of an ordinary licence: it settles users, data and purpose, inherits the rest."""
    usual: list[c.Clause] = [
        party("user", users),
        c.Data(CONTRACT, FIELDS),
        c.Purpose((PURPOSE,)),
    ]
    return _changed(usual, changes)


def _changed(usual: list[c.Clause], changes: dict[str, Any]) -> list[c.Clause]:
    kept = [clause for clause in usual if clause.kind not in changes]
    return kept + [clause for clause in changes.values() if clause is not None]


def signed_by_all(version: AgreementVersion, at: datetime = EARLIER) -> AgreementVersion:
    """Open the version for signature and sign it for every party."""
    actions.open_for_signature(version=version, by=system("test"), at=at)
    for organisation in list(queries.unsigned(version)):
        actions.sign(
            version=version,
            organisation=organisation,
            text_hash=version.text_hash,
            by=signatory_of(organisation),
            at=at,
        )
    return version


def shared(
    partnership: Partnership,
    providers: Sequence[Organisation] | None = None,
    *,
    contract: str = CONTRACT,
    fields: Sequence[str] = FIELDS,
    at: datetime = EARLIER,
    **changes: Any,
) -> Agreement:
    """A sharing agreement in force: `providers` (two new partners by default) to the convener."""
    if providers is None:
        providers = [_new_partner(partnership), _new_partner(partnership)]
    else:
        for organisation in providers:
            if not partnership.seats.filter(organisation=organisation, until_at=None).exists():
                seated(partnership, organisation)
    changes.setdefault("data", c.Data(contract, tuple(fields)))
    version = actions.draft_agreement(
        partnership=partnership,
        kind="dsa",
        title="Beds for babies",
        clauses=dsa_clauses(providers, [convener_organisation(partnership)], **changes),
        prose="One newborn in nine has no bed of its own.",
        by=system("test"),
        at=at,
        language="en",
    )
    return signed_by_all(version, at).agreement


def licensed(
    agreement: Agreement,
    user: Organisation | None = None,
    *,
    purposes: Sequence[str] = (PURPOSE,),
    at: datetime = EARLIER,
    **changes: Any,
) -> Agreement:
    """A licence in force under the agreement; the user is the convener by default."""
    partnership = agreement.partnership
    above = queries.clauses_of(queries.latest(agreement))
    data = [clause for clause in above if isinstance(clause, c.Data)]
    changes.setdefault("purpose", c.Purpose(tuple(purposes)))
    clauses = dul_clauses([user or convener_organisation(partnership)], **{"data": None, **changes})
    version = actions.draft_agreement(
        partnership=partnership,
        kind="dul",
        title="Measuring safe sleep",
        clauses=clauses + ([] if "data" in changes else list(data)),
        prose="",
        parent=agreement,
        by=system("test"),
        at=at,
        language="en",
    )
    return signed_by_all(version, at).agreement


def constituted(
    partnership: Partnership,
    rule: g.DecisionRule | None = None,
    *,
    at: datetime = EARLIER,
    expiry: date = END,
    conflict: g.Conflict | None = None,
) -> Agreement:
    """A constitution in force between the convener and the sponsor."""
    version = actions.draft_agreement(
        partnership=partnership,
        kind="constitution",
        title="How we work together",
        clauses=[
            party(
                "member", [convener_organisation(partnership), sponsor_organisation(partnership)]
            ),
            g.Principles(("We learn in the open",)),
            g.Cadence(2, "Town hall"),
            g.Channels(("A letter",)),
            rule or g.DecisionRule("consent", 60, 12),
            conflict or g.Conflict(("talk", "facilitate"), 14),
            c.Start(START),
            c.Expiry(expiry),
            c.Withdrawal(30),
        ],
        prose="",
        by=system("test"),
        at=at,
        language="en",
    )
    return signed_by_all(version, at).agreement


def _new_partner(partnership: Partnership) -> Organisation:
    seat = seated(partnership, kind=Seat.Kind.PARTNER)
    assert seat.organisation is not None
    return seat.organisation

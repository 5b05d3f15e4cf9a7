"""Everything that changes what a partnership aims at. Each writes one event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from commonweal.aim import policies, queries
from commonweal.aim.models import Indicator, IndicatorVersion, Node
from commonweal.aim.writing import claim, needed
from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.definition import (
    Definition,
    Grain,
    IndicatorKind,
    definition_hash,
)
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.convene.models import Partnership
from commonweal.convene.queries import partners
from commonweal.core import events
from commonweal.core.errors import Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

# "…/indicators/new/" is a page.
RESERVED_KEYS = frozenset({"new"})


@dataclass(frozen=True)
class Goal:
    """Where an indicator stood and where it should get: decimal numbers as text, "" for none.

    A proportion may be written as a share (0.58) or in percent (58%); it is kept as a share.
    Periods are written as the results write them: 2026-03, 2026-Q1, 2026.
    """

    baseline: str = ""
    baseline_period: str = ""
    target: str = ""
    target_period: str = ""


def define_indicator(
    *,
    partnership: Partnership,
    definition: str,
    level: str,
    unit: str,
    contract_key: str,
    reason: str,
    by: Actor,
    at: datetime,
    owner: Organisation | None = None,
    outcome: Node | None = None,
    goal: Goal = Goal(),
) -> Indicator:
    """Agree on how the partnership will know: an indicator with its first version. Convener only.

    `definition` is the text of one definition; its id, title and polarity become the indicator's.
    Raises Invalid, naming the fields, for a definition that cannot be used, an owner that does not
    fit the level or has no seat, or a baseline or target that does not fit; Conflict for a key in
    use.
    """
    policies.check_can_aim(by, partnership, at)
    parsed = _parsed(definition)
    if parsed.id in RESERVED_KEYS:
        raise _unusable(_("An indicator cannot be called “new”."), _("Choose another id."))
    _check_owner(partnership, level, owner, at)
    if outcome is not None and outcome.partnership_id != partnership.pk:
        raise Denied(_("An indicator measures an outcome of its own partnership."))
    unit = needed(unit, "unit", _("Say in which unit the figure is, for example “% of babies”."))
    with transaction.atomic():
        indicator = Indicator(
            partnership=partnership,
            key=parsed.id,
            title=parsed.title,
            level=level,
            owner=owner,
            outcome=outcome,
            polarity=parsed.polarity.value,
            unit=unit,
            defined_at=at,
        )
        claim(
            lambda: indicator.save(force_insert=True),
            _("The partnership has an indicator “%(key)s” already.") % {"key": parsed.id},
        )
        version = _add_version(
            indicator,
            parsed,
            text=definition,
            contract_key=contract_key,
            goal=goal,
            reason=reason,
            at=at,
        )
        _log_version("indicator_defined", version, by, at)
    return indicator


def revise_indicator(
    *,
    indicator: Indicator,
    definition: str,
    contract_key: str,
    reason: str,
    by: Actor,
    at: datetime,
    goal: Goal = Goal(),
) -> IndicatorVersion:
    """Agree on the next version; earlier ones and what was measured by them stay. Convener only.

    Raises Invalid as `define_indicator`, and when the text keeps another id or version number than
    the next one.
    """
    policies.check_can_aim(by, indicator.partnership, at)
    parsed = _parsed(definition)
    if parsed.id != indicator.key:
        raise _unusable(
            _("The definition is of “%(other)s”, not of “%(key)s”.")
            % {"other": parsed.id, "key": indicator.key},
            _("Write id: %(key)s, or define a new indicator.") % {"key": indicator.key},
        )
    last = queries.versions(indicator).first()
    following = last.number + 1 if last else 1
    if parsed.version != following:
        raise _unusable(
            _("The definition says version %(number)s.") % {"number": parsed.version},
            _("The next version is %(next)s: write version: %(next)s.") % {"next": following},
        )
    with transaction.atomic():
        version = _add_version(
            indicator,
            parsed,
            text=definition,
            contract_key=contract_key,
            goal=goal,
            reason=reason,
            at=at,
        )
        indicator.title, indicator.polarity = parsed.title, parsed.polarity.value
        indicator.save(update_fields=["title", "polarity"])
        _log_version("indicator_revised", version, by, at)
    return version


def _add_version(
    indicator: Indicator,
    parsed: Definition,
    *,
    text: str,
    contract_key: str,
    goal: Goal,
    reason: str,
    at: datetime,
) -> IndicatorVersion:
    version = IndicatorVersion(
        indicator=indicator,
        number=parsed.version,
        definition=text,
        definition_hash=definition_hash(parsed),
        kind=parsed.kind.value,
        contract_key=needed(
            contract_key, "contract_key", _("Name the data contract that it reads.")
        ),
        baseline=_figure(parsed, goal.baseline, "baseline"),
        baseline_period=_period(parsed, goal.baseline, goal.baseline_period, "baseline_period"),
        target=_figure(parsed, goal.target, "target"),
        target_period=_period(parsed, goal.target, goal.target_period, "target_period"),
        reason=needed(reason, "reason", _("Say why it is measured this way.")),
        agreed_at=at,
    )
    claim(
        lambda: version.save(force_insert=True),
        _("Somebody else has just agreed on this version."),
    )
    return version


def _parsed(text: str) -> Definition:
    try:
        found = parse_definitions(text)
    except Unusable as error:
        raise _unusable(
            f"{error.where}: {error.text}" if error.where else error.text, error.mend
        ) from error
    if len(found) != 1:
        raise _unusable(
            _("The text holds %(count)s definitions.") % {"count": len(found)},
            _("Define one indicator at a time."),
        )
    return found[0]


def _unusable(text: str, mend: str) -> Invalid:
    return Invalid(text, mend=mend, fields={"definition": f"{text} {mend}".strip()})


def _check_owner(
    partnership: Partnership, level: str, owner: Organisation | None, at: datetime
) -> None:
    """Population: nobody owns it alone. Performance: exactly one organisation with a seat."""
    if level not in Indicator.Level.values:
        wrong, field = _("Choose the level."), "level"
    elif level == Indicator.Level.POPULATION and owner is not None:
        wrong = _("A population indicator has no owner: it moves by what all do, and others too.")
        field = "owner"
    elif level == Indicator.Level.PERFORMANCE and owner is None:
        wrong, field = _("Choose the one organisation that answers for it."), "owner"
    elif owner is not None and not partners(partnership, at).filter(pk=owner.pk).exists():
        wrong, field = _("The owner needs a seat at the table."), "owner"
    else:
        return
    raise Invalid.at(field, wrong)


def _figure(definition: Definition, text: str, field: str) -> str:
    """The number as plain decimal text. Raises Invalid when it is none or cannot be the value."""
    text = text.strip()
    if not text:
        return ""
    share = definition.kind is IndicatorKind.PROPORTION
    percent = share and text.endswith("%")
    written = text.removesuffix("%").rstrip() if percent else text
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", written, re.ASCII):
        wrong = _("Write a number such as 12 or 0.58, without spaces or commas.")
    else:
        number = Decimal(written).scaleb(-2 if percent else 0)
        if not share or 0 <= number <= 1:
            return format(number.normalize(), "f")
        wrong = _("A proportion lies between 0 and 1; or write it in percent, such as 58%.")
    raise Invalid.at(field, wrong)


_PERIODS = {
    Grain.MONTH: (r"\d{4}-(0[1-9]|1[0-2])", "2026-03"),
    Grain.QUARTER: (r"\d{4}-Q[1-4]", "2026-Q1"),
    Grain.YEAR: (r"\d{4}", "2026"),
}


def _period(definition: Definition, figure: str, text: str, field: str) -> str:
    """The period in the form in which results of this definition name theirs."""
    text = text.strip()
    if bool(text) != bool(figure.strip()):
        wrong = (
            _("Say for which period this holds.") if not text else _("This period has no figure.")
        )
        raise Invalid.at(field, wrong)
    pattern, example = _PERIODS.get(definition.period.grain or Grain.WHOLE, (r".{0,40}", ""))
    if text and not re.fullmatch(pattern, text):
        wrong = _("Write the period as the results will: %(example)s.") % {"example": example}
        raise Invalid.at(field, wrong)
    return text


def _log(
    what: str,
    record: Model,
    partnership: Partnership,
    by: Actor,
    at: datetime,
    *,
    data: dict[str, Any] | None = None,
) -> None:
    events.append(
        kind=f"aim.{what}",
        subject=f"aim.{record._meta.model_name}:{record.pk}",
        by=by,
        at=at,
        scope=partnership.pk,
        data=data,
    )


def _log_version(what: str, version: IndicatorVersion, by: Actor, at: datetime) -> None:
    indicator = version.indicator
    _log(
        what,
        version,
        indicator.partnership,
        by,
        at,
        data={
            "indicator": indicator.key,
            "version": version.number,
            "definition_hash": version.definition_hash,
        },
    )

"""Drawing the map. Convener only; each writes one event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.convene import policies
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.voices.models import Line
from commonweal.core import events
from commonweal.core.errors import Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

MOST = 2000  # characters of the words


@dataclass(frozen=True)
class Said:
    """What a line says; what does not belong to its kind is left out."""

    name: str
    words: str = ""
    sector: str = ""
    grip: str = ""
    organisation: Organisation | None = None
    seat: Seat | None = None
    actors: Iterable[Line] = field(default_factory=tuple)
    organisations: Iterable[Organisation] = field(default_factory=tuple)


def add(*, partnership: Partnership, kind: str, said: Said, by: Actor, at: datetime) -> Line:
    """Put a line on the map. Raises Invalid for a name that is blank or stands there already."""
    policies.check_can_convene(by, partnership, at)
    if kind not in Line.Kind.values:
        raise Invalid.at("kind", _("Choose what you put on the map."))
    with transaction.atomic():
        line = _write(Line(partnership=partnership, kind=kind, added_at=at), said)
        _log("line_added", line, by, at)
    return line


def change(*, line: Line, said: Said, by: Actor, at: datetime) -> None:
    """Say anew what a line says; its kind stays."""
    policies.check_can_convene(by, line.partnership, at)
    with transaction.atomic():
        _write(line, said)
        _log("line_changed", line, by, at)


def remove(*, line: Line, by: Actor, at: datetime) -> None:
    """Take a line off the map; a lever that an actor held loses that holder."""
    policies.check_can_convene(by, line.partnership, at)
    with transaction.atomic():
        _log("line_removed", line, by, at)
        line.delete()


def _write(line: Line, said: Said) -> Line:
    line.name = " ".join(said.name.split())
    if not line.name or len(line.name) > 120:
        raise Invalid.at("name", _("Give it a name of at most 120 characters."))
    line.words = said.words.strip()
    if len(line.words) > MOST:
        raise Invalid.at("words", _("Write at most %(most)d characters.") % {"most": MOST})
    actors, organisations = list(said.actors), list(said.organisations)
    _check_own(line, said, actors)
    is_actor, is_lever = line.kind == Line.Kind.ACTOR, line.kind == Line.Kind.LEVER
    line.sector = said.sector if is_actor else ""
    line.organisation = said.organisation if is_actor else None
    line.grip = said.grip if is_lever else ""
    line.seat = said.seat if line.kind == Line.Kind.GROUP else None
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as taken:
        raise Invalid.at("name", _("This stands on the map already.")) from taken
    line.actors.set(actors if is_lever else [])
    line.organisations.set(organisations if is_lever or line.kind == Line.Kind.PLACE else [])
    return line


def _check_own(line: Line, said: Said, actors: list[Line]) -> None:
    if line.kind == Line.Kind.LEVER and said.grip not in Line.Grip.values:
        raise Invalid.at("grip", _("Say what you can do with it."))
    foreign = [each for each in actors if each.partnership_id != line.partnership_id]
    if foreign or (said.seat and said.seat.partnership_id != line.partnership_id):
        raise Denied(_("A map names what belongs to its own partnership."))


def _log(what: str, line: Line, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"voices.line:{line.pk}",
        by=by,
        at=at,
        scope=line.partnership_id,
        data={"kind": line.kind},
    )

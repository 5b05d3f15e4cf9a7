"""`commonweal theory`: what a theory of change leaves open, and where it feeds back on itself."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parsers(commands: Any) -> None:
    theory = commands.add_parser(
        "theory", help="what a theory of change leaves open, and its feedback loops"
    )
    theory.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    theory.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who asks")
    theory.set_defaults(run=run_theory)


def run_theory(arguments: argparse.Namespace) -> int:
    """Prints gaps and loops by the names of what they are about, as one JSON object."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.aim.theory import queries
    from commonweal.convene import queries as convene
    from commonweal.convene.reach import Part
    from commonweal.core import queries as core

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.readable_for(by, arguments.partnership, Part.AIM, at)
    found = queries.theory(partnership, timezone.localdate(at))
    said = {
        "gaps": [{"rule": gap.rule, "about": _name(gap.about)} for gap in found.gaps],
        "loops": [
            {"kind": ring.kind, "links": [_name(link) for link in ring.links]}
            for ring in found.rings
        ],
        "goals": [goal.label for goal in found.goals],
    }
    print(json.dumps(said, ensure_ascii=False, indent=2))
    return 0


def _name(about: Any) -> str | None:
    """What people call it; None for the theory as a whole."""
    if about is None:
        return None
    if hasattr(about, "source"):
        return f"{about.source} -> {about.target}"
    return str(about)

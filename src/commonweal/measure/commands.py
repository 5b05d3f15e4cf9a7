"""`commonweal release`: compute a partnership's indicators under its agreements."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parsers(commands: Any) -> None:
    release = commands.add_parser(
        "release", help="compute a partnership's indicators under its agreements"
    )
    release.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    release.add_argument("indicators", metavar="INDICATOR", nargs="*", help="default: all")
    release.add_argument("--for", dest="organisation", required=True, metavar="ORGANISATION")
    release.add_argument("--purpose", required=True, help="a purpose that the licence names")
    release.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who acts")
    release.add_argument("--title", default="", help="what the release is called")
    release.add_argument("--audience", choices=("public", "partners"), default="partners")
    release.add_argument("--publish", action="store_true", help="put it before the public")
    release.set_defaults(run=run_release)


def run_release(arguments: argparse.Namespace) -> int:
    """Prints the release as one JSON object. Exit code 3 with the clause when refused."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.aim import queries as aim
    from commonweal.convene import queries as convene
    from commonweal.core import queries as core
    from commonweal.core.errors import Invalid
    from commonweal.measure import actions

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.partnership_for(by, arguments.partnership, at)
    organisation = convene.partner_named(partnership, arguments.organisation, at)
    current = {version.indicator.key: version for version in aim.current_versions(partnership, at)}
    unknown = [key for key in arguments.indicators if key not in current]
    if unknown:
        raise Invalid(
            f"There is no indicator {', '.join(unknown)}.",
            mend=f"Choose from: {', '.join(current) or 'none are defined yet'}.",
        )
    order = actions.Order(
        partnership=partnership,
        title=arguments.title or f"Results of {at:%d %B %Y}",
        indicators=[current[key] for key in arguments.indicators or current],
        organisation=organisation,
        purpose=arguments.purpose,
        audience=arguments.audience,
    )
    release = actions.run(order=order, by=by, at=at)
    if arguments.publish:
        actions.publish_release(release=release, by=by, at=at)
    print(
        json.dumps(
            {"release": release.number, "run_id": release.run_id, "state": release.state},
        )
    )
    return 0

"""`commonweal demo`: the example partnership, built once and served; `commonweal characteristics`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any


def add_parsers(commands: Any) -> None:
    demo = commands.add_parser("demo", help="build the example partnership and serve it")
    demo.add_argument("--children", type=int, default=5000, help="how many children to invent")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--fresh", action="store_true", help="throw the last demo away first")
    demo.add_argument("--no-serve", action="store_true", help="build it and stop")
    demo.set_defaults(run=run_demo)
    five = commands.add_parser(
        "characteristics", help="tell which marks of collaboration a partnership's records show"
    )
    five.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    five.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads")
    five.set_defaults(run=run_characteristics)


def say(text: str) -> None:
    print(f"demo: {text}", file=sys.stderr, flush=True)


def run_demo(arguments: argparse.Namespace) -> int:
    """Build (when needed), print one sign-in link per role, serve until stopped."""
    home = Path(os.environ.get("COMMONWEAL_HOME", "var/demo")).resolve()
    done = home / "demo-is-complete"
    # A demo that was interrupted while it was built is begun again: it holds nothing of anybody's.
    if arguments.fresh or (home.exists() and not done.exists()):
        remove(home)
    os.environ.update(
        {
            "COMMONWEAL_HOME": str(home),
            "COMMONWEAL_DEMO": "1",
            "COMMONWEAL_BASE_URL": f"http://localhost:{arguments.port}",
        }
    )
    import django

    django.setup()
    from commonweal.core.setup import prepare

    prepare()
    if not done.exists():
        from commonweal.desk import demo

        (home / "this-is-a-demo").touch()
        say(f"building “Safe Space to Sleep” with {arguments.children} invented children")
        first = demo.first_month(datetime.now().astimezone().date())
        demo.build(children=arguments.children, first=first, say=say)
        done.touch()
    print_links()
    if not arguments.no_serve:
        # A fresh process serves: the web server forks, and the threads with which the example was
        # computed do not survive a fork.
        serve = ("serve", "--port", str(arguments.port))
        os.execv(sys.executable, [sys.executable, "-m", "commonweal", *serve])
    return 0


def remove(home: Path) -> None:
    """Throw a demo away; never a folder that no demo was built in."""
    if not home.exists():
        return
    marks = {"this-is-a-demo", "demo-is-complete", "secret_key"}
    if any(home.iterdir()) and not any((home / mark).exists() for mark in marks):
        raise SystemExit(f"demo: {home} holds something else; name another COMMONWEAL_HOME")
    shutil.rmtree(home)


def print_links() -> None:
    """One fresh sign-in link for each role, so that anybody can look through their eyes."""
    from datetime import timedelta

    from django.conf import settings
    from django.utils import timezone

    from commonweal.core import links
    from commonweal.core.models import Person
    from commonweal.core.scope import system
    from commonweal.desk.example import cast

    at = timezone.now()
    shown = [(someone.shown_as, someone.email) for someone in cast.PEOPLE if someone.shown_as]
    shown += [(voice.words, voice.person[0]) for voice in cast.VOICES if voice.person]
    out = [f"\nEveryone:  {settings.BASE_URL}/\n", "Sign in as (each link works once, for a day):"]
    for role, email in shown:
        person = Person.objects.get(email=email)
        _link, token = links.issue(
            purpose="sign-in",
            subject=f"core.person:{person.pk}",
            person=person,
            by=system("demo"),
            at=at,
            expires_at=at + timedelta(days=1),
        )
        out.append(f"  {role:36} {links.address('sign-in', token)}")
    print("\n".join(out), flush=True)


def run_characteristics(arguments: argparse.Namespace) -> int:
    """Prints the five with their signs as one JSON object. Exit code 1 unless all are shown."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.convene import queries as convene
    from commonweal.core import queries as core
    from commonweal.desk.characteristics import queries

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.partnership_for(by, arguments.partnership, at)
    found = queries.characteristics(partnership, at)
    told = {
        each.key: {
            "status": each.status,
            "signs": {
                sign: {"there": state, "found": found.evidence[sign].words}
                for sign, state in each.signs
            },
        }
        for each in found.result.answer
    }
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 0 if all(each["status"] == "shown" for each in told.values()) else 1

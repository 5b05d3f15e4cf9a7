"""Commands of the ground floor: serving, working, copying, checking.

Nothing of Django is imported before a command runs: commands over plain files start at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commonweal.core.models import OutgoingMail, Person

DONE, FINDINGS, UNUSABLE = 0, 1, 2
# As `models.Sector` has them, for the help text, which is written before Django is there.
SECTORS = (
    "public",
    "private",
    "nonprofit",
    "university",
    "civil_society",
    "resident_group",
    "philanthropy",
)
NO_SERVER = "no mail server is set up, so mail is kept here and not sent"


def out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def now() -> datetime:
    """The clock reading that a command passes to the actions it calls."""
    return datetime.now(UTC)


def start() -> None:
    """Set Django up, for the commands that need the installation."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.web.settings")
    django.setup()


def add_parsers(subparsers: Any) -> None:
    """Add the room's commands; each sets `run(arguments) -> exit code`."""
    serve = subparsers.add_parser("serve", help="serve the pages and work on jobs")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on")
    serve.add_argument("--processes", type=int, default=1, help="web processes")
    serve.add_argument("--without-worker", action="store_true", help="jobs are worked on elsewhere")
    serve.set_defaults(run=run_serve)

    work = subparsers.add_parser("work", help="work on jobs until stopped")
    work.add_argument("--once", action="store_true", help="do what waits, then end")
    work.set_defaults(run=run_work)

    setup = subparsers.add_parser("setup", help="make the installation ready, or upgrade it")
    setup.set_defaults(run=run_setup)

    backup = subparsers.add_parser("backup", help="write one archive of everything but the keys")
    backup.add_argument("path", metavar="ARCHIVE")
    backup.set_defaults(run=run_backup)

    restore = subparsers.add_parser("restore", help="bring an archive into an empty installation")
    restore.add_argument("path", metavar="ARCHIVE")
    restore.set_defaults(run=run_restore)

    log = subparsers.add_parser("verify-log", help="check that the event log is whole")
    log.add_argument(
        "--expect",
        metavar="NUMBER:HASH",
        help="an event noted earlier: nothing up to it was changed or cut",
    )
    log.set_defaults(run=run_verify_log)

    add_people_parsers(subparsers)
    outbox = subparsers.add_parser("outbox", help="show outgoing mail that is not sent")
    outbox.add_argument("--all", action="store_true", help="sent messages too")
    outbox.add_argument("--read", metavar="ID", help="print a message's words")
    outbox.add_argument("--again", metavar="ID", help="try a message again that was given up")
    outbox.set_defaults(run=run_outbox)


def add_people_parsers(subparsers: Any) -> None:
    """The commands that bring in who comes first."""
    operator = subparsers.add_parser("create-operator", help="name the installation's operator")
    operator.add_argument("email", metavar="EMAIL")
    operator.add_argument("--name", default="")
    operator.set_defaults(run=run_create_operator)

    reset = subparsers.add_parser("reset-second-factor", help="for somebody who lost theirs")
    reset.add_argument("email", metavar="EMAIL")
    reset.set_defaults(run=run_reset_second_factor)

    shut_out = subparsers.add_parser("shut-out", help="end somebody's access at once")
    shut_out.add_argument("email", metavar="EMAIL")
    shut_out.set_defaults(run=run_shut_out)

    organisation = subparsers.add_parser(
        "create-organisation", help="bring in an organisation and the first person who acts for it"
    )
    organisation.add_argument("name", metavar="NAME")
    organisation.add_argument("--sector", required=True, help=f"one of {', '.join(SECTORS)}")
    organisation.add_argument("--person", required=True, metavar="EMAIL", help="who acts for it")
    organisation.add_argument("--person-name", default="", help="what the person is called")
    organisation.set_defaults(run=run_create_organisation)


def run_setup(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.core.setup import prepare

    done = prepare()
    say(f"commonweal: {', '.join(done)}." if done else "commonweal: everything was ready.")
    return DONE


def run_serve(arguments: argparse.Namespace) -> int:
    """Web server and worker side by side, until stopped."""
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    os.environ.setdefault("COMMONWEAL_BASE_URL", f"http://{host}:{arguments.port}")
    run_setup(arguments)
    from commonweal.core import mail
    from commonweal.core.serving import serve

    if mail.stays_here():
        say(f"commonweal: {NO_SERVER}; read it in the outbox.")
    return serve(
        host=arguments.host,
        port=arguments.port,
        processes=arguments.processes,
        worker=not arguments.without_worker,
    )


def run_work(arguments: argparse.Namespace) -> int:
    if not arguments.once:
        from commonweal.core import worker

        return worker.main()
    start()
    from commonweal.core import jobs

    say(f"commonweal: {jobs.run_due()} jobs done.")
    return DONE


def run_backup(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.core import backup

    made = backup.backup(Path(arguments.path), at=now())
    out(f"{made.log_number}:{made.log_hash}")
    say(f"commonweal: {made.rows} rows and {made.files} files in {arguments.path}.")
    say(f"commonweal: {backup.KEYS_NOTE}")
    return DONE


def run_restore(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.core import backup
    from commonweal.core.setup import prepare

    prepare()
    brought = backup.restore(Path(arguments.path))
    out(f"{brought.log_number}:{brought.log_hash}")
    say(f"commonweal: {brought.rows} rows and {brought.files} files restored.")
    say(f"commonweal: {backup.KEYS_NOTE}")
    return DONE


def run_verify_log(arguments: argparse.Namespace) -> int:
    """Exit code 0 for a whole log, 1 for a broken one or one that lacks what was expected."""
    start()
    from commonweal.core import events
    from commonweal.core.models import Event, LogHead

    number, digest = noted(arguments.expect) if arguments.expect else (0, events.GENESIS)
    head = LogHead.objects.filter(pk=1).first() or LogHead()
    verdict = events.verify(
        Event.objects.order_by("number").iterator(), number=head.number, head=head.hash
    )
    if verdict.broken_at is not None:
        say(f"commonweal: the log is broken at event {verdict.broken_at}: {verdict.reason}.")
        return FINDINGS
    out(f"{verdict.count}:{verdict.head}")
    if number and not Event.objects.filter(number=number, hash=digest).exists():
        say(f"commonweal: event {number} is not the one that was noted: the log was rewritten.")
        return FINDINGS
    since = f", {verdict.count - number} of them since the noted one" if arguments.expect else ""
    say(f"commonweal: the log is whole, {verdict.count} events{since}.")
    return DONE


def noted(text: str) -> tuple[int, str]:
    """NUMBER:HASH as this command and `backup` print it. Raises Invalid."""
    from commonweal.core.errors import Invalid

    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == 64):
        raise Invalid("--expect needs NUMBER:HASH.", mend="verify-log and backup print it.")
    return int(number), digest.lower()


def run_create_operator(arguments: argparse.Namespace) -> int:
    """Prints an address that signs the operator in once, for where no mail is set up yet."""
    start()
    from django.db import transaction

    from commonweal.core import actions, queries, signin
    from commonweal.core.scope import system

    by, at = system("command line"), now()
    with transaction.atomic():
        person = queries.person_by_email(arguments.email)
        if person is None:
            name = arguments.name or arguments.email.partition("@")[0]
            person = actions.create_person(email=arguments.email, name=name, by=by, at=at)
        if not person.is_operator:
            actions.make_operator(person=person, by=by, at=at)
        address = signin.new_link(person=person, by=by, at=at)
    out(address)
    say(f"commonweal: this link signs in once, for {signin.VALID_FOR.seconds // 60} minutes.")
    return DONE


def known_person(email: str) -> Person:
    from commonweal.core import queries
    from commonweal.core.errors import Missing

    person = queries.person_by_email(email)
    if person is None:
        raise Missing(f"Nobody here has the address {email}.")
    return person


def run_reset_second_factor(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.core import actions
    from commonweal.core.scope import system

    person, by = known_person(arguments.email), system("command line")
    removed = actions.reset_second_factor(person=person, by=by, at=now())
    say(f"commonweal: {removed} removed; a mailed link or a password is enough again.")
    return DONE


def run_shut_out(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.core import actions
    from commonweal.core.scope import system

    person = known_person(arguments.email)
    actions.deactivate(person=person, by=system("command line"), at=now())
    say("commonweal: sessions, links and password stopped working.")
    return DONE


def run_create_organisation(arguments: argparse.Namespace) -> int:
    """Prints an address that signs the person in once. All roles, to be shared out later."""
    start()
    from django.db import transaction

    from commonweal.core import actions, queries, signin
    from commonweal.core.errors import Invalid
    from commonweal.core.models import Role
    from commonweal.core.scope import system

    if arguments.sector not in SECTORS:
        known = ", ".join(SECTORS)
        raise Invalid(
            f"The sector “{arguments.sector}” is not known.", mend=f"Choose one of {known}."
        )
    by, at = system("command line"), now()
    with transaction.atomic():
        organisation = actions.create_organisation(
            name=arguments.name, sector=arguments.sector, by=by, at=at
        )
        person = queries.person_by_email(arguments.person)
        if person is None:
            name = arguments.person_name or arguments.person.partition("@")[0]
            person = actions.create_person(email=arguments.person, name=name, by=by, at=at)
        for role in Role.values:
            actions.affiliate(person=person, organisation=organisation, role=role, by=by, at=at)
        address = signin.new_link(person=person, by=by, at=at)
    out(address)
    say(f"commonweal: this link signs in once, for {signin.VALID_FOR.seconds // 60} minutes.")
    return DONE


def run_outbox(arguments: argparse.Namespace) -> int:
    """Exit code 1 when a message was given up."""
    start()
    from commonweal.core import mail, queries

    if arguments.again:
        mail.send_again(mail=queries.mail_by_id(arguments.again), at=now())
        say("commonweal: queued again.")
        return DONE
    if arguments.read:
        out(mail.readable(queries.mail_by_id(arguments.read)).rstrip("\n"))
        return DONE
    for message in queries.unsent_mail(everything=arguments.all):
        out(line_of(message))
    if mail.stays_here():
        say(f"commonweal: {NO_SERVER}; --all lists everything, --read ID prints one.")
    trouble = queries.mail_in_trouble()
    if trouble:
        say(f"commonweal: {trouble} messages were given up; --again ID tries one again.")
    return FINDINGS if trouble else DONE


def line_of(message: OutgoingMail) -> str:
    parts = [str(message.pk), message.state, message.to, message.subject, message.last_error]
    return "\t".join(parts).rstrip()

"""The three ways in: page, personal link, command. Each sends a file and says what came of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.core import jobs, mail
from commonweal.core.models import Link, OutgoingMail, Person
from commonweal.core.scope import Actor
from commonweal.pool import commands, submit_links
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, MONTH, Agreed


@dataclass(frozen=True)
class Answer:
    """`code`: HTTP status or exit code; `text`: what was said; `submission` when one was made."""

    code: int
    text: str
    submission: Submission | None


def signed_in(actor: Actor, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def token_of(link: Link) -> str:
    """The token as it stands in the last mail to the link's holder."""
    message = OutgoingMail.objects.filter(to=link.email, purpose="submit-link").latest("queued_at")
    return mail.body_of(message).split("/l/submit/")[1].split("/")[0]


def linked(here: Agreed, email: str = "clerk@example.org") -> tuple[Link, str]:
    """A personal link for the first provider, and its token."""
    link = submit_links.issue(
        contract=here.contract, provider=here.provider, email=email, by=here.convener, at=AT
    )
    return link, token_of(link)


def _answered(client: Client, response: Any) -> Answer:
    text = response.content.decode()
    if response.status_code != 302:
        return Answer(response.status_code, text, None)
    jobs.run_due()
    page = client.get(response["Location"])
    key = response["Location"].split("?")[0].rstrip("/").rsplit("/", 1)[1]
    return Answer(page.status_code, page.content.decode(), Submission.objects.get(pk=key))


def by_page(here: Agreed, data: bytes, name: str, period: str = MONTH) -> Answer:
    client = signed_in(here.steward)
    way = f"{here.contract.key} {here.provider.pk}"
    file = SimpleUploadedFile(name, data)
    address = f"/partnerships/{here.partnership.slug}/data/send/"
    return _answered(client, client.post(address, {"way": way, "period": period, "file": file}))


def by_link(here: Agreed, data: bytes, name: str, period: str = MONTH) -> Answer:
    client = Client()
    known = Link.objects.filter(organisation=here.provider, email="clerk@example.org").first()
    token = token_of(known) if known else linked(here)[1]
    file = SimpleUploadedFile(name, data)
    response = client.post(f"/l/submit/{token}/", {"period": period, "file": file})
    return _answered(client, response)


def by_command(
    here: Agreed, data: bytes, name: str, period: str = MONTH, *, folder: Path, **changes: str
) -> Answer:
    path = folder / name
    path.write_bytes(data)
    said: list[str] = []
    printed: list[str] = []
    arguments = {
        "partnership": here.partnership.slug,
        "contract": here.contract.key,
        "path": path,
        "organisation": here.provider.name,
        "period": period,
        "email": Person.objects.get(pk=here.steward.person_id).email,
        **changes,
    }
    with (
        mock.patch.object(commands, "start"),
        mock.patch.object(commands, "now", return_value=AT),
        mock.patch.object(commands, "say", said.append),
        mock.patch.object(commands, "out", printed.append),
    ):
        code = commands.run_submit(argparse.Namespace(**arguments))
    found = json.loads(printed[0]) if printed else None
    submission = Submission.objects.get(pk=found["id"]) if found else None
    return Answer(code, "\n".join([*said, *printed]), submission)

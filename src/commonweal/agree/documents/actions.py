"""Attaching papers, and recording that a party signed on paper. Each writes an event."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.agree import actions, queries
from commonweal.agree.documents import keeping, policies
from commonweal.agree.evidence import Evidence, PaperSignature
from commonweal.agree.models import AgreementVersion, Signature, State
from commonweal.agree.recording import about
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


def attach_evidence(
    *, version: AgreementVersion, name: str, data: bytes, by: Actor, at: datetime
) -> Evidence:
    """Keep a signed PDF as evidence behind a version. It changes nothing of what is enforced.

    `name`: of the file, as its owner called it. Raises Denied, Invalid for what is not a readable
    PDF, Conflict for a version that was replaced or a file that is attached already.
    """
    terms = queries.terms_of(version)
    policies.check_can_attach(by, version.agreement, terms.parties, at)
    keeping.check_pdf(data)
    sha256 = keeping.digest(data)
    if version.state in {State.REPLACED, State.DROPPED}:
        raise Conflict(
            _("Version %(number)s is not the newest text, so nothing is attached to it any more.")
            % {"number": version.number},
            mend=_("Attach the paper to the newest version."),
        )
    if version.evidence.filter(sha256=sha256).exists():
        raise _attached_already()
    # Before the rows: a file that no row names can be read by nobody.
    stored = keeping.keep(data)
    with transaction.atomic():
        row = _attached(
            version=version,
            name=file_name(name),
            sha256=sha256,
            size=len(data),
            stored=stored,
            person_id=by.person_id,
            attached_at=at,
        )
        _log("evidence_attached", version, by, at, sha256=sha256, size=len(data))
    return row


def _attached(**values: Any) -> Evidence:
    try:
        with transaction.atomic():
            return Evidence.objects.create(**values)
    except IntegrityError as race:
        raise _attached_already() from race


def _attached_already() -> Conflict:
    return Conflict(
        _("This very file is attached already."), mend=_("Nothing is left to do with it.")
    )


def record_paper_signature(
    *,
    evidence: Evidence,
    organisation: Organisation,
    name: str,
    signed_on: date,
    text_hash: str,
    by: Actor,
    at: datetime,
) -> PaperSignature:
    """Sign for one's own organisation, because it has signed on paper: `name`, on the day `signed_on`.

    It is a signature like any other, under the text with `text_hash`, made by who may sign for the
    organisation: a paper never lets one party sign for another. Raises what `agree.actions.sign`
    raises, and Invalid for a missing name or a day to come.
    """
    version = evidence.version
    signatory = " ".join(name.split())
    _check_signed(version, signatory, signed_on, at)
    with transaction.atomic():
        signature = actions.sign(
            version=version,
            organisation=organisation,
            text_hash=text_hash,
            way=Signature.Way.PAPER,
            by=by,
            at=at,
        )
        row = PaperSignature.objects.create(
            evidence=evidence, signature=signature, name=signatory, signed_on=signed_on
        )
        _log(
            "paper_signature_recorded",
            version,
            by,
            at,
            organisation=organisation.pk,
            sha256=evidence.sha256,
            signed_on=signed_on.isoformat(),
        )
    return row


def _check_signed(version: AgreementVersion, signatory: str, signed_on: date, at: datetime) -> None:
    fields: dict[str, str] = {}
    if not signatory or len(signatory) > 200:
        fields["name"] = _("Say who signed on paper, in at most 200 characters.")
    if signed_on > queries.terms_of(version).day_of(at):
        fields["signed_on"] = _("The day of the signature is still to come.")
    if fields:
        raise Invalid(" ".join(fields.values()), fields=fields)


def file_name(given: str) -> str:
    """A harmless file name, from what its owner called it: no folders, nothing unseen, `.pdf`."""
    bare = re.split(r"[/\\]", given)[-1]
    printed = "".join(each for each in bare if each.isprintable() and each not in '"<>|:*?;')
    stem = re.sub(r"\.pdf$", "", " ".join(printed.split()), flags=re.IGNORECASE).strip(". ")
    return f"{stem[:90] or 'agreement'}.pdf"


def _log(what: str, version: AgreementVersion, by: Actor, at: datetime, **more: Any) -> None:
    """`more`: organisation (its id) and what else the event's data holds."""
    events.append(kind=f"agree.{what}", by=by, at=at, **about(version, **more))

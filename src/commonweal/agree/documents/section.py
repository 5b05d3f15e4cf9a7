"""The section “Documents” of an agreement's page, for one reader. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.agree import words
from commonweal.agree.documents import policies, queries
from commonweal.agree.evidence import Evidence, PaperSignature
from commonweal.agree.models import State
from commonweal.agree.sheets import Sheet
from commonweal.core import formats
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Paper:
    """One attached paper. `url`, `sign_url`: "" for who may not open it, or has nothing to sign."""

    name: str
    text: str
    signed: tuple[str, ...]
    url: str
    sign_url: str


@dataclass(frozen=True)
class Section:
    """`code`: "" before every party has signed."""

    papers: tuple[Paper, ...]
    code: str
    attaches: bool


def section(sheet: Sheet, actor: Actor, at: datetime) -> Section:
    """What there is of a version to print, to check, to compare with a paper."""
    parties = sheet.terms.parties
    version = sheet.version
    reads = policies.can_read_papers(actor, sheet.agreement, parties, at)
    open_ = version.state not in {State.REPLACED, State.DROPPED}
    return Section(
        papers=tuple(_paper(each, sheet, reads=reads) for each in queries.papers(sheet.agreement)),
        code=queries.code_of(version),
        attaches=open_ and policies.can_attach(actor, sheet.agreement, parties, at),
    )


def _paper(row: Evidence, sheet: Sheet, *, reads: bool) -> Paper:
    agreement = sheet.agreement
    where = [agreement.partnership.slug, agreement.reference, row.version.number, row.pk]
    signs = reads and row.version == sheet.preparing and sheet.rights.sign_for
    said = {
        "number": row.version.number,
        "day": words.day(sheet.terms.day_of(row.attached_at)),
        "name": str(row.person),
        "kilobytes": formats.number(max(1, round(row.size / 1024))),
    }
    return Paper(
        name=row.name,
        text=_("PDF, %(kilobytes)s KB, attached to version %(number)s by %(name)s on %(day)s")
        % said,
        signed=tuple(_signed(each) for each in row.paper_signatures.all()),
        url=reverse("agreement_paper", args=where) if reads else "",
        sign_url=reverse("sign_on_paper", args=where) if signs else "",
    )


def _signed(row: PaperSignature) -> str:
    return _("Signed on paper for %(organisation)s by %(name)s on %(day)s") % {
        "organisation": row.signature.organisation.name,
        "name": row.name,
        "day": words.day(row.signed_on),
    }

"""Pages and files of an agreement as a document: changes, the PDF, papers, the check of a code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.agree import policies as deciding
from commonweal.agree import presentation, sheets, words
from commonweal.agree import queries as agreements
from commonweal.agree.documents import actions, files, keeping, policies, queries
from commonweal.agree.documents.changes import changes
from commonweal.agree.documents.forms import (
    TEXT_BYTES,
    AttachForm,
    CompareForm,
    PaperSignatureForm,
    VerifyForm,
)
from commonweal.agree.documents.queries import Verified
from commonweal.agree.documents.uploading import limited
from commonweal.agree.evidence import MAXIMUM_BYTES, Evidence
from commonweal.agree.models import AgreementVersion, State
from commonweal.agree.showing import AGREE, page
from commonweal.compute import codes
from commonweal.compute.errors import Unusable
from commonweal.core import fresh, ratelimit
from commonweal.core.errors import Denied, Missing
from commonweal.core.formerrors import done, status_of
from commonweal.core.ratelimit import Limit
from commonweal.core.requests import Request, SignedInRequest

# Codes cannot be guessed; this keeps a machine from trying.
TRIES = Limit("verify-agreement", 60, 3600)


@login_required
@require_safe
def agreement_changes(
    request: SignedInRequest, slug: str, reference: str, number: int
) -> HttpResponse:
    """What does this version change, clause by clause? Or how does it differ from another agreement?"""
    version = agreements.version_for(request.actor, slug, reference, number, request.at)
    asked = request.GET.get("since", "")
    since = (
        queries.earlier(version, asked, request.actor)
        if asked in ("", queries.SIGNED) or asked.isdecimal()
        else queries.model(version, asked, request.actor, request.at)
    )
    agreement = version.agreement
    context = {
        "agreement": agreement,
        "version": version,
        "since": since,
        "is_other": since is not None and since.agreement_id != agreement.pk,
        "changes": changes(version, since) if since else None,
        "others": list(queries.earlier_ones(version)),
        "opens": version.state == State.DRAFT
        and deciding.can_prepare(
            request.actor, agreement, agreements.terms_of(version).parties, request.at
        ),
    }
    return AGREE.page(request, "changes", agreement.partnership, context)


@login_required
@require_safe
def agreement_pdf(request: SignedInRequest, slug: str, reference: str, number: int) -> HttpResponse:
    """One version as a PDF, with its signatures, as it stands now."""
    sheet = sheets.sheet(request.actor, slug, reference, request.at, number)
    response = HttpResponse(files.pdf_of(sheet, request.at), content_type="application/pdf")
    name = f"{reference}-version-{number}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@page
@limited(MAXIMUM_BYTES)
def attach_paper(request: SignedInRequest, slug: str, reference: str, number: int) -> HttpResponse:
    """Keep a signed PDF as evidence behind a version."""
    version = agreements.version_for(request.actor, slug, reference, number, request.at)
    agreement = version.agreement
    parties = agreements.terms_of(version).parties
    policies.check_can_attach(request.actor, agreement, parties, request.at)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AttachForm(*sent)
    if done(request, form, lambda: _attach(request, version, form)):
        messages.success(request, _("Attached. The parties and the convener can open it."))
        return redirect("agreement_version", slug, reference, number)
    context = {"agreement": agreement, "version": version, "form": form}
    return AGREE.page(request, "attach_paper", agreement.partnership, context, status_of(form))


def _attach(request: SignedInRequest, version: AgreementVersion, form: AttachForm) -> None:
    file = form.cleaned_data["file"]
    actions.attach_evidence(
        version=version, name=file.name, data=file.read(), by=request.actor, at=request.at
    )


@login_required
@require_safe
def paper(
    request: SignedInRequest, slug: str, reference: str, number: int, evidence_id: UUID
) -> HttpResponse:
    """The paper itself, for the parties and the convener."""
    agreement = agreements.agreement_for(request.actor, slug, reference, request.at)
    found = queries.paper_for(request.actor, agreement, number, evidence_id, request.at)
    response = HttpResponse(
        keeping.kept(found.stored, found.sha256), content_type="application/pdf"
    )
    # Somebody else's file: saved, not shown within our pages, kept in no cache, may run nothing.
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@page
def sign_on_paper(
    request: SignedInRequest, slug: str, reference: str, number: int, evidence_id: UUID
) -> HttpResponse:
    """Sign for one's own organisation because it signed on paper."""
    agreement = agreements.agreement_for(request.actor, slug, reference, request.at)
    found = queries.paper_for(request.actor, agreement, number, evidence_id, request.at)
    version = found.version
    mine = sheets.may_sign_for(request.actor, version, request.at)
    if not mine:
        raise Denied(
            _("There is nothing here for you to sign."),
            mend=_("Only a signatory of a party whose signature is missing can sign."),
        )
    if request.method == "POST" and not fresh.is_fresh(request):
        messages.info(request, _("Nothing is signed yet. Show once more that it is you."))
        return redirect(fresh.ask_again(request.path))
    form = PaperSignatureForm(
        request.POST or None,
        mine=mine,
        today=agreements.terms_of(version).day_of(request.at),
        initial={"text_hash": version.text_hash},
    )
    if done(request, form, lambda: _record(request, found, form)):
        messages.success(request, _("Recorded: your organisation has signed."))
        return redirect("agreement_version", slug, reference, number)
    context = {
        "agreement": agreement,
        "version": version,
        "paper": found,
        "passages": presentation.passages(version, {}),
        "form": form,
    }
    return AGREE.page(request, "sign_on_paper", agreement.partnership, context, status_of(form))


def _record(request: SignedInRequest, found: Evidence, form: PaperSignatureForm) -> None:
    said = form.cleaned_data
    actions.record_paper_signature(
        evidence=found,
        organisation=said["organisation"],
        name=said["name"],
        signed_on=said["signed_on"],
        text_hash=said["text_hash"],
        by=request.actor,
        at=request.at,
    )


@page
def verify(request: Request) -> HttpResponse:
    """Is this document what was agreed?"""
    form = VerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if code.startswith(codes.PREFIX):
            return redirect("verify_code", code)
        ratelimit.hit(TRIES, ratelimit.client_of(request.META), at=request.at)
        try:
            return redirect("verify_code", queries.code_of_text(code))
        except Missing as missing:
            form.add_error("code", str(missing))
    return render(request, "agree/verify.html", {"form": form}, status=status_of(form))


@page
@limited(TEXT_BYTES)
def verify_code(request: Request, code: str) -> HttpResponse:
    """What is known of the text behind a code; and whether a fingerprint is that text's."""
    ratelimit.hit(TRIES, ratelimit.client_of(request.META), at=request.at)
    try:
        found = queries.verified(codes.read(code), request.at)
    except Unusable as fault:
        return _unknown(request, code, words.unusable(fault))
    except Missing as missing:
        return _unknown(request, code, str(missing))
    form = CompareForm(request.POST or None, request.FILES or None)
    asked = request.method == "POST" and form.is_valid()
    context = {
        "found": found,
        "standing": presentation.standing_of(found.state, found.closed),
        "rows": _rows(found),
        "signed": _signed(found),
        "form": form,
        "asked": asked,
        "same": asked and form.cleaned_data["fingerprint"] == found.text_hash,
    }
    return render(request, "agree/verified.html", context, status=status_of(form))


def _unknown(request: Request, code: str, said: str) -> HttpResponse:
    form = VerifyForm({"code": code[:100]})
    form.full_clean()
    if not form.errors:
        form.add_error("code", said)
    return render(request, "agree/verify.html", {"form": form}, status=404)


def _rows(found: Verified) -> list[tuple[str, str]]:
    return [
        (_("Agreement"), f"{found.reference} {found.title}"),
        (_("Kind"), found.kind),
        (_("Version"), str(found.number)),
        (_("Partnership"), found.partnership),
    ]


def _signed(found: Verified) -> dict[str, Any]:
    return {
        "caption": _("Signed by"),
        "columns": [_("Organisation"), _("On")],
        "rows": [[name, words.day(day)] for name, day in found.signed],
    }

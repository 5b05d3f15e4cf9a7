"""Pages of agreements: the list, one agreement, drafting, signing, withdrawing, suspending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.agree import actions, policies, presentation, queries, sheets, text
from commonweal.agree.access import policies as access
from commonweal.agree.forms import (
    LicenceForm,
    SharingForm,
    SignForm,
    SuspendForm,
    WithdrawForm,
    chosen_fields,
    data_as_text,
    initial_of,
)
from commonweal.agree.models import Agreement, AgreementVersion, Kind
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.core.errors import Conflict, Denied
from commonweal.core.formerrors import attempt
from commonweal.core.requests import SignedInRequest

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def agreements(request: SignedInRequest, slug: str) -> HttpResponse:
    """What may be done with whose data, until when?"""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    found = queries.agreements(partnership, request.actor, request.at)
    context = {
        "lead": presentation.lead(found),
        "groups": presentation.grouped(found),
        "drafts": policies.can_draft(request.actor, partnership, request.at),
        "is_seated": convene.standing(request.actor, partnership, request.at).is_seated,
        "sees_uses": access.can_see_uses(request.actor, partnership, request.at),
    }
    return _render(request, "agreements", partnership, context)


@login_required
@require_safe
def agreement(
    request: SignedInRequest, slug: str, reference: str, number: int | None = None
) -> HttpResponse:
    """One agreement: what it means, its text, who signed, what it refused."""
    sheet = sheets.sheet(request.actor, slug, reference, request.at, number)
    context = {
        "sheet": sheet,
        "agreement": sheet.agreement,
        "version": sheet.version,
        "caption": presentation.caption(sheet),
        "lead": text.in_short(sheet.terms.clauses)[0],
        "standing": presentation.standing(sheet),
        "rows": presentation.summary_rows(sheet),
        "parties": presentation.party_table(sheet),
        "departures": presentation.departures(sheet),
        "passages": presentation.passages(sheet.version, sheet.refusals),
        "licences": presentation.grouped(sheet.licences),
        "history": presentation.history(sheet),
        "refused": sum(sheet.refusals.values()),
    }
    return _render(request, "agreement", sheet.agreement.partnership, context)


@login_required
@require_safe
def agreement_text(
    request: SignedInRequest, slug: str, reference: str, number: int
) -> HttpResponse:
    """The canonical text alone, byte for byte what is hashed and signed."""
    version = queries.version_for(request.actor, slug, reference, number, request.at)
    response = HttpResponse(version.text.encode(), content_type="text/plain; charset=utf-8")
    name = f"{reference}-version-{number}.txt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@page
def draft_sharing(request: SignedInRequest, slug: str) -> HttpResponse:
    """Write a data-sharing agreement."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_draft(request.actor, partnership, request.at)
    partners = convene.partners(partnership, request.at)
    form = SharingForm(
        request.POST or None,
        partners=partners,
        initial={"start": request.at.date(), "publication": "partners"},
    )
    made: list[AgreementVersion] = []

    def act() -> None:
        made.append(
            actions.draft_agreement(
                partnership=partnership,
                kind=Kind.DSA,
                title=form.cleaned_data["title"],
                clauses=form.clauses(),
                prose=form.cleaned_data["prose"],
                by=request.actor,
                at=request.at,
            )
        )

    if _done(request, form, act):
        return _to_draft(request, made[0].agreement)
    return _form(request, "draft", partnership, form, is_licence=False)


@login_required
@page
def draft_licence(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Write a data-use licence under a sharing agreement."""
    parent = queries.agreement_for(request.actor, slug, reference, request.at)
    partnership = parent.partnership
    policies.check_can_draft(request.actor, partnership, request.at)
    if parent.kind != Kind.DSA:
        raise Conflict(
            _("A licence rests on a data-sharing agreement, and this is none."),
            mend=_("Open the agreement that names the data, and draft the licence there."),
        )
    form = LicenceForm(
        request.POST or None,
        partners=convene.partners(partnership, request.at),
        parent=queries.terms_of(queries.latest(parent)),
    )
    made: list[AgreementVersion] = []

    def act() -> None:
        made.append(
            actions.draft_agreement(
                partnership=partnership,
                kind=Kind.DUL,
                title=form.cleaned_data["title"],
                clauses=form.clauses(),
                prose=form.cleaned_data["prose"],
                parent=parent,
                by=request.actor,
                at=request.at,
            )
        )

    if _done(request, form, act):
        return _to_draft(request, made[0].agreement)
    return _form(request, "draft", partnership, form, is_licence=True, parent=parent)


@login_required
@page
def revise(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Draft a new version, beginning with what is there."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.in_preparation(found) or queries.latest(found)
    terms = queries.terms_of(version)
    policies.check_can_prepare(request.actor, found, terms.parties, request.at)
    form = _revision_form(request, found, version)
    if _done(
        request,
        form,
        lambda: actions.revise(
            agreement=found,
            clauses=form.clauses(),
            prose=form.cleaned_data["prose"],
            by=request.actor,
            at=request.at,
        ),
    ):
        return _to_draft(request, found)
    return _form(request, "draft", found.partnership, form, revised=found, version=version)


def _revision_form(
    request: SignedInRequest, found: Agreement, version: AgreementVersion
) -> SharingForm | LicenceForm:
    terms = queries.terms_of(version)
    partners = convene.partners(found.partnership, request.at)
    initial = initial_of(terms, version.prose)
    if found.parent is None:
        initial["data"] = data_as_text(terms.clauses)
        return SharingForm(request.POST or None, partners=partners, revises=True, initial=initial)
    initial["data"] = chosen_fields(terms.clauses)
    return LicenceForm(
        request.POST or None,
        partners=partners,
        parent=queries.terms_of(queries.latest(found.parent)),
        revises=True,
        initial=initial,
    )


@login_required
@require_POST
def open_for_signature(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Put the draft to signature."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.in_preparation(found)
    if version is None or str(version.number) != request.POST.get("number"):
        raise Conflict(
            _("The draft that you read is not there any more."),
            mend=_("Reload the page and read the newest draft."),
        )
    actions.open_for_signature(version=version, by=request.actor, at=request.at)
    messages.success(request, _("It is open for signature. Each party’s signatory sees it as due."))
    return redirect("agreement_version", slug, reference, version.number)


@login_required
@page
def sign(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Read the text and sign it for an organisation."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.in_preparation(found)
    mine = sheets.may_sign_for(request.actor, version, request.at) if version else []
    if version is None or not mine:
        raise Denied(
            _("There is nothing here for you to sign."),
            mend=_("Only a signatory of a party whose signature is missing can sign."),
        )
    form = SignForm(request.POST or None, mine=mine, initial={"text_hash": version.text_hash})
    if _done(
        request,
        form,
        lambda: actions.sign(
            version=version,
            organisation=form.cleaned_data["organisation"],
            text_hash=form.cleaned_data["text_hash"],
            by=request.actor,
            at=request.at,
        ),
    ):
        left = len(queries.terms_of(queries.latest(found)).missing_signatures)
        messages.success(request, _signed(left))
        return redirect("agreement_version", slug, reference, version.number)
    context = {
        "version": version,
        "agreement": found,
        "passages": presentation.passages(version, {}),
    }
    return _form(request, "sign", found.partnership, form, mine=mine, **context)


def _signed(left: int) -> str:
    if not left:
        return _("Signed. Every party has signed now.")
    return ngettext(
        "Signed. %(count)d signature is still missing.",
        "Signed. %(count)d signatures are still missing.",
        left,
    ) % {"count": left}


@login_required
@page
def withdraw(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Say what a withdrawal does, then do it."""
    sheet = sheets.sheet(request.actor, slug, reference, request.at)
    mine = list(sheet.rights.withdraw_for)
    if not mine:
        raise Denied(
            _("There is nothing here that you could withdraw an organisation from."),
            mend=_("Only a signatory of a party that has signed can withdraw it."),
        )
    form = WithdrawForm(request.POST or None, mine=mine)
    if _done(
        request,
        form,
        lambda: actions.withdraw(
            agreement=sheet.agreement,
            organisation=form.cleaned_data["organisation"],
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Withdrawn. From now on its data is refused to everybody."))
        return redirect("agreement", slug, reference)
    told = [(each, sheets.consequences(sheet, each, request.at)) for each in mine]
    context: dict[str, Any] = {"agreement": sheet.agreement, "told": told}
    return _form(request, "withdraw", sheet.agreement.partnership, form, **context)


@login_required
@page
def suspend(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Stop every use under the agreement, with the reason."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    policies.check_can_suspend(request.actor, found, request.at)
    form = SuspendForm(request.POST or None)
    if _done(
        request,
        form,
        lambda: actions.suspend(
            agreement=found,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Suspended. Every use under it is refused from now on."))
        return redirect("agreement", slug, reference)
    return _form(request, "suspend", found.partnership, form, agreement=found)


@login_required
@require_POST
def resume(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Lift the suspension."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    actions.resume(agreement=found, by=request.actor, at=request.at)
    messages.success(request, _("The suspension is lifted."))
    return redirect("agreement", slug, reference)


def _done(request: SignedInRequest, form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent, is valid, and the action went through."""
    return request.method == "POST" and form.is_valid() and attempt(form, act)


def _to_draft(request: SignedInRequest, found: Agreement) -> HttpResponse:
    version = queries.in_preparation(found)
    messages.success(
        request, _("Drafted. Read the text as the others will, then open it for signature.")
    )
    number = version.number if version else 1
    return redirect("agreement_version", found.partnership.slug, found.reference, number)


def _form(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    form: forms.Form,
    **context: Any,
) -> HttpResponse:
    status = 422 if form.errors else 200
    return _render(request, template, partnership, {"form": form, **context}, status)


def _render(
    request: SignedInRequest,
    template: str,
    partnership: Partnership,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    shell = {"partnership": partnership, "nav_current": "agreements"}
    return render(request, f"agree/{template}.html", {**shell, **context}, status=status)

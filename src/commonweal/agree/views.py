"""Pages of agreements: the list, one agreement, drafting, signing, withdrawing, suspending."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commonweal.agree import (
    actions,
    amending,
    asked,
    awaited,
    beginning,
    mailed_signing,
    policies,
    presentation,
    presets,
    queries,
    renewals,
    sheets,
    short_text,
    signatures,
    talk,
    talking,
)
from commonweal.agree.access import policies as access
from commonweal.agree.adaptations import presentation as adaptations
from commonweal.agree.adaptations.queries import book
from commonweal.agree.commitments import promised
from commonweal.agree.documents.queries import SIGNED, earlier
from commonweal.agree.documents.section import section
from commonweal.agree.forms import (
    LicenceForm,
    SharingForm,
    SignForm,
    SuspendForm,
    WithdrawForm,
)
from commonweal.agree.governing_forms import PARTS, GoverningForm
from commonweal.agree.models import Agreement, AgreementVersion, Kind, State
from commonweal.agree.showing import AGREE, form_page, page
from commonweal.agree.terms_forms import unasked
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core import fresh
from commonweal.core.errors import Conflict, Denied
from commonweal.core.formerrors import done
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def agreements(request: SignedInRequest, slug: str) -> HttpResponse:
    """What may be done with whose data, until when?"""
    partnership = queries.partnership_for(request.actor, slug, request.at, Part.AGREEMENTS)
    found = queries.agreements(partnership, request.actor, request.at)
    context = {
        "lead": presentation.lead(found),
        "groups": presentation.grouped(found),
        "dropped": queries.dropped(partnership),
        "drafts": policies.can_draft(request.actor, partnership, request.at),
        "sees_uses": access.can_see_uses(request.actor, partnership, request.at),
    }
    return AGREE.page(request, "agreements", partnership, context)


@login_required
@require_safe
def agreement(
    request: SignedInRequest, slug: str, reference: str, number: int | None = None
) -> HttpResponse:
    """One agreement: what it means, its text, who signed, what it refused."""
    sheet = sheets.sheet(request.actor, slug, reference, request.at, number)
    version = sheet.version
    said = talk.talk(request.actor, version, request.at)
    passages = talking.with_remarks(presentation.passages(version, sheet.refusals), said, version)
    # Whoever reads without a seat is told who signed, not who might.
    at_table = sheet.agreement.partnership.opened is None
    # How parties follow its rules is told of the text in force.
    ways = book(sheet, request.actor, request.at) if version.state == State.ACTIVE else None
    context = {
        "sheet": sheet,
        "agreement": sheet.agreement,
        "begun_from": begun.reference if (begun := sheet.agreement.begun_from) else "",
        "version": version,
        "talk": said,
        "remarks": talking.remarks(said, version),
        "content": talking.content_table(said, version),
        "not_asked": talking.not_asked(said, version),
        "not_agreed": talking.not_agreed(said, version),
        "comment_url": talking.comment_url(version) if said.speakers else "",
        "amendment": amending.amendment(sheet),
        "awaited": awaited.awaited(sheet),
        "names_for": mailed_signing.may_name_for(request.actor, version, request.at),
        "mailed": mailed_signing.shown(request.actor, version, request.at) if at_table else [],
        "caption": presentation.caption(sheet),
        "lead": short_text.in_short(sheet.terms.clauses)[0],
        "standing": talking.agreed(presentation.standing(sheet), said, version),
        "rows": presentation.summary_rows(sheet),
        "rules": presentation.rule_table(sheet, adaptations.notes(sheet, ways) if ways else {}),
        "differences_url": adaptations.link(sheet, ways) if ways else "",
        "parties": signatures.party_table(
            sheet, asked.asked(version, request.at) if at_table else {}
        ),
        "departures": signatures.departures(sheet),
        "passages": adaptations.passages(passages, sheet, ways) if ways else passages,
        "licences": presentation.grouped(sheet.licences),
        # Commitments are for the table to read; a party that has left it reads the agreement alone.
        "promised": promised.under(sheet.agreement, request.at)
        if sheet.agreement.partnership.opens(Part.COMMITMENTS)
        else (),
        "history": presentation.history(sheet),
        "tells_refusals": presentation.tells_refusals(sheet),
        "refused": sum(sheet.refusals.values()),
        "documents": section(sheet, request.actor, request.at),
    }
    return AGREE.page(request, "agreement", sheet.agreement.partnership, context)


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
    like = _model(request, slug, Kind.DSA)
    form = SharingForm(
        request.POST or None,
        partners=convene.partners(partnership, request.at),
        memoranda=queries.memoranda(partnership, request.at),
        initial={
            "start": request.at.date(),
            "publication": "partners",
            **beginning.another(like, request.at),
        },
    )
    if like:
        form.keep(like.reference)
    if made := _drafted(request, form, partnership, Kind.DSA, begun_from=like):
        return _to_draft(request, made, like)
    models = beginning.models(partnership, Kind.DSA, request.path)
    return form_page(request, "draft", partnership, form, like=like, models=models)


@login_required
@require_safe
def agreement_kinds(request: SignedInRequest, slug: str) -> HttpResponse:
    """What can partners agree on?"""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_draft(request.actor, partnership, request.at)
    context = {"kinds": presentation.kinds(partnership)}
    return AGREE.page(request, "kinds", partnership, context)


@login_required
@page
def draft_kind(request: SignedInRequest, slug: str, kind: str) -> HttpResponse:
    """Write an agreement on working together."""
    partnership = convene.partnership_for(request.actor, slug, request.at)
    policies.check_can_draft(request.actor, partnership, request.at)
    if kind not in PARTS:
        raise missing()
    form = GoverningForm(
        request.POST or None,
        kind=kind,
        partners=convene.partners(partnership, request.at),
        memoranda=queries.memoranda(partnership, request.at),
        initial={"start": request.at.date(), **presets.initial(partnership, kind)},
    )
    if made := _drafted(request, form, partnership, kind):
        return _to_draft(request, made)
    return form_page(request, "draft", partnership, form, drafted=presentation.kind_told(kind))


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
    like = _model(request, slug, Kind.DUL)
    form = LicenceForm(
        request.POST or None,
        partners=convene.partners(partnership, request.at),
        parent=queries.terms_of(queries.latest(parent)),
        initial=beginning.another(like, request.at),
    )
    if like:
        form.keep(like.reference)
    if made := _drafted(request, form, partnership, Kind.DUL, parent=parent, begun_from=like):
        return _to_draft(request, made, like)
    models = beginning.models(partnership, Kind.DUL, request.path)
    context = {"parent": parent, "like": like, "models": models}
    return form_page(request, "draft", partnership, form, is_licence=True, **context)


@login_required
@page
def renew(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Draft a new version that says the same for longer."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.latest(found)
    policies.check_can_prepare(request.actor, found, queries.terms_of(version).parties, request.at)
    preparing = queries.in_preparation(found)
    if preparing is not None:
        messages.info(request, _("A new version is in preparation already: this one."))
        return redirect("agreement_version", slug, reference, preparing.number)
    form = _revision_form(request, found, version, expiry=renewals.prolonged(version))
    if done(request, form, lambda: _revise(request, version, form)):
        return _to_draft(request, found)
    return form_page(
        request, "draft", found.partnership, form, revised=found, version=version, renews=True
    )


@login_required
@page
def revise(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Draft a new version, beginning with what is there."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.in_preparation(found) or queries.latest(found)
    terms = queries.terms_of(version)
    policies.check_can_prepare(request.actor, found, terms.parties, request.at)
    form = _revision_form(request, found, version)
    if done(request, form, lambda: _revise(request, version, form)):
        return _to_draft(request, found)
    ends = signatures.ended_round(version, terms, asked.asked(version, request.at))
    return form_page(
        request, "draft", found.partnership, form, revised=found, version=version, ends=ends
    )


def _revise(
    request: SignedInRequest,
    version: AgreementVersion,
    form: SharingForm | LicenceForm | GoverningForm,
) -> AgreementVersion:
    clauses = form.clauses()
    return actions.revise(
        agreement=version.agreement,
        clauses=[*clauses, *unasked(form, clauses, queries.clauses_of(version))],
        prose=form.cleaned_data["prose"],
        by=request.actor,
        at=request.at,
    )


def _revision_form(
    request: SignedInRequest, found: Agreement, version: AgreementVersion, **other: Any
) -> SharingForm | LicenceForm | GoverningForm:
    terms = queries.terms_of(version)
    partners = convene.partners(found.partnership, request.at)
    if found.kind in PARTS:
        return GoverningForm(
            request.POST or None,
            kind=found.kind,
            partners=partners,
            terms=terms,
            prose=version.prose,
            language=version.language,
            initial=other,
        )
    initial = {**beginning.as_it_stands(version), **other}
    if found.parent is None or found.kind == Kind.DSA:
        return SharingForm(
            request.POST or None,
            partners=partners,
            revises=True,
            language=version.language,
            initial=initial,
        )
    return LicenceForm(
        request.POST or None,
        partners=partners,
        parent=queries.terms_of(queries.latest(found.parent)),
        revises=True,
        language=version.language,
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
    actions.open_for_signature(
        version=version, by=request.actor, at=request.at, anyway="anyway" in request.POST
    )
    messages.success(
        request, _("It is open for signature. Each party’s signatory is told by mail.")
    )
    return redirect("agreement_version", slug, reference, version.number)


@login_required
@page
def sign(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Read the text and sign it for an organisation."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.in_preparation(found)
    mine = sheets.may_sign_for(request.actor, version, request.at) if version else []
    if version is None or not mine:
        if sheets.was_taken_back(
            request.actor, found, version, request.POST.get("text_hash", ""), request.at
        ):
            return AGREE.page(request, "taken_back", found.partnership, {"agreement": found}, 409)
        raise Denied(
            _("There is nothing here for you to sign."),
            mend=_("Only a signatory of a party whose signature is missing can sign."),
        )
    is_fresh = fresh.is_fresh(request)
    prove_url = fresh.ask_again(reverse("sign_agreement", args=[slug, reference]))
    if request.method == "POST" and not is_fresh:
        messages.info(request, _("Nothing is signed yet. Show once more that it is you."))
        return redirect(prove_url)
    # Whoever read another text reads this one first: nothing that they ticked counts for it.
    is_other = request.POST.get("text_hash", "") not in {"", version.text_hash}
    sent = None if is_other else request.POST or None
    form = SignForm(sent, mine=mine, initial={"text_hash": version.text_hash})
    if done(
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
        messages.success(request, signatures.left_over(left))
        return redirect("agreement_version", slug, reference, version.number)
    context = {
        "version": version,
        "agreement": found,
        "passages": presentation.passages(version, {}),
        "is_fresh": is_fresh,
        "prove_url": prove_url,
        "minutes": fresh.RECENT.seconds // 60,
        "is_other": is_other,
        "since": sheets.since_for(request.actor, earlier(version, SIGNED, request.actor)),
        "begun_from": found.begun_from.reference if found.begun_from else "",
        "begins": version.starts_on if version.starts_on > request.at.date() else None,
        "form": form,
    }
    status = 409 if is_other else 422 if form.errors else 200
    return AGREE.page(request, "sign", found.partnership, context, status)


@login_required
@page
def withdraw(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Say what a withdrawal does, then do it."""
    # Whoever only reads agreements finds nothing at this address.
    queries.agreement_for(request.actor, slug, reference, request.at)
    sheet = sheets.sheet(request.actor, slug, reference, request.at)
    mine = list(sheet.rights.withdraw_for)
    if not mine:
        raise Denied(
            _("There is nothing here that you could withdraw an organisation from."),
            mend=_("Only a signatory of a party that has signed can withdraw it."),
        )
    form = WithdrawForm(request.POST or None, mine=mine)
    if done(
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
    partnership = sheet.agreement.partnership
    return form_page(request, "withdraw", partnership, form, agreement=sheet.agreement, told=told)


@login_required
@page
def suspend(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Stop every use under the agreement, with the reason."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    policies.check_can_suspend(request.actor, found, request.at)
    form = SuspendForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.suspend(
            agreement=found, by=request.actor, at=request.at, **form.cleaned_data
        ),
    ):
        messages.success(request, _("Suspended. Every use under it is refused from now on."))
        return redirect("agreement", slug, reference)
    return form_page(request, "suspend", found.partnership, form, agreement=found)


@login_required
@require_POST
def resume(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Lift the suspension."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    actions.resume(agreement=found, by=request.actor, at=request.at)
    messages.success(request, _("The suspension is lifted."))
    return redirect("agreement", slug, reference)


def _model(request: SignedInRequest, slug: str, kind: Kind) -> Agreement | None:
    return beginning.model(request.actor, slug, request.GET.get("like", ""), kind, request.at)


def _drafted(
    request: SignedInRequest,
    form: SharingForm | LicenceForm | GoverningForm,
    partnership: Partnership,
    kind: str,
    *,
    parent: Agreement | None = None,
    begun_from: Agreement | None = None,
) -> Agreement | None:
    """The agreement that a valid form was drafted into; None while there is none."""
    made: list[AgreementVersion] = []

    def act() -> None:
        made.append(
            actions.draft_agreement(
                partnership=partnership,
                kind=kind,
                title=form.cleaned_data["title"],
                clauses=form.clauses(),
                prose=form.cleaned_data["prose"],
                parent=parent or form.cleaned_data.get("parent"),
                begun_from=begun_from,
                by=request.actor,
                at=request.at,
            )
        )

    return made[0].agreement if done(request, form, act) else None


def _to_draft(
    request: SignedInRequest, found: Agreement, like: Agreement | None = None
) -> HttpResponse:
    version = queries.in_preparation(found)
    asks = version is not None and version.state == State.COMMENT
    messages.success(
        request,
        _("Changed. It is open for comment, and the parties are told by mail.")
        if asks
        else _("Drafted. Read the text as the others will, then open it for comment or signature."),
    )
    where = (found.partnership.slug, found.reference, version.number if version else 1)
    if like:
        return redirect(f"{reverse('agreement_changes', args=where)}?since={like.reference}")
    return redirect("agreement_version", *where)

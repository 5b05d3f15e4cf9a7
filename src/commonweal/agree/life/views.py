"""Pages from a draft to the last signature: comments, who is content, signing without an account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from commonweal.agree import (
    actions,
    commenting,
    dropping,
    mailed_signing,
    policies,
    presentation,
    queries,
    talk,
    talking,
)
from commonweal.agree.documents.queries import code_of
from commonweal.agree.life.forms import AnswerForm, CodeForm, CommentForm, DropForm, SignatoryForm
from commonweal.agree.models import Agreement, AgreementVersion, MailedSignatory, State
from commonweal.agree.presentation import Passage
from commonweal.agree.showing import form_page, page
from commonweal.core import links, ratelimit
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.formerrors import attempt, done
from commonweal.core.requests import Request, SignedInRequest


def _to_version(version: AgreementVersion, anchor: str = "") -> HttpResponse:
    agreement = version.agreement
    parts = [agreement.partnership.slug, agreement.reference, version.number]
    return redirect(reverse("agreement_version", args=parts) + anchor)


def _preparing(request: SignedInRequest, found: Agreement) -> AgreementVersion:
    """The version in preparation, which must be the one that the sender read. Raises Conflict."""
    version = queries.in_preparation(found)
    sent = request.POST.get("number")
    if version is None or (sent is not None and str(version.number) != sent):
        raise Conflict(
            _("The text that you read is not the newest any more."),
            mend=_("Reload the page and read the newest text."),
        )
    return version


@login_required
@require_POST
def open_for_comment(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Ask the parties what they say to the draft."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = _preparing(request, found)
    actions.open_for_comment(version=version, by=request.actor, at=request.at)
    messages.success(
        request, _("It is open for comment. The people of each party are told by mail.")
    )
    return _to_version(version)


@login_required
@page
def drop(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Give up the text in preparation."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = _preparing(request, found)
    parties = queries.terms_of(version).parties
    policies.check_can_prepare(request.actor, found, parties, request.at)
    form = DropForm(request.POST or None, initial={"number": version.number})
    if done(
        request,
        form,
        lambda: dropping.drop(
            version=version,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Dropped. It stays on record, with the reason."))
        return redirect("agreement", slug, reference)
    context = {"agreement": found, "version": version, "in_force": queries.latest(found) != version}
    return form_page(request, "drop", found.partnership, form, **context)


@login_required
@page
def comment(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Say something about a clause or the whole text."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = _preparing(request, found)
    speakers = talk.speakers(request.actor, found.partnership, request.at)
    if not speakers:
        raise Denied(
            _("Only who acts for somebody at the table can comment."),
            mend=_("Tell your organisation’s people what you want to say."),
        )
    if version.state != State.COMMENT:
        raise Conflict(
            _("The text is not open for comment now."),
            mend=_("Ask whoever prepares it to open it for comment."),
        )
    form = CommentForm(
        request.POST or None,
        clauses=talking.clause_choices(version),
        speakers=speakers,
        initial={"clause": request.GET.get("clause", talk.WHOLE)},
    )
    if done(
        request,
        form,
        lambda: commenting.comment(
            version=version,
            clause=form.cleaned_data["clause"],
            words_=form.cleaned_data["words"],
            speaker=form.speaker_chosen(),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your comment is there for everybody at the table."))
        clause = form.cleaned_data["clause"]
        return _to_version(version, f"#clause-{clause}" if clause else "#talk")
    context = {"agreement": found, "version": version}
    return form_page(request, "comment", found.partnership, form, **context)


@login_required
@page
def answer(request: SignedInRequest, slug: str, reference: str, comment_id: Any) -> HttpResponse:
    """Say what became of a comment."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    made = talk.comment_for(request.actor, found, comment_id)
    version = queries.in_preparation(found) or queries.latest(found)
    parties = queries.terms_of(version).parties
    policies.check_can_prepare(request.actor, found, parties, request.at)
    form = AnswerForm(request.POST or None)
    if done(
        request,
        form,
        lambda: commenting.answer(
            comment=made,
            outcome=form.cleaned_data["outcome"],
            words_=form.cleaned_data["answer"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Answered. The answer stands beside the comment."))
        return _to_version(version, "#talk")
    remark = talking.remark(talk.Said(made, talk.place(made, version)), version, answers=False)
    context = {"agreement": found, "version": version, "remark": remark}
    return form_page(request, "answer", found.partnership, form, **context)


@login_required
@require_POST
def be_content(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Say for a party that it is content with the text."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = _preparing(request, found)
    mine = talk.parties_of(request.actor, version, request.at)
    if not mine:
        raise Denied(
            _("Only the people of a party say that it is content."),
            mend=_("Write a comment instead."),
        )
    chosen = {str(each.pk): each for each in mine}.get(request.POST.get("organisation", ""))
    if chosen is None:
        raise Invalid(
            _("Choose the organisation."), mend=_("Reload the page and press its button.")
        )
    commenting.be_content(
        version=version,
        organisation=chosen,
        text_hash=request.POST.get("text_hash", ""),
        by=request.actor,
        at=request.at,
    )
    messages.success(
        request, _("%(organisation)s is content with this text.") % {"organisation": chosen.name}
    )
    return _to_version(version, "#talk")


@login_required
@page
def name_signatory(request: SignedInRequest, slug: str, reference: str) -> HttpResponse:
    """Say who signs for an organisation without an account."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    version = queries.in_preparation(found)
    mine = mailed_signing.may_name_for(request.actor, version, request.at) if version else []
    if version is None or not mine:
        raise Denied(
            _("There is no signatory for you to name here."),
            mend=_("Only the own people of a party whose signature is missing name who signs."),
        )
    # Whoever names for several has chosen one by the link that led here.
    mine = [each for each in mine if str(each.pk) == request.GET.get("for")] or mine
    form = SignatoryForm(request.POST or None, mine=mine)
    if done(
        request,
        form,
        lambda: mailed_signing.name_signatory(
            version=version,
            organisation=form.cleaned_data["organisation"],
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(
            request,
            _("The link for %(organisation)s is on its way. It works once, for fourteen days.")
            % {"organisation": form.cleaned_data["organisation"].name},
        )
        return _to_version(version, "#signatures")
    only = mine[0] if len(mine) == 1 else None
    context = {"agreement": found, "version": version, "only": only}
    return form_page(request, "name_signatory", found.partnership, form, **context)


@login_required
@require_POST
def take_back(request: SignedInRequest, slug: str, reference: str, row_id: Any) -> HttpResponse:
    """Make a signatory's link useless."""
    found = queries.agreement_for(request.actor, slug, reference, request.at)
    row = mailed_signing.named_for(found, row_id)
    mailed_signing.take_back(row=row, by=request.actor, at=request.at)
    messages.success(request, _("The link does not work any more."))
    return _to_version(row.version, "#signatures")


def _row(request: Request, token: str) -> MailedSignatory:
    client = ratelimit.client_of(request.META)
    link = links.find(token, purpose=mailed_signing.PURPOSE, at=request.at, client=client)
    return mailed_signing.row_of(link)


@page
def sign_by_link(request: Request, token: str) -> HttpResponse:
    """Read the text and sign it with the code from the mail."""
    row = _row(request, token)
    form = CodeForm(
        request.POST or None,
        organisation=row.organisation,
        initial={"text_hash": row.text_hash},
    )
    # What cannot be signed any more is said before anybody types a code.
    reason = mailed_signing.why_not(row.version, row.organisation, request.at)
    if not reason and request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> None:
            mailed_signing.sign(
                row=row, text_hash=said["text_hash"], code=said["code"], at=request.at
            )

        if attempt(form, act):
            # The link is used up, so there is no page of its own to lead to.
            return _link_page(request, row, token, signed=True)
    status = 409 if reason else 422 if form.errors else 200
    return _link_page(request, row, token, status, form=form, reason=reason)


@require_POST
def send_code(request: Request, token: str) -> HttpResponse:
    """Mail the code to the address that the link was sent to."""
    row = _row(request, token)
    mailed_signing.send_code(row=row, at=request.at)
    return redirect(reverse("sign_by_link", args=[token]) + "?sent=1#sign")


def _rests_on(agreement: Agreement) -> list[tuple[Agreement, AgreementVersion, list[Passage]]]:
    """The agreements above it, from the next to the widest, each with its text in force.

    Their clauses have no address within the page: they would be taken for those of the text itself.
    """
    found = []
    while agreement.parent is not None:
        agreement = agreement.parent
        version = queries.latest(agreement)
        if version.active_at is not None:
            passages = presentation.passages(version, {})
            found.append((agreement, version, [replace(each, number=0) for each in passages]))
    return found


def _link_page(
    request: Request, row: MailedSignatory, token: str, status: int = 200, **more: Any
) -> HttpResponse:
    version = row.version
    has_code = row.code_expires_at is not None and row.code_expires_at > request.at
    context = {
        "row": row,
        "version": version,
        "agreement": version.agreement,
        "public_name": version.agreement.partnership.name,
        "passages": presentation.passages(version, {}),
        "address": mailed_signing.masked(row.link.email),
        "token": token,
        "code_url": reverse("sign_by_link_code", args=[token]),
        "has_code": has_code,
        "minutes": mailed_signing.CODE_VALID_FOR.seconds // 60,
        "code": code_of(version),
        "rests_on": _rests_on(version.agreement),
        **more,
    }
    return render(request, "agree/sign_by_link.html", context, status=status)

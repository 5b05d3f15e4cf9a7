"""Signing in, the own account, progress of jobs, the outbox."""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.core import actions, links, mail, queries, ratelimit, signin
from commonweal.core.errors import Missing
from commonweal.core.forms import ProfileForm, SignInForm
from commonweal.core.models import Person
from commonweal.core.requests import Request, SignedInRequest


def _local(path: str) -> str:
    """The path if it stays in this installation, else nothing."""
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe and len(path) <= 500 else ""


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """Ask for a mailed link; password and passkey are one step further.

    With `again` also for who is signed in, to show once more who they are.
    """
    next_path = _local(request.POST.get("next") or request.GET.get("next") or "")
    again = "again" in request.GET and request.user.is_authenticated
    if request.user.is_authenticated and not again:
        return redirect(next_path or "home")
    known = request.user.email if isinstance(request.user, Person) else ""
    form = SignInForm(request.POST or None, initial={"next": next_path, "email": known})
    if request.method == "POST" and form.is_valid():
        signin.request_link(
            email=form.cleaned_data["email"],
            next_path=next_path,
            client=ratelimit.client_of(request.META),
            at=request.at,
        )
        return redirect("sign_in_sent")
    context = {"form": form, "next": next_path, "again": again}
    return render(request, "core/sign_in.html", context, status=422 if form.errors else 200)


@require_safe
def sign_in_sent(request: Request) -> HttpResponse:
    """The same words for every address."""
    minutes = signin.VALID_FOR.seconds // 60
    return render(request, "core/sign_in_sent.html", {"minutes": minutes})


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: Request, token: str) -> HttpResponse:
    """GET shows one button and uses nothing up; POST signs in (a second factor is still asked)."""
    client = ratelimit.client_of(request.META)
    link = links.find(token, purpose=signin.PURPOSE, at=request.at, client=client)
    if request.method != "POST":
        return render(request, "core/sign_in_link.html", {"person": link.person})
    person, next_path = signin.use_link(link, at=request.at)
    request.mailed_link_proves = person.email
    record_authentication(request, person, method="mailed_link")
    login = Login(user=person, email=person.email, redirect_url=next_path)
    answer: HttpResponse = perform_login(request, login)
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """Who you are here, for whom you act, and how you sign in."""
    person = request.user
    form = ProfileForm(
        request.POST or None, initial={"name": person.name, "language": person.language}
    )
    if request.method == "POST" and form.is_valid():
        actions.update_profile(person=person, by=request.actor, at=request.at, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("account")
    context = {"form": form, "acts_for": queries.acts_for(person, request.at)}
    return render(request, "core/account.html", context, status=422 if form.errors else 200)


def no_such_page(request: Request) -> HttpResponse:
    """Pages of the sign-in library that have no use here."""
    raise Missing(
        _("There is nothing at this address."),
        mend=_("To change your e-mail address, ask the operator of this installation."),
    )


@require_safe
def job(request: Request, job_id: UUID) -> HttpResponse:
    """How far a job is: a page that refreshes itself, or only its moving part for htmx."""
    shown = queries.job_for(request.actor, job_id)
    # What follows the job is on our own site, named by whoever links here.
    context = {"job": shown, "next": _local(request.GET.get("next", ""))}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "core/job_part.html" if part else "core/job.html", context)


@require_safe
def outbox(request: Request) -> HttpResponse:
    """What was mailed, what failed and why. Holds live links: operators only, or a demo."""
    found = queries.outbox(request.actor, demo=settings.DEMO)
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    shown = [(row, mail.body_of(row)) for row in page]
    context = {"page": page, "shown": shown, "stays_here": mail.stays_here()}
    return render(request, "core/outbox.html", context)


@require_POST
def outbox_again(request: Request, mail_id: UUID) -> HttpResponse:
    """Try a message once more that was given up."""
    message = queries.outgoing_mail(request.actor, mail_id, demo=settings.DEMO)
    mail.send_again(mail=message, at=request.at)
    messages.success(request, _("The message is queued again."))
    return redirect("outbox")

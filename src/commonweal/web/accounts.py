"""How allauth behaves here: nobody signs up alone, mail goes through our outbox, secrets are sealed."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from commonweal.core import mail, ratelimit
from commonweal.core.models import Person
from commonweal.core.sealing import keyed_hash, seal, unseal


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People enter by invitation: an account without an organisation can do nothing."""
        return False

    def pre_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse | None:
        """allauth keeps addresses in a table of its own; ours is the person's one address."""
        mirror_address(user, proven=getattr(request, "mailed_link_proves", "") == user.email)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox as plain text, in the reader's language."""
        request = allauth_context.request
        reader = context.get("user")
        language = getattr(reader, "language", None) or translation.get_language()
        facts = {**context, "request": request, "email": email, "host": request.get_host()}
        with translation.override(language):
            subject = render_to_string(f"{template_prefix}_subject.txt", facts, request)
            body = render_to_string(f"{template_prefix}_message.txt", facts, request)
        mail.queue(
            to=email,
            subject=subject,
            body=body.strip() + "\n",
            purpose="account",
            at=getattr(request, "at", None) or timezone.now(),
        )

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever has just signed in need not do it again to change how they sign in."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0.0)
        return bool(time.time() - latest > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, str]]:
        """Who has neither a password nor a second factor signs in by mail once more."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        words, url = str(_("Mail me a link")), f"{reverse('sign_in')}?again=1"
        return [{"id": "mailed_link", "description": words, "url": url}]

    def get_client_ip(self, request: HttpRequest) -> str:
        """A keyed hash: rate limits need to tell clients apart, not to know them."""
        return keyed_hash("client", ratelimit.client_of(request.META))[:32]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """ "Signed in as …" is said by the page's header; other messages pass."""
        template = kwargs.get("message_template") or (args[2] if len(args) > 2 else "")
        if template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(*args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        """Authenticator secrets and recovery codes are useless in a copied database."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


def mirror_address(person: Person, *, proven: bool) -> None:
    """Make allauth's row of the person's address what it should be; one query when it is."""
    row = EmailAddress.objects.filter(user=person, email__iexact=person.email).first()
    if row is None:
        EmailAddress.objects.filter(user=person).delete()
        row = EmailAddress.objects.create(user=person, email=person.email, primary=True)
    if proven and not row.verified:
        EmailAddress.objects.filter(pk=row.pk).update(verified=True)

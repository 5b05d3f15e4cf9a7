"""Taking a version to its next state: the one place that writes where it is on its way."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from commonweal.agree import states, words
from commonweal.agree.models import AgreementVersion
from commonweal.core.errors import Conflict


def move(version: AgreementVersion, event: str, **facts: Any) -> None:
    """Take the version to its next state, only if it is still in the one that was read."""
    if version.state not in states.VERSION.sources(event):
        raise Conflict(words.standing(version.state), mend=_("Reload its page."))
    target = states.VERSION.target(version, version.state, event)
    here = AgreementVersion.objects.filter(pk=version.pk, state=version.state)
    if not here.update(state=target, **facts):
        raise Conflict(
            _("Somebody else has just changed this version."), mend=_("Reload its page.")
        )
    version.state = target
    for field, value in facts.items():
        setattr(version, field, value)

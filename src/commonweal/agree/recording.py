"""What the log keeps of anything that happens to a version of an agreement. Leaf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from commonweal.agree.models import AgreementVersion


def about(
    version: AgreementVersion, *, organisation: UUID | None = None, **more: Any
) -> dict[str, Any]:
    """Subject, scope, organisation and data of an event, for `events.append`.

    `more` joins the data; never a name, an address or free words.
    """
    agreement = version.agreement
    return {
        "subject": f"agree.agreement:{agreement.pk}",
        "scope": agreement.partnership_id,
        "organisation": organisation,
        "data": {"reference": agreement.reference, "version": version.number, **more},
    }

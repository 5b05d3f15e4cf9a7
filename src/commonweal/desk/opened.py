"""The pages of a partnership that are open to whoever looks at it without a seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commonweal.agree.recommendations.models import Appointment
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part

PAGES = (
    (Part.AIM, "entry_points", _("Where the table begins, and why there")),
    (Part.AIM, "theory", _("Theory of change")),
    (Part.AIM, "indicators", _("Indicators and their definitions")),
    (Part.RESULTS, "results", _("Results, and where each number comes from")),
    (Part.AGREEMENTS, "agreements", _("Agreements")),
    (Part.ACCESS, "access", _("Who can see what, and why?")),
    (Part.ACCESS, "data_uses", _("What data was used for")),
    (Part.DECISIONS, "decisions", _("Decisions")),
    (Part.UNDER_WAY, "disputes", _("Disputes")),
    (Part.COMMITMENTS, "commitments", _("Commitments")),
    (Part.LOG, "log", _("Who did what, and when")),
    (Part.RECOMMENDATIONS, "recommendations", _("Recommendations, findings and the answers")),
)


@dataclass(frozen=True)
class Opened:
    """A partnership with the roles that open it to the reader."""

    partnership: Partnership
    roles: Sequence[Appointment]

    @property
    def pages(self) -> list[tuple[str, str]]:
        """(address, what stands there) of everything that is open."""
        slug = self.partnership.slug
        return [
            (reverse(name, args=[slug]), str(label))
            for part, name, label in PAGES
            if self.partnership.opens(part)
        ]

"""What the public may read of a partnership. Everything here is open; nothing takes an actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commonweal.agree import queries as agree
from commonweal.agree.commitments import presentation as promises
from commonweal.agree.commitments import queries as commitments
from commonweal.agree.decisions import queries as decisions
from commonweal.agree.decisions.queries import PublicDecision
from commonweal.agree.queries import PublicAgreement
from commonweal.agree.recommendations import presentation as advice
from commonweal.agree.recommendations import queries as recommendations
from commonweal.aim.beginnings import queries as beginnings
from commonweal.aim.models import EntryPoint
from commonweal.convene import queries as convene
from commonweal.convene.incentives import presentation as driving
from commonweal.convene.incentives import queries as incentives
from commonweal.convene.models import Partnership
from commonweal.convene.queries import Table
from commonweal.measure import marks, standing
from commonweal.measure import queries as measure
from commonweal.measure.models import Release
from commonweal.measure.presentation import Shown, shown


@dataclass(frozen=True)
class PublicCommitments:
    """What partners volunteered in public. `lead`: how many, and how they stand."""

    lead: str
    shown: Sequence[promises.Shown]


@dataclass(frozen=True)
class PublicRecommendations:
    """What was recommended and found in public, with the answers. `lead`: how they stand."""

    lead: str
    shown: Sequence[advice.Shown]


@dataclass(frozen=True)
class PublicPage:
    """A partnership as its neighbours see it, at one moment.

    `release` is the newest that stands; `others` are all before it and those taken back; `marked`: of
    which of them partners have withdrawn data since; `paused`: what is suspended, in sentences;
    `driven`: what drives and binds partners that chose to say so to everybody, as a table.
    """

    partnership: Partnership
    table: Table
    entry_point: EntryPoint | None
    agreements: Sequence[PublicAgreement]
    decisions: Sequence[PublicDecision]
    commitments: PublicCommitments
    recommended: PublicRecommendations
    release: Release | None
    shown: Sequence[Shown]
    others: Sequence[Release]
    marked: frozenset[UUID]
    paused: Sequence[str]
    driven: dict[str, Any] | None

    @property
    def headline(self) -> Shown | None:
        """The figure that the page leads with: the release's first that has an answer."""
        return next((one for one in self.shown if one.value_words), None)


def page(slug: str, at: datetime) -> PublicPage:
    """The public page of an open partnership. Raises Missing for one that is not open."""
    partnership = convene.public_partnership(slug)
    releases = list(measure.ever_published(partnership).defer("rows", "manifest"))
    newest = measure.published(partnership).first()
    promised = commitments.public_entries(partnership, at)
    recommended = recommendations.public_entries(partnership, at)
    gone = standing.gone(releases)
    return PublicPage(
        partnership=partnership,
        table=convene.at_table(partnership, at),
        entry_point=beginnings.chosen_entry_point(partnership),
        agreements=agree.public_agreements(partnership, at),
        decisions=decisions.public_decisions(partnership, at),
        commitments=PublicCommitments(
            promises.lead(promised), [promises.shown(each) for each in promised]
        ),
        recommended=PublicRecommendations(
            advice.lead(recommended), [advice.shown(each, public=True) for each in recommended]
        ),
        release=newest,
        shown=shown(newest, gone.get(newest.pk, {})) if newest else [],
        others=[each for each in releases if each != newest],
        marked=standing.marked(gone),
        paused=marks.paused(newest, at) if newest else [],
        driven=driving.public_rows(incentives.public(partnership, at)),
    )

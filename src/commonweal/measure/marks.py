"""What has become of the ground under a figure, in sentences for its reader.

Plain and without blame: whoever withdraws uses a right that the agreement gives.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import words as agree
from commonweal.agree.models import Agreement
from commonweal.compute.permits.asking import Permit
from commonweal.convene.models import Partnership
from commonweal.core import formats
from commonweal.core.models import Organisation
from commonweal.measure.models import Release
from commonweal.measure.standing import Departure, Gone, Left, suspended


def since(gone: Gone, release: Release) -> list[str]:
    """What a reader of a figure is told when partners withdrew since; nothing when none did."""
    said = [
        _("%(partner)s has since withdrawn its data (%(day)s).")
        % {"partner": each.partner, "day": formats.day(each.on)}
        for each in gone.departures
    ]
    said += [
        _(
            "Records of %(partner)s were destroyed, because the time for which they may be kept is over."
        )
        % {"partner": partner}
        for partner in gone.outlived
    ]
    if said and release.published_at:
        said.append(_("These figures were lawful when published; they cannot be recomputed."))
    elif said:
        said.append(_("These figures were lawful when computed; they cannot be recomputed."))
    return said + [data_of(each) for each in gone.departures]


def data_of(departure: Departure) -> str:
    """What becomes, or became, of the data of a partner that withdrew."""
    names = {"partner": departure.partner}
    if departure.destroyed_on:
        return _("The data of %(partner)s was destroyed on %(day)s.") % {
            **names,
            "day": formats.day(departure.destroyed_on),
        }
    return _("The data of %(partner)s will be destroyed on %(day)s.") % {
        **names,
        "day": formats.day(departure.destroy_on),
    }


def left_out(permit: Permit) -> list[str]:
    """Whose data was not used under this permit, why, and the clause to read."""
    names = dict(
        Organisation.objects.filter(pk__in=list(permit.refused_providers)).values_list("pk", "name")
    )
    return [
        " ".join(
            [
                _("Without the data of %(partner)s.")
                % {"partner": names.get(pk, _("a former partner"))},
                agree.refusal(refusal),
                _("See %(clause)s.") % {"clause": agree.clause(refusal)}
                if refusal.reference
                else "",
            ]
        ).rstrip()
        for pk, refusal in permit.refused_providers.items()
    ]


def paused(release: Release, at: datetime) -> list[str]:
    """What a reader is told while an agreement under a release is suspended."""
    return [
        _(
            "%(reference)s is suspended since %(day)s. Until that is lifted, nothing new is computed"
            " under it; these figures stay as they are."
        )
        % {"reference": each.agreement.reference, "day": formats.day(each.from_at)}
        for each in suspended(release.agreements.all(), at)
    ]


def paused_in(partnership: Partnership, at: datetime) -> list[str]:
    """For whoever orders a release: what it cannot be computed from now."""
    return [
        _("%(reference)s (%(title)s), since %(day)s: it is suspended.")
        % {
            "reference": each.agreement.reference,
            "title": each.agreement.title,
            "day": formats.day(each.from_at),
        }
        for each in suspended(Agreement.objects.filter(partnership=partnership), at)
    ]


def left_since(departure: Departure) -> str:
    """That a partner withdrew, from what and when."""
    return _("%(partner)s withdrew from %(reference)s on %(day)s.") % {
        "partner": departure.partner,
        "reference": departure.agreement.reference,
        "day": formats.day(departure.on),
    }


def gone_words(left: Left) -> list[str]:
    """A partner that withdrew, for those at the table: since when, what of its data, what rests."""
    said = [left_since(left.departure), data_of(left.departure)]
    if left.figures:
        said.append(
            ngettext(
                "This figure rests on it: %(figures)s.",
                "These figures rest on it: %(figures)s.",
                len(left.figures),
            )
            % {"figures": "; ".join(left.figures)}
        )
    else:
        said.append(_("No figure rests on it."))
    return said


def next_run(left: Left) -> str:
    """For whoever orders a release: whose data it leaves out, and since when."""
    departure = left.departure
    return _("%(partner)s, since %(day)s: it withdrew from %(reference)s (%(title)s).") % {
        "partner": departure.partner,
        "day": formats.day(departure.on),
        "reference": departure.agreement.reference,
        "title": departure.agreement.title,
    }

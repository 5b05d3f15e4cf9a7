"""The triangle's corners, tasks and pieces of evidence in words: our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Piece:
    """`name`: the piece; `missing`: that it is not there, as it goes on within a sentence; `at`: the name of
    the page under the partnership on which it comes about."""

    name: str | Promise
    missing: str | Promise
    at: str


CORNERS: Mapping[str, str | Promise] = {
    "value": _("Public value"),
    "legitimacy": _("Legitimacy and support"),
    "capacity": _("Operational capacity"),
}
TASKS: Mapping[str, str | Promise] = {
    "people": _("The right people together"),
    "problem": _("Problem and outcome agreed"),
    "approach": _("A way to go about it"),
    "governance": _("Who decides and who answers"),
    "resources": _("Money, people and data"),
}
PIECES: Mapping[str, Piece] = {
    "sponsor": Piece(_("A sponsor"), _("no sponsor has a seat"), "table"),
    "pledge": Piece(_("The sponsor’s pledge"), _("the sponsor has pledged nothing yet"), "table"),
    "sectors": Piece(
        _("Partners from two sectors or more"), _("all partners are from one sector"), "table"
    ),
    "residents": Piece(
        _("Residents at the table"), _("no residents’ seat is held by anybody"), "table"
    ),
    "voices": Piece(
        _("Nobody’s seat left empty"), _("a residents’ seat waits for somebody"), "table"
    ),
    "problem": Piece(
        _("The problem, and who is affected"),
        _("it is not written down who is affected"),
        "partnership",
    ),
    "outcome": Piece(_("An outcome"), _("no outcome is named"), "theory"),
    "indicator": Piece(_("An indicator"), _("no indicator is defined"), "indicators"),
    "theory": Piece(_("A theory of change"), _("nothing says what leads to what"), "theory"),
    "tested": Piece(
        _("A belief put to the test"), _("no belief has been put to the test"), "theory"
    ),
    "entry_point": Piece(_("A chosen entry point"), _("no entry point is chosen"), "entry_points"),
    "constitution": Piece(
        _("A constitution in force"), _("no constitution is signed by all"), "agreements"
    ),
    "decision_types": Piece(
        _("Who decides what"), _("no type of decision says who decides"), "decision_types"
    ),
    "memorandum": Piece(
        _("A memorandum of understanding in force"),
        _("no memorandum of understanding is signed by all"),
        "agreements",
    ),
    "commitments": Piece(_("Commitments"), _("nobody has committed to anything"), "commitments"),
    "funding": Piece(
        _("A joint funding agreement in force"),
        _("no joint funding agreement is signed by all"),
        "agreements",
    ),
    "data": Piece(
        _("A data-sharing agreement in force"),
        _("no data-sharing agreement is signed by all"),
        "agreements",
    ),
}

"""The event log in words. A kind that is not here is shown by its name: nothing is left out."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, str | Promise] = {
    "convene.opened": _("started the partnership"),
    "convene.problem_stated": _("restated the problem"),
    "convene.seat_taken": _("gave out a seat at the table"),
    "convene.seat_filled": _("filled a residents’ seat"),
    "convene.contribution_said": _("said what a seat contributes"),
    "convene.seat_ended": _("ended a seat"),
    "convene.handed_over": _("handed over the convening"),
    "convene.pledged": _("pledged the sponsor’s backing"),
    "convene.moved": _("moved the partnership to another step"),
    "convene.person_invited": _("invited somebody to the table"),
    "convene.opened_to_public": _("opened the public page"),
    "convene.closed_to_public": _("closed the public page"),
    "aim.entry_point_proposed": _("proposed an entry point"),
    "aim.entry_point_chosen": _("chose the entry point"),
    "aim.node_added": _("added to the theory of change"),
    "aim.node_changed": _("changed the theory of change"),
    "aim.node_removed": _("removed a part of the theory of change"),
    "aim.nodes_linked": _("added a hypothesis"),
    "aim.link_judged": _("judged a hypothesis"),
    "aim.link_removed": _("removed a hypothesis"),
    "aim.indicator_defined": _("defined an indicator"),
    "aim.indicator_revised": _("revised an indicator"),
    "agree.drafted": _("drafted an agreement"),
    "agree.revised": _("drafted a new version of an agreement"),
    "agree.opened_for_signature": _("put an agreement to signature"),
    "agree.signed": _("signed an agreement"),
    "agree.in_force": _("brought an agreement into force with the last signature"),
    "agree.withdrawn": _("withdrew from an agreement"),
    "agree.suspended": _("suspended an agreement"),
    "agree.resumed": _("lifted a suspension"),
    "agree.expires_soon": _("gave notice that an agreement ends soon"),
    "agree.expired": _("noted that an agreement has ended"),
    "agree.granted": _("was granted the use of data"),
    "agree.refused": _("was refused the use of data"),
    "core.organisation_created": _("added an organisation"),
    "core.person_created": _("added a person"),
    "core.affiliated": _("let somebody act for an organisation"),
    "core.affiliation_ended": _("ended what somebody did for an organisation"),
    "core.profile_updated": _("changed a person’s own details"),
    "core.operator_named": _("named an operator"),
    "core.person_deactivated": _("shut somebody out"),
    "core.second_factor_reset": _("removed somebody’s second factor"),
    "core.link_issued": _("sent a personal link"),
    "core.link_resent": _("sent a personal link again"),
    "core.link_revoked": _("revoked a personal link"),
    "core.link_used": _("used a personal link"),
    "pool.contract_added": _("added a data contract"),
    "pool.received": _("handed in data"),
    "pool.repeated": _("handed in the same file again"),
    "pool.checked": _("checked what was handed in"),
    "pool.superseded": _("replaced an earlier file"),
    "pool.failed": _("could not check what was handed in"),
    "pool.rows_taken": _("downloaded the rows to mend"),
    "pool.destroyed": _("destroyed a file whose time was over"),
    "pool.keys_destroyed": _("destroyed the keys to a partner’s data"),
    "measure.release_ordered": _("ordered a release"),
    "measure.release_failed": _("could not compute a release that was ordered"),
    "measure.release_computed": _("computed a release"),
    "measure.release_published": _("published a release"),
    "measure.release_withdrawn": _("withdrew a release"),
}


def sentence(kind: str) -> str:
    """What an event says that somebody did, in the reader's language."""
    return str(SENTENCES.get(kind, kind))

"""Proposals as motions and vote events in the names of the Popolo specification.

Voters are seats: organisations, or whose voice a residents' seat is. No person is in it. Consent is
“yes”, an objection “no”; whoever did not answer is “absent”, whoever has a conflict of interest “not
voting”. What Popolo has no name for is in `extras`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commonweal.agree.decisions import queries, sheets
from commonweal.agree.decisions.models import Proposal, State
from commonweal.convene.models import Partnership

OPTIONS = {
    "consent": "yes",
    "for": "yes",
    "object": "no",
    "against": "no",
    "abstain": "abstain",
}
RESULTS = {State.ADOPTED: "pass", State.NOT_ADOPTED: "fail"}
ASKED = (State.POSITIONS, State.INTEGRATE, State.ADOPTED, State.NOT_ADOPTED)


def document(partnership: Partnership, at: datetime, *, public: bool = False) -> dict[str, Any]:
    """Motions and vote events of a partnership; with `public` only what was made public."""
    found = queries.proposals(partnership)
    if public:
        found = found.filter(is_public=True, state__in=list(RESULTS))
    table = queries.here(partnership, at)
    rows = [(row, sheets.trace_of(row, table)) for row in found.order_by("number")]
    return {
        "organizations": [{"id": str(partnership.pk), "name": partnership.name}],
        "motions": [_motion(row, trace) for row, trace in rows],
        "vote_events": [_vote_event(row, trace) for row, trace in rows if row.state in ASKED],
    }


def _motion(proposal: Proposal, trace: dict[str, Any]) -> dict[str, Any]:
    text = queries.latest_text(proposal)
    return {
        "id": str(proposal.pk),
        "identifier": str(proposal.number),
        "organization_id": str(proposal.partnership_id),
        "classification": proposal.decision_type.name,
        "text": text.text,
        "date": proposal.proposed_at.date().isoformat(),
        "requirement": trace["rule"],
        "result": RESULTS.get(State(proposal.state), ""),
        "extras": {
            "title": proposal.title,
            "state": proposal.state,
            "proposed_by": proposal.proposed_by.holder,
            "text_number": text.number,
            "text_sha256": text.text_hash,
            "review_on": _iso(proposal.review_on),
            "reviewed_at": _iso(proposal.reviewed_at),
            "minutes": proposal.minutes,
            "closed_because": proposal.closed_because,
        },
    }


def _vote_event(proposal: Proposal, trace: dict[str, Any]) -> dict[str, Any]:
    votes = [
        {
            "voter_id": row["seat"],
            "voter": {"id": row["seat"], "name": row["name"]},
            "option": _option(row),
            "extras": {"stance": row["stance"], "how": row["how"], "via": row["via"]},
        }
        for row in trace["standings"]
    ]
    cast = [vote["option"] for vote in votes]
    return {
        "id": f"{proposal.pk}-votes",
        "identifier": str(proposal.number),
        "motion_id": str(proposal.pk),
        "organization_id": str(proposal.partnership_id),
        "end_date": _iso(proposal.closed_at),
        "result": RESULTS.get(State(proposal.state), ""),
        "counts": [
            {"option": option, "value": cast.count(option)}
            for option in dict.fromkeys(sorted(cast))
        ],
        "votes": votes,
        "extras": {
            "quorum_percent": trace["quorum"],
            "present": trace["present"],
            "needed": trace["needed"],
            "reasons": [each["code"] for each in trace["reasons"]],
        },
    }


def _option(row: dict[str, Any]) -> str:
    if row["how"] == "conflict":
        return "not voting"
    return OPTIONS.get(row["stance"], "absent")


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None

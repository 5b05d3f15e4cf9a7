"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.agree.decisions.views import disputes, files, links, proposals, rules, saying

HERE = "partnerships/<slug:slug>/decisions/"
ONE = f"{HERE}<int:number>/"
LINK = f"{ONE}links/<uuid:link_id>/"
TYPES = f"{HERE}types/"
DELEGATIONS = f"{HERE}delegations/"
DISPUTES = "partnerships/<slug:slug>/disputes/"

urlpatterns = [
    path(HERE, proposals.decisions, name="decisions"),
    path(f"{HERE}decisions.json", files.decisions_json, name="decisions_json"),
    path(f"{HERE}reviews.ics", files.reviews_ics, name="decision_reviews"),
    path(f"{HERE}new/", proposals.propose, name="propose"),
    path(TYPES, rules.types, name="decision_types"),
    path(f"{TYPES}new/", rules.set_up, name="set_up_decision_type"),
    path(f"{TYPES}<int:number>/", rules.one_type, name="decision_type"),
    path(DELEGATIONS, rules.delegations, name="delegations"),
    path(f"{DELEGATIONS}<uuid:delegation_id>/end/", rules.end_delegation, name="end_delegation"),
    path(ONE, proposals.proposal, name="proposal"),
    path(f"{ONE}words/", proposals.rewrite, name="rewrite_proposal"),
    path(f"{ONE}move/", proposals.move, name="move_proposal"),
    path(f"{ONE}ask/", proposals.ask, name="ask_for_positions"),
    path(f"{ONE}adopt/", proposals.adopt, name="adopt_proposal"),
    path(f"{ONE}close/", proposals.close, name="close_proposal"),
    path(f"{ONE}withdraw/", proposals.withdraw, name="withdraw_proposal"),
    path(f"{ONE}review/", proposals.review, name="review_decision"),
    path(f"{ONE}attendance/", proposals.attendance, name="note_attendance"),
    path(f"{ONE}say/", saying.say, name="say_on_proposal"),
    path(f"{ONE}position/", saying.position, name="take_position"),
    path(f"{ONE}conflict/", saying.conflict, name="declare_conflict"),
    path(f"{ONE}links/", links.issued, name="position_links"),
    path(f"{LINK}again/", links.resend, name="position_link_resend"),
    path(f"{LINK}withdraw/", links.revoke, name="position_link_revoke"),
    path(DISPUTES, disputes.disputes, name="disputes"),
    path(f"{DISPUTES}new/", disputes.raise_dispute, name="raise_dispute"),
    path(f"{DISPUTES}<int:number>/", disputes.dispute, name="dispute"),
    path("l/position/<str:token>/", links.by_link, name="answer_by_link"),
    path("p/<slug:slug>/decisions.json", files.public_json, name="public_decisions_json"),
]

"""Addresses of the room."""

from __future__ import annotations

from django.urls import path, re_path

from commonweal.pool.views import contracts, data, links, personal

_DATA = "partnerships/<slug:slug>/data/"
_SUBMISSION = f"{_DATA}submissions/<uuid:submission_id>/"
_LINK = "l/submit/<str:token>/"

urlpatterns = [
    path(_DATA, data.data, name="data"),
    path(f"{_DATA}send/", data.send, name="data_send"),
    path(_SUBMISSION, data.submission, name="submission"),
    path(f"{_SUBMISSION}progress/", data.progress, name="submission_progress"),
    path(f"{_SUBMISSION}rows-to-mend.xlsx", data.bad_rows, name="submission_bad_rows"),
    path(f"{_DATA}add-contract/", contracts.add, name="data_contract_add"),
    path(f"{_DATA}contracts/<slug:key>/", contracts.contract, name="data_contract"),
    path(f"{_DATA}contracts/<slug:key>/move/", contracts.move, name="data_contract_move"),
    re_path(
        r"^partnerships/(?P<slug>[-\w]+)/data/contracts/(?P<key>[-\w]+)/empty\.(?P<form>csv|xlsx)$",
        contracts.blank,
        name="data_contract_blank",
    ),
    path(f"{_DATA}links/", links.links, name="data_links"),
    path(f"{_DATA}links/<uuid:link_id>/again/", links.resend, name="data_link_resend"),
    path(f"{_DATA}links/<uuid:link_id>/withdraw/", links.revoke, name="data_link_revoke"),
    path(_LINK, personal.send, name="submit_by_link"),
    re_path(
        r"^l/submit/(?P<token>[-\w]+)/empty\.(?P<form>csv|xlsx)$",
        personal.blank,
        name="submit_by_link_blank",
    ),
    path(f"{_LINK}<uuid:submission_id>/", personal.submission, name="submission_by_link"),
    path(
        f"{_LINK}<uuid:submission_id>/progress/",
        personal.progress,
        name="submission_by_link_progress",
    ),
    path(
        f"{_LINK}<uuid:submission_id>/rows-to-mend.xlsx",
        personal.bad_rows,
        name="submission_by_link_bad_rows",
    ),
]

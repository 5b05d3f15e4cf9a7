"""Addresses of the room."""

from __future__ import annotations

from django.urls import include, path

from commonweal.convene import views

urlpatterns = [
    path("partnerships/new/", views.open_partnership, name="open_partnership"),
    path("partnerships/<slug:slug>/table/", views.table, name="table"),
    path("partnerships/<slug:slug>/journey/", views.journey, name="journey"),
    path("partnerships/<slug:slug>/problem/", views.state_problem, name="state_problem"),
    path("partnerships/<slug:slug>/settings/", views.settings, name="partnership_settings"),
    path("partnerships/<slug:slug>/pledge/", views.pledge, name="pledge"),
    path("partnerships/<slug:slug>/hand-over/", views.hand_over, name="hand_over"),
    path(
        "partnerships/<slug:slug>/table/organisations/new/",
        views.seat_organisation,
        name="seat_organisation",
    ),
    path(
        "partnerships/<slug:slug>/table/residents/new/",
        views.seat_residents,
        name="seat_residents",
    ),
    path("partnerships/<slug:slug>/table/<uuid:seat_id>/", views.seat, name="seat"),
    path("partnerships/<slug:slug>/table/<uuid:seat_id>/fill/", views.fill_seat, name="fill_seat"),
    path(
        "partnerships/<slug:slug>/table/<uuid:seat_id>/invite/",
        views.invite_person,
        name="invite_person",
    ),
    path("partnerships/<slug:slug>/table/<uuid:seat_id>/end/", views.end_seat, name="end_seat"),
    path("", include("commonweal.convene.kinds.urls")),
    path("", include("commonweal.convene.voices.urls")),
    path("", include("commonweal.convene.incentives.urls")),
    path("", include("commonweal.convene.offers.urls")),
    path("", include("commonweal.convene.groups.urls")),
    path("", include("commonweal.convene.growth.urls")),
    path("", include("commonweal.convene.premortem.urls")),
    path("", include("commonweal.convene.network.urls")),
]

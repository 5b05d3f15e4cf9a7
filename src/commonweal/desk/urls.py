"""Addresses of the desk."""

from __future__ import annotations

from django.urls import include, path

from commonweal.desk import views
from commonweal.desk.matching import views as matching
from commonweal.desk.portfolio import views as portfolio

urlpatterns = [
    path("home/", views.home, name="home"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("partnerships/<slug:slug>/", views.partnership, name="partnership"),
    path("partnerships/<slug:slug>/log/", views.log, name="log"),
    path(
        "partnerships/<slug:slug>/offers/promise/<uuid:match_id>/",
        matching.promise_match,
        name="promise_match",
    ),
    path("", include("commonweal.desk.meetings.urls")),
    path("", include("commonweal.desk.characteristics.urls")),
]

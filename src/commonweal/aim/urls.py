"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from commonweal.aim import views

inside: list[URLPattern | URLResolver] = [
    path("theory/", include("commonweal.aim.theory.urls")),
    path("entry-points/", include("commonweal.aim.beginnings.urls")),
    path("triangle/", include("commonweal.aim.triangle.urls")),
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/new/", views.define_indicator, name="define_indicator"),
    path("indicators/<str:key>/", views.indicator, name="indicator"),
    path("indicators/<str:key>/revise/", views.revise_indicator, name="revise_indicator"),
]

urlpatterns = [path("partnerships/<slug:slug>/", include(inside))]

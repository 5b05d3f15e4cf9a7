"""Addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from commonweal.aim import views

inside: list[URLPattern | URLResolver] = [
    path("theory/", views.theory, name="theory"),
    path("theory/boxes/new/", views.add_node, name="add_node"),
    path("theory/boxes/<uuid:pk>/", views.node, name="node"),
    path("theory/boxes/<uuid:pk>/remove/", views.remove_node, name="remove_node"),
    path("theory/links/new/", views.link_nodes, name="link_nodes"),
    path("theory/links/<uuid:pk>/", views.link, name="link"),
    path("theory/links/<uuid:pk>/remove/", views.remove_link, name="remove_link"),
    path("entry-points/", include("commonweal.aim.beginnings.urls")),
    path("triangle/", include("commonweal.aim.triangle.urls")),
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/new/", views.define_indicator, name="define_indicator"),
    path("indicators/<str:key>/", views.indicator, name="indicator"),
    path("indicators/<str:key>/revise/", views.revise_indicator, name="revise_indicator"),
]

urlpatterns = [path("partnerships/<slug:slug>/", include(inside))]

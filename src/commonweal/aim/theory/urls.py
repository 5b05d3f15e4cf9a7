"""Addresses of the theory of change."""

from __future__ import annotations

from django.urls import path

from commonweal.aim.theory import views

urlpatterns = [
    path("", views.theory, name="theory"),
    path("boxes/new/", views.add_node, name="add_node"),
    path("boxes/<uuid:pk>/", views.node, name="node"),
    path("boxes/<uuid:pk>/remove/", views.remove_node, name="remove_node"),
    path("links/new/", views.link_nodes, name="link_nodes"),
    path("links/<uuid:pk>/", views.link, name="link"),
    path("links/<uuid:pk>/change/", views.change_link, name="change_link"),
    path("links/<uuid:pk>/remove/", views.remove_link, name="remove_link"),
]

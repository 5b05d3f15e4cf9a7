"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.network import views

HERE = "partnerships/<slug:slug>/network/"
urlpatterns = [
    path(HERE, views.network, name="network"),
    path(f"{HERE}open/", views.open_network_round, name="open_network_round"),
    path(f"{HERE}close/", views.close_network_round, name="close_network_round"),
    path(f"{HERE}rounds/<int:number>/", views.network_round, name="network_round"),
    path(f"{HERE}rounds/<int:number>/network.json", views.network_file, name="network_file"),
    path(f"{HERE}answers/<uuid:organisation_id>/", views.answer_network, name="answer_network"),
    path(f"{HERE}answers/<uuid:organisation_id>/trust/", views.rate_network, name="rate_network"),
]

"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.groups import views

HERE = "partnerships/<slug:slug>/groups/"
urlpatterns = [
    path(HERE, views.groups, name="groups"),
    path(f"{HERE}new/", views.begin_group, name="begin_group"),
    path(f"{HERE}<uuid:group_id>/", views.change_group, name="change_group"),
    path(f"{HERE}<uuid:group_id>/end/", views.end_group, name="end_group"),
]

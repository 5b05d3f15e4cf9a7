"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.voices import views

HERE = "partnerships/<slug:slug>/missing/"
urlpatterns = [
    path(HERE, views.who_is_missing, name="who_is_missing"),
    path(f"{HERE}lines/<uuid:line_id>/", views.change_line, name="change_line"),
    path(f"{HERE}lines/<uuid:line_id>/remove/", views.remove_line, name="remove_line"),
    path(f"{HERE}new/<slug:kind>/", views.add_line, name="add_line"),
]

"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.premortem import views

HERE = "partnerships/<slug:slug>/premortem/"
urlpatterns = [
    path(HERE, views.premortem, name="premortem"),
    path(f"{HERE}begin/", views.begin_premortem, name="begin_premortem"),
    path(f"{HERE}answer/", views.answer_premortem, name="answer_premortem"),
    path(f"{HERE}close/", views.close_premortem, name="close_premortem"),
    path(f"{HERE}reasons/<uuid:reason_id>/", views.take_up_reason, name="take_up_reason"),
]

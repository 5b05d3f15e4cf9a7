"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.kinds import views

urlpatterns = [
    path("partnerships/<slug:slug>/kind/", views.kind, name="partnership_kind"),
    path("partnerships/<slug:slug>/kind/choose/", views.choose_kind, name="choose_kind"),
]

"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.agree.access import views

HERE = "partnerships/<slug:slug>/agreements/"

urlpatterns = [
    path(f"{HERE}access/", views.access, name="access"),
    path(f"{HERE}access/csv/", views.access_file, name="access_file"),
    path(f"{HERE}uses/", views.data_uses, name="data_uses"),
    path(
        f"{HERE}<slug:reference>/versions/<int:number>/try/",
        views.try_version,
        name="try_version",
    ),
]

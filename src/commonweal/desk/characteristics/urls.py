"""Addresses of this part of the desk."""

from __future__ import annotations

from django.urls import path

from commonweal.desk.characteristics import views

urlpatterns = [
    path(
        "partnerships/<slug:slug>/characteristics/", views.characteristics, name="characteristics"
    ),
    path("partnerships/<slug:slug>/balance/", views.balance, name="balance"),
]

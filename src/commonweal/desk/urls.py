"""Addresses of the desk."""

from __future__ import annotations

from django.urls import include, path

from commonweal.desk import views

urlpatterns = [
    path("home/", views.home, name="home"),
    path("partnerships/<slug:slug>/", views.partnership, name="partnership"),
    path("partnerships/<slug:slug>/log/", views.log, name="log"),
    path("", include("commonweal.desk.characteristics.urls")),
]

"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.growth import views

urlpatterns = [path("partnerships/<slug:slug>/table/growth/", views.growth, name="growth")]

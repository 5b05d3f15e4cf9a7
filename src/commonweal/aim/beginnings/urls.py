"""Addresses of this part of the room, under the partnership's entry points."""

from __future__ import annotations

from django.urls import path

from commonweal.aim.beginnings import views

urlpatterns = [
    path("", views.entry_points, name="entry_points"),
    path("new/", views.propose_entry_point, name="propose_entry_point"),
    path("<uuid:pk>/rate/", views.rate_entry_point, name="rate_entry_point"),
    path("<uuid:pk>/choose/", views.choose_entry_point, name="choose_entry_point"),
    path("<uuid:pk>/review/", views.review_entry_point, name="review_entry_point"),
]

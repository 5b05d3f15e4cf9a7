"""Addresses of this part of the room, under the partnership's triangle."""

from __future__ import annotations

from django.urls import path

from commonweal.aim.triangle import views

urlpatterns = [
    path("", views.triangle, name="triangle"),
    path("rate/", views.rate_triangle, name="rate_triangle"),
    path("rounds/new/", views.begin_triangle_round, name="begin_triangle_round"),
    path("rounds/close/", views.close_triangle_round, name="close_triangle_round"),
    path(
        "evidence/<uuid:pk>/take-back/",
        views.take_back_triangle_evidence,
        name="take_back_triangle_evidence",
    ),
    path("<slug:task>/owner/", views.triangle_owner, name="triangle_owner"),
    path("<slug:task>/evidence/", views.add_triangle_evidence, name="add_triangle_evidence"),
]

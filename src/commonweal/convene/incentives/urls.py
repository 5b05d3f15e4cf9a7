"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.incentives import views

HERE = "partnerships/<slug:slug>/incentives/"
urlpatterns = [
    path(HERE, views.incentives, name="incentives"),
    path(f"{HERE}new/", views.say_incentive, name="say_incentive"),
    path(f"{HERE}<uuid:entry_id>/", views.change_incentive, name="change_incentive"),
    path(f"{HERE}<uuid:entry_id>/show/", views.show_incentive, name="show_incentive"),
    path(f"{HERE}<uuid:entry_id>/withdraw/", views.withdraw_incentive, name="withdraw_incentive"),
    path(f"{HERE}seats/<uuid:seat_id>/", views.declare_incentives, name="declare_incentives"),
]

"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.convene.offers import views

HERE = "partnerships/<slug:slug>/offers/"
urlpatterns = [
    path(HERE, views.offers, name="offers"),
    path(f"{HERE}new/<slug:side>/", views.add_offer, name="add_offer"),
    path(f"{HERE}<uuid:entry_id>/", views.change_offer, name="change_offer"),
    path(f"{HERE}<uuid:entry_id>/close/", views.close_offer, name="close_offer"),
    path(f"{HERE}<uuid:offer>/for/<uuid:need>/", views.ask_for_offer, name="ask_for_offer"),
    path(f"{HERE}<uuid:offer>/for/<uuid:need>/no/", views.decline_match, name="decline_match"),
    path(f"{HERE}letters/<uuid:letter_id>/", views.answer_letter, name="answer_letter"),
    path("p/<slug:slug>/join/", views.door, name="door"),
    path("p/<slug:slug>/join/thanks/", views.door_thanks, name="door_thanks"),
]

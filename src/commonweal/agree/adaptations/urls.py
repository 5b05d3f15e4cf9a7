"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.agree.adaptations import views

ONE = "partnerships/<slug:slug>/agreements/<slug:reference>/"
RULE = f"{ONE}versions/<int:number>/rules/<int:clause>/"

urlpatterns = [
    path(f"{ONE}differences/", views.differences, name="rule_differences"),
    path(RULE, views.adapt, name="adapt_rule"),
    path(f"{RULE}as-it-is/", views.take_as_it_is, name="take_rule_as_it_is"),
]

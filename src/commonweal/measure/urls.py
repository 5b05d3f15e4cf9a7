"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.measure import views

base = "partnerships/<slug:slug>/results/"
urlpatterns = [
    path(base, views.results, name="results"),
    path(f"{base}new/", views.order, name="order_release"),
    path(f"{base}<int:number>/", views.release, name="release"),
    path(f"{base}<int:number>/publish/", views.publish, name="publish_release"),
    path(f"{base}<int:number>/withdraw/", views.withdraw, name="withdraw_release"),
    path(f"{base}<int:number>/data.<str:form>", views.data, name="release_data"),
    path(f"{base}<int:number>/<slug:key>/", views.how, name="release_how"),
]

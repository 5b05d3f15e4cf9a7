"""Addresses of the public pages. None needs an account."""

from __future__ import annotations

from django.urls import path

from commonweal.publish import views

urlpatterns = [
    path("p/", views.partnerships, name="public_partnerships"),
    path("p/<slug:slug>/", views.partnership, name="public_partnership"),
    path("p/<slug:slug>/releases/<int:number>/", views.release, name="public_release"),
    path("p/<slug:slug>/releases/<int:number>/data.<str:form>", views.data, name="public_data"),
    path("p/<slug:slug>/releases/<int:number>/<slug:key>/", views.how, name="public_how"),
]

"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path, re_path

from commonweal.agree.commitments import views

HERE = "partnerships/<slug:slug>/commitments/"
ONE = f"{HERE}<int:number>/"

urlpatterns = [
    path(HERE, views.commitments, name="commitments"),
    path(f"{HERE}new/", views.make, name="make_commitment"),
    path(ONE, views.commitment, name="commitment"),
    path(f"{ONE}change/", views.change, name="change_commitment"),
    path(f"{ONE}word/", views.tell, name="tell_commitment"),
    path(f"{ONE}open/", views.open_to_public, name="open_commitment"),
    path(f"{ONE}ask/", views.ask, name="ask_commitment"),
    path("l/commitment/<str:token>/", views.by_link, name="commitment_by_link"),
    re_path(
        r"^p/(?P<slug>[-\w]+)/commitments\.(?P<form>csv|json)$",
        views.public_file,
        name="public_commitments_file",
    ),
]

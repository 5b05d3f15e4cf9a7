"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.agree.life import views

ONE = "partnerships/<slug:slug>/agreements/<slug:reference>/"

urlpatterns = [
    path(f"{ONE}ask/", views.open_for_comment, name="open_for_comment"),
    path(f"{ONE}comment/", views.comment, name="comment_agreement"),
    path(f"{ONE}comments/<uuid:comment_id>/", views.answer, name="answer_comment"),
    path(f"{ONE}drop/", views.drop, name="drop_text"),
    path(f"{ONE}content/", views.be_content, name="be_content"),
    path(f"{ONE}signatory/", views.name_signatory, name="name_signatory"),
    path(f"{ONE}signatory/<uuid:row_id>/back/", views.take_back, name="take_back_signatory"),
    path("l/sign/<str:token>/", views.sign_by_link, name="sign_by_link"),
    path("l/sign/<str:token>/code/", views.send_code, name="sign_by_link_code"),
]

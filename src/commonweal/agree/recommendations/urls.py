"""Addresses of this part of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.agree.recommendations import views

HERE = "partnerships/<slug:slug>/recommendations/"
ONE = f"{HERE}<int:number>/"

urlpatterns = [
    path(HERE, views.recommendations, name="recommendations"),
    path(f"{HERE}new/", views.recommend, name="recommend"),
    path(f"{HERE}findings/new/", views.find, name="file_finding"),
    path(f"{HERE}independent/new/", views.appoint, name="appoint_independent"),
    path(f"{HERE}independent/<uuid:pk>/end/", views.end_appointment, name="end_independent"),
    path(ONE, views.recommendation, name="recommendation"),
    path(f"{ONE}answer/", views.answer, name="answer_recommendation"),
    path(f"{ONE}launched/", views.launch, name="launch_recommendation"),
    path(f"{ONE}withdraw/", views.withdraw, name="withdraw_recommendation"),
]

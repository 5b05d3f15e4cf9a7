"""Addresses of meetings."""

from __future__ import annotations

from django.urls import path

from commonweal.desk.meetings import views

HERE = "partnerships/<slug:slug>/meetings/"
urlpatterns = [
    path(HERE, views.meetings, name="meetings"),
    path(f"{HERE}meetings.ics", views.meetings_calendar, name="meetings_calendar"),
    path(f"{HERE}new/", views.call_meeting, name="call_meeting"),
    path(f"{HERE}<uuid:meeting_id>/", views.meeting, name="meeting"),
    path(f"{HERE}<uuid:meeting_id>/point/", views.add_point, name="add_point"),
    path(f"{HERE}<uuid:meeting_id>/begin/", views.begin_meeting, name="begin_meeting"),
    path(f"{HERE}<uuid:meeting_id>/minutes/", views.take_minutes, name="take_minutes"),
    path(f"{HERE}<uuid:meeting_id>/todo/", views.add_todo, name="add_todo"),
    path(f"{HERE}<uuid:meeting_id>/close/", views.close_meeting, name="close_meeting"),
    path(f"{HERE}todo/<uuid:todo_id>/done/", views.todo_done, name="todo_done"),
]

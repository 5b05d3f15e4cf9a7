"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.plan import views

HERE = "partnerships/<slug:slug>/plan/"
urlpatterns = [
    path(HERE, views.plan, name="plan"),
    path(f"{HERE}new/", views.add_plan_item, name="add_plan_item"),
    path(f"{HERE}import/", views.import_plan, name="import_plan"),
    path(f"{HERE}<slug:name>.csv", views.plan_file, name="plan_file"),
    path(f"{HERE}items/<uuid:item_id>/", views.plan_item, name="plan_item"),
    path(f"{HERE}items/<uuid:item_id>/change/", views.change_plan_item, name="change_plan_item"),
    path(f"{HERE}items/<uuid:item_id>/drop/", views.drop_plan_item, name="drop_plan_item"),
    path(f"{HERE}stages/new/", views.add_stage, name="add_stage"),
    path(f"{HERE}stages/<uuid:stage_id>/", views.decide_stage, name="decide_stage"),
]

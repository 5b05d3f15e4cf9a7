"""The room as an app."""

from __future__ import annotations

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "commonweal.plan"

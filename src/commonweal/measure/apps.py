"""Start-up of the room: the data page learns whom to ask what a submission fed."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class MeasureConfig(AppConfig):
    name = "commonweal.measure"

    def ready(self) -> None:
        import_module("commonweal.measure.uses")

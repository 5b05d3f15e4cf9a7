"""Start-up of the room: the records of its parts are known from the first moment."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AimConfig(AppConfig):
    name = "commonweal.aim"

    def ready(self) -> None:
        import_module("commonweal.aim.beginnings.models")
        import_module("commonweal.aim.triangle.models")

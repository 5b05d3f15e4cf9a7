"""Start-up of the room: agreements learn under which of them a contract's data lies."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PoolConfig(AppConfig):
    name = "commonweal.pool"

    def ready(self) -> None:
        import_module("commonweal.pool.places")

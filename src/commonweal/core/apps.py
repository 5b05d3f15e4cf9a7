"""Start-up of the ground floor: every room's jobs and due dates make themselves known."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "commonweal.core"

    def ready(self) -> None:
        import_module("commonweal.core.housekeeping")
        # `<room>/jobs.py` and `<room>/due.py`; keep their imports light, every process pays.
        autodiscover_modules("jobs", "due")

"""Start-up of this part: decisions learn what was promised because of them."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "commonweal.agree.commitments"

    def ready(self) -> None:
        import_module("commonweal.agree.commitments.promised")

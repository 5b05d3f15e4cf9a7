"""Start-up: rooms above say what they know of the journey, and what they open without a seat."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConveneConfig(AppConfig):
    name = "commonweal.convene"

    def ready(self) -> None:
        # `<room>/steps.py` calls `convene.journey.register`.
        autodiscover_modules("steps")
        # `<room>/reach.py` calls `convene.reach.register`.
        autodiscover_modules("reach")

"""The installation's settings with one more language, so that pages can be read right to left."""

from commonweal.web.settings import *  # noqa: F403
from commonweal.web.settings import LANGUAGES as SHIPPED

LANGUAGES = [*SHIPPED, ("ar", "Arabic")]

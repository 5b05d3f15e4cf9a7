"""Every address of the installation."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language

from commonweal.web import views

urlpatterns = [
    path("", views.front, name="front"),
    path("health/", views.health, name="health"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("language/", set_language, name="set_language"),
    path("", include("commonweal.core.urls")),
    path("account/", include("allauth.urls")),
    path("", include("commonweal.convene.urls")),
    path("", include("commonweal.agree.urls")),
    path("", include("commonweal.agree.decisions.urls")),
    path("", include("commonweal.agree.commitments.urls")),
    path("", include("commonweal.agree.recommendations.urls")),
    path("", include("commonweal.aim.urls")),
    path("", include("commonweal.pool.urls")),
    path("", include("commonweal.measure.urls")),
    path("", include("commonweal.publish.urls")),
    path("", include("commonweal.plan.urls")),
    path("", include("commonweal.desk.urls")),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("gallery/", views.gallery, name="gallery"))

handler400 = "commonweal.web.views.bad_request"
handler403 = "commonweal.web.views.forbidden"
handler404 = "commonweal.web.views.not_found"
# Not the framework's: the sign-in library asks for it.
handler429 = "commonweal.web.views.too_many"
handler500 = "commonweal.web.views.server_error"

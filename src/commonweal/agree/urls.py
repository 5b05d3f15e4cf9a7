"""Addresses of the room."""

from __future__ import annotations

from django.urls import include, path

from commonweal.agree import views

HERE = "partnerships/<slug:slug>/agreements/"
ONE = f"{HERE}<slug:reference>/"

urlpatterns = [
    # Before references of agreements: `access` and `uses` could be such.
    path("", include("commonweal.agree.access.urls")),
    path(HERE, views.agreements, name="agreements"),
    path(f"{HERE}new/", views.draft_sharing, name="draft_sharing"),
    path(ONE, views.agreement, name="agreement"),
    path(f"{ONE}versions/<int:number>/", views.agreement, name="agreement_version"),
    path(f"{ONE}versions/<int:number>/text/", views.agreement_text, name="agreement_text"),
    path(f"{ONE}licence/", views.draft_licence, name="draft_licence"),
    path(f"{ONE}revise/", views.revise, name="revise_agreement"),
    path(f"{ONE}open/", views.open_for_signature, name="open_for_signature"),
    path(f"{ONE}sign/", views.sign, name="sign_agreement"),
    path(f"{ONE}withdraw/", views.withdraw, name="withdraw_agreement"),
    path(f"{ONE}suspend/", views.suspend, name="suspend_agreement"),
    path(f"{ONE}resume/", views.resume, name="resume_agreement"),
]

"""Addresses of the room."""

from __future__ import annotations

from django.urls import include, path

from commonweal.agree import views
from commonweal.agree.documents import views as documents

HERE = "partnerships/<slug:slug>/agreements/"
ONE = f"{HERE}<slug:reference>/"

urlpatterns = [
    # Before references of agreements: `access` and `uses` could be such.
    path("", include("commonweal.agree.access.urls")),
    path(HERE, views.agreements, name="agreements"),
    path(f"{HERE}new/", views.draft_sharing, name="draft_sharing"),
    path(f"{HERE}new/<slug:kind>/", views.draft_kind, name="draft_kind"),
    path(f"{HERE}kinds/", views.agreement_kinds, name="agreement_kinds"),
    path(ONE, views.agreement, name="agreement"),
    path(f"{ONE}versions/<int:number>/", views.agreement, name="agreement_version"),
    path(f"{ONE}versions/<int:number>/text/", views.agreement_text, name="agreement_text"),
    path(
        f"{ONE}versions/<int:number>/changes/",
        documents.agreement_changes,
        name="agreement_changes",
    ),
    path(f"{ONE}versions/<int:number>/pdf/", documents.agreement_pdf, name="agreement_pdf"),
    path(f"{ONE}versions/<int:number>/papers/", documents.attach_paper, name="attach_paper"),
    path(
        f"{ONE}versions/<int:number>/papers/<uuid:evidence_id>/",
        documents.paper,
        name="agreement_paper",
    ),
    path(
        f"{ONE}versions/<int:number>/papers/<uuid:evidence_id>/sign/",
        documents.sign_on_paper,
        name="sign_on_paper",
    ),
    path(f"{ONE}licence/", views.draft_licence, name="draft_licence"),
    path(f"{ONE}revise/", views.revise, name="revise_agreement"),
    path(f"{ONE}renew/", views.renew, name="renew_agreement"),
    path(f"{ONE}open/", views.open_for_signature, name="open_for_signature"),
    path(f"{ONE}sign/", views.sign, name="sign_agreement"),
    path(f"{ONE}withdraw/", views.withdraw, name="withdraw_agreement"),
    path(f"{ONE}suspend/", views.suspend, name="suspend_agreement"),
    path(f"{ONE}resume/", views.resume, name="resume_agreement"),
    path("", include("commonweal.agree.life.urls")),
    path("", include("commonweal.agree.adaptations.urls")),
    path("verify/", documents.verify, name="verify"),
    path("verify/<str:code>/", documents.verify_code, name="verify_code"),
]

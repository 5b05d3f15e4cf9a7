"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from commonweal.core import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/sent/", views.sign_in_sent, name="sign_in_sent"),
    path("l/sign-in/<str:token>/", views.sign_in_link, name="sign_in_link"),
    path("account/", views.account, name="account"),
    # An address is changed by the operator, an account made by invitation.
    path("account/email/", views.no_such_page),
    path("account/signup/", views.no_such_page),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<uuid:mail_id>/again/", views.outbox_again, name="outbox_again"),
]

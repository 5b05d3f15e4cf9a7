"""The PDF of a version, for pages and the command line alike. Reads only."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from commonweal.agree.documents import document, queries
from commonweal.agree.documents.document import Verification
from commonweal.agree.sheets import Sheet


def pdf_of(sheet: Sheet, at: datetime) -> bytes:
    """The sheet's version as PDF/UA, with its code once every party has signed."""
    code = queries.code_of(sheet.version)
    address = settings.BASE_URL + reverse("verify_code", args=[code]) if code else ""
    return document.pdf(
        sheet,
        at,
        Verification(code, address) if code else None,
        queries.paper_signatures(sheet.version),
    )

"""Forms of the pages of documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import words
from commonweal.agree.evidence import MAXIMUM_BYTES
from commonweal.agree.form_parts import ForOrganisationForm
from commonweal.compute import codes
from commonweal.compute.errors import Unusable
from commonweal.core.models import Organisation

# A canonical text is far smaller; whoever sends more sends something else.
TEXT_BYTES = 1024 * 1024
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class VerifyForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The code on the document"),
        help_text=gettext_lazy(
            "For example CW-7F3K-9Q2M-0XTP. Capitals and hyphens do not matter. The fingerprint, 64 "
            "digits and letters, will do as well."
        ),
        max_length=100,
        error_messages={"required": gettext_lazy("Enter the code that stands on the document.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """The code as it is written, or a fingerprint in small letters."""
        bare = "".join(self.cleaned_data["code"].split()).lower()
        if _FINGERPRINT.fullmatch(bare):
            return bare
        try:
            return codes.read(self.cleaned_data["code"])
        except Unusable as fault:
            raise forms.ValidationError(words.unusable(fault)) from fault


class CompareForm(forms.Form):
    """A fingerprint typed or pasted, or the text itself."""

    fingerprint = forms.CharField(
        label=gettext_lazy("The fingerprint on the document"),
        help_text=gettext_lazy("64 digits and letters from a to f. Spaces do not matter."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.FileField(
        label=gettext_lazy("Or the text itself"),
        help_text=gettext_lazy(
            "The text file (.txt) that a party downloaded from the agreement’s page. It is compared "
            "and not kept."
        ),
        required=False,
    )

    def clean(self) -> dict[str, str]:
        said = self.cleaned_data
        typed = "".join(said.get("fingerprint", "").split()).lower()
        file = said.get("text")
        if not typed and not file and not self.errors:
            self.add_error("fingerprint", _("Enter the fingerprint, or choose the text file."))
        if file and file.size > TEXT_BYTES:
            self.add_error("text", _("This is not the text of an agreement: it is too large."))
        elif file:
            typed = hashlib.sha256(file.read()).hexdigest()
        return {"fingerprint": typed}


class AttachForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The signed document"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": gettext_lazy("Choose the file to attach.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].help_text = _(
            "A PDF of at most %(megabytes)d MB, without a password. It is kept encrypted and can "
            "be opened by the parties and the convener. It cannot be taken back."
        ) % {"megabytes": MAXIMUM_BYTES // (1024 * 1024)}


class PaperSignatureForm(ForOrganisationForm):
    """That one's own organisation has signed on paper."""

    name = forms.CharField(
        label=gettext_lazy("Who signed on paper for it?"),
        help_text=gettext_lazy("The name as it stands in the document."),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the name of who signed on paper.")},
    )
    signed_on = forms.DateField(
        label=gettext_lazy("On which day?"),
        error_messages={"required": gettext_lazy("Enter the day of the signature.")},
    )
    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    may_sign = forms.BooleanField(
        label=gettext_lazy(
            "I have read the text on this page, it says what the paper says, and I may sign for "
            "the organisation"
        ),
        error_messages={"required": gettext_lazy("Confirm that you may sign.")},
    )

    def __init__(
        self, *args: Any, mine: Sequence[Organisation], today: date, **options: Any
    ) -> None:
        super().__init__(*args, mine=mine, **options)
        self.fields["organisation"].label = _("Which organisation of yours signed on paper?")
        self.fields["signed_on"].help_text = _("At the latest today, %(day)s.") % {
            "day": words.day(today)
        }

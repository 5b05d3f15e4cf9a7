"""Forms of this part of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.agree import dropping
from commonweal.agree.commenting import MOST
from commonweal.agree.form_parts import ForOrganisationForm, hide_if_single
from commonweal.agree.models import Comment
from commonweal.agree.talk import Speaker
from commonweal.core.fields import sentences
from commonweal.core.models import Organisation


class CommentForm(forms.Form):
    """What somebody says about a clause or the whole text."""

    clause = forms.TypedChoiceField(label=gettext_lazy("About what?"), coerce=int)
    words = forms.CharField(
        label=gettext_lazy("Your comment"),
        help_text=gettext_lazy("Everybody at the table reads it, with the name of who speaks."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MOST,
        error_messages={"required": gettext_lazy("Write what you want to say.")},
    )
    speaker = forms.ChoiceField(
        label=gettext_lazy("For whom do you speak?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose for whom you speak.")},
    )

    def __init__(
        self,
        *args: Any,
        clauses: Sequence[tuple[int, str]],
        speakers: Sequence[Speaker],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.by_key = {str(each.pk): each for each in speakers}
        choices = [
            (key, each.name if isinstance(each, Organisation) else each.voice)
            for key, each in self.by_key.items()
        ]
        self.fields["clause"].choices = clauses  # type: ignore[attr-defined]
        self.fields["speaker"].choices = choices  # type: ignore[attr-defined]
        hide_if_single(self.fields["speaker"], list(self.by_key))

    def speaker_chosen(self) -> Speaker:
        return self.by_key[self.cleaned_data["speaker"]]


class AnswerForm(forms.Form):
    """What became of a comment."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of it?"),
        choices=Comment.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it was taken into the text.")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy(
            "Where it was taken in, for example “in clause 7 of version 3”, or why it was not."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MOST,
        error_messages={"required": gettext_lazy("Say where it was taken in, or why it was not.")},
    )


class DropForm(forms.Form):
    """Why a text is given up. `number`: of the version that was read."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    reason = sentences(
        3,
        label=gettext_lazy("Why is it dropped?"),
        help_text=gettext_lazy(
            "It stays on the page of the agreement, for everybody who reads it."
        ),
        max_length=dropping.MOST,
        error_messages={"required": gettext_lazy("Say why: the others read it.")},
    )


class SignatoryForm(ForOrganisationForm):
    """Who signs for an organisation without an account."""

    name = forms.CharField(
        label=gettext_lazy("The signatory’s name"),
        help_text=gettext_lazy("It will stand under the text, so write it in full."),
        max_length=200,
        error_messages={"required": gettext_lazy("Write the signatory’s name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("The signatory’s own e-mail address"),
        help_text=gettext_lazy(
            "The link goes there, and so does the code without which nothing is signed. An address"
            " that several people read will not do."
        ),
        error_messages={
            "required": gettext_lazy("Enter an e-mail address, like name@example.org."),
            "invalid": gettext_lazy("Enter an e-mail address, like name@example.org."),
        },
    )
    authority = forms.BooleanField(
        error_messages={"required": gettext_lazy("Confirm that this person may sign.")},
    )

    def __init__(self, *args: Any, mine: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, mine=mine, **options)
        self.fields["authority"].label = (
            _("This person may sign for %(organisation)s") % {"organisation": mine[0].name}
            if len(mine) == 1
            else _("This person may sign for the organisation I chose")
        )


class CodeForm(forms.Form):
    """The signature of somebody without an account."""

    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    code = forms.CharField(
        label=gettext_lazy("The code"),
        help_text=gettext_lazy("Six digits, from the mail that we sent you."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the code from the mail.")},
    )
    may_sign = forms.BooleanField(
        error_messages={"required": gettext_lazy("Confirm that you may sign.")}
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["may_sign"].label = _(
            "I have read the text and may sign for %(organisation)s"
        ) % {"organisation": organisation.name}

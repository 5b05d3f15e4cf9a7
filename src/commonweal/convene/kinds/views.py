"""Pages about the kind of a partnership."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.compute.convening import kinds
from commonweal.convene import policies
from commonweal.convene.kinds import actions, presentation, queries, words
from commonweal.convene.kinds.forms import ChooseForm, QuestionsForm
from commonweal.convene.kinds.models import Kind
from commonweal.convene.queries import partnership_for
from commonweal.core.formerrors import done, status_of
from commonweal.core.requests import SignedInRequest


@login_required
@require_safe
def kind(request: SignedInRequest, slug: str) -> HttpResponse:
    """What kind of partnership it is, why, and what that asks for."""
    partnership = partnership_for(request.actor, slug, request.at)
    rows = list(queries.choices(partnership))
    newest = rows[0] if rows else None
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "chosen": newest,
        "told": words.kind(newest.kind) if newest else None,
        "preset": presentation.preset(newest.kind) if newest else None,
        "departs": newest is not None and newest.kind not in newest.suggested,
        "suggested": "; ".join(str(Kind(each).label) for each in newest.suggested)
        if newest
        else "",
        "fits": presentation.fits(presentation.suggestion_of(newest)) if newest else (),
        "earlier": rows[1:],
        "convenes": policies.can_convene(request.actor, partnership, request.at),
    }
    return render(request, "convene/kind.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_kind(request: SignedInRequest, slug: str) -> HttpResponse:
    """The questions; once they are answered, what the answers suggest and the choice."""
    partnership = partnership_for(request.actor, slug, request.at)
    policies.check_can_convene(request.actor, partnership, request.at)
    newest = queries.chosen(partnership)
    asked = QuestionsForm(
        request.GET if "answered" in request.GET else None,
        initial=newest.answers if newest else {},
    )
    answered = asked.is_valid()
    found = kinds.suggest(asked.answers()).answer if answered else None
    form = ChooseForm(
        request.POST or None,
        initial={"kind": found.kinds[0]} if found and len(found.kinds) == 1 else {},
    )
    if found is not None and done(
        request,
        form,
        lambda: actions.choose(
            partnership=partnership,
            answers=asked.answers(),
            **form.cleaned_data,
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Written down. Everybody at the table can read it."))
        return redirect("partnership_kind", slug)
    context = {
        "partnership": partnership,
        "nav_current": "table",
        "asked": asked,
        "form": form,
        "lead": presentation.lead(found) if found else "",
        "fits": presentation.fits(found) if found else (),
    }
    template = "convene/choose_kind.html" if found else "convene/kind_questions.html"
    return render(request, template, context, status=status_of(form))

"""Pages of the plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership
from commonweal.convene.queries import partners, partnership_for
from commonweal.core.errors import Denied
from commonweal.core.formerrors import done, status_of
from commonweal.core.models import Organisation
from commonweal.core.requests import SignedInRequest
from commonweal.plan import actions, policies, presentation, queries, sheets
from commonweal.plan.forms import (
    DecideForm,
    DropForm,
    FilterForm,
    ImportForm,
    ItemForm,
    StageForm,
    initial_of,
)
from commonweal.plan.models import Item

page = require_http_methods(["GET", "HEAD", "POST"])
ON_A_PAGE = 30


@login_required
@require_safe
def plan(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who plans what, where do plans meet or leave gaps, and what holds everything up?"""
    partnership = partnership_for(request.actor, slug, request.at)
    today = timezone.localdate(request.at)
    board = queries.board(partnership, request.at, today)
    here = list(partners(partnership, request.at))
    form = FilterForm(request.GET or None, partners=here)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    shown = [
        row
        for row in board.items
        if (not wanted.get("organisation") or row.organisation_id == wanted["organisation"].pk)
        and (not wanted.get("kind") or row.kind == wanted["kind"])
    ]
    pages = Paginator(shown, ON_A_PAGE)
    current = pages.get_page(request.GET.get("page"))
    rows = list(current.object_list)
    context = {
        "partnership": partnership,
        "nav_current": "plan",
        "lead": presentation.lead(board),
        "is_empty": not board.items,
        "findings": presentation.findings(board, slug),
        "more": presentation.more_findings(board),
        "chart": presentation.chart(rows, board.timings.answer, today) if rows else None,
        "listed": presentation.listed(rows, slug),
        "page_obj": current,
        "form": form,
        "filtered": bool(wanted),
        "stages": board.stages,
        "writes": bool(queries.may_plan_for(request.actor, partnership, request.at)),
        "convenes": convene.can_convene(request.actor, partnership, request.at),
        "dropped": queries.dropped(partnership)[:50],
    }
    return render(request, "plan/plan.html", context)


def _owners(request: SignedInRequest, partnership: Partnership) -> list[Organisation]:
    found = queries.may_plan_for(request.actor, partnership, request.at)
    if not found:
        raise Denied(
            _("Only organisations with a seat put something into the plan."),
            mend=_("Ask the convener."),
        )
    return found


def _form_page(
    request: SignedInRequest,
    partnership: Partnership,
    form: Any,
    title: str,
    submit: str,
    **more: Any,
) -> HttpResponse:
    context = {
        "partnership": partnership,
        "nav_current": "plan",
        "form": form,
        "title": title,
        "submit": submit,
        **more,
    }
    return render(request, "plan/form.html", context, status=status_of(form))


@login_required
@page
def add_plan_item(request: SignedInRequest, slug: str) -> HttpResponse:
    """Put something into the plan."""
    partnership = partnership_for(request.actor, slug, request.at)
    form = ItemForm(
        request.POST or None,
        owners=_owners(request, partnership),
        partnership=partnership,
        partners=partners(partnership, request.at),
    )
    if done(
        request,
        form,
        lambda: actions.add(
            partnership=partnership,
            organisation=form.cleaned_data["organisation"],
            said=form.said(),
            by=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("It is in the plan."))
        return redirect("plan", slug)
    return _form_page(request, partnership, form, _("What do you plan?"), _("Put it into the plan"))


@login_required
@require_safe
def plan_item(request: SignedInRequest, slug: str, item_id: UUID) -> HttpResponse:
    """One thing planned, and what it hangs together with."""
    item = queries.item_for(request.actor, slug, item_id, request.at)
    board = queries.board(item.partnership, request.at, timezone.localdate(request.at))
    timing = board.timings.answer.get(str(item.pk))
    edits = policies.can_plan(request.actor, item.partnership, item.organisation, request.at)
    context = {
        "partnership": item.partnership,
        "nav_current": "plan",
        "item": item,
        "about": presentation.about(item, timing, list(item.after.select_related("organisation"))),
        "edits": edits and item.state != Item.State.DROPPED,
    }
    return render(request, "plan/item.html", context)


@login_required
@page
def change_plan_item(request: SignedInRequest, slug: str, item_id: UUID) -> HttpResponse:
    """Say anew what is planned."""
    item = queries.item_for(request.actor, slug, item_id, request.at)
    policies.check_can_plan(request.actor, item.partnership, item.organisation, request.at)
    form = ItemForm(
        request.POST or None,
        owners=[item.organisation],
        partnership=item.partnership,
        partners=partners(item.partnership, request.at),
        item=item,
        initial=initial_of(item),
    )
    if done(
        request,
        form,
        lambda: actions.change(item=item, said=form.said(), by=request.actor, at=request.at),
    ):
        messages.success(request, _("Saved."))
        return redirect("plan_item", slug, item.pk)
    return _form_page(request, item.partnership, form, item.title, _("Save"))


@login_required
@page
def drop_plan_item(request: SignedInRequest, slug: str, item_id: UUID) -> HttpResponse:
    """Take it out of the plan, with the reason."""
    item = queries.item_for(request.actor, slug, item_id, request.at)
    policies.check_can_plan(request.actor, item.partnership, item.organisation, request.at)
    form = DropForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.drop(
            item=item, because=form.cleaned_data["because"], by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("It is out of the plan, and stays on record."))
        return redirect("plan", slug)
    title = _("Drop: %(title)s") % {"title": item.title}
    return _form_page(request, item.partnership, form, title, _("Drop it"))


@login_required
@page
def import_plan(request: SignedInRequest, slug: str) -> HttpResponse:
    """Put a whole plan in from a spreadsheet: all of it, or nothing and what is wrong row by row."""
    partnership = partnership_for(request.actor, slug, request.at)
    owners = _owners(request, partnership)
    form = ImportForm(request.POST or None, request.FILES or None, owners=owners)
    faults: list[sheets.Fault] = []

    def act() -> None:
        sent = form.cleaned_data["file"]
        rows, wrong = sheets.read_plan(sent.name, sent.read())
        faults.extend(wrong)
        if wrong:
            form.add_error(
                "file", _("Nothing was taken over: mend what stands below, then send it again.")
            )
            return
        count = actions.add_many(
            partnership=partnership,
            organisation=form.cleaned_data["organisation"],
            rows=rows,
            by=request.actor,
            at=request.at,
        )
        messages.success(
            request,
            ngettext(
                "%(count)d item is new in the plan.", "%(count)d items are new in the plan.", count
            )
            % {"count": count},
        )

    if done(request, form, act) and not faults:
        return redirect("plan", slug)
    title = _("Bring your plan in from a spreadsheet")
    return _form_page(
        request, partnership, form, title, _("Bring it in"), faults=faults[:100], blank=True
    )


@login_required
@require_safe
def plan_file(request: SignedInRequest, slug: str, name: str) -> HttpResponse:
    """The plan as CSV (`plan`), or headings to fill in (`blank`)."""
    partnership = partnership_for(request.actor, slug, request.at)
    if name not in {"plan", "blank"}:
        raise convene.missing()
    text = sheets.blank() if name == "blank" else sheets.as_csv(queries.items(partnership))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@login_required
@page
def add_stage(request: SignedInRequest, slug: str) -> HttpResponse:
    """Set up a stage: what must be true to go on after it."""
    partnership = partnership_for(request.actor, slug, request.at)
    convene.check_can_convene(request.actor, partnership, request.at)
    form = StageForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.add_stage(
            partnership=partnership, **form.cleaned_data, by=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("The stage is set up."))
        return redirect("plan", slug)
    return _form_page(request, partnership, form, _("Set up a stage"), _("Set it up"))


@login_required
@page
def decide_stage(request: SignedInRequest, slug: str, stage_id: UUID) -> HttpResponse:
    """Write down whether you go on."""
    stage = queries.stage_for(request.actor, slug, stage_id, request.at)
    convene.check_can_convene(request.actor, stage.partnership, request.at)
    form = DecideForm(request.POST or None)
    if done(
        request,
        form,
        lambda: actions.decide(stage=stage, **form.cleaned_data, by=request.actor, at=request.at),
    ):
        messages.success(request, _("It is written down."))
        return redirect("plan", slug)
    return _form_page(
        request, stage.partnership, form, stage.name, _("Write it down"), condition=stage.condition
    )

"""Pages of the data contracts, and empty spreadsheets to fill in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.agree.models import Agreement, Kind, State
from commonweal.convene.models import Partnership
from commonweal.core.formerrors import attempt
from commonweal.core.requests import SignedInRequest
from commonweal.pool import blanks, contracting, contracts, policies, queries
from commonweal.pool.forms import ContractForm, MoveContractForm
from commonweal.pool.models import ContractVersion
from commonweal.pool.views import showing
from commonweal.pool.views.data import XLSX, attachment


@login_required
@require_safe
def contract(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """What is to be sent, column by column?"""
    found = queries.contract_for(request.actor, slug, key, request.at)
    version = queries.latest_version(found)
    partnership = found.partnership
    context = {
        "partnership": partnership,
        "nav_current": "data",
        "contract": found,
        "version": version,
        "purpose": contracts.contract_of(version).purpose,
        "columns": showing.column_rows(version),
        "providers": queries.providers_of(found),
        "versions": found.versions.order_by("-number"),
        "keeps_contracts": policies.can_keep_contracts(request.actor, partnership, request.at),
    }
    return render(request, "pool/contract.html", context)


@login_required
@require_safe
def blank(request: SignedInRequest, slug: str, key: str, form: str) -> HttpResponse:
    """An empty file with the contract's headings: csv or xlsx."""
    found = queries.contract_for(request.actor, slug, key, request.at)
    return blank_file(queries.latest_version(found), form)


def blank_file(version: ContractVersion, form: str) -> HttpResponse:
    table = contracts.table_of(version)
    name = f"{version.contract.key}-{version.version}.{form}"
    if form == "csv":
        return attachment(blanks.csv_of(table), name, "text/csv; charset=utf-8")
    rules = [(column, showing.rules_of(table, column)) for column in table.columns]
    return attachment(blanks.xlsx_of(rules), name, XLSX)


def _sharing(partnership: Partnership) -> QuerySet[Agreement]:
    return Agreement.objects.filter(partnership=partnership, kind=Kind.DSA).order_by("drafted_at")


def _only_one_in_force(agreements: QuerySet[Agreement]) -> Agreement | None:
    """The agreement that every party has signed, when there is one and no more; never a draft."""
    in_force = list(agreements.filter(versions__state=State.ACTIVE)[:2])
    return in_force[0] if len(in_force) == 1 else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, slug: str) -> HttpResponse:
    """Add a contract or a version of one."""
    partnership = queries.partnership_for(request.actor, slug, request.at)
    policies.check_can_keep_contracts(request.actor, partnership, request.at)
    agreements = _sharing(partnership)
    form = ContractForm(
        request.POST if request.method == "POST" else None,
        agreements=agreements,
        chosen=_only_one_in_force(agreements),
    )
    added: list[ContractVersion] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> None:
            added.append(
                contracting.add_contract(
                    partnership=partnership, **said, by=request.actor, at=request.at
                )
            )

        if attempt(form, act):
            messages.success(request, _("The contract is there. Files are checked against it now."))
            return redirect("data_contract", slug, added[0].contract.key)
    context = {
        "partnership": partnership,
        "nav_current": "data",
        "form": form,
        "has_agreements": agreements.exists(),
    }
    return render(request, "pool/add_contract.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """Let new files for a contract come in under another sharing agreement."""
    found = queries.contract_for(request.actor, slug, key, request.at)
    policies.check_can_keep_contracts(request.actor, found.partnership, request.at)
    others = _sharing(found.partnership).exclude(pk=found.agreement_id)
    form = MoveContractForm(request.POST if request.method == "POST" else None, agreements=others)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["agreement"]
        if attempt(
            form,
            lambda: contracting.move_contract(
                contract=found, agreement=chosen, by=request.actor, at=request.at
            ),
        ):
            words = _("Moved: new files come in under %(agreement)s.")
            messages.success(request, words % {"agreement": chosen.reference})
            return redirect("data_contract", slug, key)
    context = {
        "partnership": found.partnership,
        "nav_current": "data",
        "contract": found,
        "form": form,
        "has_agreements": others.exists(),
    }
    return render(request, "pool/move_contract.html", context, status=422 if form.errors else 200)

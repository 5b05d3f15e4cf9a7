"""Working groups: set up, changed, ended, due; and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from commonweal.convene.groups import actions, queries
from commonweal.convene.groups.actions import Said
from commonweal.convene.groups.models import Group
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    partner_of,
    seated,
)
from commonweal.core import due
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(sponsor=False)


def said(partnership: Partnership, **more: Any) -> Said:
    given = {"name": "Beds", "remit": "Find a room.", "review_date": date(2026, 3, 10), **more}
    given.setdefault("lead", partnership.seats.get(kind="convener"))
    return Said(**given)


def begin(partnership: Partnership, **more: Any) -> Group:
    given = said(partnership, **more)
    return actions.begin(partnership=partnership, said=given, by=convener_of(partnership), at=AT)


def test_a_group_is_looked_at_again_until_it_ends(partnership: Partnership) -> None:
    convener, group = convener_of(partnership), begin(partnership)
    later = AT + timedelta(days=20)
    assert [each.kind for each in due.items(convener, later) if each.late] == [
        "convene.group_review"
    ]
    with pytest.raises(Invalid):
        actions.end(group=group, because=" ", by=convener, at=AT)
    actions.end(group=group, because="The room is found.", by=convener, at=AT)
    assert not due.items(convener, later)
    for again in (
        lambda: actions.end(group=group, because="x", by=convener, at=AT),
        lambda: actions.change(group=group, said=said(partnership), by=convener, at=AT),
    ):
        with pytest.raises(Conflict):
            again()
    assert begin(partnership).pk  # The name is free again.


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"remit": ""}, "remit"),
        ({"decides": "x" * 2001}, "decides"),
    ],
)
def test_what_is_no_group(partnership: Partnership, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        begin(partnership, **more)
    assert field in refused.value.fields


def test_only_the_convener_and_only_this_table(partnership: Partnership) -> None:
    group = begin(partnership)
    with pytest.raises(Invalid):
        begin(partnership)
    with pytest.raises(Denied):
        begin(partnership, name="Other", members=[seated(PartnershipFactory())])
    with pytest.raises(Denied):
        actions.end(group=group, because="x", by=partner_of(partnership), at=AT)
    with pytest.raises(Missing):
        queries.group_for(member_of(OrganisationFactory()), partnership.slug, group.pk, AT)


def test_on_the_pages(partnership: Partnership) -> None:
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership))
    client, slug = signed_in(person), partnership.slug
    seat = seated(partnership, OrganisationFactory(name="A Bed Each"))
    form = {
        "name": "Beds",
        "remit": "Find a room.",
        "lead": seat.pk,
        "members": [partnership.seats.get(kind="convener").pk],
        "review_date": "2026-05-01",
    }
    new = reverse("begin_group", args=[slug])
    assert client.post(new, {**form, "lead": ""}).status_code == 422
    assert client.post(new, form).status_code == 302
    group = Group.objects.get()
    change = reverse("change_group", args=[slug, group.pk])
    assert client.post(change, {**form, "decides": "Which room."}).status_code == 302
    page = client.get(reverse("groups", args=[slug])).content.decode()
    assert "A Bed Each" in page
    assert "Which room." in page
    end = reverse("end_group", args=[slug, group.pk])
    assert client.post(end, {"because": ""}).status_code == 422
    assert client.post(end, {"because": "Found."}).status_code == 302
    assert "Found." in client.get(reverse("groups", args=[slug])).content.decode()

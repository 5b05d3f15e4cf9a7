"""How the table grew: the page tells who left and why."""

from __future__ import annotations

import pytest
from django.urls import reverse

from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_organisation,
    seated,
)
from commonweal.core.models import Sector
from commonweal.core.tests.ways_in import signed_in


@pytest.mark.django_db
def test_who_joined_and_who_left_and_why() -> None:
    partnership = PartnershipFactory(sponsor=False)
    firm = seated(partnership, OrganisationFactory(name="Wharf", sector=Sector.PRIVATE))
    seated(partnership, voice="Parents")
    firm.until_at, firm.ended_because = AT, "We sell the shop."
    firm.save(update_fields=["until_at", "ended_because"])
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership))
    page = signed_in(person).get(reverse("growth", args=[partnership.slug])).content.decode()
    assert "We sell the shop." in page
    assert "Parents" in page
    assert "March 2026" in page
    assert "Private" in page

"""`commonweal commitments`: the same list as on the page, for the same readers."""

from __future__ import annotations

import json

import pytest

from commonweal.agree.commitments.exports import COLUMNS
from commonweal.agree.commitments.tests.factories import committed
from commonweal.cli import main
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import AT, PartnershipFactory, member_of
from commonweal.core.models import Person

pytestmark = pytest.mark.django_db


def test_it_lists_what_the_reader_may_read(capsys: pytest.CaptureFixture[str]) -> None:
    partnership = PartnershipFactory()
    one = committed(partnership)
    committed(partnership, is_public=False)
    email = Person.objects.get(pk=member_of(one.organisation).person_id).email
    assert main(["commitments", partnership.slug]) == 2
    capsys.readouterr()
    assert main(["commitments", partnership.slug, "--as", email, "--format", "json"]) == 0
    told = capsys.readouterr()
    assert len(json.loads(told.out)) == 2
    assert told.err.startswith("2 commitments: ")
    Partnership.objects.filter(pk=partnership.pk).update(public_at=AT)
    assert main(["commitments", partnership.slug, "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == 2
    assert main(["commitments", partnership.slug]) == 0
    assert "Give a bed for every ten sold" in capsys.readouterr().out


def test_without_any_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    partnership = PartnershipFactory(public_at=AT)
    assert main(["commitments", partnership.slug]) == 0
    assert "No commitments." in capsys.readouterr().err

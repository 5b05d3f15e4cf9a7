"""An empty installation: the command brings in who can start a partnership."""

from __future__ import annotations

import pytest

from commonweal.cli import main
from commonweal.core.commands import SECTORS
from commonweal.core.models import Affiliation, Organisation, Sector


@pytest.mark.django_db
def test_the_first_organisation_and_its_person(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["create-organisation", "Town Hall", "--sector", "public", "--person", "a@example.org"]
    assert main(words) == 0
    assert "/l/sign-in/" in capsys.readouterr().out
    organisation = Organisation.objects.get(name="Town Hall")
    assert Affiliation.objects.filter(organisation=organisation).count() == 3
    assert main(words) == 2
    assert main([*words[:3], "nonsense", *words[4:]]) == 2


@pytest.mark.django_db
def test_who_names_an_unknown_sector_is_told_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(SECTORS) == Sector.values
    words = ["create-organisation", "Town Hall", "--sector", "foo", "--person", "a@example.org"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "foo" in said
    assert all(sector in said for sector in Sector.values)
    with pytest.raises(SystemExit):
        main(["create-organisation", "--help"])
    shown = capsys.readouterr().out
    assert all(sector in shown for sector in Sector.values)

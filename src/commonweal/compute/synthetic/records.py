"""The seven partners' records of one world, as text, one list of rows per dataset and provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from commonweal.compute.synthetic.mess import or_blank, typed_name
from commonweal.compute.synthetic.places import COMMUNITIES, FAMILY_NAMES, FIRST_NAMES
from commonweal.compute.synthetic.visits import visit_table
from commonweal.compute.synthetic.world import World, add_months

COUNCILS = ("aldmoor", "brackwater", "calderby")
SIBLING_BEDS_PER_MONTH = 82  # children of any age without a bed; the pilots reach them too


@dataclass(frozen=True)
class Record:
    """One row of one partner's file. `period` is the month it is handed over for."""

    contract: str
    provider: str
    period: str
    row: dict[str, str]


def month_of(day: date) -> str:
    return day.strftime("%Y-%m")


def newborns(world: World, draw: Random) -> Iterator[Record]:
    """The hospital: every birth, names sometimes not chosen yet."""
    for child in world.children.iter_rows(named=True):
        named = draw.random() >= 0.12
        row = {
            "hospital_number": f"H{child['child']:07d}",
            "first_name": typed_name(draw, child["first_name"]) if named else "Baby",
            "family_name": typed_name(draw, child["family_name"]),
            "birth_date": child["birth_date"].isoformat(),
            "sex": child["sex"],
            "ethnic_group": or_blank(draw, child["ethnic_group"], 0.06, "not known"),
            "postcode": or_blank(draw, child["postcode"], 0.03),
            "community": child["community"],
            "weight_g": or_blank(draw, str(child["weight_g"]), 0.02),
            "own_bed": or_blank(draw, "yes" if child["bed_at_birth"] else "no", 0.04, "not known"),
        }
        yield Record("newborns", "hospital", month_of(child["birth_date"]), row)


def home_visits(world: World, draw: Random) -> Iterator[Record]:
    """The three councils: the visit at six weeks."""
    for number, visit in enumerate(visit_table(world).iter_rows(named=True), start=1):
        row = {
            "visit_ref": f"{visit['council'][0].upper()}V{number:06d}",
            "first_name": typed_name(draw, visit["first_name"]),
            "family_name": typed_name(draw, visit["family_name"]),
            "birth_date": visit["birth_date"].isoformat(),
            "sex": visit["sex"],
            "ethnic_group": or_blank(draw, visit["ethnic_group"], 0.04, "not known"),
            "home_language": or_blank(draw, visit["language"], 0.03, "not known"),
            "postcode": or_blank(draw, visit["postcode"], 0.02),
            "community": visit["community"],
            "deprivation": str(visit["deprivation"]),
            "pilot": visit["pilot"],
            "visit_date": visit["visit_date"].isoformat(),
            "sleep_place": visit["sleep_place"],
            "safe_sleep": visit["safe_sleep"],
        }
        yield Record("home-visits", visit["council"], visit["visit_month"], row)


def bed_deliveries(world: World, draw: Random) -> Iterator[Record]:
    """The charity: beds for newborns who had none, and for other children of the same homes."""
    rows: list[tuple[date, dict[str, Any], str]] = []
    for child in world.children.iter_rows(named=True):
        if not child["bed_at_birth"] and child["bed_by_six_weeks"]:
            rows.append((child["birth_date"] + timedelta(days=draw.randrange(0, 14)), child, "cot"))
    rows += _sibling_beds(world, draw)
    rows.sort(key=lambda item: item[0])
    for number, (asked, child, item) in enumerate(rows, start=1):
        waited = max(
            0, round(draw.gauss(9 if child["pilot"] in {"hospital", "charity"} else 16, 4))
        )
        delivered = asked + timedelta(days=waited)
        row = {
            "delivery_ref": f"D{number:05d}",
            "first_name": typed_name(draw, child["first_name"]),
            "family_name": typed_name(draw, child["family_name"]),
            "birth_date": child["birth_date"].isoformat(),
            "postcode": or_blank(draw, child["postcode"], 0.02),
            "community": child["community"],
            "pilot": child["pilot"],
            "requested_date": asked.isoformat(),
            "delivered_date": delivered.isoformat(),
            "item": item,
            "cost_pence": str(draw.randrange(8900, 16900) if item == "bed" else 4500),
        }
        yield Record("bed-deliveries", "charity", month_of(delivered), row)


def _sibling_beds(world: World, draw: Random) -> list[tuple[date, dict[str, Any], str]]:
    piloted = [place for place in COMMUNITIES if place.pilot != "no pilot"]
    rows: list[tuple[date, dict[str, Any], str]] = []
    days = (add_months(world.first, world.months) - world.first).days - 1
    for _ in range(round(SIBLING_BEDS_PER_MONTH * world.months * world.children.height / 5000)):
        day = draw.randrange(days + 1)
        place = draw.choice(piloted)
        running = day >= place.pilot_from * 30.4
        if not running and draw.random() < 0.7:
            continue
        child = {
            "first_name": draw.choice(FIRST_NAMES),
            "family_name": draw.choice(FAMILY_NAMES),
            "birth_date": world.first - timedelta(days=draw.randrange(400, 4400)),
            "postcode": f"{place.postcode} {draw.randrange(1, 10)}{draw.choice('ABDEFG')}X",
            "community": place.name,
            "pilot": place.pilot if running else "no pilot",
        }
        rows.append((world.first + timedelta(days=day), child, "bed"))
    return rows


def experience_survey(world: World, draw: Random) -> Iterator[Record]:
    """The university: what families say, without names. One family in five answers."""
    lift = {
        "hospital": 0.5,
        "health visitor": 0.9,
        "charity": 0.6,
        "family hub": 0.3,
        "no pilot": 0.0,
    }
    visits = visit_table(world)
    number = 0
    for visit in visits.iter_rows(named=True):
        if draw.random() >= 0.2:
            continue
        number += 1
        mean = 3.1 + lift[visit["pilot"]] - 0.35 * (visit["language"] != "english")
        listened = min(5, max(1, round(draw.gauss(mean, 1.0))))
        sure = min(5, max(1, round(draw.gauss(mean + 0.3, 0.9))))
        day = visit["visit_date"]
        row = {
            "response_ref": f"R{number:05d}",
            "survey_date": day.isoformat(),
            "community": visit["community"],
            "home_language": visit["language"],
            "pilot": visit["pilot"],
            "felt_listened_to": or_blank(draw, str(listened), 0.05, "refused"),
            "sure_about_safe_sleep": or_blank(draw, str(sure), 0.04),
        }
        yield Record("experience-survey", "university", month_of(day), row)


def registrations(world: World, draw: Random) -> Iterator[Record]:
    """The health-planning body: children newly registered with a family doctor."""
    for child in world.children.iter_rows(named=True):
        if draw.random() < 0.06:
            continue
        day = child["birth_date"] + timedelta(days=draw.randrange(5, 40))
        needs = "yes" if child["language"] != "english" and draw.random() < 0.6 else "no"
        row = {
            "patient_number": f"999 {child['child'] // 10000:03d} {child['child'] % 10000:04d}",
            "first_name": typed_name(draw, child["first_name"]),
            "family_name": typed_name(draw, child["family_name"]),
            "birth_date": child["birth_date"].isoformat(),
            "postcode": or_blank(draw, child["postcode"], 0.01),
            "community": child["community"],
            "registered_date": day.isoformat(),
            "interpreter_needed": or_blank(draw, needs, 0.08, "not known"),
        }
        yield Record("registrations", "health-planning", month_of(day), row)

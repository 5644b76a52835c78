"""Distances between places: a metric, the lengths that are known, and what of them is uncertain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import People
from mentormatch.base.columns import NONE
from mentormatch.fields import Place
from mentormatch.places.finding import find
from mentormatch.places.gazetteer import (
    DEPARTEMENTS,
    DETOUR_FACTOR,
    PlaceColumn,
    distances,
    format_length,
    load_gazetteer,
    travel_minutes,
)
from tests.places.measured import apart as measured

PLACES = load_gazetteer()
ROUNDED = 0.05
HALF_ROUND_THE_EARTH = 20_015.2

anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
a_place = st.integers(0, len(PLACES.codes) - 1)


def column(*said: str) -> PlaceColumn:
    """Return the column of what people wrote."""
    field = Place(question="?")
    places = field.column([field.read(text).value for text in said])
    assert isinstance(places, PlaceColumn)
    return places


def apart(here: str, there: str) -> float:
    return float(column(here).distances(column(there))[0, 0])


@given(points=st.lists(anywhere, min_size=3, max_size=3))
def test_distances_are_a_metric_up_to_their_rounding(points: list[tuple[float, float]]) -> None:
    table = distances(np.array(points), np.array(points))
    assert (table == table.T).all()
    assert (np.diag(table) == 0).all()
    assert (table >= 0).all()
    assert (table <= HALF_ROUND_THE_EARTH).all()
    assert table[0, 2] <= table[0, 1] + table[1, 2] + 3 * ROUNDED


@given(here=a_place, there=a_place)
def test_a_distance_is_the_one_that_another_formula_gives(here: int, there: int) -> None:
    left, right = PlaceColumn.of([here]), PlaceColumn.of([there])
    km, margin = measured_of(left, right)
    assert left.distances(right)[0, 0] == pytest.approx(km, abs=2 * ROUNDED)
    assert left.doubts(right)[0, 0] == margin


def measured_of(left: PlaceColumn, right: PlaceColumn) -> tuple[float, float]:
    people = [People((key,), {"where": column}, np.array([True])) for key, column in (("M", left), ("E", right))]
    return measured("where", people[0].person(0), people[1].person(0))


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [
        ("Lyon", "Villeurbanne", 3),
        ("Lyon", "Paris", 392),
        ("Paris", "Marseille", 661),
        ("Lille", "Nice", 834),
        ("Brest", "Strasbourg", 902),
        ("Ajaccio", "Bastia", 104),
        ("20000", "Nice", 232),
        ("Paris 1er", "Paris 20e", 5),
        ("Paris", "Fort-de-France", 6_850),
        ("Paris", "Saint-Denis (974)", 9_360),
        ("Pointe-à-Pitre", "Fort-de-France", 190),
        ("Mamoudzou", "Saint-Denis (974)", 1_420),
        ("Paris", "Nouméa", 16_750),
        ("Nouméa", "Papeete", 4_620),
    ],
)
def test_towns_are_as_far_apart_as_is_known(here: str, there: str, km: float) -> None:
    assert apart(here, there) == pytest.approx(km, abs=1 + 0.01 * km)


@pytest.mark.parametrize("town", ["Lyon", "69003", "Chavanat (23)", "Bocognano", "Saint-Denis (974)", "Maupiti"])
def test_two_people_in_one_commune_are_at_no_distance_and_there_is_no_doubt_of_it(town: str) -> None:
    both = column(town, town)
    assert both.distances(both).tolist() == [[0, 0], [0, 0]]
    assert both.doubts(both).tolist() == [[0, 0], [0, 0]]


def test_paris_is_one_place_as_a_commune_and_as_a_departement() -> None:
    ways = column("Paris", "75", "75000 Paris", "Paris (75)", "75 - Paris")
    assert not ways.distances(ways).any()
    assert not ways.doubts(ways).any()


def test_a_departement_and_a_shared_postcode_are_uncertain_even_from_themselves() -> None:
    vague = column("Isère", "38160", "Lyon")
    doubts = vague.doubts(vague)
    assert (doubts == doubts.T).all()
    assert (np.diag(doubts) > 0).tolist() == [True, True, False]


def test_the_distance_to_a_place_that_is_not_known_is_not_known() -> None:
    table = column("Lyon", "", "nulle part").distances(column("", "Paris"))
    assert np.isnan(table).tolist() == [[True, False], [True, True], [True, True]]


def test_the_margin_of_a_departement_or_a_postcode_reaches_every_commune_of_it() -> None:
    communes = sorted(PLACES.by_code.values())
    for whole in (*range(len(DEPARTEMENTS)), *PLACES.areas.values()):
        inside = PLACES.by_postcode.get(PLACES.codes[whole], ()) if whole >= len(DEPARTEMENTS) else ()
        inside = inside or tuple(place for place in communes if PLACES.departements[place] == whole)
        far = distances(PLACES.points[[whole]], PLACES.points[list(inside)]).max()
        assert far <= PLACES.margins[whole] + 1.2 or DEPARTEMENTS[PLACES.departements[whole]][1] == "Paris"


def test_most_people_live_where_the_point_is_that_of_the_commune_and_all_have_one() -> None:
    assert np.isfinite(PLACES.points).all()
    assert (PLACES.margins >= 0).all()
    exact = [place for place in PLACES.by_code.values() if PLACES.margins[place] == 0]
    assert len(exact) > 14_500
    assert {find(town).position for town in ("Lyon", "Bastia", "Cayenne", "Mamoudzou", "Nouméa")} <= set(exact)


def test_minutes_are_of_a_longer_way_and_lengths_are_told_without_false_precision() -> None:
    assert travel_minutes(np.array([60.0]), 60)[0] == pytest.approx(60 * DETOUR_FACTOR)
    assert [
        format_length(length, "km").replace("\u00a0", " ").replace("\u202f", " ") for length in (0.4, 3.2, 9_180.2)
    ] == [
        "0 km",
        "3 km",
        "9 180 km",
    ]


def test_a_column_shows_the_place_and_is_compared_by_the_departement() -> None:
    said = column("69003 LYON", "Isère", "")
    people = People(("M1", "M2", "M3"), {"where": said}, np.ones(3, dtype=bool))
    assert [said.shown(row) for row in range(3)] == ["Lyon 3e", "Isère", ""]
    assert [people.person(row).parts("where") for row in range(3)] == [("Métropole de Lyon",), ("Isère",), ()]
    assert [said.take([2, 0]).positions.tolist()[0], said.take([2, 0]).shown(1)] == [NONE, "Lyon 3e"]

"""What the map shows, in worked examples."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from mentormatch import Matching
from mentormatch.languages.phrases import NO_BREAK
from mentormatch.operations.matching import UNSOLVED, case_of
from mentormatch.places.gazetteer import DEPARTEMENTS, OUTLINE_CREDIT, middle, outlines
from mentormatch.report.pictures.map import (
    LINES_DRAWN,
    MAX_LINE_WIDTH,
    MOST_DOTS,
    Map,
    MapLink,
    MapPlace,
    MapProjection,
    territory,
)
from tests.report.cohorts import FIELDS, matched, person, programme, small

PLACED = {**FIELDS, "lieu": {"question": "Lieu", "kind": "place"}}


def living(mentors: Sequence[str], mentees: Sequence[str]) -> Matching:
    """Return pairs in the order of these places: who has the same number has the same need."""
    rules = programme(fields=PLACED)
    ours, theirs = (
        [{**person(f"{side}{place}"), "lieu": home} for place, home in enumerate(homes)]
        for side, homes in (("M", mentors), ("E", mentees))
    )
    bans = [(f"M{i}", f"E{k}") for i in range(len(mentors)) for k in range(len(mentees)) if i != k]
    return matched(rules, ours, theirs, bans=bans)


def texts(picture: Map) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", (picture.svg or b"").decode())


def test_people_and_pairs_are_counted_by_departement_the_metropole_with_the_rhone() -> None:
    homes = (
        ["38 - Isère", "69003 Lyon", "Villefranche-sur-Saône", "", "Isère"],
        ["Grenoble", "Isère", "Loire", "Ain", "Rhône"],
    )
    found = territory(case_of(living(*homes)))
    assert found.spots == (
        MapPlace("38", 2, 2, 1),
        MapPlace("69", 2, 1, 0),
        MapPlace("01", 0, 1, 0),
        MapPlace("42", 0, 1, 0),
    )
    assert found.links == (MapLink("38", "69", 2), MapLink("42", "69", 1))
    assert (found.people_elsewhere, found.pairs_elsewhere) == (1, 1)


def test_before_any_solve_the_map_tells_of_people_alone_and_of_mentees_without_a_mentor_there() -> None:
    solved = living(["Isère", "Lyon 3e"], ["Grenoble", "Loire"])
    found = Map(replace(solved, solution=UNSOLVED))
    assert found.title == "D’où viennent les personnes"
    assert "binôme" not in found.alternative + found.caption
    assert found.rows == (("Loire", 0, 1, True), ("Isère", 1, 1, False), ("Rhône et Métropole de Lyon", 1, 0, False))
    assert (found.svg or b"").count(b"stroke-dasharray") == 1


def test_the_text_tells_all_of_it() -> None:
    told = Map(living(["Isère", "Lyon 3e", ""], ["Grenoble", "Loire", "Ain"])).alternative
    assert told.replace(NO_BREAK, " ") == (
        "2 mentor·es et 3 mentoré·es, dans 4 départements. D’abord les mentor·es, puis les mentoré·es : Isère 1 et 1 ;"
        " Ain 0 et 1 ; Loire 0 et 1 ; Rhône et Métropole de Lyon 1 et 0. 1 binôme dans un même département, 1 entre"
        " deux départements. Nombre de binômes par trait : Loire – Rhône et Métropole de Lyon 1. 1 personne sans lieu"
        " connu. 1 binôme dont un lieu n’est pas connu."
    )


def test_the_map_names_departements_and_says_by_whom_its_outlines_are() -> None:
    found = Map(living(["Isère", "Cantal"], ["Isère", "La Réunion"]))
    assert {"Isère", "Cantal", "974", OUTLINE_CREDIT} <= set(texts(found))
    assert OUTLINE_CREDIT in found.caption


def test_a_line_is_as_much_wider_as_it_has_more_pairs_up_to_a_bound() -> None:
    few = Map(living(["Isère", "Isère", "Ain"], ["Loire", "Loire", "Loire"]))
    assert {'stroke-width="1.5"', 'stroke-width="3"'} <= set(
        re.findall(r'stroke-width="[\d.]+"', (few.svg or b"").decode())
    )
    many = Map(living(["Isère"] * 30, ["Loire"] * 30))
    assert f'stroke-width="{MAX_LINE_WIDTH:g}"' in (many.svg or b"").decode()


def test_for_many_departements_the_colour_tells_alone_and_the_first_lines_are_drawn() -> None:
    names = [name for number, name in DEPARTEMENTS if number in outlines()]
    found = Map(living(names, names[1:] + names[:1]))
    assert len(found.territory.spots) > MOST_DOTS
    assert not {"1", "2"} & set(texts(found)[:-4])
    assert f"Seuls les {LINES_DRAWN} traits" in found.caption
    assert (found.svg or b"").count(b'stroke-width="1.5"') == LINES_DRAWN


def test_the_caption_explains_a_second_circle_only_if_one_is_drawn() -> None:
    names = [name for number, name in DEPARTEMENTS if number in outlines()]
    for count, is_drawn in ((10, True), (40, False)):
        found = Map(living(names[:count], names[count : 2 * count]))
        assert any(spot.without_mentor for spot in found.territory.spots)
        assert (b"stroke-dasharray" in (found.svg or b"")) == is_drawn
        assert ("second cercle" in found.caption) == is_drawn


@pytest.mark.parametrize("homes", [["Paris"], ["La Réunion"], ["Martinique", "Nouvelle-Calédonie"]])
def test_one_place_and_places_overseas_alone_are_drawn(homes: list[str]) -> None:
    assert Map(living(homes, homes)).svg


def test_without_places_it_is_said_why_there_is_no_map() -> None:
    assert "ne demande pas aux personnes où elles sont" in Map(small()).alternative
    assert "Personne n’a dit où elle est" in Map(living([""], [""])).alternative
    assert Map(living([""], [""])).svg is None


def test_every_departement_has_an_outline_or_is_overseas_and_neighbours_share_their_borders() -> None:
    numbers = {number for number, _ in DEPARTEMENTS}
    assert set(outlines()) == {number for number in numbers if len(number) == 2}
    points = {number: {tuple(point) for ring in rings for point in ring} for number, rings in outlines().items()}
    for one, other in (("38", "69"), ("38", "26"), ("69", "42"), ("2A", "2B"), ("75", "92")):
        assert len(points[one] & points[other]) >= 2


def test_the_middle_of_an_outline_lies_about_where_the_departement_does() -> None:
    (x, y), (u, v) = (middle(outlines()[number][0]) for number in ("29", "67"))
    assert x < u
    assert middle(outlines()["59"][0])[1] < middle(outlines()["66"][0])[1]
    assert abs(y - v) < 400


def test_all_collectivities_overseas_have_room_beside_each_other() -> None:
    abroad = [name for number, name in DEPARTEMENTS if number.startswith("9") and number not in outlines()]
    plane = MapProjection.of(Map(living(abroad, abroad)).territory)
    ends = [
        (plane.at(rings[0][0])[0], plane.at(rings[0][2])[0]) for rings in plane.shapes.values() if len(rings[0]) == 4
    ]
    assert len(ends) == len(abroad)
    assert all(end < start for (_, end), (start, _) in pairwise(sorted(ends)))
    assert 0 <= min(start for start, _ in ends) <= max(end for _, end in ends) <= plane.width

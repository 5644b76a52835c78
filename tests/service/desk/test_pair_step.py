"""The step of the pairs: the result as its title, what unites each pair in words, what would place who has nobody."""

import json
from typing import Any

import pytest

from mentormatch.service.desk.documents import PLAN_PAGES
from mentormatch.service.desk.pair_step import PAIRS_PER_PAGE, VIEW_FAMILIES
from tests.english import french_in
from tests.service.desk.session import FOREIGN, VALIDATION, Sitting, foreign
from tests.service.desk.trees import Tree, element, elements, table, words


@pytest.fixture
def sitting() -> Sitting:
    """Return a desk with pairs of a file that nothing was shaped for."""
    return foreign()


def shown(sitting: Sitting, **asked: Any) -> Tree:
    """Return the tree of the step."""
    tree: Tree = sitting.done("pairs", **asked)["tree"]
    return tree


def title(sitting: Sitting) -> str:
    return words(element(shown(sitting), kind="result")).replace("\u00a0", " ")


def test_the_list_has_every_pair_with_what_unites_both_and_no_column_of_the_file(sitting: Sitting) -> None:
    sitting.done("name", shown=True, where="everywhere")
    assert title(sitting) == "21 binômes, et on ne peut pas faire plus"
    rows = table(element(shown(sitting), "table", "pairs"))
    matching = sitting.desk.require_board().matching
    assert len(rows) == len(matching.pairs) == FOREIGN.count("Mentor·e".encode()) + 6
    assert [row[2] for row in rows[:3]] == ["100,0", "100,0", "100,0"]
    assert all(row[4] not in ("", "–") and "/" not in row[4] for row in rows)
    assert not [row for row in rows if "@" in "".join(row) or "sujets_" in "".join(row)]


def test_what_would_place_somebody_is_tried_and_undone(sitting: Sitting) -> None:
    assert "Pourquoi pas 22" in words(shown(sitting))
    assert "Il suffirait d’une place de plus chez" in words(element(shown(sitting), kind="without"))
    (tried,) = [one for one in elements(shown(sitting), "button") if '"more"' in one[1].get("data-do", "")]
    sitting.done(**json.loads(tried[1]["data-do"]))
    assert title(sitting) == "22 binômes, et on ne peut pas faire plus"
    assert not list(elements(shown(sitting), kind="without"))
    sitting.done("undo")
    assert title(sitting) == "21 binômes, et on ne peut pas faire plus"
    assert "rien à annuler" in sitting.refused("undo")["title"]
    assert sitting.refused("more", person="m99")["title"]


def test_trying_asks_before_a_validation_is_lost(sitting: Sitting) -> None:
    sitting.moved(action="ban", mentor="m1", mentee="e1")
    sitting.moved(**VALIDATION)
    sitting.moved(action="undo")
    (tried,) = [one for one in elements(shown(sitting), "button") if '"more"' in one[1].get("data-do", "")][:1]
    assert sitting.asks(**json.loads(tried[1]["data-do"]))["sure"]


def test_every_view_is_in_one_family_and_two_people_are_chosen_by_their_places(sitting: Sitting) -> None:
    names = [name for _, views in VIEW_FAMILIES.values() for name in views]
    assert sorted(names) == sorted({*PLAN_PAGES, "two"})
    frame = element(shown(sitting, view="two", mentor="3"), "page-frame")
    partner = next(
        one.mentee for one in sitting.desk.require_board().matching.pairs if one.mentor == mentor(sitting, 3)
    )
    assert frame[1]["data-page"] == f"binome-3-{place_of(sitting, partner)}"
    assert sitting.content("show", frame[1]["data-page"])
    assert element(shown(sitting, view="two", mentor="3", mentee="9"), "page-frame")[1]["data-page"] == "binome-3-9"
    assert element(shown(sitting, view="two", mentor="999"), "page-frame")
    assert not list(elements(shown(sitting), "page-frame"))


def mentor(sitting: Sitting, place: int) -> str:
    """Return the key of the mentor at a place, from 1."""
    return sitting.desk.require_board().matching.cohort.mentors.ids[place - 1]


def place_of(sitting: Sitting, mentee: str) -> int:
    """Return the place of a mentee, from 1."""
    return list(sitting.desk.require_board().matching.cohort.mentees.ids).index(mentee) + 1


def test_a_validated_plan_says_by_whom(sitting: Sitting) -> None:
    sitting.moved(**VALIDATION)
    assert "Validée par Camille Roux" in words(element(shown(sitting), kind="lead"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_tree_is_small_and_in_one_language(sitting: Sitting, language: str) -> None:
    sitting.done("speak", language=language)
    assert PAIRS_PER_PAGE >= 21
    assert len(sitting.ask("pairs").body) < 40_000
    said = [words(one) for tag in ("h3", "h4", "button", "summary") for one in elements(shown(sitting), tag)]
    assert (french_in(*said) == []) == (language == "en")

"""What holds for every view there is."""

import re
from collections.abc import Iterator
from inspect import getmembers, isfunction
from pathlib import Path

import pytest

from mentormatch import Matching, Status
from mentormatch.errors import OutputError
from mentormatch.languages.translation import tr
from mentormatch.report.texts import spaced
from mentormatch.report.views import plan
from mentormatch.report.views.piece import Piece
from tests.report.cohorts import hostile_matchings, hostile_strings, small
from tests.report.pictures.markets import CANARY, KEY, SIZES, market
from tests.report.readers import HEAD_TAGS, Outline, assert_nothing_runs_or_loads
from tests.report.views.samples import TAGS, impossible, unsolved, views

PAGE_TAGS = TAGS | HEAD_TAGS | {"header", "main", "footer", "h1", "h2"}
UNTOLD = re.compile(r"<svg.*?</svg>|<style.*?</style>|\s(class|role|aria-\w+|scope)=\"[^\"]*\"", re.DOTALL)
"""What a notebook that is not trusted does not show."""


def shown(view: Piece) -> Outline:
    return Outline(view._repr_html_())


def words(html: str) -> list[str]:
    return " ".join(text for where, text in Outline(html).texts if not where.startswith(("style", "title"))).split()


def every() -> Iterator[Matching]:
    """Yield matchings of all sizes and fates."""
    yield from map(market, SIZES)
    yield from (small(), impossible())
    yield from (unsolved(small(), status) for status in (Status.STOPPED, Status.FAILED, Status.INFEASIBLE))


def test_each_view_is_looked_at_is_told_of_and_can_be_asked_for() -> None:
    assert {type(view) for view in views(small())} == set(plan.VIEW_TYPES)
    asked = {name for name, _ in getmembers(plan.Views, isfunction) if not name.startswith("_")}
    assert {view.call.partition("(")[0] for view in plan.VIEW_TYPES} == asked
    told = "".join(text for _, text in Outline(small().show._repr_html_()).texts)
    assert [
        view.kind for view in plan.VIEW_TYPES if view.call not in told or spaced(tr(view.purpose)) not in told
    ] == []


@pytest.mark.proof
def test_a_view_of_any_matching_is_whole_and_neither_runs_nor_loads_anything() -> None:
    for matching in every():
        for view in views(matching):
            assert set(shown(view).tags) <= TAGS
            assert_nothing_runs_or_loads(shown(view))
            assert len(words(view._repr_html_())) >= 3


def test_pictures_are_images_with_their_text() -> None:
    for view in views(market(2)):
        images = dict(shown(view).attributes)
        assert ("src" in images) == (view.kind in ("two", "prices", "market"))
        assert "src" not in images or len(images["alt"]) > 60


@pytest.mark.promise(24)
def test_hostile_texts_are_nothing_but_text_in_a_view(shared_data: Path) -> None:
    for matching in list(hostile_matchings(hostile_strings(shared_data / "hostile")))[::8]:
        for view in views(matching, names=True):
            for found, tags in ((shown(view), TAGS), (Outline(view.page()), PAGE_TAGS)):
                assert set(found.tags) <= tags
                assert_nothing_runs_or_loads(found)


@pytest.mark.promise(25)
def test_no_view_names_people_by_their_e_mail_unless_names_are_asked_for() -> None:
    for size in (2, 11):
        for view in views(market(size)):
            assert KEY not in view._repr_html_()
            assert KEY not in view.page()
        named = "".join(view._repr_html_() for view in views(market(size), names=True) if view.kind != "participant")
        assert named.count(KEY) > 10 * size


def test_the_plain_text_of_what_a_notebook_shows_names_nobody_and_tells_no_answer() -> None:
    matching = market(11)
    for thing in (matching, matching.show, *views(matching, names=True)):
        assert KEY not in repr(thing)
        assert CANARY not in repr(thing)
        assert len(repr(thing)) < 60


def test_the_page_of_a_view_says_the_same_as_the_notebook() -> None:
    for view in views(small()):
        if view.kind != "participant":
            assert " ".join(words(view._repr_html_())) in " ".join(words(view.page()))


def test_what_a_view_says_does_not_hang_on_its_style_or_its_drawings() -> None:
    for view in views(small()):
        html = view._repr_html_()
        assert words(UNTOLD.sub("", html)) == words(html)
    points = {
        text for view in views(small()) if view.kind == "pairs" for text in shown(view).inside("td.number points")
    }
    assert {"100,0", "66,7", "50,0"} <= points


def test_typography_keeps_a_number_and_its_noun_and_double_signs_together() -> None:
    for view in views(small()):
        told = "\n".join(text for _, text in shown(view).texts)
        assert re.findall(r"\d (?:binôme|personne|point sur)\w*| [:;?!%»]|« ", told) == []


def test_a_view_is_saved_as_a_page_for_its_owner_alone(tmp_path: Path) -> None:
    view = small().show.pairs()
    saved = view.save(tmp_path / "vues" / "binomes.html")
    assert saved.read_text("utf-8") == view.page()
    assert saved.stat().st_mode & 0o077 == 0
    with pytest.raises(OutputError, match=r"« \.pdf » ; le format est \.html"):
        view.save(tmp_path / "binomes.pdf")

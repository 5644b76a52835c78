"""What holds for every picture there is."""

import re
import sys
from base64 import b64decode
from itertools import batched
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mentormatch import Matching, Pair
from mentormatch.errors import OutputError
from mentormatch.languages.phrases import points, thousands
from mentormatch.places.gazetteer import OUTLINE_CREDIT
from mentormatch.report.pictures.picture import Picture, pictures_by_kind
from tests.report.cohorts import hostile_matchings, hostile_strings, small
from tests.report.pictures.markets import CANARY, KEY, SIZES, drawn, market
from tests.report.readers import Outline

MOST_BYTES = 250_000
SVG = "http://www.w3.org/2000/svg"
TAGS = {"svg", "g", "path", "rect", "circle", "text", "line", "clipPath", "linearGradient", "stop"}
"""What draws, and neither runs nor fetches."""


def each() -> list[tuple[str, int]]:
    return [(kind, size) for kind in pictures_by_kind() for size in SIZES]


def picture(kind: str, size: int) -> Picture | None:
    return next((one for one in drawn(market(size)) if one.kind == kind), None)


def assert_nothing_runs_or_fetches(content: bytes) -> None:
    for element in ElementTree.fromstring(content.decode()).iter():  # noqa: S314 - what we drew
        assert element.tag.removeprefix(f"{{{SVG}}}") in TAGS
        assert not {name for name in element.attrib if name.startswith("on") or name.endswith(("href", "src"))}
        assert not [value for value in element.attrib.values() if re.search(r"url\((?!#)", value)]


def shown(one: Picture) -> Outline:
    return Outline(one._repr_html_())


@pytest.mark.parametrize("live", ["<script/>", "<g onload='x'/>", "<path fill='url(http://x)'/>", "<image/>"])
def test_what_runs_or_fetches_would_be_found(live: str) -> None:
    with pytest.raises(AssertionError):
        assert_nothing_runs_or_fetches(f"<svg xmlns='{SVG}'>{live}</svg>".encode())


def test_the_five_pictures_are_found() -> None:
    assert list(pictures_by_kind()) == ["distribution", "fairness", "heat_map", "map", "waterfall"]


@pytest.mark.parametrize(("kind", "size"), each())
def test_a_picture_is_sound_small_and_fetches_nothing(kind: str, size: int) -> None:
    one = picture(kind, size)
    content = one.svg if one else None
    if content is not None:
        text = content.decode()
        assert len(content) <= MOST_BYTES
        assert set(re.findall(r"\w+://[^\"' <)]*", text)) <= {SVG}
        assert_nothing_runs_or_fetches(content)


def test_all_pictures_are_drawn_but_that_of_a_price_that_is_nothing() -> None:
    assert {one.kind for one in drawn(market(2)) if one.svg} == set(pictures_by_kind())
    for size in (11, 200):
        assert {one.kind for one in drawn(market(size)) if one.svg} >= {"distribution", "heat_map", "map", "waterfall"}


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_an_image_with_its_text_or_the_text_alone(size: int) -> None:
    for one in drawn(market(size)):
        found = shown(one)
        assert found.balanced
        if one.svg is None:
            assert "img" not in found.tags
            assert one.title in found.inside("strong.")[0]
        else:
            tags = dict(found.attributes)
            assert len(tags["alt"]) > 60
            assert b64decode(tags["src"].removeprefix("data:image/svg+xml;base64,")) == one.svg


def apart(matching: Matching) -> int:
    """Return how many pairs are between two départements that are both known."""
    homes = [
        {"Métropole de Lyon": "Rhône"}.get(home, home) for pair in matching.pairs for home in homes_of(matching, pair)
    ]
    return sum(one != other for one, other in batched(homes, 2) if one and other)


def homes_of(matching: Matching, pair: Pair) -> tuple[str, str]:
    mentors, mentees = matching.cohort.mentors, matching.cohort.mentees
    return mentors.shown("lieu", mentors.find(pair.mentor)), mentees.shown("lieu", mentees.find(pair.mentee))


@pytest.mark.parametrize("size", [1, 2, 11, 200])
def test_the_text_of_a_picture_holds_the_figures_that_it_shows(size: int) -> None:
    matching = market(size)
    chosen = [pair.score for pair in matching.pairs]
    wanted = {
        "heat_map": [thousands(matching.problem.scores.count), points(min(chosen)), points(max(chosen))],
        "distribution": [str(len(chosen)), points(min(chosen)), points(max(chosen))],
        "fairness": [points(min(chosen)), points(sum(chosen))[-3:]],
        "map": [f"{apart(matching)} entre deux départements"],
        "waterfall": [points(matching.explain(f"ana0{KEY}", f"bob0{KEY}").score)],
    }
    for one in drawn(matching):
        assert [figure for figure in wanted[one.kind] if figure not in one.alternative] == []


@pytest.mark.parametrize("size", SIZES)
def test_no_picture_holds_an_answer_or_an_address(size: int) -> None:
    for one in drawn(market(size)):
        told = f"{(one.svg or b'').decode()}{one._repr_html_()}{one.alternative}{one!r}"
        assert CANARY not in told
        assert KEY not in told


def test_people_are_named_where_names_are_asked_for() -> None:
    found = "".join((one.svg or b"").decode() for one in drawn(small()))
    assert "M1" in found
    assert "E2" in found


def test_the_same_matching_gives_the_same_bytes() -> None:
    for first, again in zip(drawn(market(11)), drawn(market.__wrapped__(11)), strict=True):
        assert first is not again
        assert first.svg == again.svg
        assert first._repr_html_() == again._repr_html_()


def test_a_figure_has_a_comma_in_a_picture_and_no_point() -> None:
    for one in drawn(market(11)):
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", (one.svg or b"").decode())
        assert [text for text in texts if re.search(r"\d\.\d", text.replace(OUTLINE_CREDIT, ""))] == []


@pytest.mark.promise(24)
def test_hostile_texts_are_nothing_but_text_in_a_picture(shared_data: Path) -> None:
    for matching in list(hostile_matchings(hostile_strings(shared_data / "hostile")))[::8]:
        for one in drawn(matching):
            if one.svg is not None:
                assert_nothing_runs_or_fetches(one.svg)
            assert shown(one).balanced
            assert set(shown(one).tags) <= {"div", "p", "strong", "img"}


def test_pictures_are_saved_as_svg_and_as_png(tmp_path: Path) -> None:
    for one in drawn(market(11)):
        if one.svg is not None:
            assert one.save(tmp_path / "image.svg").read_bytes() == one.svg
            assert one.save(tmp_path / "image.png").read_bytes().startswith(b"\x89PNG")


def test_another_form_or_nothing_to_draw_is_told(tmp_path: Path) -> None:
    heat = pictures_by_kind()["heat_map"]
    with pytest.raises(OutputError, match=r"« \.bmp » ; les formats sont \.svg et \.png"):
        heat(small()).save(tmp_path / "image.bmp")
    with pytest.raises(OutputError, match="rien à dessiner"):
        heat(market(0)).save(tmp_path / "image.svg")
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_of_png_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    heat = pictures_by_kind()["heat_map"](small())
    assert heat.save(tmp_path / "image.svg").exists()
    with pytest.raises(OutputError, match=r"pip install 'mentormatch-engine\[pictures\]'"):
        heat.save(tmp_path / "image.png")

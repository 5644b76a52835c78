"""Axes have round values, and a drawing is as large as what it holds."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import language
from mentormatch.report.pictures import Frame, as_svg
from mentormatch.report.pictures.picture import FONT_SIZE, LinearScale, cividis, round_step, text_width

LENGTHS = st.floats(-500, 500)
TEXTS = st.text(max_size=30)


@given(st.integers(-3, 6), st.floats(1, 10), st.floats(-1, 1), st.integers(2, 12))
def test_the_values_of_an_axis_are_round_evenly_apart_and_about_as_many_as_asked(
    power: int, span: float, start: float, count: int
) -> None:
    low, high = start * 10.0**power, start * 10.0**power + span * 10.0**power
    step, decimals = round_step(low, high, count)
    assert f"{step:.0e}"[0] in "125"
    assert round(step, decimals) == step
    assert count / 2.5 - 1 <= (high - low) / step <= count * 1.5 + 1
    places = [place for place, _ in LinearScale(low, high, 300, 0).marks(count)]
    assert all(-1e-3 <= place <= 300 + 1e-3 for place in places)
    assert [one - other for one, other in pairwise(places)] == pytest.approx(
        [step / (high - low) * 300] * (len(places) - 1)
    )


def test_the_numbers_of_an_axis_are_those_of_the_language_that_is_spoken() -> None:
    with language("fr"):
        assert [words for _, words in LinearScale(0, 1, 0, 10).marks(5)] == ["0,0", "0,2", "0,4", "0,6", "0,8", "1,0"]
    with language("en"):
        assert [words for _, words in LinearScale(0, 2_000, 0, 10).marks(2)] == ["0", "1,000", "2,000"]


@given(st.lists(st.tuples(LENGTHS, LENGTHS, TEXTS, st.sampled_from(["start", "middle", "end"])), max_size=4), TEXTS)
def test_a_drawing_holds_all_that_is_written_in_its_frames(
    written: list[tuple[float, float, str, str]], title: str
) -> None:
    frames = [Frame(100, 50), Frame(40, 20)]
    for x, y, words, anchor in written:
        for frame in frames:
            frame.text(x, y, words.replace("\x00", ""), anchor)
    content = re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "", as_svg(title, frames).decode("utf-8", "ignore"))
    root = ElementTree.fromstring(content)  # noqa: S314 - what we drew
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    drawn = [one for one in root if one.tag.endswith("}g")]
    moves = [[*map(float, re.findall(r"[-\d.]+", one.attrib["transform"]))] for one in drawn]
    assert moves[0][0] == moves[1][0]
    assert moves[0][1] + frames[0].bottom < moves[1][1] + frames[1].top
    for (left, top), frame in zip(moves, frames, strict=True):
        for x, y, words, anchor in written:
            wide = text_width(words, FONT_SIZE)
            start = left + x - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            assert -0.01 <= start <= start + wide <= width + 0.01
            assert 0 <= top + y <= height
        assert left + frame.width <= width


def test_an_accent_takes_no_room_and_a_square_letter_twice_as_much() -> None:
    assert text_width("é", 10) == text_width("e", 10) == text_width("e\u0301", 10)
    assert text_width("\u200b", 10) == 0
    assert text_width("漢", 10) > 1.5 * text_width("a", 10)


def test_the_colours_go_from_dark_to_light() -> None:
    def light(colour: str) -> float:
        return sum(share * int(colour[at : at + 2], 16) for share, at in ((0.21, 1), (0.72, 3), (0.07, 5)))

    lights = [light(cividis(share / 20)) for share in range(21)]
    assert lights == sorted(lights)
    assert cividis(-1) == cividis(0)
    assert cividis(2) == cividis(1)

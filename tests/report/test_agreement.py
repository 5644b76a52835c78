"""Workbook, CSV file, page, JSON and frames of one matching, each read back on its own."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import Matching
from mentormatch.report.book import clip
from mentormatch.report.texts import visible
from tests.conftest import DEEP
from tests.report.cohorts import hostile_matchings, hostile_strings, matched, person, programme, small
from tests.report.readers import page, sheets, table, written

type Rows = list[tuple[str, str, str]]

DEPTH = max(1, settings().max_examples // 5)
"""Each example makes every document."""


def larger() -> Matching:
    trades, needs = ["production", "diffusion", ""], ["budget", "contrats; tournée", "", "budget; contrats; tournée"]
    mentors = [person(f"M{n:02d}", trades[n % 3], needs[n % 4]) for n in range(11)]
    mentees = [person(f"E{n:02d}", trades[n % 2], needs[n % 3]) for n in range(14)]
    return matched(programme(rules=[{"kind": "common", "field": "besoins"}]), mentors, mentees)


def draw_plan(seed: int, mentors: int, mentees: int) -> Matching:
    """Return a matching of so many people a side, their answers drawn at random."""
    draw = Random(seed)
    people = [
        person(
            f"{side}{n}", draw.choice(["production", "diffusion", ""]), draw.choice(["budget", "contrats; tournée", ""])
        )
        for side, count in (("M", mentors), ("E", mentees))
        for n in range(count)
    ]
    rules = [{"kind": "different", "field": "metier"}] if draw.random() < 0.5 else []
    return matched(programme(rules=rules), people[:mentors], people[mentors:])


def in_frames(matching: Matching) -> Rows:
    frame = matching.frames.pairs
    return [(str(row.mentor), str(row.mentee), f"{row.points:.1f}") for row in frame.itertuples()]


def in_workbook(matching: Matching) -> Rows:
    return [(str(row[0]), str(row[1]), f"{row[2]:.1f}") for row in sheets(written(matching, ".xlsx"))["Binômes"][1:]]


def in_csv(matching: Matching) -> Rows:
    rows = table(written(matching, ".csv"))[1:]
    return [(row[0], row[1], f"{float(row[2].replace(',', '.')):.1f}") for row in rows]


def in_json(matching: Matching) -> Rows:
    pairs = json.loads(written(matching, ".json"))["pairs"]
    return [(pair["mentor"], pair["mentee"], f"{pair['points']:.1f}") for pair in pairs]


def in_page(matching: Matching) -> Rows:
    found = page(matching)
    names = found.inside("th.who pair")
    points = [text.replace(",", ".") for text in found.inside("td.number points")]
    if "article" in found.tags:  # each pair in full as well, where they are few
        numbers, each = found.inside("b."), len(matching.programme.criteria) + 1
        assert names == found.inside("span.who")
        assert points == [number.replace(",", ".") for number in numbers[4::each]]
    return list(zip(names[::2], names[1::2], points, strict=True))


def assert_agree(matching: Matching) -> None:
    """Hold that all documents tell the pairs of a matching; a sheet and a page cannot hold some characters."""
    raw = [(pair.mentor, pair.mentee, f"{pair.points:.1f}") for pair in matching.pairs]
    seen = [(visible(mentor), visible(mentee), points) for mentor, mentee, points in raw]
    assert in_frames(matching) == raw
    assert in_json(matching) == raw
    assert in_workbook(matching) == [(clip(mentor), clip(mentee), points) for mentor, mentee, points in seen]
    assert in_page(matching) == seen


@pytest.mark.promise(26)
@pytest.mark.parametrize("make", [small, larger])
def test_workbook_csv_page_json_and_frames_agree_pair_for_pair(make: Callable[[], Matching]) -> None:
    matching = make()
    assert len(matching.pairs) >= 3
    assert_agree(matching)
    assert in_csv(matching) == in_frames(matching)


@pytest.mark.promise(26)
@settings(max_examples=DEPTH)
@given(st.integers(0, 2**32), st.integers(0, 9), st.integers(0, 9))
def test_workbook_page_json_and_frames_agree_on_any_cohort(seed: int, mentors: int, mentees: int) -> None:
    assert_agree(draw_plan(seed, mentors, mentees))


@pytest.mark.promise(26)
def test_workbook_page_json_and_frames_agree_on_hostile_keys(shared_data: Path) -> None:
    strings = hostile_strings(shared_data / "hostile")
    for matching in hostile_matchings(strings if DEEP else strings[::5]):
        assert_agree(matching)


@pytest.mark.promise(26)
def test_workbook_page_and_frames_agree_on_who_is_left_out_and_why() -> None:
    matching = larger()
    expected = [(one.person, one.reason) for one in matching.unmatched]
    frame, found = matching.frames.unmatched, page(matching)
    assert list(zip(frame.person, frame.reason, strict=True)) == expected
    assert [(row[0], row[2]) for row in sheets(written(matching, ".xlsx"))["Sans binôme"][1:]] == expected
    assert found.inside("th.who") == [person for person, _ in expected]


@pytest.mark.promise(26)
def test_workbook_and_frames_agree_on_the_points_of_every_criterion() -> None:
    matching = larger()
    rows = sheets(written(matching, ".xlsx"))["Détail des points"][1:]
    frame = matching.frames.contributions
    columns = [frame[name] for name in ("mentor", "mentee", "criterion", "points", "full")]
    assert [(row[0], row[1], row[3], row[4], row[5]) for row in rows] == list(zip(*columns, strict=True))


@pytest.mark.promise(26)
def test_workbook_and_frame_agree_on_every_score() -> None:
    matching = larger()
    rows = [row[1:] for row in sheets(written(matching, ".xlsx"))["Scores"][2:]]
    frame = matching.frames.scores.astype(object).fillna("—")
    assert rows == frame.to_numpy().tolist()

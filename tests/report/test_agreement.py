"""Workbook, CSV file, page, JSON and frames of one matching, each read back on its own."""

import json
from collections.abc import Callable

import pytest

from mentormatch.matching import Matching
from tests.report.cohorts import matched, person, programme, small
from tests.report.reading import page, sheets, table, written

type Rows = list[tuple[str, str, str]]


def larger() -> Matching:
    trades, needs = ["production", "diffusion", ""], ["budget", "contrats; tournée", "", "budget; contrats; tournée"]
    mentors = [person(f"M{n:02d}", trades[n % 3], needs[n % 4]) for n in range(11)]
    mentees = [person(f"E{n:02d}", trades[n % 2], needs[n % 3]) for n in range(14)]
    return matched(programme(rules=[{"kind": "common", "field": "besoins"}]), mentors, mentees)


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
    names, numbers = found.inside("span.who"), found.inside("b.")
    each = len(matching.programme.criteria) + 1
    points = [number.replace(",", ".") for number in numbers[4::each]]
    assert names == found.inside("th.who pair")
    assert points == [text.replace(",", ".") for text in found.inside("td.number points")]
    return list(zip(names[::2], names[1::2], points, strict=True))


@pytest.mark.promise(26)
@pytest.mark.parametrize("make", [small, larger])
def test_workbook_csv_page_json_and_frames_agree_pair_for_pair(make: Callable[[], Matching]) -> None:
    matching = make()
    expected = [(pair.mentor, pair.mentee, f"{pair.points:.1f}") for pair in matching.pairs]
    assert len(expected) >= 3
    assert in_frames(matching) == expected
    assert in_workbook(matching) == expected
    assert in_csv(matching) == expected
    assert in_page(matching) == expected
    assert in_json(matching) == expected


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

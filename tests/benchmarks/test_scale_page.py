"""The pages on speed say what the records say, and each plot that is shown was drawn."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scale_page
from benchmarks.scale import farther, plots, tables
from benchmarks.scale.growth import fitted
from benchmarks.scale.records import KEPT, Record, begun, newest


def record(part: str, rows: list[dict[str, Any]]) -> Record:
    found = begun(part, [1])
    found.rows.extend(rows)
    return found


def size(mentees: int) -> dict[str, Any]:
    """Return figures of a market, of which seconds of solves grow with the square of the people."""
    seconds = (mentees / 1_000) ** 2
    told = {"name": f"tight {mentees}", "curve": "tight", "mentors": mentees, "mentees": mentees, "pairs": mentees}
    spent = {"wall_s": 2 * seconds, "processor_s": 3 * seconds, "scans_s": seconds, "solves_s": seconds}
    return (
        told
        | spent
        | {"memory_mb": 200 + mentees / 100, "people_mb": 150 + mentees / 200, "scans": 5.0}
        | {
            "listed": 20 * mentees,
            "cores": 2,
        }
    )


@pytest.fixture
def records() -> dict[str, Record]:
    names = ("tight: scores alone, NumPy", "tight: a scan, NumPy", "tight: a scan, compiled")
    rates = [{"name": name, "million_pairs_a_second": 100.0, "least": 90.0, "most": 110.0} for name in names]
    fit = {"name": "tight: wall_s", "fit": "tight", "figure": "wall_s", "exponent": 2.0, "constant": 2e-6}
    law = fit | {"flattest": 1.9, "steepest": 2.1, "off_at_most": 1.1}
    rival = {"name": "PuLP", "wall_s": 12.0, "result": "done", "times": 120.0}
    return {
        "growth": record("growth", [size(1_000), size(10_000), law]),
        "scoring": record("scoring", rates),
        "rivals": record("rivals", [rival]),
    }


@pytest.mark.parametrize("path", scale_page.PAGES, ids=lambda path: path.name)
def test_a_page_is_the_one_that_the_records_give(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert scale_page.page(text, newest(KEPT)) == text, "run `make speed`"
    for name in re.findall(r"\]\(([\w-]+\.svg)\)", text):
        assert (path.parent / name).read_text(encoding="utf-8").startswith("<svg")


def test_every_table_has_its_place_in_one_page() -> None:
    places = [name for path in scale_page.PAGES for name in re.findall(r"<!-- figures: ([\w-]+) -->", path.read_text())]
    assert sorted(places) == sorted([*tables.TABLES, *farther.TABLES])


def test_what_was_not_recorded_is_not_claimed() -> None:
    text = "before\n<!-- figures: nation -->\nold\n<!-- end -->\nafter"
    assert scale_page.page(text, {}) == text.replace("old", tables.MISSING)


def test_a_table_holds_what_was_recorded(records: dict[str, Record]) -> None:
    written = scale_page.block("rivals", records)
    assert "| PuLP | 12 s | done | - | 120 | - |" in written
    assert "(speed-rivals.svg)" in written


def test_ten_million_follows_from_the_constants(records: dict[str, Record]) -> None:
    found = farther.constants(records)
    assert found is not None
    assert found.rate == pytest.approx(5 * 10_000**2 / (100 * 2))
    assert found.solves_then_s == pytest.approx(100 * 1_000**2)
    assert found.scan_s(1_000) == pytest.approx(1e14 / (found.rate * 1_000))
    assert found.listed_then == pytest.approx(200 * 10_000_000 / 10)
    assert found.even * found.rate * found.solves_then_s == pytest.approx(5 * 1e14)
    assert all(scale_page.block(name, records).startswith("| ") for name in farther.TABLES)


@pytest.mark.parametrize("name", plots.PLOTS)
def test_a_plot_is_a_small_picture(name: str, records: dict[str, Record]) -> None:
    drawn = plots.svg(name, records)
    assert drawn.startswith(b"<svg")
    assert len(drawn) < 60_000


def test_a_law_says_how_far_it_is_off() -> None:
    law = fitted([1, 10, 100], [1, 10, 1_000])
    assert (law.flattest, law.steepest) == pytest.approx((1, 2))
    assert law.exponent == pytest.approx(1.5)
    assert law.off > 1.5

"""A number that an operation is given is taken in any type that holds it, and anything else is refused in words."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mentormatch as mm
from mentormatch import Matching, RequestError
from mentormatch.results import Grouping

WHOLE: Mapping[str, Callable[[int], Any]] = {
    "int64": np.int64,
    "uint16": np.uint16,
    "float": float,
    "float32": np.float32,
    "no dimensions": np.array,
    "pandas Int64": lambda number: pd.array([number], dtype="Int64")[0],
    "pandas pyarrow": lambda number: pd.Series([number]).astype("int64[pyarrow]")[0],
    "decimal": Decimal,
}
NO_NUMBERS: Mapping[str, Any] = {
    "boolean": True,
    "numpy boolean": np.True_,
    "text": "1",
    "NaN": np.nan,
    "infinity": np.inf,
    "list": [1],
    "array": np.array([1]),
    "missing": pd.NA,
    "masked": np.ma.masked,
    "bytes": b"1",
    "imaginary": 1j,
    "fraction above every float": Fraction(10**400),
    "negative": -1,
}
PROBLEM = mm.AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])
SCORES = np.array([[0.9, 0.8], [0.7, 0.1]])
DATES = {"A": ["2026-09-15"], "B": ["2026-09-22"]}, ["2026-09-15", "2026-09-22"]
TOPICS = {"A": ["x"], "B": ["x", "y"]}


@cache
def matched() -> Matching:
    """Return the matching of the example."""
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@cache
def grouped() -> Grouping:
    """Return a few groups."""
    tables = {
        "programme": {"name": "x"},
        "fields": {"code": {"question": "Code", "kind": "text", "use": "key"}},
        "groups": {"size": 2},
    }
    programme = mm.Programme.read(tables)
    frame = pd.DataFrame({"Code": list("1234")})
    return mm.form_groups(mm.read_survey(programme, frame), programme)


def people() -> tuple[Any, Any]:
    """Return a small cohort and its programme."""
    tables = {"programme": {"name": "x"}, "fields": {"code": {"question": "Code", "kind": "text", "use": "key"}}}
    programme = mm.Programme.read(tables)
    frame = pd.DataFrame({"Code": ["1", "2"]})
    return mm.read_survey(programme, mentors=frame, mentees=frame), programme


def of_pairs(found: Matching) -> Any:
    """Return what a matching comes to."""
    return found.seed, type(found.seed), found.solution.pairs.tolist()


COUNTED: Mapping[str, Callable[[Any], Any]] = {
    "scale": lambda number: mm.AssignmentProblem.from_scores(SCORES, scale=number).scores.at(*PROBLEM.scores.pairs()),
    "solve seed": lambda number: mm.solve(PROBLEM, seed=number).pairs,
    "match seed": lambda number: of_pairs(mm.match(*people(), seed=number)),
    "match memory": lambda number: mm.match(*people(), memory_mb=number).status,
    "plans n": lambda number: len(mm.plans(*people(), number)),
    "plans differ_by": lambda number: len(mm.plans(*people(), 2, differ_by=number)),
    "plans seed": lambda number: list(map(of_pairs, mm.plans(*people(), 1, seed=number))),
    "repair seed": lambda number: of_pairs(mm.repair(mm.match(*people()), seed=number).matching),
    "rung": lambda number: mm.repair(mm.match(*people())).rung(number),
    "alternatives": lambda number: matched().alternatives("M03", number),
    "robustness samples": lambda number: mm.match(*people()).robustness(number),
    "robustness seed": lambda number: mm.match(*people()).robustness(2, seed=number),
    "estimate people": lambda number: mm.estimate(*people(), people=(number, 2)).mentors,
    "estimate memory": lambda number: mm.estimate(*people(), memory_mb=number).allowed_mb,
    "groups seed": lambda number: mm.form_groups(grouped().cohort, grouped().programme, seed=number).groups,
    "rotate": lambda number: mm.rotate(grouped(), number).rounds,
    "turns sessions": lambda number: mm.schedule_turns(["A"], number).turns,
    "turns per session": lambda number: mm.schedule_turns(["A"], 2, per_session=number).turns,
    "turns rounds": lambda number: mm.schedule_turns(["A"], 2, rounds=number).turns,
    "turns seed": lambda number: mm.schedule_turns(["A"], 2, seed=number).turns,
    "topics": lambda number: mm.choose_topics(TOPICS, number).chosen,
    "topics seed": lambda number: mm.choose_topics(TOPICS, 1, seed=number).chosen,
    "dates": lambda number: mm.choose_dates(*DATES, number).chosen,
    "dates missed": lambda number: mm.choose_dates(*DATES, 1, most_missed=number).chosen,
    "dates apart": lambda number: mm.choose_dates(*DATES, 1, apart=(number, 42)).chosen,
    "dates seed": lambda number: mm.choose_dates(*DATES, 1, seed=number).chosen,
}
TIMED: Mapping[str, Callable[[Any], Any]] = {
    "solve": lambda number: mm.solve(PROBLEM, time_limit_s=number).pairs,
    "match": lambda number: of_pairs(mm.match(*people(), time_limit_s=number)),
    "diagnose": lambda number: mm.diagnose(*people(), time_limit_s=number),
    "groups": lambda number: mm.form_groups(grouped().cohort, grouped().programme, time_limit_s=number).groups,
    "turns": lambda number: mm.schedule_turns(["A"], 2, time_limit_s=number).turns,
    "topics": lambda number: mm.choose_topics(TOPICS, 1, time_limit_s=number).chosen,
    "dates": lambda number: mm.choose_dates(*DATES, 1, time_limit_s=number).chosen,
}


@pytest.mark.parametrize("asked", COUNTED)
def test_a_whole_number_of_any_type_is_that_number(asked: str) -> None:
    number = 30_000 if asked == "match memory" else 1  # megabytes: what the process holds already counts
    expected = repr(COUNTED[asked](number))
    for form, made in WHOLE.items():
        assert repr(COUNTED[asked](made(number))) == expected, form


@pytest.mark.parametrize("asked", COUNTED)
def test_what_is_no_whole_number_is_refused_in_words(asked: str) -> None:
    for form, value in {**NO_NUMBERS, "fraction": 1.5}.items():
        if asked == "turns sessions" and form in ("list", "array", "text", "masked", "bytes"):
            continue  # these are names of sessions
        with pytest.raises(RequestError) as refusal:
            COUNTED[asked](value)
        assert refusal.value.problems, form


@pytest.mark.parametrize("asked", TIMED)
def test_a_time_is_a_number_of_seconds_of_any_type(asked: str) -> None:
    expected = repr(TIMED[asked](60))
    assert repr(TIMED[asked](59.5)) == expected
    for form, made in WHOLE.items():
        assert repr(TIMED[asked](made(60))) == expected, form


@pytest.mark.parametrize("asked", TIMED)
def test_what_is_no_time_is_refused_in_words(asked: str) -> None:
    for form, value in {**NO_NUMBERS, "zero": 0, "for ever": 10**400}.items():
        with pytest.raises(RequestError) as refusal:
            TIMED[asked](value)
        assert refusal.value.problems, form

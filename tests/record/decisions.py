"""Decisions for the tests of the record: of the example, and of problems made of numbers alone."""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mentormatch import AssignmentProblem, Matching, Row, examples, match, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.record.decision import write_decision
from mentormatch.record.digests import digest
from mentormatch.record.log import GENESIS_DIGEST, LogEntry, LogLine

type Json = Any
"""A decision file, read as it is, to be changed at will."""


@cache
def example(*without: str) -> Matching:
    """Return the matching of the example, without the rules of some kinds."""
    programme = examples.programme()
    kept = [rule for rule in programme.rules if rule.kind not in without]
    return match(examples.cohort(), programme.model_copy(update={"rules": kept}))


def posed(problem: AssignmentProblem, proofs: Literal["goals", "none"] = "goals") -> Matching:
    """Return a matching that is the solution of a problem of numbers alone."""
    same = example("quota")
    return Matching(same.cohort, same.programme, same.scores, problem, solve(problem, proofs=proofs))


def plain() -> AssignmentProblem:
    """Return a problem with capacities, a minimum, a pin, a forbidden pair, scores below 0 and priorities."""
    problem = AssignmentProblem.from_scores(
        [[9, 4, 2, 0], [7, 6, -3, 5], [1, 8, 4, 4]],
        np.array([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 0, 1]], dtype=bool),
        mentor_capacity=[2, 1, 2],
        mentor_minimum=[0, 0, 1],
        mentee_priority=[0, 0, 1, 0],
        goals=("matched", "priority", "total"),
    )
    return AssignmentProblem(
        problem.scores,
        problem.mentors,
        problem.mentees,
        pins=((1, 0),),
        goals=problem.goals,
        mentee_priority=problem.mentee_priority,
    )


def coupled() -> AssignmentProblem:
    """Return the same with a row that couples pairs, and a minimum that binds only who is used."""
    free = plain()
    mentors = DegreeBounds(np.array([2, 0, 1]), free.mentors.most, np.array([True, False, False]))
    row = Row("au plus deux", np.array([[1, 0, 1, 0]]), most=2)
    return AssignmentProblem(free.scores, mentors, free.mentees, (row,), free.pins, free.goals)


def chained(*entries: LogEntry) -> bytes:
    """Return a log of entries, whatever they state: as a forger writes it, or as an older version wrote it."""
    previous, lines = GENESIS_DIGEST, b""
    for number, entry in enumerate(entries, 1):
        line = LogLine(line=number, previous=previous, entry=entry).encode()
        previous, lines = digest(line), lines + line + b"\n"
    return lines


def written(problem: AssignmentProblem, folder: Path, proofs: Literal["goals", "none"] = "goals") -> Path:
    """Write the decision on a problem, and return where it is."""
    return write_decision(posed(problem, proofs), folder / "binomes.decision.json")


def changed(path: Path, content: Json) -> Path:
    """Write a changed decision file beside another, and return where it is."""
    other = path.with_name("changed.decision.json")
    other.write_text(json.dumps(content), encoding="utf-8")
    return other


def mutations(content: Json) -> Iterator[tuple[str, Json]]:
    """Yield every decision that differs in one number, one truth, one text, or one entry that is missing."""
    for place in _places(content):
        *inside, last = place
        where = "/".join(map(str, place))
        for value in _others(_at(content, place)):
            if value == _at(content, place):
                continue
            yield f"{where} = {value}", _with(content, inside, last, value)
        if isinstance(last, int) or inside:
            yield f"{where} is missing", _without(content, inside, last)


def _places(content: Json, before: Sequence[str | int] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield (*before, key)
        yield from _places(value, (*before, key))


def _others(value: Json) -> Sequence[Json]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, -value - 1]
    if isinstance(value, str):
        return ["m1", "m2", "m3", "e1", "e2", "e3", "e4"] if value[1:].isdigit() else [f"{value}x", "feasible"]
    return [] if value else [0, 1]


def _at(content: Json, place: Sequence[str | int]) -> Json:
    for key in place:
        content = content[key]
    return content


def _with(content: Json, inside: Sequence[str | int], last: str | int, value: Json) -> Json:
    other = deepcopy(content)
    _at(other, inside)[last] = value
    return other


def _without(content: Json, inside: Sequence[str | int], last: str | int) -> Json:
    other = deepcopy(content)
    del _at(other, inside)[last]
    return other

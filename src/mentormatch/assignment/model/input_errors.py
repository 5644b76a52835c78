"""What in the parts of a problem does not fit: numbers that are none, shapes that differ, people who are not there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.array_input import input_error, read_cells
from mentormatch.base.columns import IntVector
from mentormatch.base.scalars import exact_number, shown
from mentormatch.errors import Problem
from mentormatch.languages import tr, tr_n

if TYPE_CHECKING:
    from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint

FARTHEST = 1 << 62
"""No bound of a sum may be farther from 0."""


def read_row(row: "SideConstraint") -> "SideConstraint":
    """Return a coupling row with its numbers as they are counted with; raise RequestError where one cannot be.

    Weights are integers in any form of an array, bounds and people whole numbers of any type.
    """
    where = _named(row)
    least, most, mentor, mentee = (
        _whole(getattr(row, name), f"{where}, {name}") for name in ("least", "most", "mentor", "mentee")
    )
    weights = _weights(row.weights, where)
    times = None if row.factor is None else _weights(row.factor, where)
    read = row.weights, row.factor, row.least, row.most, row.mentor, row.mentee
    if all(given is made for given, made in zip(read, (weights, times, least, most, mentor, mentee), strict=True)):
        return row
    return replace(row, weights=weights, factor=times, least=least, most=most, mentor=mentor, mentee=mentee)


def _named(row: "SideConstraint") -> str:
    return tr("contrainte {name}", name=repr(row.name))


def _whole(value: object, where: str) -> int | None:
    if value is None:
        return None
    number = exact_number(value)
    if not isinstance(number, int) or abs(number) > FARTHEST:
        raise input_error(where, shown(value), tr("un nombre entier, ou None"))
    return number


def _weights(value: Any, where: str) -> NDArray[np.int64]:
    if type(value) is np.ndarray and value.dtype.kind in "iu":
        return value
    cells = read_cells(value, f"{where}, weights")
    if cells.there is not None or cells.values.dtype.kind == "f":
        weights = tr("des poids de type {type}", type=cells.values.dtype)
        found = tr("un nombre masqué") if cells.there is not None else weights
        raise input_error(where, found, tr("des entiers"))
    return cells.values.astype(np.int64)


def find_misfits(problem: "AssignmentProblem") -> list[Problem]:
    """Return which vectors do not have one entry a person, and which keys come twice."""
    found: list[Problem] = []
    for side, count in zip(("mentor", "mentee"), problem.shape, strict=True):
        loads, keys = getattr(problem, f"{side}s"), getattr(problem, f"{side}_keys")
        priority = getattr(problem, f"{side}_priority")
        parts = {"least": loads.least, "most": loads.most, "idle": loads.optional, "keys": keys, "priority": priority}
        found += [
            Problem(
                f"{side} {name}",
                tr_n("{count} valeur", "{count} valeurs", len(part), count=len(part)),
                tr("{count}, une par personne", count=count),
            )
            for name, part in parts.items()
            if part is not None and len(part) != count
        ]
        if len(set(keys)) < len(keys):
            found.append(Problem(f"{side} keys", tr("une clé vient deux fois"), tr("une personne par clé")))
        found += _below_zero({f"{side} least": loads.least, f"{side} most": loads.most, f"{side} priority": priority})
    return found + [wrong for row in problem.rows for wrong in _wrong_row(row, problem.shape)]


def _below_zero(parts: dict[str, IntVector | None]) -> list[Problem]:
    return [
        Problem(name, tr("un nombre négatif"), tr("0 ou plus"))
        for name, part in parts.items()
        if part is not None and len(part) and int(part.min()) < 0
    ]


def _wrong_row(row: "SideConstraint", shape: tuple[int, int]) -> list[Problem]:
    where = _named(row)
    for factor in row.factors:
        if not np.issubdtype(factor.dtype, np.integer):
            return [Problem(where, tr("des poids de type {type}", type=factor.dtype), tr("des entiers"))]
    for side, person, count in zip(("mentor", "mentee"), (row.mentor, row.mentee), shape, strict=True):
        if person is not None and not 0 <= person < count:
            return [Problem(where, f"{side} {person}", tr("une position inférieure à {count}", count=count))]
    return [
        Problem(
            where,
            tr("des poids de forme {shape}", shape=factor.shape),
            tr("une forme qui s'étend à {shape}", shape=shape),
        )
        for factor in row.factors
        if not _broadcasts(factor, shape)
    ]


def _broadcasts(factor: NDArray[np.int64], shape: tuple[int, int]) -> bool:
    try:
        np.broadcast_to(factor, shape)
    except ValueError:
        return False
    return True


def wrong_goals(goals: Sequence[str], known: Sequence[str]) -> list[Problem]:
    """Return which goals are none of those that are known, or come twice."""
    found = [f"{goal!r}" for goal in goals if not isinstance(goal, str) or goal not in known]
    if not found and (not goals or len(set(goals)) < len(goals)):
        found = [tr("un objectif vient deux fois") if goals else tr("aucun objectif")]
    if not found:
        return []
    expected = tr("un ou plusieurs de {known}, chacun une seule fois", known=", ".join(known))
    return [Problem("goals", each, expected) for each in found]


def wrong_places(problem: "AssignmentProblem") -> list[Problem]:
    """Return which pins and former pairs do not exist, or come twice."""
    n, m = problem.shape
    found: list[Problem] = []
    for name, pairs in (("pins", problem.pins), ("former", problem.former)):
        found += [
            Problem(
                name,
                f"({shown(mentor)}, {shown(mentee)})",
                tr("une position inférieure à {n} et une inférieure à {m}", n=n, m=m),
            )
            for mentor, mentee in pairs
            if not (_below(mentor, n) and _below(mentee, m))
        ]
        if len(set(pairs)) < len(pairs):
            found.append(Problem(name, tr("un binôme vient deux fois"), tr("chaque binôme une seule fois")))
    return found


def _below(position: object, count: int) -> bool:
    return isinstance(position, int | np.integer) and bool(0 <= position < count)


def find_inexact(problem: "AssignmentProblem", exact: int) -> list[Problem]:
    """Return which numbers are too great for sums over pairs to be ``exact``."""
    most = exact // (sum(problem.shape) + problem.max_pairs + 1)
    greatest = {"scores": max(map(abs, problem.scores.extremes))}
    greatest["priority"] = sum(
        int(part.max()) for part in (problem.mentor_priority, problem.mentee_priority) if part is not None and len(part)
    )
    of_one = {id(row.weights): row for row in problem.rows if row.factor is None}
    greatest |= {
        _named(row): row.max_abs_coefficient for row in problem.rows if of_one.get(id(row.weights), row) is row
    }
    return [
        Problem(
            name,
            tr("une grandeur de {value}", value=value),
            tr("{most} au plus avec tant de personnes", most=most),
            tr("prenez une échelle plus petite"),
        )
        for name, value in greatest.items()
        if value > most
    ]

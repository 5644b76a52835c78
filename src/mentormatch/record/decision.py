"""The decision file: a matching with its problem and its proof, without names, for a check years later.

It contains the problem as the engines received it (opaque ids, integer scores of the allowed pairs, degree bounds, side
constraints, pins, former pairs, goals), the solution (pairs, tiers), the proof (duals, refutations), the seed, the
versions of the libraries, and the digests of the programme and of the answers. ``m1`` is the first mentor of the
cohort, in the order of the answers, and ``e1`` the first mentee. The same matching gives the same bytes with the same
versions.

If the matching has implicit scores, the file contains only the scores and the weights of the chosen pairs. The answers
and the programme, whose digests it contains, give those of all other pairs.
"""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import SparseScores
from mentormatch.assignment.model.solution import DualSolution, GoalProof, Links, Solution, Status, Tier, TieWords
from mentormatch.base.arrays import BoolMatrix, IntVector
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.strict_json import JsonMessage, parse_json, schema_problems
from mentormatch.base.version import __version__
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import tr
from mentormatch.record.digests import digest_of_answers, digest_of_programme

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching

DECISION_SUFFIX = ".decision.json"
DECISION_NAME = f"binomes{DECISION_SUFFIX}"
VERSIONED_LIBRARIES = ("numpy", "scipy", "pulp", "highspy")
MAX_ROW_CELLS = 10**8  # mentors x mentees of a file with side constraints: a small file must not need much memory

type Int63 = Annotated[int, Setting(ge=-(1 << 62), le=1 << 62)]
type CountOfPeople = Annotated[int, Setting(ge=0, le=1 << 62)]
type Id = Annotated[str, Setting(pattern=r"^[mer][1-9][0-9]{0,8}$")]
type TieHash = Annotated[str, Setting(pattern=r"^[0-9a-f]{16}$")]
type Sha256 = Annotated[str, Setting(pattern=r"^[0-9a-f]{64}$")]
type DecisionTable = dict[Id, dict[Id, Int63]]
type IdPairs = list[tuple[Id, Id]]


class Member(JsonMessage):
    """A person: bounds on the number of partners, and the weight in the goal ``priority``.

    ``idle``: whether the person may have no partner although ``least`` is above 0.
    """

    id: Id
    least: CountOfPeople
    most: CountOfPeople
    idle: bool
    priority: CountOfPeople


class SideConstraintRow(JsonMessage):
    """A side constraint: the non-zero weights of the pairs in ``scores``, and the bounds on the sum over chosen pairs.

    A bound is None if there is none.
    """

    id: Id
    weights: DecisionTable
    least: Int63 | None
    most: Int63 | None


class Stage(JsonMessage):
    """The duals of one stage of the proof, see ``DualSolution``; people and rows in the order of the file."""

    weights: list[tuple[str, Int63]]
    mentors: list[Int63]
    mentees: list[Int63]
    rows: list[Int63] = Setting(default_factory=list)
    kept: list[tuple[str, Int63]] = Setting(default_factory=list)
    links: tuple[list[tuple[Id, Id, Int63]], list[tuple[Id, Id, Int63]]] = ([], [])
    parts: Int63 = 1
    least: Int63 | None = None


class Refutation(JsonMessage):
    """The steps that show that a 0-1 system has no solution; see ``refutation.refute``."""

    steps: list[list[Any]]


class Proof(JsonMessage):
    """A proof that no solution is better than a bound in a goal while the earlier goals keep their values.

    It consists of one refutation per system of the goal. ``goal`` may also be ``rules``, if there is no solution, or
    ``ties``, if no other optimum comes first in tie-breaking; see ``GoalProof``.
    """

    goal: str
    bound: Int63
    systems: list[Refutation]


class ReachedTier(JsonMessage):
    """The value of the pairs in a goal, and the bound that the solver states as proved, if any; see ``Tier``."""

    goal: str
    value: Int63
    bound: Int63 | None
    vector: list[Int63] = Setting(default_factory=list)


class Digests(JsonMessage):
    """SHA-256 digests of the programme and of the answers."""

    programme: Sha256
    answers: Sha256


class Decision(JsonMessage):
    """A decision file.

    ``every_pair``: whether ``scores`` and the rows contain every allowed pair; if not, they contain the chosen pairs.
    ``settled``: whether ties were broken; if not, other pairs may have the same values. Both are written if they are
    false. ``proofs`` are written if there are any: the file then has version 2, which earlier releases do not read.
    ``ties`` are written if the proof compares hashes: the 64 bits derived from the seed and the key of each person
    concerned.
    """

    schema_version: Literal[1, 2] = 1
    status: Annotated[Status, Setting(strict=False)]
    engine: str
    seed: Annotated[int, Setting(ge=0, lt=1 << 64)]
    versions: dict[str, str]
    digests: Digests
    goals: list[str]
    tiers: list[ReachedTier]
    pairs: IdPairs
    pins: IdPairs
    former: IdPairs = Setting(default_factory=list)
    mentors: list[Member]
    mentees: list[Member]
    prices: list[Stage]
    rows: list[SideConstraintRow]
    scores: DecisionTable
    every_pair: bool = True
    settled: bool = True
    proofs: list[Proof] = Setting(default_factory=list)
    ties: dict[Id, TieHash] = Setting(default_factory=dict)

    @classmethod
    def of(cls, matching: "Matching") -> Self:
        """Return the decision of a matching."""
        problem, solution = matching.problem, matching.solution
        members = members_of(problem)
        pairs = problem.scores.pairs() if matching.scores.held else (solution.pairs[:, 0], solution.pairs[:, 1])
        proofs = list(map(_proof_of, solution.proofs)) if matching.scores.held else []
        return cls(
            schema_version=2 if proofs else 1,
            status=solution.status,
            engine=solution.engine,
            seed=matching.seed,
            versions=dict(_versions()),
            digests=Digests(
                programme=digest_of_programme(matching.programme), answers=digest_of_answers(matching.cohort)
            ),
            goals=list(problem.goals),
            tiers=[to_reached_tier(tier) for tier in solution.tiers],
            pairs=[_ids(mentor, mentee) for mentor, mentee in solution.pairs.tolist()],
            pins=[_ids(mentor, mentee) for mentor, mentee in problem.pins],
            former=[_ids(mentor, mentee) for mentor, mentee in problem.former],
            mentors=members[0],
            mentees=members[1],
            prices=[_stage_of(prices) for prices in solution.prices],
            rows=rows_of(problem, pairs),
            scores=_table(*pairs, problem.scores.at(*pairs)),
            every_pair=matching.scores.held,
            settled=solution.settled,
            proofs=proofs,
            ties=tie_hashes_of(solution.tie_words) if proofs else {},
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Parse a decision file. Raises RequestError if the text is not one; its problems name known keys alone."""
        try:
            parse_json(text, by_person=True)
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _refusal(_shape_problems(error)) from None
        except RequestError as error:
            raise _refusal(list(error.problems)) from None

    def to_json(self) -> str:
        """Return the file as JSON with one part per line, so that two files can be compared line by line."""
        defaults = {name for name in ("every_pair", "settled") if getattr(self, name)}
        defaults |= {name for name in ("proofs", "ties") if not getattr(self, name)}
        parts = self.model_dump(mode="json", exclude=defaults).items()
        lines = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in parts)
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def problem(self) -> AssignmentProblem:
        """Return the problem that was solved; without ``every_pair``, the problem of the chosen pairs without rows.

        Raises RequestError if parts of the file contradict each other, or if rows concern too many people.
        """
        positions = _positions_by_id(self.mentors, "m"), _positions_by_id(self.mentees, "e")
        cells = [(positions[0][i], positions[1][k], value) for i, k, value in _cells(self.scores, positions)]
        mentors, mentees, values = np.array(sorted(cells), dtype=np.int64).reshape(-1, 3).T
        return AssignmentProblem(
            SparseScores((len(self.mentors), len(self.mentees)), mentors, mentees, values),
            _degree_bounds(self.mentors),
            _degree_bounds(self.mentees),
            tuple(self._rows(positions, (mentors, mentees))),
            tuple(_positions(self.pins, positions)),
            tuple(self.goals),
            np.array([member.priority for member in self.mentors], dtype=np.int64),
            np.array([member.priority for member in self.mentees], dtype=np.int64),
            former=tuple(_positions(self.former, positions)),
        )

    def solution(self) -> Solution:
        """Return the solution with its proof.

        Raises RequestError if it contains an unknown person, or if people are not numbered from 1.
        """
        positions = _positions_by_id(self.mentors, "m"), _positions_by_id(self.mentees, "e")
        return Solution(
            self.status,
            np.array(list(_positions(self.pairs, positions)), dtype=np.int64).reshape(-1, 2),
            tuple(Tier(tier.goal, tier.value, tier.bound, tuple(tier.vector)) for tier in self.tiers),
            self.engine,
            prices=tuple(_duals_of(stage, positions) for stage in self.prices),
            settled=self.settled,
            proofs=tuple(map(_goal_proof, self.proofs)),
            tie_words=_tie_words(self.ties, positions),
        )

    def with_proofs(self, solution: Solution) -> Self:
        """Return the decision with the proofs of its solution."""
        proofs = list(map(_proof_of, solution.proofs))
        return self.model_copy(update={"proofs": proofs, "schema_version": 2 if proofs else 1})

    def _rows(self, positions: "IdPositions", scored: tuple[IntVector, IntVector]) -> Iterator[Row]:
        """Yield the side constraints; if only chosen pairs are stored, check their sums and yield nothing.

        Raises RequestError if such a sum violates its bounds.
        """
        allowed = self._cells_of(scored) if self.rows and self.every_pair else np.zeros((0, 0), dtype=bool)
        for row in self.rows:
            if self.every_pair:
                yield self._row(row, positions, allowed)
                continue
            total = sum(weight for _, _, weight in _cells(row.weights, positions))
            if not (total if row.least is None else row.least) <= total <= (total if row.most is None else row.most):
                expected = tr("de {least} à {most}", least=row.least, most=row.most)
                raise _refusal([Problem(row.id, tr("une somme de {total}", total=total), expected)])

    def _cells_of(self, scored: tuple[IntVector, IntVector]) -> BoolMatrix:
        """Return (n, m) bool: the pairs that have a score."""
        if len(self.mentors) * len(self.mentees) > MAX_ROW_CELLS:
            sentence = tr("trop de personnes pour une contrainte qui lie des binômes")
            raise _refusal([Problem(self.rows[0].id, sentence)])
        allowed = np.zeros((len(self.mentors), len(self.mentees)), dtype=bool)
        allowed[scored] = True
        return allowed

    def _row(self, row: SideConstraintRow, positions: "IdPositions", allowed: BoolMatrix) -> Row:
        cells = [(positions[0][i], positions[1][k], weight) for i, k, weight in _cells(row.weights, positions)]
        rows, columns, values = np.array(cells, dtype=np.int64).reshape(-1, 3).T
        mentors, mentees = np.unique(rows), np.unique(columns)
        weights = np.zeros(allowed.shape, dtype=np.int64)
        weights[rows, columns] = values
        if len(mentors) == 1:
            return Row(row.id, weights[mentors], row.least, row.most, mentor=int(mentors[0]))
        if len(mentees) == 1:
            return Row(row.id, weights[:, mentees], row.least, row.most, mentee=int(mentees[0]))
        if len(set(values.tolist())) != 1 or allowed[np.ix_(mentors, mentees)].sum() > len(cells):
            return Row(row.id, weights, row.least, row.most)
        # All pairs of some mentors with some mentees have the same weight: store it as a product of two vectors.
        mentor_factors, mentee_factors = (weights.any(axis=axis).astype(np.int64) for axis in (1, 0))
        return Row(row.id, mentor_factors[:, None] * values[:1], row.least, row.most, factor=mentee_factors[None, :])


type IdPositions = tuple[Mapping[str, int], Mapping[str, int]]


def save_decision(matching: "Matching", folder_or_path: str | PathLike[str]) -> Path:
    """Write the decision file to a path ending in ``.decision.json``, or as ``binomes.decision.json`` into a folder."""
    path = Path(folder_or_path)
    return write_decision(matching, path if path.name.endswith(DECISION_SUFFIX) else path / DECISION_NAME)


def write_decision(matching: "Matching", path: str | PathLike[str]) -> Path:
    """Write the decision file of a matching atomically. Raises OutputError if it cannot be written."""
    target = Path(path)
    write_whole(target, Decision.of(matching).to_json().encode())
    return target


def read_decision(path: str | PathLike[str]) -> Decision:
    """Read a decision file. Raises RequestError if the file is unreadable or not a decision."""
    try:
        return Decision.from_json(Path(path).read_bytes())
    except OSError as error:
        raise _refusal([Problem(Path(path).name, system_reason(error))]) from None


def _shape_problems(error: ValidationError) -> list[Problem]:
    """Return the first ten schema errors, or one problem that lists the missing parts if the file has another kind."""
    errors = error.errors()
    missing = [str(detail["loc"][0]) for detail in errors if detail["type"] == "missing" and len(detail["loc"]) == 1]
    if missing:
        finding = tr("il y manque : {parts}", parts=", ".join(missing))
        return [Problem(tr("fichier"), finding, tr("un fichier de décision, dont le nom finit par « .decision.json »"))]
    return schema_problems(error)[:10]


def _refusal(problems: list[Problem]) -> RequestError:
    return RequestError(tr("Ce fichier n'est pas un fichier de décision"), problems)


def _versions() -> Iterator[tuple[str, str]]:
    yield "mentormatch", __version__
    yield "python", platform.python_version()
    for library in VERSIONED_LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue


def to_reached_tier(tier: Tier) -> ReachedTier:
    return ReachedTier(goal=tier.goal, value=tier.value, bound=tier.bound, vector=list(tier.vector))


def _ids(mentor: int, mentee: int) -> tuple[str, str]:
    return f"m{mentor + 1}", f"e{mentee + 1}"


def members_of(problem: AssignmentProblem) -> tuple[list[Member], list[Member]]:
    """Return the mentors and mentees of a problem as stored."""
    mentors = _members("m", problem.mentors, problem.mentor_priority)
    return list(mentors), list(_members("e", problem.mentees, problem.mentee_priority))


def _members(letter: str, loads: DegreeBounds, priority: IntVector | None) -> Iterator[Member]:
    weights = [0] * len(loads) if priority is None else priority.tolist()
    people = zip(loads.least.tolist(), loads.most.tolist(), loads.optional.tolist(), weights, strict=True)
    for number, (min_partners, max_partners, idle, weight) in enumerate(people, 1):
        yield Member(id=f"{letter}{number}", least=min_partners, most=max_partners, idle=idle, priority=weight)


def _stage_of(prices: DualSolution) -> Stage:
    return Stage(
        weights=list(prices.weights),
        mentors=prices.mentors.tolist(),
        mentees=prices.mentees.tolist(),
        rows=list(prices.rows),
        kept=list(prices.goal_duals),
        links=(_keys_of_links(prices.linking_duals[0]), _keys_of_links(prices.linking_duals[1])),
        parts=prices.denominator,
        least=prices.score_threshold,
    )


def _proof_of(proof: GoalProof) -> Proof:
    systems = [Refutation(steps=json.loads(text)) for text in proof.systems]
    return Proof(goal=proof.goal, bound=proof.bound, systems=systems)


def _goal_proof(proof: Proof) -> GoalProof:
    systems = tuple(json.dumps(system.steps, separators=(",", ":")) for system in proof.systems)
    return GoalProof(proof.goal, proof.bound, systems)


def tie_hashes_of(words: TieWords) -> dict[Id, TieHash]:
    """Return the tie-breaking hashes as stored, by id."""
    sides = zip("me", words, strict=True)
    return {f"{letter}{person + 1}": f"{word:016x}" for letter, side in sides for person, word in side}


def _tie_words(words: Mapping[Id, TieHash], positions: "IdPositions") -> TieWords:
    """Return the tie-breaking hashes by position. Raises RequestError for an unknown person."""
    for person in words:
        if not any(person in side for side in positions):
            raise _refusal([Problem(person, tr("personne n'a cet identifiant"))])
    mentors, mentees = (
        tuple((side[person], int(word, 16)) for person, word in words.items() if person in side) for side in positions
    )
    return mentors, mentees


def _keys_of_links(links: Links) -> list[tuple[str, str, int]]:
    return [(*_ids(mentor, mentee), price) for mentor, mentee, price in links]


def _positions_of_links(links: list[tuple[Id, Id, Int63]], positions: "IdPositions") -> Links:
    """Return the links by position. Raises RequestError for an unknown person."""
    indices = _positions([(mentor, mentee) for mentor, mentee, _ in links], positions)
    return tuple((*pair, price) for pair, (_, _, price) in zip(indices, links, strict=True))


def _duals_of(stage: Stage, positions: "IdPositions") -> DualSolution:
    return DualSolution(
        tuple(stage.weights),
        np.array(stage.mentors, np.int64),
        np.array(stage.mentees, np.int64),
        tuple(stage.rows),
        tuple(stage.kept),
        (_positions_of_links(stage.links[0], positions), _positions_of_links(stage.links[1], positions)),
        stage.parts,
        stage.least,
    )


def rows_of(problem: AssignmentProblem, pairs: tuple[IntVector, IntVector]) -> list[SideConstraintRow]:
    """Return the side constraints over some pairs as stored."""
    return [_side_constraint(problem, row, pairs, number) for number, row in enumerate(problem.rows, 1)]


def _side_constraint(
    problem: AssignmentProblem, row: Row, pairs: tuple[IntVector, IntVector], number: int
) -> SideConstraintRow:
    mentors, mentees = pairs
    weights = row.coefficients_of(mentors, mentees, problem.shape)
    has_weight = weights != 0
    table = _table(mentors[has_weight], mentees[has_weight], weights[has_weight])
    return SideConstraintRow(id=f"r{number}", weights=table, least=row.least, most=row.most)


def _table(mentors: IntVector, mentees: IntVector, values: IntVector) -> DecisionTable:
    table: DecisionTable = {}
    for mentor, mentee, value in zip(mentors.tolist(), mentees.tolist(), values.tolist(), strict=True):
        table.setdefault(f"m{mentor + 1}", {})[f"e{mentee + 1}"] = value
    return table


def _positions_by_id(members: Iterable[Member], letter: str) -> Mapping[str, int]:
    """Map ids to positions. Raises RequestError unless the people are numbered from 1."""
    positions = {member.id: position for position, member in enumerate(members)}
    if list(positions) != [f"{letter}{position}" for position in range(1, len(positions) + 1)] or len(positions) < len(
        list(members)
    ):
        raise _refusal([Problem("id", tr("les personnes ne sont pas numérotées depuis 1"))])
    return positions


def _degree_bounds(members: list[Member]) -> DegreeBounds:
    bounds = np.array([(member.least, member.most) for member in members], dtype=np.int64).reshape(-1, 2)
    return DegreeBounds(
        bounds[:, 0].copy(), bounds[:, 1].copy(), np.array([member.idle for member in members], dtype=bool)
    )


def _cells(table: DecisionTable, positions: IdPositions) -> Iterator[tuple[str, str, int]]:
    for mentor, line in table.items():
        for mentee, value in line.items():
            _require_pair((mentor, mentee), positions)
            yield mentor, mentee, value


def _positions(pairs: IdPairs, positions: IdPositions) -> Iterator[tuple[int, int]]:
    for pair in pairs:
        _require_pair(pair, positions)
        yield positions[0][pair[0]], positions[1][pair[1]]


def _require_pair(pair: tuple[str, str], positions: IdPositions) -> None:
    if pair[0] not in positions[0] or pair[1] not in positions[1]:
        raise _refusal([Problem(f"{pair[0]}, {pair[1]}", tr("personne n'a cet identifiant"))])

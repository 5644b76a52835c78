"""The decision file: all that is needed to check an answer again years later, and not a name in it.

It holds the problem as the engines saw it (opaque ids, integer scores of the allowed pairs, loads, rows, pins, goals),
the answer (pairs, tiers) and its proof (prices), the seed, the versions of what computed it, and the digests of the
programme and of the answers. ``m1`` is the first mentor of the cohort, in the order in which the answers were read,
``e1`` the first mentee. The same matching always gives the same bytes.

Of a market of too many pairs it holds the scores of the chosen pairs alone: with the answers and the programme, of
which it holds the digests, the scores of all others are worked out again.
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
from mentormatch.base.strict_json import JsonMessage, parse_json
from mentormatch.base.version import __version__
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import tr
from mentormatch.record.digests import digest_of_answers, digest_of_programme

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching

DECISION_SUFFIX = ".decision.json"
DECISION_NAME = f"binomes{DECISION_SUFFIX}"
LIBRARIES = ("numpy", "scipy", "pulp", "highspy")
"""What computes: their versions are kept."""
MOST_CELLS = 10**8
"""A coupling row is read as a block of so many weights at most, so that a small file takes no great memory."""

type DecisionNumber = Annotated[int, Setting(ge=-(1 << 62), le=1 << 62)]
type CountOfPeople = Annotated[int, Setting(ge=0, le=1 << 62)]
type Id = Annotated[str, Setting(pattern=r"^[mer][1-9][0-9]{0,8}$")]
type Word = Annotated[str, Setting(pattern=r"^[0-9a-f]{16}$")]
type Sha256 = Annotated[str, Setting(pattern=r"^[0-9a-f]{64}$")]
type DecisionTable = dict[Id, dict[Id, DecisionNumber]]
type Ids = list[tuple[Id, Id]]


class Member(JsonMessage):
    """One person: how many partners they take, and their weight in the goal ``priority``."""

    id: Id
    least: CountOfPeople
    most: CountOfPeople
    idle: bool
    priority: CountOfPeople


class Coupling(JsonMessage):
    """A coupling row: the weights that are not 0 of the allowed pairs, and the bounds of their sum."""

    id: Id
    weights: DecisionTable
    least: DecisionNumber | None
    most: DecisionNumber | None


class Stage(JsonMessage):
    """The prices behind a stage of the proof: see ``DualSolution``; people and rows in their order."""

    weights: list[tuple[str, DecisionNumber]]
    mentors: list[DecisionNumber]
    mentees: list[DecisionNumber]
    rows: list[DecisionNumber] = Setting(default_factory=list)
    kept: list[tuple[str, DecisionNumber]] = Setting(default_factory=list)
    links: tuple[list[tuple[Id, Id, DecisionNumber]], list[tuple[Id, Id, DecisionNumber]]] = ([], [])
    parts: DecisionNumber = 1
    least: DecisionNumber | None = None


class Refutation(JsonMessage):
    """The steps that show that one 0-1 system has no solution; see ``refutation.refute``."""

    steps: list[list[Any]]


class Proof(JsonMessage):
    """That no answer goes beyond a bound in a goal, for each system of the goal.

    In place of a goal, ``rules``: there is no answer; ``ties``: no other optimal answer is before this one.
    """

    goal: str
    bound: DecisionNumber
    systems: list[Refutation]


class ReachedTier(JsonMessage):
    """One goal: what the pairs reach in it, and the bound above which no answer goes."""

    goal: str
    value: DecisionNumber
    bound: DecisionNumber | None
    vector: list[DecisionNumber] = Setting(default_factory=list)


class Digests(JsonMessage):
    """SHA-256 of what the decision rests on."""

    programme: Sha256
    answers: Sha256


class Decision(JsonMessage):
    """A decision file.

    ``every_pair``: whether ``scores`` and the rows are of every allowed pair; else they are of the chosen ones.
    ``settled``: whether ties were settled; else other pairs may be as good. Both are written where they are false.
    ``proofs`` are written if there are some: the file is then of version 2, which earlier releases do not read.
    ``ties`` are written if hashes are compared: the 64 bits that the seed and the key of each person concerned give.
    """

    schema_version: Literal[1, 2] = 1
    status: Annotated[Status, Setting(strict=False)]
    engine: str
    seed: Annotated[int, Setting(ge=0, lt=1 << 64)]
    versions: dict[str, str]
    digests: Digests
    goals: list[str]
    tiers: list[ReachedTier]
    pairs: Ids
    pins: Ids
    former: Ids = Setting(default_factory=list)
    mentors: list[Member]
    mentees: list[Member]
    prices: list[Stage]
    rows: list[Coupling]
    scores: DecisionTable
    every_pair: bool = True
    settled: bool = True
    proofs: list[Proof] = Setting(default_factory=list)
    ties: dict[Id, Word] = Setting(default_factory=dict)

    @classmethod
    def of(cls, matching: "Matching") -> Self:
        """Return the decision that a matching is."""
        problem, solution = matching.problem, matching.solution
        members = members_of(problem)
        pairs = problem.scores.pairs() if matching.scores.held else (solution.pairs[:, 0], solution.pairs[:, 1])
        proofs = list(map(_proof, solution.proofs)) if matching.scores.held else []
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
            tiers=[tier_record(tier) for tier in solution.tiers],
            pairs=[_ids(mentor, mentee) for mentor, mentee in solution.pairs.tolist()],
            pins=[_ids(mentor, mentee) for mentor, mentee in problem.pins],
            former=[_ids(mentor, mentee) for mentor, mentee in problem.former],
            mentors=members[0],
            mentees=members[1],
            prices=[_stage(prices) for prices in solution.prices],
            rows=rows_of(problem, pairs),
            scores=_table(*pairs, problem.scores.at(*pairs)),
            every_pair=matching.scores.held,
            settled=solution.settled,
            proofs=proofs,
            ties=words_of(solution.tie_words) if proofs else {},
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the decision in a JSON text; raises RequestError, without any of its values, if it is none."""
        try:
            parse_json(text, by_person=True)
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _refusal(_shape_problems(error)) from None
        except RequestError as error:
            raise _refusal(list(error.problems)) from None

    def to_json(self) -> str:
        """Return the file: one line for each part, so that two of them can be compared."""
        usual = {name for name in ("every_pair", "settled") if getattr(self, name)}
        usual |= {name for name in ("proofs", "ties") if not getattr(self, name)}
        parts = self.model_dump(mode="json", exclude=usual).items()
        lines = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in parts)
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def problem(self) -> AssignmentProblem:
        """Return the problem that was solved; raises RequestError if its parts do not fit each other."""
        places = _places(self.mentors, "m"), _places(self.mentees, "e")
        cells = [(places[0][i], places[1][k], value) for i, k, value in _cells(self.scores, places)]
        mentors, mentees, values = np.array(sorted(cells), dtype=np.int64).reshape(-1, 3).T
        return AssignmentProblem(
            SparseScores((len(self.mentors), len(self.mentees)), mentors, mentees, values),
            _loads(self.mentors),
            _loads(self.mentees),
            tuple(self._rows(places, (mentors, mentees))),
            tuple(_positions(self.pins, places)),
            tuple(self.goals),
            np.array([member.priority for member in self.mentors], dtype=np.int64),
            np.array([member.priority for member in self.mentees], dtype=np.int64),
            former=tuple(_positions(self.former, places)),
        )

    def solution(self) -> Solution:
        """Return the answer with its proof; raises RequestError if it names somebody who is not in the file."""
        places = _places(self.mentors, "m"), _places(self.mentees, "e")
        return Solution(
            self.status,
            np.array(list(_positions(self.pairs, places)), dtype=np.int64).reshape(-1, 2),
            tuple(Tier(tier.goal, tier.value, tier.bound, tuple(tier.vector)) for tier in self.tiers),
            self.engine,
            prices=tuple(_prices(stage, places) for stage in self.prices),
            settled=self.settled,
            proofs=tuple(map(_goal_proof, self.proofs)),
            tie_words=_tie_words(self.ties, places),
        )

    def with_proofs(self, solution: Solution) -> Self:
        """Return the decision with the proofs of its solution."""
        proofs = list(map(_proof, solution.proofs))
        return self.model_copy(update={"proofs": proofs, "schema_version": 2 if proofs else 1})

    def _rows(self, places: "DecisionPlaces", scored: tuple[IntVector, IntVector]) -> Iterator[Row]:
        """Yield the coupling rows; of those of the chosen pairs alone only the sum is looked at."""
        allowed = self._cells_of(scored) if self.rows and self.every_pair else np.zeros((0, 0), dtype=bool)
        for row in self.rows:
            if self.every_pair:
                yield self._row(row, places, allowed)
                continue
            total = sum(weight for _, _, weight in _cells(row.weights, places))
            if not (total if row.least is None else row.least) <= total <= (total if row.most is None else row.most):
                expected = tr("de {least} à {most}", least=row.least, most=row.most)
                raise _refusal([Problem(row.id, tr("une somme de {total}", total=total), expected)])

    def _cells_of(self, scored: tuple[IntVector, IntVector]) -> BoolMatrix:
        """Return (n, m) bool: the pairs that have a score."""
        if len(self.mentors) * len(self.mentees) > MOST_CELLS:
            sentence = tr("trop de personnes pour une contrainte qui lie des binômes")
            raise _refusal([Problem(self.rows[0].id, sentence)])
        allowed = np.zeros((len(self.mentors), len(self.mentees)), dtype=bool)
        allowed[scored] = True
        return allowed

    def _row(self, row: Coupling, places: "DecisionPlaces", allowed: BoolMatrix) -> Row:
        cells = [(places[0][i], places[1][k], weight) for i, k, weight in _cells(row.weights, places)]
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
        # All pairs of some mentors with some mentees count alike: a product takes one number a person.
        own, theirs = (weights.any(axis=axis).astype(np.int64) for axis in (1, 0))
        return Row(row.id, own[:, None] * values[:1], row.least, row.most, factor=theirs[None, :])


type DecisionPlaces = tuple[Mapping[str, int], Mapping[str, int]]


def save_decision(matching: "Matching", folder_or_path: str | PathLike[str]) -> Path:
    """Write the decision file into a folder, under a fixed name, or to a path that ends in .decision.json."""
    path = Path(folder_or_path)
    return write_decision(matching, path if path.name.endswith(DECISION_SUFFIX) else path / DECISION_NAME)


def write_decision(matching: "Matching", path: str | PathLike[str]) -> Path:
    """Write the decision file of a matching, whole or not at all; raises OutputError where it cannot be written."""
    target = Path(path)
    write_whole(target, Decision.of(matching).to_json().encode())
    return target


def read_decision(path: str | PathLike[str]) -> Decision:
    """Return the decision in a file; raises RequestError where there is none."""
    try:
        return Decision.from_json(Path(path).read_bytes())
    except OSError as error:
        raise _refusal([Problem(Path(path).name, system_reason(error))]) from None


def _shape_problems(error: ValidationError) -> list[Problem]:
    """List the first ten schema errors; the missing parts of a file, often one of another kind, are one problem."""
    errors = error.errors()
    missing = [str(wrong["loc"][0]) for wrong in errors if wrong["type"] == "missing" and len(wrong["loc"]) == 1]
    if missing:
        finding = tr("il y manque : {parts}", parts=", ".join(missing))
        return [Problem(tr("fichier"), finding, tr("un fichier de décision, dont le nom finit par « .decision.json »"))]
    return [Problem(".".join(map(str, wrong["loc"])), wrong["type"]) for wrong in errors[:10]]


def _refusal(problems: list[Problem]) -> RequestError:
    return RequestError(tr("Ce fichier n'est pas un fichier de décision"), problems)


def _versions() -> Iterator[tuple[str, str]]:
    yield "mentormatch", __version__
    yield "python", platform.python_version()
    for library in LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue


def tier_record(tier: Tier) -> ReachedTier:
    """Return one goal as the file has it; ``vector`` holds the scores of all pairs where the goal is about each."""
    return ReachedTier(goal=tier.goal, value=tier.value, bound=tier.bound, vector=list(tier.vector))


def _ids(mentor: int, mentee: int) -> tuple[str, str]:
    return f"m{mentor + 1}", f"e{mentee + 1}"


def members_of(problem: AssignmentProblem) -> tuple[list[Member], list[Member]]:
    """Return the people of both sides as a decision file has them."""
    mentors = _members("m", problem.mentors, problem.mentor_priority)
    return list(mentors), list(_members("e", problem.mentees, problem.mentee_priority))


def _members(letter: str, loads: DegreeBounds, priority: IntVector | None) -> Iterator[Member]:
    weights = [0] * len(loads) if priority is None else priority.tolist()
    people = zip(loads.least.tolist(), loads.most.tolist(), loads.optional.tolist(), weights, strict=True)
    for place, (least, most, idle, weight) in enumerate(people, 1):
        yield Member(id=f"{letter}{place}", least=least, most=most, idle=idle, priority=weight)


def _stage(prices: DualSolution) -> Stage:
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


def _proof(proof: GoalProof) -> Proof:
    systems = [Refutation(steps=json.loads(text)) for text in proof.systems]
    return Proof(goal=proof.goal, bound=proof.bound, systems=systems)


def _goal_proof(proof: Proof) -> GoalProof:
    systems = tuple(json.dumps(system.steps, separators=(",", ":")) for system in proof.systems)
    return GoalProof(proof.goal, proof.bound, systems)


def words_of(words: TieWords) -> dict[Id, Word]:
    """Return the words of ties as a decision file has them."""
    sides = zip("me", words, strict=True)
    return {f"{letter}{person + 1}": f"{word:016x}" for letter, side in sides for person, word in side}


def _tie_words(words: Mapping[Id, Word], places: "DecisionPlaces") -> TieWords:
    """Return the words of ties by position; raises RequestError for the word of an unknown person."""
    for person in words:
        if not any(person in side for side in places):
            raise _refusal([Problem(person, tr("personne n'a cet identifiant"))])
    mentors, mentees = (
        tuple((side[person], int(word, 16)) for person, word in words.items() if person in side) for side in places
    )
    return mentors, mentees


def _keys_of_links(links: Links) -> list[tuple[str, str, int]]:
    return [(*_ids(mentor, mentee), price) for mentor, mentee, price in links]


def _positions_of_links(links: list[tuple[Id, Id, DecisionNumber]], places: "DecisionPlaces") -> Links:
    """Return the links by position; raises RequestError for the word of an unknown person."""
    positions = _positions([(mentor, mentee) for mentor, mentee, _ in links], places)
    return tuple((*pair, price) for pair, (_, _, price) in zip(positions, links, strict=True))


def _prices(stage: Stage, places: "DecisionPlaces") -> DualSolution:
    """Return the prices of a stage."""
    return DualSolution(
        tuple(stage.weights),
        np.array(stage.mentors, np.int64),
        np.array(stage.mentees, np.int64),
        tuple(stage.rows),
        tuple(stage.kept),
        (_positions_of_links(stage.links[0], places), _positions_of_links(stage.links[1], places)),
        stage.parts,
        stage.least,
    )


def rows_of(problem: AssignmentProblem, pairs: tuple[IntVector, IntVector]) -> list[Coupling]:
    """Return the side constraints over some pairs as a decision file has them."""
    return [_coupling(problem, row, pairs, place) for place, row in enumerate(problem.rows, 1)]


def _coupling(problem: AssignmentProblem, row: Row, pairs: tuple[IntVector, IntVector], place: int) -> Coupling:
    mentors, mentees = pairs
    weights = row.coefficients_of(mentors, mentees, problem.shape)
    used = weights != 0
    table = _table(mentors[used], mentees[used], weights[used])
    return Coupling(id=f"r{place}", weights=table, least=row.least, most=row.most)


def _table(mentors: IntVector, mentees: IntVector, values: IntVector) -> DecisionTable:
    table: DecisionTable = {}
    for mentor, mentee, value in zip(mentors.tolist(), mentees.tolist(), values.tolist(), strict=True):
        table.setdefault(f"m{mentor + 1}", {})[f"e{mentee + 1}"] = value
    return table


def _places(members: Iterable[Member], letter: str) -> Mapping[str, int]:
    """Return where each person stands; raises RequestError unless they are numbered from 1."""
    places = {member.id: place for place, member in enumerate(members)}
    if list(places) != [f"{letter}{place}" for place in range(1, len(places) + 1)] or len(places) < len(list(members)):
        raise _refusal([Problem("id", tr("les personnes ne sont pas numérotées depuis 1"))])
    return places


def _loads(members: list[Member]) -> DegreeBounds:
    numbers = np.array([(member.least, member.most) for member in members], dtype=np.int64).reshape(-1, 2)
    return DegreeBounds(
        numbers[:, 0].copy(), numbers[:, 1].copy(), np.array([member.idle for member in members], dtype=bool)
    )


def _cells(table: DecisionTable, places: DecisionPlaces) -> Iterator[tuple[str, str, int]]:
    """Yield the entries of a table; raises RequestError for the word of an unknown person."""
    for mentor, line in table.items():
        for mentee, value in line.items():
            _require_pair((mentor, mentee), places)
            yield mentor, mentee, value


def _positions(pairs: Ids, places: DecisionPlaces) -> Iterator[tuple[int, int]]:
    for pair in pairs:
        _require_pair(pair, places)
        yield places[0][pair[0]], places[1][pair[1]]


def _require_pair(pair: tuple[str, str], places: DecisionPlaces) -> None:
    if pair[0] not in places[0] or pair[1] not in places[1]:
        raise _refusal([Problem(f"{pair[0]}, {pair[1]}", tr("personne n'a cet identifiant"))])

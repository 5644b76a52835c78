"""A recorded experiment: a random draw decides each difference between the plans of two programmes.

The differing pairs fall into parts without common people. Each part is drawn by a hash of the recorded seed and its
people, so that the draw can be repeated and not chosen. Invariant: the drawn plan keeps the rules under the criteria of
one of the programmes; if the drawn parts would break a rule under those of the first, all parts are drawn as one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arguments import checked
from mentormatch.base.atomic_files import write_whole
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import seed_number
from mentormatch.base.strict_json import StoredMessage, Whole
from mentormatch.errors import OutputError, Problem, RequestError
from mentormatch.explanation.notebook_view import NotebookView
from mentormatch.languages.phrases import about, counted, of_two, system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, once_spoken, tr
from mentormatch.operations.evaluation import Evaluation, evaluate
from mentormatch.operations.matching import KeyPair, Matching, PairsByHand, match
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme


class Experiment(StoredMessage):
    """The record of an experiment: the seed, and two programmes that differ only in their criteria."""

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui d'un essai")
    schema_version: Literal[1] = 1
    seed: Whole
    first: dict[str, Any]
    second: dict[str, Any]

    @classmethod
    @checked
    def of(cls, first: Programme, second: Programme, seed: int) -> Self:
        """Return the experiment. Raises RequestError unless the programmes differ in exactly their criteria."""
        records = first.to_dict(), second.to_dict()
        differ = [part for part in {**records[0], **records[1]} if records[0].get(part) != records[1].get(part)]
        if differ != ["criteria"]:
            problem = Problem("second", ", ".join(differ) or tr("aucune différence"), "criteria")
            written_reasons = tr("Les deux programmes doivent différer par leurs critères, et par rien d'autre")
            raise RequestError(written_reasons, [problem])
        return cls(seed=seed_number(seed), first=records[0], second=records[1])

    @checked
    def refuse_other(self, programme: Programme, name: str) -> None:
        """Raise RequestError unless the programme, read from the file ``name``, is the ``first`` one."""
        if programme.to_dict() != self.first:
            problem = Problem(name, tr("n'est pas celui qui a été consigné"), tr("le premier programme de l'essai"))
            raise RequestError(tr("Ce n'est pas le programme de l'essai"), [problem])

    @property
    def digest(self) -> str:
        """The SHA-256 of the record, to be published before the draw."""
        return sha256(self.to_json().encode()).hexdigest()

    @checked
    def save(self, path: str | PathLike[str]) -> Path:
        """Write the record into a new file. Raises OutputError if the file exists or cannot be written."""
        target = Path(path)
        try:
            write_whole(target, self.to_json().encode(), once=True)
        except FileExistsError:
            sentence = tr("un essai est déjà écrit là, et ne se change pas : donnez un autre nom")
            raise OutputError(about(target.name, sentence)) from None
        return target


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A part in which the two plans differ: the pairs of each plan, and whether the draw chose the ``second``."""

    first_pairs: tuple[KeyPair, ...]
    second_pairs: tuple[KeyPair, ...]
    second: bool

    @property
    def drawn(self) -> Literal["first", "second"]:
        """The programme chosen by the draw."""
        return "second" if self.second else "first"

    @property
    def pairs(self) -> tuple[KeyPair, ...]:
        """The pairs chosen by the draw."""
        return self.second_pairs if self.second else self.first_pairs


@dataclass(frozen=True, repr=False, eq=False)
class Draw(NotebookView, ContentEquality):
    """The drawn plan, evaluated under the first programme, and each part with its draw."""

    experiment: Experiment
    matching: Matching
    parts: tuple[DrawnPart, ...]

    @property
    def language(self) -> str:
        """The language of the programmes."""
        return self.matching.language

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The digest of the record, and the draw of each part, in sentences."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield about(tr("Essai consigné"), f"SHA-256 {self.experiment.digest}.")
        if not self.parts:
            yield tr("Les deux programmes font les mêmes binômes : il n'y a rien à tirer.")
            return
        yield tr(
            "{parts} ; le reste est commun aux deux programmes.",
            parts=counted(len(self.parts), "partie tirée", "parties tirées"),
        )
        for number, part in enumerate(self.parts, 1):
            pairs = ", ".join(of_two(mentor, mentee) for mentor, mentee in part.pairs)
            lots = tr("le second programme") if part.second else tr("le premier programme")
            sentence = f"{lots} ({pairs})." if pairs else tr("{lots}, sans binôme.", lots=lots)
            yield about(tr("Partie {number}", number=number), sentence)

    def __repr__(self) -> str:
        return f"Draw({len(self.parts)} parts, {self.matching!r})"  # a notebook saves what it shows


def draw_experiment(
    cohort: Cohort,
    record: str | PathLike[str],
    *,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Draw:
    """Return the plan drawn by an experiment that was recorded before with ``Experiment.save``.

    Parameters
    ----------
    cohort
        The people.
    record
        The file of the experiment.
    pins, bans
        Pairs that must be, or must not be, in both plans; decide on them before the draw.
    time_limit_s
        Seconds for each of the two plans; None: until proved.

    Raises
    ------
    RequestError
        The record cannot be read, one of its programmes has no plan, or a pin or a ban names an unknown person.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from mentormatch import examples
    >>> first = examples.programme()
    >>> criteria = [one.model_copy(update={"weight": 1.0}) for one in first.criteria]
    >>> with TemporaryDirectory() as folder:
    ...     experiment = Experiment.of(first, first.model_copy(update={"criteria": criteria}), seed=7)
    ...     drawn = draw_experiment(examples.cohort(), experiment.save(Path(folder, "essai.json")))
    >>> len(drawn.matching.solution.pairs), len(drawn.parts) > 0
    (12, True)
    """
    return draw_plan(cohort, read_experiment(record), pins=pins, bans=bans, time_limit_s=time_limit_s)


def draw_plan(
    cohort: Cohort,
    experiment: Experiment,
    *,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Draw:
    """Return the plan drawn by an experiment; ``draw_experiment`` reads its record from a file."""
    programmes = [Programme.read(source) for source in (experiment.first, experiment.second)]
    by_hand: PairsByHand = {"pins": tuple(pins), "bans": tuple(bans)}
    plans = [
        match(cohort, programme, seed=experiment.seed, time_limit_s=time_limit_s, **by_hand) for programme in programmes
    ]
    if any(plan.status not in (Status.PROVED, Status.FEASIBLE) for plan in plans):
        raise RequestError(tr("Un des deux programmes n'a pas de répartition"))
    first, second = ([(pair.mentor, pair.mentee) for pair in plan.pairs] for plan in plans)
    common = [pair for pair in first if pair in set(second)]

    def drawn(parts: Sequence[DrawnPart]) -> tuple[tuple[DrawnPart, ...], Evaluation]:
        drawn_parts = tuple(replace(part, second=draws_second(experiment.seed, part)) for part in parts)
        pairs = [*common, *(pair for part in drawn_parts for pair in part.pairs)]
        return drawn_parts, evaluate(cohort, programmes[0], pairs, **by_hand)

    parts, evaluation = drawn(differing_parts(first, second))
    # One draw for all parts if rules couple them. A single part is a whole plan, which keeps the rules of its programme
    # even if it has fewer points than the first programme requires of a pair.
    if len(parts) > 1 and evaluation.breaches:
        parts, evaluation = drawn(join_parts(parts))
    return Draw(experiment, evaluation.matching, parts)


def read_experiment(path: str | PathLike[str]) -> Experiment:
    """Read a record of ``Experiment.save``. Raises RequestError if the file cannot be read or is no record."""
    source = Path(path)
    try:
        return Experiment.from_json(source.read_bytes())
    except OSError as error:
        problem = Problem(source.name, tr("le fichier ne peut pas être lu ({reason})", reason=system_reason(error)))
        raise RequestError(tr(Experiment.misread), [problem]) from None


def differing_parts(first: Sequence[KeyPair], second: Sequence[KeyPair]) -> list[DrawnPart]:
    """Return the parts in which two plans differ, in the order of their people.

    No two parts have a mentor or a mentee in common; a person on both sides may be in two.

    >>> first, second = [("M1", "E1"), ("M2", "E2"), ("M3", "E3")], [("M1", "E2"), ("M2", "E1"), ("M3", "E4")]
    >>> [len(part.first_pairs) for part in differing_parts(first, second)]
    [2, 1]
    """
    differing = (sorted(set(first) - set(second)), sorted(set(second) - set(first)))
    groups: list[set[KeyPair]] = []  # of people, each by side and key
    for mentor, mentee in (*differing[0], *differing[1]):
        people = {("mentor", mentor), ("mentee", mentee)}
        touched = [group for group in groups if group & people]
        groups = [group for group in groups if not group & people]
        groups.append(people.union(*touched))
    return [
        DrawnPart(pairs_within(differing[0], group), pairs_within(differing[1], group), second=False)
        for group in sorted(groups, key=sorted)
    ]


def pairs_within(pairs: Iterable[KeyPair], people: set[KeyPair]) -> tuple[KeyPair, ...]:
    return tuple(pair for pair in pairs if ("mentor", pair[0]) in people)


def join_parts(parts: Sequence[DrawnPart]) -> list[DrawnPart]:
    """Return all parts as one; empty if there are none."""
    first = tuple(pair for part in parts for pair in part.first_pairs)
    second = tuple(pair for part in parts for pair in part.second_pairs)
    return [DrawnPart(first, second, second=False)] if parts else []


def draws_second(seed: int, part: DrawnPart) -> bool:
    """Return whether the draw of a part chooses the second programme: a bit of a digest of the seed and its people."""
    people = sorted({canonical(key) for pair in (*part.first_pairs, *part.second_pairs) for key in pair})
    return bool(sha256("\n".join([str(seed), *people]).encode()).digest()[0] & 1)

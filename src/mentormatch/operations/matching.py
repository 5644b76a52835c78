"""A cohort and a programme -> the optimal pairs with their reasons."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import numpy as np

from mentormatch.aliases import moved_member, renamed
from mentormatch.assignment.engine import Proofs, Ties, Workers, solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.verification.certificate import Certificate, certify
from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.plugins import concrete
from mentormatch.base.progress import track
from mentormatch.base.scalars import seed_number, whole_number
from mentormatch.errors import OutputError
from mentormatch.explanation.caveats import Caveat, caveats, place_losses
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.diagnosis.findings import Diagnosis, PossibleChange
from mentormatch.explanation.diagnosis.smallest_change import smallest_changes
from mentormatch.explanation.edits import Edit, Note, pair_edits
from mentormatch.explanation.goal_prices import GoalPrice, PlacesLeft, goal_prices, places_left
from mentormatch.explanation.names import KEY_LABELS, GivenNames, Labels, NamesByPerson, codes, cohort_names
from mentormatch.explanation.pairs import Chain, Pair, chains, explain_pair, explain_pairs
from mentormatch.explanation.robustness import Robustness, SamplingPlan, robustness
from mentormatch.explanation.tables import (
    Frames,
    Grid,
    ResultSheet,
    Sheets,
    chain_sheet,
    code_sheet,
    contribution_sheet,
    pair_sheet,
    rejected_sheet,
    score_grid,
    unmatched_sheet,
)
from mentormatch.explanation.unmatched_people import SolvedInstance, Unmatched, explain_unmatched
from mentormatch.explanation.why_not import Alternative, WhyNot, alternatives, why_not
from mentormatch.fields import Side
from mentormatch.languages.phrases import counted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import language, mark, once_spoken, own_language, tr
from mentormatch.operations.instance import build_instance
from mentormatch.people.cohort import Cohort, pair_at
from mentormatch.people.keys import Key
from mentormatch.people.keys import KeyPair as KeyPair
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.rules.kinds.named_people import Ban, Pin
from mentormatch.rules.rule import NO_SCORES, Rule, market_of
from mentormatch.scoring.scores import ScoreTable

if TYPE_CHECKING:
    from mentormatch.followup.lessons import EditionResults, Year


class PairsByHand(TypedDict):
    """The pairs that must be, or must not be, chosen in one run: keys of mentor and mentee."""

    pins: Iterable[KeyPair]
    bans: Iterable[KeyPair]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of answers that is not in the cohort: its line, its key if it has one, and the reason."""

    source: str
    line: int
    key: str
    reason: str


@dataclass(frozen=True, repr=False, eq=False)
class Matching(ContentEquality):
    """The pairs of one cohort under one programme, with their inputs and explanations.

    Each person is in ``pairs``, or in ``unmatched`` with a reason; every other row of answers is in ``rejected`` with
    its line. ``edits`` are changes by hand for this run; ``notes`` are remarks of staff from an earlier workbook, for
    the next one; ``editions`` are the results of earlier editions, from which documents report lessons. ``ended`` are
    the former pairs, as keys (mentor, mentee), that repairs ended or undid, without declined pairs.
    """

    made_by: ClassVar[str] = "mm.match(cohort, programme)"

    cohort: Cohort
    programme: Programme
    scores: ScoreTable
    problem: AssignmentProblem
    solution: Solution
    seed: int = 0
    edits: tuple[Edit, ...] = ()
    notes: tuple[Note, ...] = ()
    editions: "tuple[EditionResults, ...]" = ()
    ended: tuple[KeyPair, ...] = ()

    @property
    def language(self) -> str:
        """The language of the programme, in which texts are written unless the caller set another."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """The status of the pairs: proved, feasible, infeasible, stopped or failed."""
        return self.solution.status

    @once_spoken
    def caveats(self) -> tuple[Caveat, ...]:
        """The caveats to read before the status; first, if it applies, that nothing was compared."""
        return caveats(case_of(self), self.file_certificate.unproved_goals if self.status is Status.PROVED else "")

    @property
    def losses(self) -> tuple[str, ...]:
        """Sentences on people who lose a place before pairs are formed: unread numbers, uncounted rows."""
        with language(self.language, unless_asked=True):
            return tuple(place_losses(self.cohort, self.programme, self.labels))

    @cached_property
    def file_certificate(self) -> Certificate:
        """The certificate of the decision file without further data, as ``verify`` computes it.

        If the scores are not stored, the file contains only the scores of the chosen pairs, for which duals prove
        nothing.
        """
        return certify(self.problem, self.solution if self.scores.held else replace(self.solution, prices=()))

    @property
    def is_vacuous(self) -> bool:
        """Whether a solution exists for which nothing was compared: its proof is then meaningless."""
        has_void = any(caveat.void for caveat in self.caveats)
        return has_void and self.status in (Status.PROVED, Status.FEASIBLE)

    hollow = renamed("hollow", "is_vacuous")

    @once_spoken
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs, best first, each with the points of every criterion."""
        pairs = explain_pairs(self.cohort, self.scores, self.solution.pairs)
        return tuple(sorted(pairs, key=lambda pair: (-pair.score, pair.mentor, pair.mentee)))

    @once_spoken
    def unmatched(self) -> tuple[Unmatched, ...]:
        """The people without a partner, each with a code and a sentence."""
        return explain_unmatched(case_of(self))

    @once_spoken
    def smallest_changes(self) -> tuple[PossibleChange | None, ...]:
        """The smallest change that would place each of ``unmatched``, in that order, without displacing a person.

        None if no change does, and for all people if there is no solution or a side has more than 300 people. Computed
        at first access.
        """
        return smallest_changes(case_of(self))

    @cached_property
    def goal_prices(self) -> tuple[GoalPrice, ...]:
        """The cost of each goal to the goals after it, without goals that change nothing.

        The problem is solved once more per goal, at first access. Empty if the solution is not proved, if a price
        cannot be known, and for more than 300 people per side, or 100 if a rule couples pairs.
        """
        return goal_prices(case_of(self), self.seed)

    @once_spoken
    def kept_places(self) -> tuple[PlacesLeft, ...]:
        """The unused places of each rule ``reserve``, and the cost of reserving them.

        The problem is solved once more per rule, at first access, under the same conditions as ``goal_prices``.
        """
        return places_left(case_of(self), self.seed)

    @once_spoken
    def diagnosis(self) -> Diagnosis | None:
        """The reason why no solution keeps all rules, and the ways out; None unless the status is ``infeasible``.

        Computed at first access, within half a minute; ``diagnose`` has no limit unless the caller sets one.
        """
        return diagnose_case(case_of(self))

    @checked
    def with_notes(self, notes: Iterable[Note]) -> "Matching":
        """Return a copy with remarks of staff for its workbook: ``Decisions.notes``."""
        return replace(self, notes=tuple(notes))

    @checked
    def with_editions(self, editions: "Iterable[Year | EditionResults]") -> "Matching":
        """Return a copy with the results of earlier editions for its page and workbook: see ``learn``."""
        from mentormatch.followup.lessons import results_of

        return replace(self, editions=results_of(editions))

    case = moved_member("case", f"{__name__}:case_of")
    grid = moved_member("grid", f"{__name__}:grid_of")
    named_sheets = moved_member("named_sheets", f"{__name__}:sheets_of", method=True)

    @checked
    @own_language
    def why_not(self, mentor: Key, mentee: Key) -> WhyNot:
        """Return the cost per goal of pairing two people, and the people who would move; or the rules against it.

        The losses equal those of a solve with the pair pinned. Raises RequestError for an unknown key.
        """
        return why_not(case_of(self), *pair_at(self.cohort, mentor, mentee))

    @checked
    @own_language
    def alternatives(self, person: Key, most: int | None = 10, *, side: Side | None = None) -> tuple[Alternative, ...]:
        """Return other partners of a person, smallest loss first, up to ``most`` of them; None: all.

        Without ``side``, a key that exists on both sides is that of the mentor. Raises RequestError for an unknown
        key.
        """
        role = side or self.side_of(person)
        limit = None if most is None else whole_number("most", most)
        return alternatives(case_of(self), role, self.cohort.side(role).find(person), limit)

    @checked
    def side_of(self, person: Key) -> Side:
        """Return the side of a key; ``mentor`` if both sides, or neither, have it."""
        return "mentee" if self.cohort.mentees.has(person) and not self.cohort.mentors.has(person) else "mentor"

    @checked
    @own_language
    def robustness(self, samples: int = 200, spread: float = 0.2, seed: int = 0) -> Robustness:
        """Return the share of ``samples`` in which each pair remains if weights change by up to ``spread`` (0 to 1)."""
        return robustness(case_of(self), SamplingPlan(samples, spread, seed), seed=self.seed)

    @property
    def certificate(self) -> Certificate:
        """The facts that can be checked without a solver: rules, values, and the bounds that prove the optimum."""
        return certify(self.problem, self.solution)

    @once_spoken
    def chains(self) -> tuple[Chain, ...]:
        """The chains of pairs through people in both roles."""
        return chains(case_of(self))

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The rows of answers without a person in the cohort: rejected, or replaced by a later answer."""
        return tuple(Rejected(row.source, row.line, row.key, row.reason) for row in self.cohort.rejected)

    @once_spoken
    def labels(self) -> Labels:
        """The labels of people in documents and tables: keys, or codes if keys identify people."""
        return codes(self.cohort)

    @checked
    def told_unmatched(self, labels: Labels) -> tuple[tuple[Unmatched, ...], tuple[PossibleChange | None, ...]]:
        """Return ``unmatched`` and ``smallest_changes`` with people named by ``labels``."""
        if labels is KEY_LABELS:
            return self.unmatched, self.smallest_changes
        case = replace(case_of(self), labels=labels)
        return explain_unmatched(case), smallest_changes(case)

    @property
    def frames(self) -> Frames:
        """The result as pandas frames: pairs, unmatched, rejected, chains, scores, contributions, codes."""
        return Frames(self.sheets, lambda: grid_of(self), lambda: code_sheet(self.cohort, self.labels))

    @property
    def sheets(self) -> Mapping[str, ResultSheet]:
        """The result as plain tables, the source of the documents; each table is computed at every access."""
        return sheets_of(self)

    @checked
    @own_language
    def explain(self, mentor: Key, mentee: Key) -> Pair:
        """Return the points of every criterion for any two people, paired or not.

        Raises RequestError if one of them is not in the cohort.
        """
        return explain_pair(self.cohort, self.scores, *pair_at(self.cohort, mentor, mentee))

    @checked
    @own_language
    def save(
        self,
        path: str | PathLike[str],
        *,
        who: str | None = None,
        why: str = "",
        replace: bool = False,
        names: GivenNames | None = None,
    ) -> tuple[Path, ...]:
        """Write the matching. Returns the paths of the files.

        A path that ends in .xlsx, .csv, .json, .decision.json, .html, .resume.html or .parquet (extra ``parquet``) is
        one file. A path without a suffix is a folder that gets one of each but the last, under fixed names: all of them
        together, or none. Other files in the folder remain.

        A folder also contains the log, whose head the documents print; each save appends to it. Its manifest,
        ``manifeste.json``, contains the digests of all documents.

        Parameters
        ----------
        who, why
            For the log of a folder: the author of the pairs (None: the current account), and the reason.
        replace
            Whether to replace a validated decision, or a document that staff have edited. The old file is renamed with
            its date, and the log records it.
        names
            Names of people for the pages, the workbook and the CSV file, which then only their owner can read: the
            contact details that people gave (see ``read_contacts``), or a name per key (see ``read_names``). Decision,
            log and JSON never contain names.

        Raises
        ------
        OutputError
            The suffix is unknown; a file cannot be written, or cannot contain names; the present log is damaged; a
            protected file would be lost; or the matching has no solution and would replace the documents of one.
        RequestError
            ``who`` is no name, or ``names`` do not match these people.
        """
        from mentormatch.report import folder  # a higher layer

        target = Path(path)
        names_by_person = None if names is None else cohort_names(names, self.cohort, self.programme)
        if target.suffix:
            exporter = exporter_for(target.name)
            return (folder.save_file(exporter, self, target, replace=replace, names=names_by_person),)
        return folder.save_folder(self, target, who=who, why=why, replace=replace, names=names_by_person)

    @cached_property
    def show(self) -> Any:
        """The views of the result, each in plain words: ``show.pairs()``, ``show.person("M03")`` ..."""
        from mentormatch.report.views import Views  # a higher layer

        return Views(self)

    @own_language
    def _repr_html_(self) -> str:
        return exporter_for(".html").fragment(self)

    @own_language
    def __str__(self) -> str:
        return "\n".join([*self.losses, summary(self)])

    def __repr__(self) -> str:
        return f"Matching({len(self.solution.pairs)} pairs, {self.status})"  # a notebook saves what it shows


def case_of(matching: Matching) -> SolvedInstance:
    """Return the inputs and the solution as the case that explanations read."""
    return SolvedInstance(
        matching.cohort, rules_of_problem(matching), matching.scores, matching.problem, matching.solution
    )


def rules_of_problem(matching: Matching) -> Sequence[Rule]:
    """Return the rules of the programme, and a pin per former pair that a repair with ``undo=0`` had to keep."""
    rules, cohort, problem = matching.programme.rules, matching.cohort, matching.problem
    kept = set(problem.former).intersection(problem.pins)
    if not kept:
        return rules
    market = market_of(cohort, NO_SCORES)
    kept.difference_update(pin for rule in rules for pin in rule.pins(market))
    keys = [(cohort.mentors.ids[mentor], cohort.mentees.ids[mentee]) for mentor, mentee in sorted(kept)]
    return (*rules, *rules_for_pairs(Pin, keys, cohort))


def grid_of(matching: Matching) -> Grid:
    """Return the points of every allowed pair. Raises RequestError if the pairs are too many."""
    return score_grid(matching.cohort, matching.scores, matching.problem, matching.labels)


def sheets_of(matching: Matching, names: NamesByPerson | None = None) -> Mapping[str, ResultSheet]:
    """Return the result as plain tables, with ``names`` next to the codes of people if given."""
    labels = matching.labels

    def names_of_unmatched() -> list[str] | None:
        return None if names is None else [names.get((person.side, person.person), "") for person in matching.unmatched]

    return Sheets(
        matching.language,
        {
            "pairs": lambda: pair_sheet(matching.pairs, names, labels),
            "unmatched": lambda: unmatched_sheet(*matching.told_unmatched(labels), names_of_unmatched()),
            "contributions": lambda: contribution_sheet(matching.pairs, labels),
            "chains": lambda: chain_sheet(chains(replace(case_of(matching), labels=labels))),
            "rejected": lambda: rejected_sheet(matching.cohort.rejected, labels),
        },
    )


STATUS_TEXTS = {
    "proved": mark("Démontré : aucune autre répartition permise ne fait mieux."),
    "feasible": mark(
        "Attention : répartition conforme aux règles, mais pas démontrée optimale (calcul arrêté avant la fin)."
    ),
    "infeasible": mark("Aucune répartition ne respecte toutes les règles."),
    "stopped": mark("Calcul arrêté avant une première réponse."),
    "failed": mark("Le calcul a échoué."),
}


def summary(matching: Matching) -> str:
    """Return the counts and the status in two lines; only the counts if nothing was compared."""
    cohort = matching.cohort
    counts = tr(
        "{mentors}, {mentees} : {pairs}, {left} sans binôme.",
        mentors=counted(len(cohort.mentors), "mentor·e"),
        mentees=counted(len(cohort.mentees), "mentoré·e"),
        pairs=counted(len(matching.pairs), "binôme"),
        left=counted(len(matching.unmatched), "personne"),
    )
    return counts if matching.is_vacuous else f"{counts}\n{standing(matching)}"


def standing(matching: Matching) -> str:
    """Return a sentence on the status of the pairs; if nothing was compared, the caveats."""
    if matching.is_vacuous:
        return " ".join(caveat.sentence for caveat in matching.caveats)
    if matching.status is Status.PROVED and not matching.solution.canonical:
        return tr(
            "Démontré : aucune autre répartition permise ne fait mieux ; parmi des réponses de même valeur, celle-ci"
            " n'est pas forcément la même à chaque calcul."
        )
    if matching.solution.interrupted and matching.status is Status.FEASIBLE:
        return tr(
            "Attention : calcul interrompu. La meilleure répartition trouvée respecte les règles, sans être démontrée"
            " optimale."
        )
    return tr(STATUS_TEXTS[str(matching.status)])


class Exporter(ABC):
    """A kind of document, identified by ``kind``, the suffix of its files.

    If ``apart`` is True, the document is written only on request and is not part of a folder.
    """

    kind: ClassVar[str]
    filename: ClassVar[str]
    apart: ClassVar[bool] = False

    @abstractmethod
    def content(self, matching: Matching, seal: Any = None) -> bytes:
        """Return the whole document, with the ``Seal`` of the record if it belongs to a decision and its log."""

    def reseal(self, content: bytes, before: Any, seal: Any) -> bytes | None:
        """Return the document with the seal ``before`` replaced by ``seal``; None if the document was edited.

        A document without a seal is returned unchanged.
        """
        return content

    def fragment(self, matching: Matching) -> str:
        """Return the document as a notebook shows it."""
        return self.content(matching).decode()


class NamedExporter(Exporter):
    """An exporter whose documents contain names on request; other documents never do."""

    @abstractmethod
    def content(self, matching: Matching, seal: Any = None, names: NamesByPerson | None = None) -> bytes:
        """Return the whole document, with the names of people next to their keys; None: without names."""


def exporters() -> dict[str, Exporter]:
    """Return every registered exporter by its suffix."""
    classes = concrete(Exporter, "mentormatch.report.exporters", "mentormatch.exporters")
    return {kind: exporter() for kind, exporter in classes.items()}


def folder_exporters() -> dict[str, Exporter]:
    """Return the exporters of the documents of a folder, by suffix."""
    return {kind: exporter for kind, exporter in exporters().items() if not exporter.apart}


def exporter_for(name: str) -> Exporter:
    """Return the exporter for a file name; of several matching suffixes, the longest.

    Raises OutputError if no suffix matches.
    """
    exporters_by_suffix = exporters()
    fitting = [kind for kind in exporters_by_suffix if name.lower().endswith(kind)]
    if not fitting:
        sentence = tr(
            "Format inconnu : « {name} » ; les formats sont {formats}",
            name=name,
            formats=", ".join(exporters_by_suffix),
        )
        raise OutputError(sentence)
    return exporters_by_suffix[max(fitting, key=len)]


@track()
def match(  # noqa: PLR0913 - the published signature; all but two are keywords
    cohort: Cohort,
    programme: Programme,
    *,
    seed: int = 0,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
    executor: Workers | None = None,
    memory_mb: int | None = None,
    cancel: Event | None = None,
    ties: Ties = "canonical",
    proofs: Proofs = "goals",
) -> Matching:
    """Return the optimal pairs of ``cohort`` under ``programme``, explained.

    Parameters
    ----------
    cohort
        The people and their answers; see ``read_survey``.
    programme
        Criteria, rules and goals.
    seed
        Breaks ties that remain in all goals; the same people and seed give the same pairs, in any order of rows.
    pins, bans
        Pairs (mentor key, mentee key) that must be, or must not be, chosen.
    time_limit_s
        Seconds after which the incumbent is returned, with status ``feasible`` and its gap, or ``stopped``.
    executor
        Computes scores that are not stored, because there are more than 40 million pairs or because of ``memory_mb``:
        a ``concurrent.futures.Executor`` or a ``dask.distributed.Client`` (extra ``dask``); None: the threads of this
        machine. The pairs do not depend on it. Not used if scores are stored.
    memory_mb
        The maximum memory of the process, in megabytes (10^6 bytes); None: no limit. The run may be slower, with the
        same pairs. A rule that couples pairs may take more if it is binding. See ``estimate``.
    cancel
        Once another thread sets it, the incumbent is returned, as after an interrupt (Ctrl-C).
    ties
        ``any``: any optimal solution, which may differ between machines; see ``mm.solve``.
    proofs
        ``none``: no proof of the optimum for coupling rules, and for goals that are no sums; ``canonical``: the
        decision file also proves the tie-breaking. See ``mm.solve``.

    Raises
    ------
    RequestError
        The programme is one of groups, topics or dates, a pin or a ban names a person who is not in the cohort, or the
        run would not fit into ``memory_mb``. A solver that fails raises nothing: the status is then ``failed``, or
        ``feasible`` with the incumbent.

    See Also
    --------
    evaluate : pairs made by hand, under the same rules.
    plans : several plans to choose from.
    repair : departures and arrivals later.
    solve : an array of scores.

    Examples
    --------
    >>> import mentormatch as mm
    >>> matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    >>> str(matching.status), len(matching.pairs)
    ('proved', 12)
    >>> best = matching.pairs[0]
    >>> best.mentor, best.mentee, best.points
    ('M06', 'E08', 93.1667)
    """
    require_pairs(programme)
    by_hand = rules_by_hand(cohort, pins, bans)
    decided = programme.with_rules(by_hand)
    seed, limit_mb = seed_number(seed), None if memory_mb is None else whole_number("memory_mb", memory_mb, 1)
    scores, problem = build_instance(cohort, decided, limit_mb)
    solution = solve(
        problem, seed=seed, time_limit_s=time_limit_s, executor=executor, cancel=cancel, ties=ties, proofs=proofs
    )
    edits = tuple(pair_edits(by_hand, cohort)) if by_hand else ()
    return Matching(cohort, decided, scores, problem, solution, seed, edits)


def unsolved_matching(cohort: Cohort, programme: Programme) -> Matching:
    """Return a matching before it is solved: scores and rules, without pairs. Raises RequestError as ``match``."""
    scores, problem = build_instance(cohort, programme)
    return Matching(cohort, programme, scores, problem, UNSOLVED)


UNSOLVED = Solution(Status.STOPPED, np.empty((0, 2), dtype=np.int64))
"""The solution before a solve."""


def rules_by_hand(cohort: Cohort, pins: Iterable[KeyPair], bans: Iterable[KeyPair]) -> list[Pin | Ban]:
    """Return a rule for each pinned or banned pair. Raises RequestError for an unknown key."""
    return [*rules_for_pairs(Pin, pins, cohort), *rules_for_pairs(Ban, bans, cohort)]


def rules_for_pairs[R: (Pin, Ban)](rule: type[R], pairs: Iterable[KeyPair], cohort: Cohort) -> list[R]:
    """Return a rule of the given kind per pair. Raises RequestError for an unknown key."""
    mentors, mentees = cohort.mentors, cohort.mentees
    places = (pair_at(cohort, mentor, mentee) for mentor, mentee in pairs)
    return [rule(mentor=mentors.ids[i], mentee=mentees.ids[k]) for i, k in places]


def keys_of(matching: Matching) -> tuple[KeyPair, ...]:
    """Return the keys of each pair, in the order of the solution."""
    cohort = matching.cohort
    return tuple((cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in matching.solution.pairs.tolist())


def pair_keys(matching: Matching) -> set[KeyPair]:
    """Return the comparison keys of all pairs."""
    return set(map(fold_key, keys_of(matching)))


def fold_key(pair: KeyPair) -> KeyPair:
    """Return the comparison keys of a pair."""
    return canonical(pair[0]), canonical(pair[1])


def keys_for(pairs: Iterable[KeyPair], cohort: Cohort) -> list[KeyPair]:
    """Return the keys (mentor, mentee) of pairs given by keys or codes. Raises RequestError for an unknown person."""
    positions = [pair_at(cohort, mentor, mentee) for mentor, mentee in pairs]
    return [(cohort.mentors.ids[row], cohort.mentees.ids[column]) for row, column in positions]

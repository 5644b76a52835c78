"""The whole path on one screen: cohort and programme in, pairs with their reasons out."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
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
from mentormatch.explanation.names import KEYS, GivenNames, Labels, NamesByPerson, codes, cohort_names
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
from mentormatch.explanation.unmatched_people import Case, Unmatched, explain_unmatched
from mentormatch.explanation.why_not import Alternative, WhyNot, alternatives, why_not
from mentormatch.fields import Side
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import language, mark, once_spoken, own_language, tr
from mentormatch.operations.instance import build_instance
from mentormatch.people.cohort import Cohort, pair_at
from mentormatch.people.keys import Key
from mentormatch.people.keys import KeyPair as KeyPair
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.rules.kinds.named_people import Ban, Pin
from mentormatch.scoring.scores import ScoreTable

if TYPE_CHECKING:
    from mentormatch.followup.lessons import EditionResults, Year


class PairsByHand(TypedDict):
    """The pairs that must be, or must not be, in one run: keys of mentor and mentee."""

    pins: Iterable[KeyPair]
    bans: Iterable[KeyPair]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is nobody in the cohort: line, key where it has one, and why."""

    source: str
    line: int
    key: str
    reason: str


@dataclass(frozen=True, repr=False, eq=False)
class Matching(ContentEquality):
    """The pairs of one cohort under one programme, with all that they rest on.

    Everybody is in it once: in ``pairs``, or in ``unmatched`` with a reason; every other row that came in is in
    ``rejected`` with its line. ``edits`` are what staff changed by hand for this run, ``notes`` what they wrote beside
    pairs in a workbook before, for the next one; ``editions`` how the pairs of editions before went, from which its
    documents say what they teach.
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

    @property
    def language(self) -> str:
        """The language of the programme, in which the matching is told unless another was asked for."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """What is known of the pairs: proved, feasible, infeasible, stopped or failed."""
        return self.solution.status

    @once_spoken
    def caveats(self) -> tuple[Caveat, ...]:
        """What has to be known before a proof is believed: first that nothing was compared, where that is so."""
        return caveats(case_of(self), self.file_certificate.unproved_goals if self.status is Status.PROVED else "")

    @property
    def losses(self) -> tuple[str, ...]:
        """What costs people a place before any pair is formed, a sentence each: places not read, rows not counted."""
        with language(self.language, unless_asked=True):
            return tuple(place_losses(self.cohort, self.programme, self.labels))

    @cached_property
    def file_certificate(self) -> Certificate:
        """What the decision file proves by itself, as ``verify`` finds it.

        If the scores are not stored, the file holds those of the chosen pairs alone, of which duals prove nothing.
        """
        return certify(self.problem, self.solution if self.scores.held else replace(self.solution, prices=()))

    @property
    def is_vacuous(self) -> bool:
        """Whether there is an answer, and nothing was compared for it: what is proved then says nothing."""
        void = any(caveat.void for caveat in self.caveats)
        return void and self.status in (Status.PROVED, Status.FEASIBLE)

    hollow = renamed("hollow", "is_vacuous")

    @once_spoken
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs, best first, each with the points of every criterion."""
        pairs = explain_pairs(self.cohort, self.scores, self.solution.pairs)
        return tuple(sorted(pairs, key=lambda pair: (-pair.score, pair.mentor, pair.mentee)))

    @once_spoken
    def unmatched(self) -> tuple[Unmatched, ...]:
        """Everybody without a partner, with a code and a sentence."""
        return explain_unmatched(case_of(self))

    @once_spoken
    def smallest_changes(self) -> tuple[PossibleChange | None, ...]:
        """The least that would place each of ``unmatched``, in that order, nobody displaced; None where nothing would.

        Worked out when first asked for; None for all where there are more than 300 people a side.
        """
        return smallest_changes(case_of(self))

    @cached_property
    def goal_prices(self) -> tuple[GoalPrice, ...]:
        """What each goal costs those after it, goals left out whose presence changes nothing.

        The problem is solved once more for each goal, when first asked for. Empty where the answer is not proved, where
        a price cannot be known, and for more than 300 people a side, or 100 where a rule couples pairs.
        """
        return goal_prices(case_of(self), self.seed)

    @once_spoken
    def kept_places(self) -> tuple[PlacesLeft, ...]:
        """What is left of the places that each rule ``reserve`` keeps, and what keeping them costs.

        The problem is solved once more for each such rule, when first asked for, where ``goal_prices`` would be.
        """
        return places_left(case_of(self), self.seed)

    @once_spoken
    def diagnosis(self) -> Diagnosis | None:
        """Why no answer keeps all rules, and the ways out; None where there is an answer.

        Worked out when first asked for, within half a minute; ``diagnose`` takes as long as it is given.
        """
        return diagnose_case(case_of(self))

    @checked
    def with_notes(self, notes: Iterable[Note]) -> "Matching":
        """Return the same with what staff wrote beside pairs, which its workbook takes up: ``Decisions.notes``."""
        return replace(self, notes=tuple(notes))

    @checked
    def with_editions(self, editions: "Iterable[Year | EditionResults]") -> "Matching":
        """Return the same with how editions before went, which its page and workbook tell: see ``learn``."""
        from mentormatch.followup.lessons import results_of

        return replace(self, editions=results_of(editions))

    case = moved_member("case", f"{__name__}:case_of")
    grid = moved_member("grid", f"{__name__}:grid_of")
    named_sheets = moved_member("named_sheets", f"{__name__}:sheets_of", method=True)

    @checked
    @own_language
    def why_not(self, mentor: Key, mentee: Key) -> WhyNot:
        """Return what it would cost, goal by goal, to pair two people, and who would move; or which rules forbid it.

        The losses equal those of solving again with the pair pinned. Raises RequestError where a key is nobody's.
        """
        return why_not(case_of(self), *pair_at(self.cohort, mentor, mentee))

    @checked
    @own_language
    def alternatives(self, person: Key, most: int | None = 10, *, side: Side | None = None) -> tuple[Alternative, ...]:
        """Return the other partners that somebody could have, at most so many, those of the smallest loss; None: all.

        ``side`` says in which role; without it a key that both sides have is taken as the mentor's. Raises RequestError
        where it is nobody's.
        """
        role = side or self.side_of(person)
        many = None if most is None else whole_number("most", most)
        return alternatives(case_of(self), role, self.cohort.side(role).find(person), many)

    @checked
    def side_of(self, person: Key) -> Side:
        """Return the side on which a key stands; that of the mentors where both have it, or neither."""
        return "mentee" if self.cohort.mentees.has(person) and not self.cohort.mentors.has(person) else "mentor"

    @checked
    @own_language
    def robustness(self, samples: int = 200, spread: float = 0.2, seed: int = 0) -> Robustness:
        """Return in which share of ``samples`` each pair stays when weights change by up to ``spread`` (0 to 1)."""
        return robustness(case_of(self), SamplingPlan(samples, spread, seed), seed=self.seed)

    @property
    def certificate(self) -> Certificate:
        """What can be checked of the pairs without a solver: rules, values, and the bounds that prove them the best."""
        return certify(self.problem, self.solution)

    @once_spoken
    def chains(self) -> tuple[Chain, ...]:
        """Who accompanies whom that accompanies others: the chains through people who are in both roles."""
        return chains(case_of(self))

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The rows that are nobody here: rejected, or replaced by another answer of the same person."""
        return tuple(Rejected(row.source, row.line, row.key, row.reason) for row in self.cohort.rejected)

    @once_spoken
    def labels(self) -> Labels:
        """What documents, tables and frames call people: their keys, or codes where keys tell who they are."""
        return codes(self.cohort)

    @checked
    def told_unmatched(self, labels: Labels) -> tuple[tuple[Unmatched, ...], tuple[PossibleChange | None, ...]]:
        """Return everybody without a partner and the least that would place them, told under these labels."""
        if labels is KEYS:
            return self.unmatched, self.smallest_changes
        case = replace(case_of(self), labels=labels)
        return explain_unmatched(case), smallest_changes(case)

    @property
    def frames(self) -> Frames:
        """The same as pandas frames: pairs, unmatched, rejected, chains, scores, contributions, codes."""
        return Frames(self.sheets, lambda: grid_of(self), lambda: code_sheet(self.cohort, self.labels))

    @property
    def sheets(self) -> Mapping[str, ResultSheet]:
        """The result as plain tables, from which every document is made; each is made when it is asked for."""
        return sheets_of(self)

    @checked
    @own_language
    def explain(self, mentor: Key, mentee: Key) -> Pair:
        """Return what the score of any two people is made of, chosen or not.

        Raises RequestError where one of them is not in the cohort.
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
        """Write the matching and return the files written.

        A path that ends in .xlsx, .csv, .json, .decision.json, .html or .parquet (extra ``parquet``) is one file; any
        other is a folder that gets one of each but the last, under fixed names: all of them together, or none. Other
        files in the folder stay.

        A folder also keeps the log, whose head the documents print; each time it is saved there the log goes on. Its
        manifest, ``manifeste.json``, has the digests of all documents.

        Parameters
        ----------
        who, why
            For the log of a folder: who made the pairs, None for the account at work, and on what ground.
        replace
            Whether a decision that somebody validated, or a document in which somebody wrote, is replaced. It is kept
            beside then, under its date, and the log says so.
        names
            What people are called, for the page, the workbook and the CSV file, which their owner alone can read then:
            those that they gave (see ``read_contacts``), or a name for each key (see ``read_names``). Decision, log
            and JSON never hold any.

        Raises
        ------
        OutputError
            A file cannot be written, or holds no names; the log that is there is not whole; something good would be
            lost; or there is no answer, and documents of one are there.
        RequestError
            ``who`` is no name, or ``names`` are not those of these people.
        """
        from mentormatch.report import folder  # a higher layer

        target = Path(path)
        known = None if names is None else cohort_names(names, self.cohort, self.programme)
        if target.suffix:
            exporter = exporter_for(target.name)
            return (folder.save_file(exporter, self, target, replace=replace, names=known),)
        return folder.save_folder(self, target, who=who, why=why, replace=replace, names=known)

    @cached_property
    def show(self) -> Any:
        """What can be looked at, each view by itself, in plain words: ``show.pairs()``, ``show.person("M03")`` ..."""
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


def case_of(matching: Matching) -> Case:
    """Return all that the decision rests on, and the decision."""
    return Case(matching.cohort, matching.programme.rules, matching.scores, matching.problem, matching.solution)


def grid_of(matching: Matching) -> Grid:
    """Return the points of every pair that the rules allow; raises RequestError where there are too many pairs."""
    return score_grid(matching.cohort, matching.scores, matching.problem, matching.labels)


def sheets_of(matching: Matching, names: NamesByPerson | None = None) -> Mapping[str, ResultSheet]:
    """Return the result as plain tables, with the names of people beside their codes where these are given."""
    labels = matching.labels

    def names_of_unmatched() -> list[str] | None:
        return None if names is None else [names.get((one.side, one.person), "") for one in matching.unmatched]

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


STATUSES = {
    "proved": mark("Démontré : aucune autre répartition permise ne fait mieux."),
    "feasible": mark(
        "Attention : répartition conforme aux règles, mais pas démontrée optimale (calcul arrêté avant la fin)."
    ),
    "infeasible": mark("Aucune répartition ne respecte toutes les règles."),
    "stopped": mark("Calcul arrêté avant une première réponse."),
    "failed": mark("Le calcul a échoué."),
}
UNSETTLED = mark(
    "Démontré : aucune autre répartition permise ne fait mieux ; parmi des réponses de même valeur, celle-ci n'est pas"
    " forcément la même à chaque calcul."
)
INTERRUPTED = mark(
    "Attention : calcul interrompu. La meilleure répartition trouvée respecte les règles, sans être démontrée optimale."
)


def summary(matching: Matching) -> str:
    """Return in two lines what the matching is; in one where nothing was compared, which is then said before."""
    cohort = matching.cohort
    made = tr(
        "{mentors}, {mentees} : {pairs}, {left} sans binôme.",
        mentors=counted(len(cohort.mentors), "mentor·e"),
        mentees=counted(len(cohort.mentees), "mentoré·e"),
        pairs=counted(len(matching.pairs), "binôme"),
        left=counted(len(matching.unmatched), "personne"),
    )
    return made if matching.is_vacuous else f"{made}\n{standing(matching)}"


def standing(matching: Matching) -> str:
    """Return in a sentence what is known of the pairs; where nothing was compared, that."""
    if matching.is_vacuous:
        return " ".join(caveat.sentence for caveat in matching.caveats)
    if matching.status is Status.PROVED and not matching.solution.canonical:
        return tr(UNSETTLED)
    cut_short = matching.solution.interrupted and matching.status is Status.FEASIBLE
    return tr(INTERRUPTED if cut_short else STATUSES[str(matching.status)])


class Exporter(ABC):
    """One kind of document. It is found by its ``kind``, the suffix of the files that it writes.

    One that is ``apart`` is written where a file is asked for, and is none of the documents of a folder.
    """

    kind: ClassVar[str]
    filename: ClassVar[str]
    apart: ClassVar[bool] = False

    @abstractmethod
    def content(self, matching: Matching, seal: Any = None) -> bytes:
        """Return the whole document, with the ``Seal`` of the record where it stands beside a decision and its log."""

    def reseal(self, content: bytes, before: Any, seal: Any) -> bytes | None:
        """Return a document that carries one seal with another in its place, None where it is not as it was written."""
        return content

    def fragment(self, matching: Matching) -> str:
        """Return the document as a notebook shows it."""
        return self.content(matching).decode()


class NamedExporter(Exporter):
    """One whose documents hold names where they are asked for; no other document ever does."""

    @abstractmethod
    def content(self, matching: Matching, seal: Any = None, names: NamesByPerson | None = None) -> bytes:
        """Return the whole document, with the names of people beside their keys; None: without."""


def exporters() -> dict[str, Exporter]:
    """Return every registered exporter by its suffix."""
    found = concrete(Exporter, "mentormatch.report.exporters", "mentormatch.exporters")
    return {kind: exporter() for kind, exporter in found.items()}


def documents_made() -> dict[str, Exporter]:
    """Return the exporters of all documents that a folder gets, by their suffixes."""
    return {kind: each for kind, each in exporters().items() if not each.apart}


def exporter_for(name: str) -> Exporter:
    """Return the exporter that writes files of this name; of two suffixes that fit, the longer one is meant."""
    known = exporters()
    fitting = [kind for kind in known if name.lower().endswith(kind)]
    if not fitting:
        sentence = tr("Format inconnu : « {name} » ; les formats sont {formats}", name=name, formats=", ".join(known))
        raise OutputError(sentence)
    return known[max(fitting, key=len)]


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
        Who answered; see ``read_survey``.
    programme
        Criteria, rules and goals.
    seed
        Settles pairs that every goal leaves tied; the same people and seed give the same pairs, in any order of rows.
    pins, bans
        Pairs (mentor key, mentee key) that must be, or must not be, chosen.
    time_limit_s
        Seconds after which the best answer so far is returned, marked ``feasible`` with its gap, or ``stopped``.
    executor
        Who scores the pairs of a cohort that has more than 40 million of them, which are not held: a
        ``concurrent.futures.Executor`` or a ``dask.distributed.Client`` (extra ``dask``); None: the threads of this
        machine. The pairs are the same in any case. With fewer pairs it is not needed, and not used.
    memory_mb
        The most that the process may come to, in megabytes (10^6 bytes), None: no matter. The way that fits is taken;
        it may be a slower one, and finds the same pairs. A rule that couples pairs may take more where it binds. See
        ``estimate``.
    cancel
        Once it is set, by another thread, the best answer so far is returned, marked as at an interrupt (Ctrl-C).
    ties
        ``any``: any of the optimal answers will do, which may be another one elsewhere; see ``mm.solve``.
    proofs
        ``none``: rules that couple pairs, and goals that are no sums, get no proof of their optimum; ``canonical``: the
        decision file proves, too, how ties were settled. See ``mm.solve``.

    Raises
    ------
    RequestError
        The programme is one of groups, topics or dates, a pin or a ban names somebody who is not in the cohort, or the
        run would not fit into ``memory_mb``.
    EngineError
        A solver gave an answer that the checker refused.
    """
    require_pairs(programme)
    by_hand = rules_by_hand(cohort, pins, bans)
    decided = programme.with_rules(by_hand)
    seed, most_mb = seed_number(seed), None if memory_mb is None else whole_number("memory_mb", memory_mb, 1)
    scores, problem = build_instance(cohort, decided, most_mb)
    solution = solve(
        problem, seed=seed, time_limit_s=time_limit_s, executor=executor, cancel=cancel, ties=ties, proofs=proofs
    )
    edits = tuple(pair_edits(by_hand, cohort)) if by_hand else ()
    return Matching(cohort, decided, scores, problem, solution, seed, edits)


def before_solving(cohort: Cohort, programme: Programme) -> Matching:
    """Return a matching that nobody has solved yet: scores and rules, no pair; raises RequestError as ``match``."""
    scores, problem = build_instance(cohort, programme)
    return Matching(cohort, programme, scores, problem, UNSOLVED)


UNSOLVED = Solution(Status.STOPPED, np.empty((0, 2), dtype=np.int64))
"""No answer, as nobody asked for one yet."""


def rules_by_hand(cohort: Cohort, pins: Iterable[KeyPair], bans: Iterable[KeyPair]) -> list[Pin | Ban]:
    """Return one rule for each pair that must be, or must not be; raise RequestError where a key is nobody's."""
    return [*rules_for_pairs(Pin, pins, cohort), *rules_for_pairs(Ban, bans, cohort)]


def rules_for_pairs[R: (Pin, Ban)](rule: type[R], pairs: Iterable[KeyPair], cohort: Cohort) -> list[R]:
    """Return one rule a pair; raise RequestError where a key is nobody's."""
    mentors, mentees = cohort.mentors, cohort.mentees
    places = (pair_at(cohort, mentor, mentee) for mentor, mentee in pairs)
    return [rule(mentor=mentors.ids[i], mentee=mentees.ids[k]) for i, k in places]

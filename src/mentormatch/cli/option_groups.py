"""Options that several commands share, said once: a dataclass in the signature of a command is one option per field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cached_property, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict

import typer

from mentormatch.cli.messages import call_people, print_message, write_answer
from mentormatch.cli.options import (
    DEFAULT_PROGRAMME,
    Answers,
    AsJson,
    DecisionsFile,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    Seed,
    TimeLimit,
    ToolName,
    Wishes,
    answer_files,
    open_source,
)
from mentormatch.cli.output import EXIT_CODES, tell_caveats
from mentormatch.languages.translation import tr

if TYPE_CHECKING:
    from mentormatch.assignment.engine import Proofs, Ties
    from mentormatch.contract.match_response import Response
    from mentormatch.explanation.edits import Note
    from mentormatch.operations.matching import KeyPair, Matching, PairsByHand
    from mentormatch.people.cohort import Cohort
    from mentormatch.programme.programme import Programme


def expand_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command for Typer, with the options of each option group in its signature.

    An option group is a dataclass whose fields are options, arguments or further groups. The command receives an
    instance of each group.
    """
    parameters = signature(command).parameters

    @wraps(command)
    def run(**values: Any) -> None:
        command(**{name: collect(name, parameter.annotation, values) for name, parameter in parameters.items()})

    options = [
        option
        for name, parameter in parameters.items()
        for option in options_in(name, parameter.annotation, parameter.default)
    ]
    run.__signature__ = Signature(options)  # type: ignore[attr-defined]  # which Typer reads
    return run


def options_in(name: str, kind: Any, default: object) -> Iterator[Parameter]:
    if is_dataclass(kind):
        for field in fields(kind):
            yield from options_in(
                field.name, field.type, Parameter.empty if field.default is MISSING else field.default
            )
    else:
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def collect(name: str, kind: Any, values: Mapping[str, Any]) -> Any:
    """Return the value of a parameter, or the option group that its values make up."""
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{field.name: collect(field.name, field.type, values) for field in fields(kind)})
    return values[name]


class SolveArguments(TypedDict):
    """Seed and time limit, as the operations take them."""

    seed: int
    time_limit_s: float | None


@dataclass(frozen=True, kw_only=True)
class SeedAndTimeLimit:
    """The seed of tie-breaking, and the time limit of a solve."""

    seed: Seed = 0
    time_limit: TimeLimit = None

    @property
    def solving(self) -> SolveArguments:
        """Seed and time limit, as the operations take them."""
        return {"seed": self.seed, "time_limit_s": self.time_limit}


@dataclass(frozen=True, kw_only=True)
class RunOptions(SeedAndTimeLimit):
    """The options with which most commands end: how they solve, and whether they answer in JSON.

    Commands that do not solve take a seed and a time limit too, so that a script need not know which ones do.
    """

    as_json: AsJson = False

    def tell(self, answer: "Callable[[], Response]", text: Callable[[], str], status: object = None) -> None:
        """Write an answer as JSON or as text, and end with the exit code of its status, if it has one."""
        write_answer(lambda: answer().to_json(), text, as_json=self.as_json)
        if status is not None:
            raise typer.Exit(EXIT_CODES[str(status)])


@dataclass(frozen=True, kw_only=True)
class SideFiles:
    """The files of answers of one side each, and how files of answers were written."""

    mentors: Mentors = None
    mentees: Mentees = None
    tool: ToolName = None
    encoding: EncodingName = None

    @property
    def reading(self) -> dict[str, str]:
        """The tool and the encoding that were given, as the readers of surveys take them."""
        values = {"tool": self.tool, "encoding": self.encoding}
        return {name: value for name, value in values.items() if value is not None}

    def sources(self, answers: Path | None = None) -> dict[str, Any]:
        """Return the files of answers, one for both sides or one per side, as the readers of surveys take them.

        Standard input is read for ``-``. Raises BadParameter if there is no file, or one too many.
        """
        named = answer_files(answers, self.mentors, self.mentees)
        return {**{name: open_source(path) for name, path in named.items()}, **self.reading}


@dataclass(frozen=True, kw_only=True)
class SurveyFiles:
    """A programme, and the files of the answers to its survey."""

    answers: Answers = None
    programme: ProgrammeFile = DEFAULT_PROGRAMME
    sides: SideFiles

    @cached_property
    def sources(self) -> dict[str, Any]:
        """The files of answers, as the readers of surveys take them."""
        return self.sides.sources(self.answers)

    def load_programme(self) -> "Programme":
        """Return the programme."""
        from mentormatch.programme.programme import Programme

        return Programme.load(self.programme)

    def read_people(self, programme: "Programme") -> "Cohort":
        """Return the people who answered."""
        from mentormatch.programme.enrolment import read_survey

        return read_survey(programme, **self.sources)


@dataclass(frozen=True, slots=True)
class LoadedCohort:
    """The people, the programme, the pairs that the team imposed and set aside, and its notes on pairs."""

    cohort: "Cohort"
    programme: "Programme"
    pins: tuple["KeyPair", ...] = ()
    bans: tuple["KeyPair", ...] = ()
    notes: tuple["Note", ...] = ()

    @property
    def by_hand(self) -> "PairsByHand":
        """The pairs that the team imposed and set aside, as the operations take them."""
        return {"pins": self.pins, "bans": self.bans}


@dataclass(frozen=True, kw_only=True)
class CohortFiles(SurveyFiles):
    """The files from which pairs are formed: a survey, forms of wishes, and the decisions of the team."""

    wishes: Wishes = None
    decisions: DecisionsFile = None

    def with_arguments(self, arguments: Mapping[str, str | None]) -> tuple[Self, list[str]]:
        """Return the files, and the values of the arguments after the file of answers, in order.

        ``arguments`` maps the metavar of each argument to its value. If there are files per side, the user types no
        file of answers. Each typed value then stands one place too early, and the last one is None: the first argument
        gets the text read as the file of answers, and so on. Raises BadParameter if an argument is missing.
        """
        answers, values = self.answers, list(arguments.values())
        if (self.sides.mentors or self.sides.mentees) and values[-1] is None:
            answers, values = None, [None if answers is None else str(answers), *values[:-1]]
        for name, value in zip(arguments, values, strict=True):
            if value is None:
                raise typer.BadParameter(tr("Il manque {name}.", name=tr(name)))
        return replace(self, answers=answers), [value for value in values if value is not None]

    def load(self) -> LoadedCohort:
        """Return the people and their programme, with their wishes and what the team decided."""
        from mentormatch.programme.programme import require_pairs

        _, programme = self.sources, self.load_programme()  # errors of usage come first
        require_pairs(programme)
        cohort = add_wishes(self.read_people(programme), self.programme, programme, self.wishes)
        call_by_codes(cohort, programme)
        if self.decisions is None:
            return LoadedCohort(cohort, programme)
        from mentormatch.report.reviewed.decisions import read_decisions

        decided = read_decisions(self.decisions, cohort, programme)
        print_message(tr("Décisions reprises : {decisions}.", decisions=decided))
        if decided.notes:
            print_message(
                tr("Du classeur ne sont pas repris les feuilles ajoutées, les commentaires de cellule et les couleurs.")
            )
        return LoadedCohort(cohort, programme, decided.pins, decided.bans, decided.notes)

    def match(
        self,
        solve: SeedAndTimeLimit,
        *,
        memory_mb: int | None = None,
        ties: "Ties" = "canonical",
        proofs: "Proofs" = "goals",
    ) -> "Matching":
        """Return the matching of these people, with the notes of the team."""
        from mentormatch.operations.matching import match

        on = self.load()
        matching = match(
            on.cohort, on.programme, memory_mb=memory_mb, ties=ties, proofs=proofs, **solve.solving, **on.by_hand
        )
        return matching.with_notes(on.notes)


def match_with_caveats(people: CohortFiles, solve: SeedAndTimeLimit) -> "Matching":
    """Return the matching of these people, and report its caveats."""
    matching = people.match(solve)
    tell_caveats(matching)
    return matching


def add_wishes(
    cohort: "Cohort", programme_file: Path, programme: "Programme", wishes: Sequence[Path] | None
) -> "Cohort":
    """Return the cohort with the wishes in forms; the file of pseudonyms is next to the programme."""
    if not wishes:
        return cohort
    from mentormatch.profiles import with_wishes
    from mentormatch.survey.privacy import pseudonyms_for

    return with_wishes(cohort, programme, pseudonyms_for(programme_file), *wishes)


def call_by_codes(cohort: "Cohort", programme: "Programme") -> None:
    """Call people by their codes in all output; if codes are not their keys, report the file that joins both."""
    from mentormatch.explanation.names import codes

    call_people(codes(cohort))
    written = programme.keep_codes(cohort)
    if written is not None:
        print_message(
            tr("{path} joint les codes aux identifiants, pour vous seul·e : ne le transmettez pas.", path=written)
        )

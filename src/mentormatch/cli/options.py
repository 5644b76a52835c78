"""The options that commands share, and how files of answers are named.

What commands work on: the people in the answers, with what they wished, under what the team decided.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mentormatch.cli.messages import call_people, say, speak_as
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.assignment.engine import Proofs, Ties
    from mentormatch.explanation.edits import Note
    from mentormatch.followup.lessons import EditionResults
    from mentormatch.operations.matching import KeyPair, Matching, PairsByHand
    from mentormatch.people.cohort import Cohort
    from mentormatch.programme.programme import Programme


FILE, FOLDER, TEXT = mark("FICHIER"), mark("DOSSIER"), mark("TEXTE")
ANSWERS = mark("RÉPONSES")
HERE = Path("programme.toml")
STDIN = Path("-")
MOST_BYTES = 200_000_000
"""So much is read of standard input."""

AsJson = Annotated[bool, typer.Option("--json", help=mark("Un seul objet JSON sur la sortie, rien d'autre."))]
ProgrammeFile = Annotated[
    Path, typer.Option("-p", "--programme", metavar=FILE, help=mark("Le programme (fichier TOML)."), callback=speak_as)
]
Answers = Annotated[
    Path | None,
    typer.Argument(
        metavar=ANSWERS, help=mark("Les réponses des deux côtés (CSV, XLSX ou ODS) ; « - » : l'entrée standard.")
    ),
]
StoredAnswers = Annotated[
    Path | None, typer.Argument(metavar=ANSWERS, help=mark("Les réponses des deux côtés (CSV, XLSX ou ODS)."))
]
Mentors = Annotated[Path | None, typer.Option("--mentors", metavar=FILE, help=mark("Les réponses des mentor·es."))]
Mentees = Annotated[Path | None, typer.Option("--mentees", metavar=FILE, help=mark("Les réponses des mentoré·es."))]
ToolName = Annotated[
    str | None,
    typer.Option("--tool", metavar=TEXT, help=mark("L'outil d'enquête ; sinon, celui que le fichier révèle.")),
]
EncodingName = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar=TEXT, help=mark("L'encodage des fichiers texte ; sinon, celui qu'ils montrent.")
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar=mark("ENTIER"), help=mark("Départage les binômes à égalité."))
]
TimeLimit = Annotated[
    float | None,
    typer.Option("--time-limit", min=0.001, metavar=mark("SECONDES"), help=mark("Durée maximale, en secondes.")),
]
MemoryMb = Annotated[
    int | None,
    typer.Option("--memory-mb", min=1, metavar=mark("MO"), help=mark("Mémoire permise au plus, en mégaoctets.")),
]
TieHandling = Annotated[
    Literal["canonical", "any"],
    typer.Option(
        "--ties",
        metavar="canonical|any",
        help=mark("Parmi des réponses de même valeur : toujours la même (canonical), ou la première trouvée (any)."),
    ),
]
ProofHandling = Annotated[
    Literal["goals", "canonical", "none"],
    typer.Option(
        "--proofs",
        metavar="goals|canonical|none",
        help=mark(
            "Démontrer aussi ce que les prix ne démontrent pas (goals), le départage des égalités avec (canonical), ou"
            " non (none), ce qui va plus vite."
        ),
    ),
]
Who = Annotated[
    str | None,
    typer.Option("--who", metavar=TEXT, help=mark("Qui le fait, pour le journal ; sinon, le compte.")),
]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help=mark(
            "Remplacer aussi ce qui a été validé, ou ce que quelqu'un a écrit ; l'ancien reste à côté sous sa date."
        ),
    ),
]
Why = Annotated[str, typer.Option("--why", metavar=TEXT, help=mark("Pourquoi, pour le journal."))]


def sources(
    answers: Path | None, mentors: Path | None, mentees: Path | None, tool: str | None, encoding: str | None = None
) -> dict[str, Any]:
    """Return the answers that were named, one file for both sides or one a side, and how they were written, if said.

    ``-`` stands for standard input.
    """
    opened = {name: source(path) for name, path in files(answers, mentors, mentees).items()}
    said = {"tool": tool, "encoding": encoding}
    return {**opened, **{name: value for name, value in said.items() if value is not None}}


def source(path: Path) -> Any:
    """Return what a file of answers is read from: itself, or standard input; nothing of that is written to a disk."""
    if path != STDIN:
        return path
    from mentormatch.survey.table_reader import read_stream

    return read_stream(tr("entrée standard"), sys.stdin.buffer)


def answers_first(answers: Path | None, *others: str | None, names: Sequence[str], apart: bool) -> tuple[Any, ...]:
    """Return the file of answers and the arguments that follow it; where the sides are ``apart`` there is no such file.

    Raises an error of usage where an argument is missing, by its name.
    """
    given = [None if answers is None else str(answers), *others]
    if apart and given[-1] is None:
        given = [None, *given[:-1]]
    for name, value in zip(names, given[1:], strict=True):
        if value is None:
            raise typer.BadParameter(tr("Il manque {name}.", name=tr(name)))
    return (None if given[0] is None else Path(given[0]), *given[1:])


def files(answers: Path | None, mentors: Path | None, mentees: Path | None) -> dict[str, Path]:
    """Return the files of answers that were named; an error of usage where they are both for one side and for two."""
    named = {"answers": answers, "mentors": mentors, "mentees": mentees}
    given = {name: path for name, path in named.items() if path is not None}
    if not given or ("answers" in given and len(given) > 1):
        raise typer.BadParameter(tr("donnez un fichier de réponses, ou --mentors et --mentees (ou l'un des deux)"))
    return given


def content_of(path: Path) -> bytes:
    """Return what stands in a file, or on standard input; raises RequestError where it cannot be read."""
    from mentormatch.errors import Problem, RequestError

    try:
        return sys.stdin.buffer.read(MOST_BYTES) if path == STDIN else path.read_bytes()
    except OSError as error:
        found = Problem(path.name, tr("refus du système ({error})", error=system_reason(error)))
        raise RequestError(tr("Le fichier ne peut pas être lu"), [found]) from None


def write_new(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file that is not there yet, for its owner alone where it is ``private``.

    Raises OutputError where it is: nothing is written over.
    """
    from mentormatch.base.atomic_files import write_whole
    from mentormatch.errors import OutputError, Problem

    try:
        write_whole(path, text.encode("utf-8"), private=private, once=True)
    except FileExistsError:
        found = Problem(path.name, tr("existe déjà"), advice=tr("choisissez un autre nom, ou déplacez-le"))
        raise OutputError(tr("Rien n'a été écrit"), [found]) from None


Wishes = Annotated[
    list[Path] | None,
    typer.Option("--wishes", metavar=FILE, help=mark("Un formulaire de souhaits rempli ; à répéter.")),
]
Decided = Annotated[
    Path | None,
    typer.Option("--decisions", metavar=FILE, help=mark("Le classeur des binômes, après les décisions de l'équipe.")),
]
EDITION = typer.Option(
    "--edition",
    metavar=mark("SUIVI.JSON"),
    help=mark("Le suivi.json d'une édition, tel que follow-up l'a écrit ; à répéter."),
)
Editions = Annotated[list[Path] | None, EDITION]
RequiredEditions = Annotated[list[Path], EDITION]


@dataclass(frozen=True, slots=True)
class CohortOptions:
    """What the options of a command say of the pairs: forms of wishes, the workbook of decisions, seed and limits."""

    wishes: tuple[Path, ...] = ()
    decisions: Path | None = None
    seed: int = 0
    time_limit_s: float | None = None
    memory_mb: int | None = None
    ties: "Ties" = "canonical"
    proofs: "Proofs" = "goals"


@dataclass(frozen=True, slots=True)
class LoadedCohort:
    """The people, the programme, the pairs that the team imposed and set aside, and what it wrote beside pairs."""

    cohort: "Cohort"
    programme: "Programme"
    pins: tuple["KeyPair", ...] = ()
    bans: tuple["KeyPair", ...] = ()
    notes: tuple["Note", ...] = ()

    @property
    def by_hand(self) -> "PairsByHand":
        """The pairs that the team imposed and set aside, as the operations take them."""
        return {"pins": self.pins, "bans": self.bans}


def load_cohort(programme: Path, files: dict[str, Any], options: CohortOptions) -> LoadedCohort:
    """Return what there is to work on: the people in these files, with what they chose and what the team decided."""
    from mentormatch.programme.enrolment import read_survey
    from mentormatch.programme.programme import Programme

    loaded = Programme.load(programme)
    loaded.must_form_pairs()
    cohort = add_wishes(read_survey(loaded, **files), programme, loaded, options.wishes)
    call_by_codes(cohort, loaded)
    if options.decisions is None:
        return LoadedCohort(cohort, loaded)
    from mentormatch.report.reviewed.decisions import read_decisions

    decided = read_decisions(options.decisions, cohort, loaded)
    say(tr("Décisions reprises : {decisions}.", decisions=decided))
    if decided.notes:
        say(tr("Du classeur ne sont pas repris les feuilles ajoutées, les commentaires de cellule et les couleurs."))
    return LoadedCohort(cohort, loaded, decided.pins, decided.bans, decided.notes)


def call_by_codes(cohort: "Cohort", programme: "Programme") -> None:
    """Have the command call people by their codes; if these are not their keys, say which file joins both."""
    from mentormatch.explanation.names import codes

    call_people(codes(cohort))
    written = programme.keep_codes(cohort)
    if written is not None:
        say(tr("{path} joint les codes aux identifiants, pour vous seul·e : ne le transmettez pas.", path=written))


def add_wishes(cohort: "Cohort", programme: Path, loaded: "Programme", wishes: tuple[Path, ...]) -> "Cohort":
    """Return the cohort with what people chose in forms of wishes, ``programme`` being the file beside their codes."""
    if not wishes:
        return cohort
    from mentormatch.profiles import with_wishes
    from mentormatch.survey.privacy import pseudonyms_for

    return with_wishes(cohort, loaded, pseudonyms_for(programme), *wishes)


def match_files(programme: Path, files: dict[str, Any], options: CohortOptions) -> "Matching":
    """Return the matching of the people in these files, with what they chose and what the team decided."""
    from mentormatch.operations.matching import match

    on = load_cohort(programme, files, options)
    matching = match(
        on.cohort,
        on.programme,
        seed=options.seed,
        time_limit_s=options.time_limit_s,
        memory_mb=options.memory_mb,
        ties=options.ties,
        proofs=options.proofs,
        **on.by_hand,
    )
    return matching.with_notes(on.notes)


def read_editions(paths: Sequence[Path]) -> "list[EditionResults]":
    """Return how the pairs of editions before went, from what the follow-up wrote of each."""
    from mentormatch.followup.lessons import read_results

    return [read_results(path) for path in paths]

"""Options of several commands, and functions that open, check and write the files of these options."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mentormatch.cli.messages import use_programme_language
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.followup.lessons import EditionResults


FILE, FOLDER, TEXT = mark("FICHIER"), mark("DOSSIER"), mark("TEXTE")
ANSWERS = mark("RÉPONSES")
DEFAULT_PROGRAMME = Path("programme.toml")
STDIN = Path("-")
MAX_BYTES = 200_000_000
"""The maximum number of bytes read from standard input."""

AsJson = Annotated[bool, typer.Option("--json", help=mark("Un seul objet JSON sur la sortie, rien d'autre."))]
ProgrammeFile = Annotated[
    Path,
    typer.Option(
        "-p", "--programme", metavar=FILE, help=mark("Le programme (fichier TOML)."), callback=use_programme_language
    ),
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
Mentors = Annotated[
    Path | None,
    typer.Option(
        "--mentors", metavar=FILE, help=mark("Les réponses des mentor·es (classeur.xlsx:Feuille pour une feuille).")
    ),
]
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


def open_source(path: Path) -> Any:
    """Return the path itself, or for ``-`` the content of standard input, which is never written to a disk.

    ``workbook.xlsx:Sheet`` is a sheet of a workbook: the path and the name of the sheet, unless a file has that name.
    """
    if path != STDIN:
        file, colon, sheet = str(path).rpartition(":")
        return (Path(file), sheet) if colon and sheet and not path.exists() and Path(file).is_file() else path
    from mentormatch.survey.table_reader import read_stream

    return read_stream(tr("entrée standard"), sys.stdin.buffer)


def answer_files(answers: Path | None, mentors: Path | None, mentees: Path | None) -> dict[str, Path]:
    """Return the files of answers. Raises BadParameter for none, or for a file of both sides and one of one side."""
    named = {"answers": answers, "mentors": mentors, "mentees": mentees}
    paths = {name: path for name, path in named.items() if path is not None}
    if not paths or ("answers" in paths and len(paths) > 1):
        raise typer.BadParameter(tr("donnez un fichier de réponses, ou --mentors et --mentees (ou l'un des deux)"))
    return paths


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, or up to ``MAX_BYTES`` of standard input. Raises RequestError if that fails."""
    from mentormatch.errors import Problem, RequestError

    try:
        return sys.stdin.buffer.read(MAX_BYTES) if path == STDIN else path.read_bytes()
    except OSError as error:
        problem = Problem(path.name, tr("refus du système ({error})", error=system_reason(error)))
        raise RequestError(tr("Le fichier ne peut pas être lu"), [problem]) from None


def write_new(path: Path, text: str, *, private: bool = False) -> None:
    """Write a new file, readable only by its owner if ``private``. Raises OutputError if it exists."""
    from mentormatch.base.atomic_files import write_whole
    from mentormatch.errors import OutputError, Problem

    try:
        write_whole(path, text.encode("utf-8"), private=private, once=True)
    except FileExistsError:
        problem = Problem(path.name, tr("existe déjà"), advice=tr("choisissez un autre nom, ou déplacez-le"))
        raise OutputError(tr("Rien n'a été écrit"), [problem]) from None


Wishes = Annotated[
    list[Path] | None,
    typer.Option("--wishes", metavar=FILE, help=mark("Un formulaire de souhaits rempli ; à répéter.")),
]
DecisionsFile = Annotated[
    Path | None,
    typer.Option("--decisions", metavar=FILE, help=mark("Le classeur des binômes, après les décisions de l'équipe.")),
]
EDITION_OPTION = typer.Option(
    "--edition",
    metavar=mark("SUIVI.JSON"),
    help=mark("Le suivi.json d'une édition, tel que follow-up l'a écrit ; à répéter."),
)
Editions = Annotated[list[Path] | None, EDITION_OPTION]
RequiredEditions = Annotated[list[Path], EDITION_OPTION]


def read_editions(paths: Sequence[Path]) -> "list[EditionResults]":
    """Return the results of past editions, from the files that ``follow-up`` wrote."""
    from mentormatch.followup.lessons import read_results

    return [read_results(path) for path in paths]

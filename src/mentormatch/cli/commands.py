"""The commands: each reads files, calls the library, and says on stderr what it did."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mentormatch.cli.drafting import draft_command, map_command
from mentormatch.cli.following import follow_up_command
from mentormatch.cli.forming import Asked, Decided, Wishes, matched
from mentormatch.cli.gathering import dates_command, topics_command, turns_command
from mentormatch.cli.handouts import handouts_command
from mentormatch.cli.intake import intake_command
from mentormatch.cli.options import (
    HERE,
    Answers,
    AsJson,
    Mentees,
    Mentors,
    ProgrammeFile,
    Seed,
    TimeLimit,
    ToolName,
    say,
    say_written,
    sources,
)
from mentormatch.cli.profiles import profiles_command
from mentormatch.cli.rights import contacts_command, export_command, forget_command, purge_command
from mentormatch.cli.speaking import Language, Speaking
from mentormatch.cli.validate import validate_command
from mentormatch.cli.verify import verify_command
from mentormatch.languages import mark, tr

WHAT = mark("Former des binômes mentor·e - mentoré·e optimaux et expliqués, à partir d'un questionnaire.")

app = typer.Typer(
    name="mentormatch",
    cls=Speaking,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks would show people's answers
    rich_markup_mode=None,
)

Out = Annotated[Path | None, typer.Option("-o", "--out", help=mark("Fichier .xlsx, .html, .csv ou .json, ou dossier."))]
Who = Annotated[
    str | None, typer.Option("--who", help=mark("Qui forme ces binômes, pour le journal ; sinon, le compte."))
]
Why = Annotated[str, typer.Option("--why", help=mark("Pourquoi, pour le journal."))]
EXIT_CODES = {"proved": 0, "feasible": 0, "infeasible": 4, "stopped": 5, "failed": 1}


def run() -> None:
    """Run the command line, its long work shown."""
    from mentormatch.showing import progress

    with progress():
        app()


def show_version(*, asked: bool) -> None:
    """Write the version and end, where it is asked for."""
    if asked:
        from mentormatch import __version__

        typer.echo(__version__)
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version",
        help=mark("La version, et rien d'autre."),
        callback=lambda asked: show_version(asked=asked),
        is_eager=True,
    ),
]


@app.callback(help=WHAT)
def about(*, _: Version = False, language: Language = None) -> None:
    """Take the options of the whole command; they are acted upon as they are read."""


@app.command(
    help=mark("Former les binômes d'un programme d'exemple, et écrire classeur, page, CSV et JSON dans un dossier.")
)
def demo(  # noqa: PLR0913 - the options of the command line are its contract
    folder: Annotated[Path, typer.Argument(help=mark("Où écrire."))] = Path("mentormatch-demo"),
    *,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Form the pairs of an example programme, and write workbook, page, CSV and JSON into a folder."""
    from mentormatch import examples

    files = examples.copy_to(folder)
    matching = matched(files.programme, {"answers": files.answers}, Asked(seed=seed, time_limit_s=time_limit))
    deliver(matching, folder, signed={"who": who, "why": why}, as_json=as_json)


@app.command(help=mark("Écrire dans un dossier un programme et des réponses d'exemple, à adapter."))
def new(
    folder: Annotated[Path, typer.Argument(help=mark("Où écrire."))],
    *,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Write an example programme and its answers into a folder, to start from."""
    from mentormatch import examples

    del seed, time_limit  # every command takes them, so that a script need not know which ones solve

    written = examples.copy_to(folder, overwrite=False)
    if as_json:
        typer.echo(json.dumps({"written": [str(written.programme), str(written.answers)]}, ensure_ascii=False))
    say(tr("Écrits : {programme}, {answers}", programme=written.programme, answers=written.answers))


@app.command("match", help=mark("Former les binômes, et les écrire dans un fichier ou un dossier, ou sur la sortie."))
def match_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    out: Out = None,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Form the pairs, and write them into a file or a folder, or on stdout."""
    files = sources(answers, mentors, mentees, tool)
    matching = matched(programme, files, Asked(tuple(wishes or ()), decisions, seed, time_limit))
    deliver(matching, out, signed={"who": who, "why": why}, as_json=as_json)


app.command(
    "draft",
    help=mark(
        "Écrire un brouillon de programme à partir de réponses inconnues ; tout ce qui y est déduit est à confirmer."
    ),
)(draft_command)
app.command(
    "intake", help=mark("Dire ce que devient chaque ligne, et qui pourrait rencontrer qui, sans former de binômes.")
)(intake_command)
app.command(
    "profiles", help=mark("Écrire des profils anonymes, et un court formulaire pour choisir après les avoir lus.")
)(profiles_command)
app.command(
    "handouts", help=mark("Écrire une fiche par participant·e, et le tableau du publipostage, pour les binômes formés.")
)(handouts_command)
app.command(
    "follow-up",
    help=mark(
        "Lire les réponses à 1, 3, 6 ou 12 mois : qui ne se voit plus, qui appeler, ce que sont devenus les binômes."
    ),
)(follow_up_command)
app.command("topics", help=mark("Choisir les sujets d'un groupe : le plus de membres servis, puis en proportion."))(
    topics_command
)
app.command(
    "dates", help=mark("Choisir les dates des séances : le plus de présents, hors jours fériés et vacances scolaires.")
)(dates_command)
app.command("turns", help=mark("Dire qui présente à quelle séance : chacun une fois avant que quiconque recommence."))(
    turns_command
)
app.command(
    "contacts",
    help=mark("Écrire à part comment joindre chaque personne, dans un fichier que son auteur seul peut lire."),
)(contacts_command)
app.command(
    "export-person",
    help=mark("Écrire, en JSON, tout ce qui est conservé d'une personne, pour le lui remettre (RGPD, article 15)."),
)(export_command)
app.command(
    "forget",
    help=mark("Effacer une personne des réponses et des documents, et ne plus jamais la lire (RGPD, article 17)."),
)(forget_command)
app.command(
    "purge", help=mark("Finir une édition : effacer les réponses et les documents, garder la décision et son journal.")
)(purge_command)
app.command(
    "map",
    help=mark(
        "Proposer à quelle question répond chaque colonne, et à quelle option chaque réponse, quand les mots diffèrent."
    ),
)(map_command)
app.command(
    "verify", help=mark("Vérifier une décision à partir de son seul fichier : règles, valeurs, optimalité, journal.")
)(verify_command)
app.command(
    "validate",
    help=mark(
        "Revérifier une décision, puis la valider par une ligne signée du journal ; refusée, elle n'en reçoit aucune."
    ),
)(validate_command)


def deliver(matching: Any, out: Path | None, *, signed: dict[str, str | None], as_json: bool) -> None:
    """Write the matching where it was asked for, say what it is, and end with the code of its status.

    ``signed`` says who made it and why, for the log of a folder.
    """
    from mentormatch.cli.summary import pairs_text, summary
    from mentormatch.wire.told import MatchResponse

    written = matching.save(out, **signed) if out is not None else ()
    if as_json:
        typer.echo(MatchResponse.of(matching).to_json(), nl=False)
    elif out is None:
        typer.echo(pairs_text(matching))
    for remark in matching.cohort.remarks:
        if remark.line is None:
            say(tr("À vérifier : {remark}", remark=remark.text))
    say(summary(matching))
    for sentence in matching.diagnosis.sentences if matching.diagnosis else ():
        say(f"  - {sentence}")
    for path in written:
        say_written(path)
    raise typer.Exit(EXIT_CODES[str(matching.status)])

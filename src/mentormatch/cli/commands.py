"""The commands: each reads files, calls the library, and says on stderr what it did."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mentormatch.cli.drafting import draft_command, map_command
from mentormatch.cli.following import follow_up_command
from mentormatch.cli.forming import Asked, Decided, Wishes, matched
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
    sources,
)
from mentormatch.cli.profiles import profiles_command
from mentormatch.cli.rights import contacts_command, export_command, forget_command, purge_command
from mentormatch.cli.validate import validate_command
from mentormatch.cli.verify import verify_command

app = typer.Typer(
    name="mentormatch",
    help="Former des binômes mentor·e - mentoré·e optimaux et expliqués, à partir d'un questionnaire.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks would show people's answers
    rich_markup_mode=None,
)

Out = Annotated[Path | None, typer.Option("-o", "--out", help="Fichier .xlsx, .html, .csv ou .json, ou dossier.")]
Who = Annotated[str | None, typer.Option("--who", help="Qui forme ces binômes, pour le journal ; sinon, le compte.")]
Why = Annotated[str, typer.Option("--why", help="Pourquoi, pour le journal.")]
EXIT_CODES = {"proved": 0, "feasible": 0, "infeasible": 4, "stopped": 5, "failed": 1}


def run() -> None:
    """Run the command line; errors for people end with a message on stderr and the exit code of their kind."""
    from mentormatch.errors import MentorMatchError
    from mentormatch.showing import progress

    try:
        with progress():
            app()
    except MentorMatchError as error:
        say(f"Erreur : {error}")
        sys.exit(error.exit_code)


def show_version(*, asked: bool) -> None:
    """Write the version and end, where it is asked for."""
    if asked:
        from mentormatch import __version__

        typer.echo(__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=lambda asked: show_version(asked=asked), is_eager=True)]


@app.callback()
def about(*, _: Version = False) -> None:
    """Former des binômes mentor·e - mentoré·e optimaux et expliqués, à partir d'un questionnaire."""


@app.command()
def demo(  # noqa: PLR0913 - the options of the command line are its contract
    folder: Annotated[Path, typer.Argument(help="Où écrire.")] = Path("mentormatch-demo"),
    *,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Former les binômes d'un programme d'exemple, et écrire classeur, page, CSV et JSON dans un dossier."""
    from mentormatch import examples

    files = examples.copy_to(folder)
    matching = matched(files.programme, {"answers": files.answers}, Asked(seed=seed, time_limit_s=time_limit))
    deliver(matching, folder, signed={"who": who, "why": why}, as_json=as_json)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Où écrire.")],
    *,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Écrire dans un dossier un programme et des réponses d'exemple, à adapter."""
    from mentormatch import examples

    del seed, time_limit  # every command takes them, so that a script need not know which ones solve

    written = examples.copy_to(folder, overwrite=False)
    if as_json:
        typer.echo(json.dumps({"written": [str(written.programme), str(written.answers)]}, ensure_ascii=False))
    say(f"Écrits : {written.programme}, {written.answers}")


@app.command("match")
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
    """Former les binômes, et les écrire dans un fichier ou un dossier, ou sur la sortie."""
    files = sources(answers, mentors, mentees, tool)
    matching = matched(programme, files, Asked(tuple(wishes or ()), decisions, seed, time_limit))
    deliver(matching, out, signed={"who": who, "why": why}, as_json=as_json)


app.command("draft")(draft_command)
app.command("intake")(intake_command)
app.command("profiles")(profiles_command)
app.command("handouts")(handouts_command)
app.command("follow-up")(follow_up_command)
app.command("contacts")(contacts_command)
app.command("export-person")(export_command)
app.command("forget")(forget_command)
app.command("purge")(purge_command)
app.command("map")(map_command)
app.command("verify")(verify_command)
app.command("validate")(validate_command)


def deliver(matching: Any, out: Path | None, *, signed: dict[str, str | None], as_json: bool) -> None:
    """Write the matching where it was asked for, say what it is, and end with the code of its status.

    ``signed`` says who made it and why, for the log of a folder.
    """
    from mentormatch.cli.summary import pairs_text, summary
    from mentormatch.wire import MatchResponse

    written = matching.save(out, **signed) if out is not None else ()
    if as_json:
        typer.echo(MatchResponse.of(matching).to_json(), nl=False)
    elif out is None:
        typer.echo(pairs_text(matching))
    for remark in matching.cohort.remarks:
        if remark.line is None:
            say(f"À vérifier : {remark.text}")
    say(summary(matching))
    for sentence in matching.diagnosis.sentences if matching.diagnosis else ():
        say(f"  - {sentence}")
    for path in written:
        say(f"Écrit : {path}")
    raise typer.Exit(EXIT_CODES[str(matching.status)])

"""The language of the command line: the one asked for, else that of the environment, else that of the programme."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mentormatch.languages import LANGUAGES, language, mark, tr

VARIABLE = "MENTORMATCH_LANGUAGE"


class Speaking(TyperGroup):
    """The commands, whose help is spoken when it is shown."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Speak the language of the environment, in which help is shown that is asked for before any language."""
        if os.environ.get(VARIABLE) in LANGUAGES:
            speak(ctx, os.environ[VARIABLE])
        return super().parse_args(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command with its help in the language that is spoken, None where there is none of this name."""
        command = super().get_command(ctx, cmd_name)
        return None if command is None else with_help(command)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the whole."""
        with_help(self)
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an error for people ends with a message on stderr and the exit code of its kind."""
        from mentormatch.errors import MentorMatchError

        try:
            return super().invoke(ctx)
        except MentorMatchError as error:
            typer.echo(tr("Erreur : {error}", error=error), err=True)
            raise typer.Exit(error.exit_code) from None


def with_help(command: Any) -> Any:
    """Return a command with its help, and that of its options, in the language that is spoken."""
    for one in (command, *command.params):
        one.help = tr(one.help) if one.help else one.help
    return command


def speak(ctx: typer.Context, code: str | None) -> str | None:
    """Speak a language from now on, where one is asked for."""
    try:
        if code is not None:
            ctx.find_root().with_resource(language(code))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return code


def speak_as(ctx: typer.Context, programme: Path) -> Path:
    """Speak the language of a programme file from now on, unless one was asked for."""
    code = language_of(programme)
    if code in LANGUAGES:
        ctx.find_root().with_resource(language(code, unless_asked=True))
    return programme


def language_of(programme: Path) -> str:
    """Return the language that a programme file names, empty where none can be read: loading it will say why."""
    try:
        return str(tomllib.loads(programme.read_text(encoding="utf-8-sig"))["programme"]["language"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="|".join(LANGUAGES),
        envvar=VARIABLE,
        is_eager=True,
        callback=speak,
        help=mark("La langue de tout ce qui est dit et écrit ; sinon, celle du programme."),
    ),
]

"""Where the command line speaks: messages on stderr, unless it is to be quiet, and results on stdout."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

from mentormatch.errors import OutputError
from mentormatch.languages import mark, tr

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class UnwrittenError(OutputError):
    """Standard output takes no more."""


def say(text: str) -> None:
    """Write a message for people, unless they asked for quiet."""
    if not _quiet.get():
        complain(text)


def complain(text: str) -> None:
    """Write on stderr why there is no result; quiet does not silence that."""
    typer.echo(text, err=True)


def say_written(path: Path) -> None:
    """Say that a file was written."""
    say(tr("Écrit : {path}", path=path))


def write_text(text: str) -> None:
    """Write a result for people on stdout."""
    write(f"{text.removesuffix('\n')}\n")


def write_json(text: str) -> None:
    """Write one JSON object for programs on stdout: always UTF-8, whatever the terminal takes."""
    write(f"{text.rstrip()}\n".encode(errors="backslashreplace"))  # half a character of a file's name, as JSON has it


def write(result: str | bytes) -> None:
    """Write a result on stdout; raises UnwrittenError where it takes no more, BrokenPipeError where nobody reads on."""
    try:
        typer.echo(result, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwrittenError(tr("La sortie ne peut pas être écrite ({reason})", reason=error.strerror)) from None


def say_json(told: Mapping[str, object]) -> None:
    """Write one versioned JSON object for programs."""
    write_json(json.dumps({"schema_version": 1, **told}, ensure_ascii=False, indent=1))


@contextmanager
def silence() -> Iterator[None]:
    """Say nothing but errors in a ``with`` block, and show no progress."""
    from mentormatch.showing import progress

    token = _quiet.set(True)
    try:
        with progress(lambda _: None):
            yield
    finally:
        _quiet.reset(token)


def hush(ctx: typer.Context, *, asked: bool) -> None:
    """Be quiet until the command ends, where that is asked for."""
    if asked:
        ctx.find_root().with_resource(silence())


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        is_eager=True,
        expose_value=False,
        callback=lambda ctx, asked: hush(ctx, asked=asked),
        help=mark("Ne rien dire que les erreurs."),
    ),
]

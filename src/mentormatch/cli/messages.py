"""Where the command line speaks: messages on stderr, unless it is to be quiet, and results on stdout."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

from mentormatch.base.streams import write_err, write_out, write_out_as_utf8
from mentormatch.errors import OutputError
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import on_one_line
from mentormatch.report.texts import spaced

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class UnwrittenError(OutputError):
    """Standard output takes no more."""


def say(text: str) -> None:
    """Write a message for people, unless they asked for quiet."""
    if not _quiet.get():
        complain(text)


def complain(text: str) -> None:
    """Write on stderr why there is no result; quiet does not silence that."""
    write_err(f"{spaced(text)}\n")


def say_written(path: Path) -> None:
    """Say that a file was written."""
    say(tr("Écrit : {path}", path=path))


def write_text(text: str) -> None:
    """Write a result for people on stdout."""
    with refuse_closed_output():
        write_out(f"{text.removesuffix('\n')}\n")


def write_lines(lines: Iterable[str]) -> None:
    """Write sentences on stdout, each on its line."""
    write_text("\n".join(map(on_one_line, lines)))


def write_json(text: str) -> None:
    """Write one JSON object for programs on stdout: always UTF-8, whatever the terminal takes."""
    with refuse_closed_output():
        write_out_as_utf8(f"{text.rstrip()}\n")


@contextmanager
def refuse_closed_output() -> Iterator[None]:
    """Raise UnwrittenError where standard output takes no more, BrokenPipeError where nobody reads on."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwrittenError(tr("La sortie ne peut pas être écrite ({reason})", reason=system_reason(error))) from None


def say_json(value: Mapping[str, object]) -> None:
    """Write one versioned JSON object for programs."""
    write_json(json.dumps({"schema_version": 1, **value}, ensure_ascii=False, indent=1))


@contextmanager
def silence() -> Iterator[None]:
    """Say nothing but errors in a ``with`` block, and show no progress."""
    from mentormatch.widgets.progress import progress

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

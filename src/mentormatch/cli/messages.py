"""Messages on stderr, unless quiet; results on stdout; and the language of both.

The language is the requested one, else that of the programme, else that of the locale.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.base.streams import write_err, write_out, write_out_as_utf8
from mentormatch.errors import OutputError
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import on_one_line
from mentormatch.languages.translation import FRENCH, LANGUAGES, language, mark, tr
from mentormatch.report.texts import spaced

if TYPE_CHECKING:
    from mentormatch.explanation.names import Labels

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)
_labels: ContextVar["Labels | None"] = ContextVar("labels", default=None)


def call_people(labels: "Labels") -> None:
    """Name people by these labels in all later output, except in JSON of requests and in file names."""
    _labels.set(labels)


def labelled(text: str) -> str:
    """Return a text with the current labels in place of the keys of people."""
    labels = _labels.get()
    return text if labels is None else labels.text(text, others=False)


class ClosedOutputError(OutputError):
    """Standard output cannot be written to, for another reason than a broken pipe."""


def print_message(*texts: str) -> None:
    """Write messages on stderr, unless ``--quiet`` was given."""
    if not _quiet.get():
        print_error(*texts)


def print_error(*texts: str) -> None:
    """Write on stderr why there is no result, also with ``--quiet``."""
    for text in texts:
        write_err(f"{spaced(labelled(text))}\n")


def say_written(*paths: Path) -> None:
    """Report files that were written."""
    print_message(*(tr("Écrit : {path}", path=path) for path in paths))


def write_text(text: str) -> None:
    """Write a result for people on stdout."""
    with refuse_closed_output():
        write_out(f"{labelled(text).removesuffix('\n')}\n")


def as_lines(sentences: Iterable[str]) -> str:
    """Return sentences as a text, one per line."""
    return "\n".join(map(on_one_line, sentences))


def write_json(text: str) -> None:
    """Write one JSON object on stdout, in UTF-8 whatever the encoding of the terminal."""
    with refuse_closed_output():
        write_out_as_utf8(f"{labelled(text).rstrip()}\n")


def write_answer(answer: Callable[[], str], text: Callable[[], str], *, as_json: bool, out: Path | None = None) -> None:
    """Write an answer on stdout: as JSON if requested, else as text unless the file ``out`` contains it."""
    if as_json:
        write_json(answer())
    elif out is None:
        write_text(text())


@contextmanager
def refuse_closed_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ClosedOutputError(
            tr("La sortie ne peut pas être écrite ({reason})", reason=system_reason(error))
        ) from None


def say_json(value: Mapping[str, object]) -> None:
    """Write one JSON object on stdout, with its schema version."""
    write_json(json.dumps({"schema_version": 1, **value}, ensure_ascii=False, indent=1))


@contextmanager
def silence() -> Iterator[None]:
    """Write only errors in a ``with`` block, and show no progress."""
    from mentormatch.widgets.progress import progress

    token = _quiet.set(True)
    try:
        with progress(lambda _: None):
            yield
    finally:
        _quiet.reset(token)


def set_quiet(ctx: typer.Context, *, asked: bool) -> None:
    if asked:
        ctx.find_root().with_resource(silence())


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        is_eager=True,
        expose_value=False,
        callback=lambda ctx, asked: set_quiet(ctx, asked=asked),
        help=mark("Ne rien dire que les erreurs."),
    ),
]


LANGUAGE_VARIABLE, LANGUAGE_OPTION = "MENTORMATCH_LANGUAGE", "--language"
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that name the locale of messages; the first variable that is set wins (POSIX, 8.2)."""
LANGUAGE_WAS_ASKED = "mentormatch.language"
"""The key in a context for the language that was requested by an option or by the environment."""


def environment_language(variables: Mapping[str, str] = os.environ) -> str:
    """Return the first language: that of ``MENTORMATCH_LANGUAGE``, else that of the locale.

    It is French if the locale has another language, or none (C, POSIX).

    >>> environment_language({"LANG": "en_GB.UTF-8"})
    'en'
    >>> environment_language({"LC_ALL": "C.UTF-8", "LANG": "en_GB.UTF-8"})
    'fr'
    """
    if variables.get(LANGUAGE_VARIABLE) in LANGUAGES:
        return variables[LANGUAGE_VARIABLE]
    locale = next((variables[name] for name in LOCALE_VARIABLES if variables.get(name)), "")
    code = re.split(r"[_.@-]", locale)[0].lower()
    return code if code in LANGUAGES else FRENCH


def starting_language(arguments: Sequence[str], variables: Mapping[str, str] = os.environ) -> str:
    """Return the language while arguments are parsed: that of ``--language``, else that of the environment.

    >>> starting_language(["match", "--help", "--language", "en"], {}), starting_language(["--language=en"], {})
    ('en', 'en')
    >>> starting_language(["match", "--language", "xx"], {"LANG": "fr_FR"})
    'fr'
    """
    named = [after for option, after in pairwise([*arguments, ""]) if option == LANGUAGE_OPTION] + [
        argument.removeprefix(f"{LANGUAGE_OPTION}=")
        for argument in arguments
        if argument.startswith(f"{LANGUAGE_OPTION}=")
    ]
    return next((code for code in named if code in LANGUAGES), environment_language(variables))


def set_language(ctx: typer.Context, code: str | None) -> str | None:
    """Set the language until the command ends, if one is requested."""
    if code is None:
        return code
    try:
        ctx.find_root().with_resource(language(code))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    ctx.meta[LANGUAGE_WAS_ASKED] = code
    return code


def requested_language(ctx: typer.Context) -> str | None:
    """Return the language that an option or the environment requested; None if there was no request."""
    requested: str | None = ctx.meta.get(LANGUAGE_WAS_ASKED)
    return requested


def use_programme_language(ctx: typer.Context, programme: Path) -> Path:
    """Set the language of a programme file, unless a language was requested."""
    use_request_language(ctx, language_of(programme))
    return programme


def use_request_language(ctx: typer.Context, code: object, *, wished: object = None) -> None:
    """Set the ``wished`` language of a request, else that of its programme unless a language was requested."""
    spoken_now = wished if wished in LANGUAGES else code if LANGUAGE_WAS_ASKED not in ctx.meta else None
    if spoken_now in LANGUAGES:
        ctx.find_root().with_resource(language(str(spoken_now)))


def language_of(programme: Path) -> str:
    """Return the language of a programme file; empty if it cannot be read, as loading it reports why."""
    from mentormatch.base.strict_toml import load_tables
    from mentormatch.errors import ProgrammeError

    if not programme.is_file():  # a pipe is read once, by who needs all of it
        return ""
    try:
        return str(load_tables(programme)["programme"]["language"])
    except (ProgrammeError, KeyError, TypeError):
        return ""


Language = Annotated[
    str | None,
    typer.Option(
        LANGUAGE_OPTION,
        metavar="|".join(LANGUAGES),
        envvar=LANGUAGE_VARIABLE,
        show_envvar=False,
        is_eager=True,
        expose_value=False,
        callback=set_language,
        help=mark(
            "La langue de tout ce qui est dit et écrit ; "
            "sinon, celle de MENTORMATCH_LANGUAGE, du programme, ou du poste."
        ),
    ),
]

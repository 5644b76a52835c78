"""Errors and interrupts of a command -> a message on stderr, an object for ``--json``, and an exit code."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from mentormatch.base.streams import let_go
from mentormatch.base.threads import thread_error
from mentormatch.cli.interrupts import INTERRUPTED_CODE, raise_on_interrupt, was_interrupted
from mentormatch.cli.messages import ClosedOutputError, print_error, say_json
from mentormatch.errors import MentorMatchError, OutputError
from mentormatch.languages.phrases import plain, system_reason
from mentormatch.languages.translation import mark, tr

TYPER_MESSAGES = (
    (r"No such option: (?P<name>\S+)", mark("L'option {name} n'existe pas.")),
    (r"No such command '(?P<name>.*?)'", mark("La commande {name} n'existe pas.")),
    (r"Missing (?:argument|option|parameter)", mark("Il manque {name}.")),
    (r"Option '(?P<name>\S+)' requires an argument", mark("L'option {name} attend une valeur.")),
    (r"Option '(?P<name>\S+)' does not take a value", mark("L'option {name} ne prend pas de valeur.")),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)", mark("Argument en trop : {name}")),
    (r"Missing command", mark("Il manque une commande.")),
)
"""Patterns of the English messages of Typer, and the message that replaces each."""
INVALID_VALUE_TEXTS = {
    "int_parsing": mark("Un nombre entier est attendu pour {name}."),
    "float_parsing": mark("Un nombre est attendu pour {name}."),
    "finite_number": mark("Un nombre est attendu pour {name}."),
    "greater_than_equal": mark("{name} doit être {least} ou plus."),
}
"""Error types of pydantic, and the message for each."""


def wants_json(args: Sequence[str]) -> bool:
    """Return whether a command line requests JSON, even if it cannot be parsed."""
    return "--json" in args


@contextmanager
def handle_errors_and_interrupts(*, as_json: bool) -> Iterator[None]:
    """Report errors and interrupts of a ``with`` block, as JSON too if requested, and exit with their code."""
    with handle_interrupts(), handle_errors(as_json=as_json):
        yield


@contextmanager
def handle_interrupts() -> Iterator[None]:
    try:
        with raise_on_interrupt():
            yield
    except typer.Exit:
        raise
    except (KeyboardInterrupt, Exception) as error:
        if not isinstance(error, KeyboardInterrupt) and not was_interrupted():
            raise
        print_error(tr("Interrompu : la commande n'est pas allée à son terme."))
        raise typer.Exit(
            INTERRUPTED_CODE
        ) from None  # of a library that was being loaded, other errors come than an interrupt


@contextmanager
def handle_errors(*, as_json: bool) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        let_go()
        # 128 and the number of SIGPIPE, as in shells
        raise typer.Exit(141) from None
    except ClosedOutputError as error:
        let_go()
        exit_with(error, as_json=False)
    except typer.TyperException as error:
        write_error(format_usage_error_text(error), code="usage", as_json=as_json, before=format_usage_text(error))
        raise typer.Exit(2) from None
    except RuntimeError as error:
        refusal = thread_error(error)
        if not isinstance(refusal, MentorMatchError):
            raise
        exit_with(refusal, as_json=as_json)
    except OSError as error:
        exit_with(OutputError(tr("Le système a refusé : {reason}", reason=system_reason(error))), as_json=as_json)
    except MentorMatchError as error:
        exit_with(error, as_json=as_json)


def exit_with(error: MentorMatchError, *, as_json: bool) -> None:
    """Report an error, and exit with the code of its kind."""
    code = type(error).__name__.removesuffix("Error").lower()
    write_error(str(error), code=code, as_json=as_json, error=error)
    raise typer.Exit(error.exit_code) from None


def write_error(
    text: str, *, code: str, as_json: bool, error: MentorMatchError | None = None, before: str = ""
) -> None:
    """Write an error on stderr and, if JSON is requested, as one object on stdout."""
    if as_json:
        problems = [problem.to_dict() for problem in error.problems] if error else []
        say_json({"error": {"code": code, "message": error.message if error else text, "problems": problems}})
    print_error(f"{before}{tr('Erreur : {error}', error=text)}")


def format_usage_text(error: Any) -> str:
    """Return the usage line of the command that could not be parsed, and a hint at ``--help``."""
    ctx = getattr(error, "ctx", None)
    if ctx is None:
        return ""
    hint = tr("« {command} --help » en dit plus.", command=ctx.command_path)
    return f"{ctx.get_usage()}\n{hint}\n\n"


def format_usage_error_text(error: Any) -> str:
    """Return the message for an error of usage."""
    message = error.format_message()
    for pattern, words in TYPER_MESSAGES:
        if match := re.match(pattern, message):
            return f"{tr(words, **{'name': name_of(error), **match.groupdict()})}{suggestion(message)}"
    return invalid_value_words(error)


def suggestion(message: str) -> str:
    """Return the names that Typer suggests for an unknown name; empty if there are none."""
    match = re.search(r"(?:Possible options: |Did you mean )(?P<names>[^)?]+)", message)
    names = re.findall(r"[\w-]+", match["names"]) if match else []
    return f" {tr('Proches : {names}.', names=', '.join(names))}" if names else ""


def invalid_value_words(error: Any) -> str:
    """Return the message for an invalid value: that of the command, or else one for the error of pydantic."""
    cause = error.__cause__
    if cause is None:
        return str(error.message)
    detail = cause.errors(include_url=False, include_input=False)[0]
    words = INVALID_VALUE_TEXTS.get(detail["type"], mark("{name} n'a pas la forme attendue."))
    return tr(words, name=name_of(error), least=plain(detail.get("ctx", {}).get("ge", 0)))


def name_of(error: Any) -> str:
    """Return the name of the option or argument of an error; empty if there is none."""
    param = getattr(error, "param", None)
    if param is None:
        return ""
    return max(param.opts, key=len) if param.param_type_name == "option" else tr(param.metavar)

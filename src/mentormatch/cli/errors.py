"""What goes wrong on the command line, in words for people and as JSON for programs, and how it ends."""

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

BROKEN_PIPE = 141
"""How a program ends that a closed pipe has stopped, as shells tell it: 128 and the number of the signal."""

TYPER_MESSAGES = (
    (r"No such option: (?P<name>\S+)", mark("L'option {name} n'existe pas.")),
    (r"No such command '(?P<name>.*?)'", mark("La commande {name} n'existe pas.")),
    (r"Missing (?:argument|option|parameter)", mark("Il manque {name}.")),
    (r"Option '(?P<name>\S+)' requires an argument", mark("L'option {name} attend une valeur.")),
    (r"Option '(?P<name>\S+)' does not take a value", mark("L'option {name} ne prend pas de valeur.")),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)", mark("Argument en trop : {name}")),
    (r"Missing command", mark("Il manque une commande.")),
)
"""What Typer says, in English alone, and the same in words of ours."""
SUGGESTED_NAMES = re.compile(r"(?:Possible options: |Did you mean )(?P<names>[^)?]+)")
INVALID_VALUE_TEXTS = {
    "int_parsing": mark("Un nombre entier est attendu pour {name}."),
    "float_parsing": mark("Un nombre est attendu pour {name}."),
    "finite_number": mark("Un nombre est attendu pour {name}."),
    "greater_than_equal": mark("{name} doit être {least} ou plus."),
}
"""What pydantic finds wrong with a value."""


def wants_json(args: Sequence[str]) -> bool:
    """Say whether a command line asks for JSON, also one that cannot be read."""
    return "--json" in args


@contextmanager
def handle_errors_and_interrupts(*, as_json: bool) -> Iterator[None]:
    """Tell people what goes wrong within, programs too where they asked for JSON, and end with its exit code."""
    with handle_interrupts(), handle_errors(as_json=as_json):
        yield


@contextmanager
def handle_interrupts() -> Iterator[None]:
    """Say that the command was interrupted, if it was and did not come to its end all the same."""
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
    """Tell what goes wrong within, and end with its exit code."""
    try:
        yield
    except BrokenPipeError:
        let_go()
        raise typer.Exit(BROKEN_PIPE) from None
    except ClosedOutputError as error:
        let_go()
        exit_with(error, as_json=False)
    except typer.TyperException as error:
        write_error(format_usage_error_text(error), code="usage", as_json=as_json, before=format_usage_text(error))
        raise typer.Exit(2) from None
    except RuntimeError as error:
        found = thread_error(error)
        if not isinstance(found, MentorMatchError):
            raise
        exit_with(found, as_json=as_json)
    except OSError as error:
        exit_with(OutputError(tr("Le système a refusé : {reason}", reason=system_reason(error))), as_json=as_json)
    except MentorMatchError as error:
        exit_with(error, as_json=as_json)


def exit_with(error: MentorMatchError, *, as_json: bool) -> None:
    """Tell what an error says, and end with the exit code of its kind."""
    code = type(error).__name__.removesuffix("Error").lower()
    write_error(str(error), code=code, as_json=as_json, error=error)
    raise typer.Exit(error.exit_code) from None


def write_error(
    text: str, *, code: str, as_json: bool, error: MentorMatchError | None = None, before: str = ""
) -> None:
    """Write on stderr what went wrong; where JSON is asked for, the same on stdout as one object."""
    if as_json:
        problems = [problem.to_dict() for problem in error.problems] if error else []
        say_json({"error": {"code": code, "message": error.message if error else text, "problems": problems}})
    print_error(f"{before}{tr('Erreur : {error}', error=text)}")


def format_usage_text(error: Any) -> str:
    """Return how the command is typed whose line could not be read, and where to read on."""
    ctx = getattr(error, "ctx", None)
    if ctx is None:
        return ""
    hint = tr("« {command} --help » en dit plus.", command=ctx.command_path)
    return f"{ctx.get_usage()}\n{hint}\n\n"


def format_usage_error_text(error: Any) -> str:
    """Return what is wrong with a command line."""
    said = error.format_message()
    for pattern, words in TYPER_MESSAGES:
        if found := re.match(pattern, said):
            return f"{tr(words, **{'name': name_of(error), **found.groupdict()})}{suggestion(said)}"
    return invalid_value_words(error)


def suggestion(said: str) -> str:
    """Return which names are near one that is not known."""
    found = SUGGESTED_NAMES.search(said)
    names = re.findall(r"[\w-]+", found["names"]) if found else []
    return f" {tr('Proches : {names}.', names=', '.join(names))}" if names else ""


def invalid_value_words(error: Any) -> str:
    """Return what is wrong with a value: in our words, where they are ours, or in those for what pydantic found."""
    cause = error.__cause__
    if cause is None:
        return str(error.message)
    detail = cause.errors(include_url=False, include_input=False)[0]
    words = INVALID_VALUE_TEXTS.get(detail["type"], mark("{name} n'a pas la forme attendue."))
    return tr(words, name=name_of(error), least=plain(detail.get("ctx", {}).get("ge", 0)))


def name_of(error: Any) -> str:
    """Return what an option or argument is called that an error is about."""
    param = getattr(error, "param", None)
    if param is None:
        return ""
    return max(param.opts, key=len) if param.param_type_name == "option" else tr(param.metavar)

"""Errors that mentormatch raises deliberately.

::

    MentorMatchError
    ├── ProgrammeError     an invalid programme file, with every problem in it
    ├── SurveyError        a file of answers that cannot be imported
    ├── RequestError       numbers, keys or a JSON request that do not make a valid problem
    │   └── UnprovedError  a decision that states an optimum without a proof, which the caller did not accept
    ├── EngineError        a solver that crashed, or whose solution the checker rejected
    └── OutputError        a file that could not be written
        └── OverwriteError a file that would replace a decision, an edited file or an input

An infeasible problem is a status, not an error. Messages never contain answers of people: only identifiers, line
numbers and names of fields.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mentormatch.languages.text_keys import on_one_line
from mentormatch.languages.translation import SpokenText, tr


@dataclass(frozen=True, slots=True)
class Problem(SpokenText):
    """A problem: its place, the finding, the expected form, and advice.

    ``code`` is a stable identifier for programs, not displayed to people; most problems have none.
    """

    where: str
    found: str
    expected: str = ""
    advice: str = ""
    code: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the problem for programs; ``code`` is omitted if empty."""
        texts = {name: text for name, text in asdict(self).items() if name != "language"}
        return {name: text for name, text in texts.items() if text or name != "code"}

    def in_words(self) -> str:
        """Return the problem on one line, even if its texts contain line breaks or control characters."""
        sentence = tr("{where} : {found}", where=self.where, found=self.found) if self.found else self.where
        if self.expected:
            sentence = tr("{told} ; attendu : {expected}", told=sentence, expected=self.expected)
        return on_one_line(f"{sentence} → {self.advice}" if self.advice else sentence)


class MentorMatchError(Exception):
    """Base class of all errors that a caller can handle; ``exit_code`` is the exit status of the command line."""

    exit_code = 3

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(problems)
        super().__init__("\n".join([on_one_line(message), *(f"  - {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type["MentorMatchError"], tuple[str, tuple[Problem, ...]]]:
        """Return the constructor and its arguments, so that the error can be pickled between processes."""
        return type(self), (self.message, self.problems)


class ProgrammeError(MentorMatchError):
    """The programme file is invalid; ``problems`` lists every problem with its key path."""


class SurveyError(MentorMatchError):
    """A file of answers cannot be imported; ``problems`` lists every reason with its line."""


class RequestError(MentorMatchError, ValueError):
    """Numbers, keys or JSON do not make a valid problem: NaN, duplicate or unknown keys, negative capacities ..."""


class UnprovedError(RequestError):
    """A decision states an optimum without a proof, and the caller did not accept that. No validation took place."""

    exit_code = 4


class EngineError(MentorMatchError):
    """A solver crashed, or the checker rejected its solution."""

    exit_code = 1


class OutputError(MentorMatchError):
    """A file could not be written; no part of it remains."""

    exit_code = 1


class OverwriteError(OutputError):
    """An input, a validated decision or an edited file would have been lost. No file was written."""

    exit_code = 3

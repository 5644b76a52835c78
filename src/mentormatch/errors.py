"""Everything that mentormatch raises on purpose.

::

    MentorMatchError
    ├── ProgrammeError     the programme file: every mistake in it, at once
    ├── SurveyError        a file of answers that cannot be taken whole
    ├── RequestError       numbers, keys or a JSON request that cannot be posed as a problem
    │   └── UnprovedError  a decision whose optimum its file does not prove, and that was not accepted as such
    ├── EngineError        a solver died, or gave an answer that the checker refused
    └── OutputError        a file that could not be written
        └── OverwriteError one that would take the place of what was decided, written by somebody, or is read

That there is no answer is a status, not an error. No message holds a person's answers: only identifiers,
line numbers and the names of fields.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mentormatch.languages.text_keys import on_one_line
from mentormatch.languages.translation import SpokenText, tr


@dataclass(frozen=True, slots=True)
class Problem(SpokenText):
    """One thing that is wrong: where it stands, what was found, what was expected, what to do.

    ``code`` is for programs, where there is one: it is stable, and not shown to people.
    """

    where: str
    found: str
    expected: str = ""
    advice: str = ""
    code: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return it as programs read it; most problems have no code of their own."""
        texts = {name: text for name, text in asdict(self).items() if name != "language"}
        return {name: text for name, text in texts.items() if text or name != "code"}

    def in_words(self) -> str:
        """Say it on one line, whatever stands in the file that it speaks of."""
        sentence = tr("{where} : {found}", where=self.where, found=self.found)
        if self.expected:
            sentence = tr("{told} ; attendu : {expected}", told=sentence, expected=self.expected)
        return on_one_line(f"{sentence} → {self.advice}" if self.advice else sentence)


class MentorMatchError(Exception):
    """Base of all errors that a caller can act on; ``exit_code`` is what the command line ends with."""

    exit_code = 3

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(problems)
        super().__init__("\n".join([on_one_line(message), *(f"  - {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type["MentorMatchError"], tuple[str, tuple[Problem, ...]]]:
        """Say of what it is made: that is how it comes whole from one process to another."""
        return type(self), (self.message, self.problems)


class ProgrammeError(MentorMatchError):
    """The programme file cannot be used; ``problems`` lists every mistake with its key path."""


class SurveyError(MentorMatchError):
    """A file of answers cannot be taken; ``problems`` lists every reason with its line."""


class RequestError(MentorMatchError, ValueError):
    """The numbers, keys or JSON given do not make a problem: NaN, doubled or unknown keys, negative capacities."""


class UnprovedError(RequestError):
    """Nothing was validated: a decision states an optimum that its file does not prove, and nobody accepted that."""

    exit_code = 4


class EngineError(MentorMatchError):
    """A solver died or gave an answer that the checker refused."""

    exit_code = 1


class OutputError(MentorMatchError):
    """A file could not be written; nothing of it was left behind."""

    exit_code = 1


class OverwriteError(OutputError):
    """Nothing was written: an input, a validated decision, or what somebody wrote, would have been lost."""

    exit_code = 3

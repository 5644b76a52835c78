"""One export of each survey tool, of any random programme and people: what the laws of tools are held against."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mentormatch.programme.programme import Programme
from mentormatch.survey.sheets import text_of_value
from mentormatch.survey.table import Record, Rows, gather
from tests.survey.tools.made import Answers, Cell, plain_table
from tests.survey.tools.writers_one import framaforms, limesurvey, nextcloud, surveymonkey
from tests.survey.tools.writers_two import (
    google,
    helloasso,
    microsoft,
    tally,
    typeform,
    with_boxes,
    with_statements,
)

type Writer = Callable[[Programme, Sequence[Answers]], Sequence[Sequence[Cell]]]


@dataclass(frozen=True)
class Kind:
    """How a tool writes answers, how many rows stand above them, and what a programme must map to read them."""

    write: Writer
    above: int = 1
    prepare: Callable[[Programme], Programme] = lambda programme: programme

    def rows(self, programme: Programme, people: Sequence[Answers]) -> Rows:
        """Return the rows of an export as a reader hands them over."""
        return as_read(self.write(programme, people))


def whole(people: Sequence[Answers]) -> list[bool]:
    """Return that nobody left half-way."""
    return [False] * len(people)


EXPORTS: Mapping[str, Kind] = {
    "framaforms": Kind(lambda asked, people: framaforms(asked, people, whole(people), compact=False), above=3),
    "google": Kind(lambda asked, people: google(asked, people, sheet=True)),
    "helloasso": Kind(lambda asked, people: helloasso(asked, people, ["Validé"] * len(people))),
    "limesurvey": Kind(lambda asked, people: limesurvey(asked, people, whole(people))),
    "microsoft": Kind(
        lambda asked, people: microsoft(asked, people, listed=False, changes=False), prepare=with_statements
    ),
    "nextcloud": Kind(lambda asked, people: nextcloud(asked, people, guarded=True), above=2),
    "plain": Kind(plain_table),
    "surveymonkey": Kind(lambda asked, people: surveymonkey(asked, people, whole(people)), above=2),
    "tally": Kind(tally),
    "typeform": Kind(lambda asked, people: typeform(asked, people, whole(people)), prepare=with_boxes),
}


def as_read(rows: Sequence[Sequence[Cell]]) -> Rows:
    """Return cells as a reader hands them over."""
    return gather("reponses.csv", (Record(line, tuple(map(text_of_value, row))) for line, row in enumerate(rows, 1)))

"""One export of each survey tool: what the laws of tools are held against."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from mentormatch import Programme
from mentormatch.survey.sheets import text_of_value
from mentormatch.survey.table import Record, Rows, collect_rows
from mentormatch.survey.tool import tools_by_kind
from mentormatch.testing import count_rows_above, exported_programme
from tests.survey.tools.made import Answers, Cell, plain_table
from tests.survey.tools.writers_one import framaforms, limesurvey, nextcloud, surveymonkey
from tests.survey.tools.writers_three import FORMS
from tests.survey.tools.writers_two import (
    google,
    helloasso,
    microsoft,
    tally,
    typeform,
    with_boxes,
    with_statements,
)

type Left = Sequence[bool]
"""Who of some people left half-way."""


@dataclass(frozen=True)
class Kind:
    """How a tool writes answers, how many rows stand above them, and what a programme must map to read them.

    ``partial``: the export tells who left half-way. ``dated``: it tells when each answer was sent. ``clear`` says
    whether some answers can be told from what the tool writes for a blank.
    """

    export: Callable[[Programme, Sequence[Answers], Left], Sequence[Sequence[Cell]]]
    above: int = 1
    prepare: Callable[[Programme], Programme] = lambda programme: programme
    partial: bool = False
    dated: bool = True
    clear: Callable[[Programme, Sequence[Answers]], bool] = lambda programme, people: True

    def write(
        self, programme: Programme, people: Sequence[Answers], left: Left | None = None
    ) -> Sequence[Sequence[Cell]]:
        """Return the cells of an export; unless said, nobody left half-way."""
        return self.export(programme, people, left or [False] * len(people))

    def rows(self, programme: Programme, people: Sequence[Answers], left: Left | None = None) -> Rows:
        """Return the rows of an export as a reader hands them over."""
        return as_read(self.write(programme, people, left))


def limesurvey_is_clear(programme: Programme, people: Sequence[Answers]) -> bool:
    """Return whether no text is what LimeSurvey writes for a line of a grid that nobody was asked."""
    return not (programme.fields["text"].question.endswith("]") and any(one["text"] == "N/A" for one in people))


def as_read(rows: Sequence[Sequence[Cell]]) -> Rows:
    """Return cells as a reader hands them over."""
    return collect_rows(
        "reponses.csv", (Record(line, tuple(map(text_of_value, row))) for line, row in enumerate(rows, 1))
    )


PARTIAL = ("alchemer", "moodle-questionnaire", "qualtrics", "sphinx", "zoho-survey")
WRITERS: Mapping[str, Kind] = {
    "framaforms": Kind(
        lambda asked, people, left: framaforms(asked, people, left, compact=False), above=3, partial=True
    ),
    "google": Kind(lambda asked, people, _: google(asked, people, sheet=True)),
    "helloasso": Kind(lambda asked, people, _: helloasso(asked, people, ["Validé"] * len(people))),
    "limesurvey": Kind(limesurvey, partial=True, clear=limesurvey_is_clear),
    "microsoft": Kind(
        lambda asked, people, _: microsoft(asked, people, listed=False, changes=False), prepare=with_statements
    ),
    "nextcloud": Kind(lambda asked, people, _: nextcloud(asked, people, guarded=True), above=2),
    "plain": Kind(lambda asked, people, _: plain_table(asked, people), dated=False),
    "surveymonkey": Kind(surveymonkey, above=2, partial=True),
    "tally": Kind(lambda asked, people, _: tally(asked, people)),
    "typeform": Kind(typeform, prepare=with_boxes, partial=True),
    **{
        kind: Kind(form.write, above=len(form.above([""] * 20)), prepare=form.prepare, partial=kind in PARTIAL)
        for kind, form in FORMS.items()
    },
}
"""The tools whose exports of any answers are written here, by a second implementation."""
STATED = {kind: tool for kind, tool in tools_by_kind().items() if tool.example}
"""The tools that state an example."""
EXPORTS = [*((kind, "written") for kind in WRITERS), *((kind, "stated") for kind in STATED)]
"""Each tool of which there is an export, and whether that is written here or the example that it states."""


@cache
def export_of(kind: str, source: str) -> Kind:
    """Return how a tool writes answers; what it has stated is the same whatever is asked and answered."""
    if source == "written":
        return WRITERS[kind]
    tool = STATED[kind]
    programme = exported_programme(tool)
    return Kind(lambda *_: tool.example, count_rows_above(as_read(tool.example)), prepare=lambda _: programme)

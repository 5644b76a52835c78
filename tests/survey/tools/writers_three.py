"""The answers of random people, written as eleven more tools write them: each has its own columns, and joins items.

A row of a grid and a rank have a column per item, behind the joiner of the tool; several choices have one cell, or a
column per option, which repeats its label or holds 1 and 0.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mentormatch import Programme
from mentormatch.fields import AnyField, YesNo
from tests.survey.tools.made import Answers, chosen, options_of
from tests.survey.tools.writers_one import DAYS, SEVERAL, Cells, Rows, is_asked, questions_of, ticks
from tests.survey.tools.writers_two import by_line, in_one, lines_of, mapped


@dataclass(frozen=True)
class Form:
    """How a tool writes an export.

    ``own`` are its own columns, each with what it holds in the row of a person: by number, day and whether they left
    half-way. ``item`` writes the header of an item, ``options`` that of an option that has a column: 1 and 0 if
    ``boxes``, with ``both`` behind a cell that joins them; else its label. ``lone`` says whether a question with one
    item only has to be mapped.
    """

    own: Mapping[str, Callable[[int, str, bool], str]]
    item: str = "{question} [{item}]"
    options: str = ""
    joiner: str = ", "
    boxes: bool = False
    both: bool = False
    behind: bool = False
    lone: bool = True
    above: Callable[[Cells], Rows] = lambda header: [header]
    named: Callable[[int, str], str] = lambda number, header: header

    def write(self, programme: Programme, people: Sequence[Answers], left: Sequence[bool]) -> Rows:
        """Return the rows of an export."""
        header: Cells = []
        for number, (_, field) in enumerate(questions_of(programme), 1):
            header += [self.named(number, name) for name in self.headers(field)]
        rows = self.above(self.beside([*self.own], header))
        for number, (answers, gone) in enumerate(zip(people, left, strict=True)):
            own = [cell(number, DAYS[number], gone) for cell in self.own.values()]
            shown = ((field, answers[name], is_asked(field, answers)) for name, field in questions_of(programme))
            cells = [cell for field, answer, asked in shown for cell in self.cells(field, answer, asked=asked)]
            rows.append(self.beside(own, cells))
        return rows

    def beside(self, own: Cells, cells: Cells) -> Cells:
        """Return cells of the tool and of the questions in their order."""
        return [*cells, *own] if self.behind else [*own, *cells]

    def headers(self, field: AnyField) -> Cells:
        """Return the headers of one question."""
        if field.kind in SEVERAL and self.options:
            items = [self.options.format(question=field.question, item=option) for option in options_of(field)]
            return [*[field.question] * self.both, *items]
        return [self.item.format(question=field.question, item=item) for item in lines_of(field)] or [field.question]

    def cells(self, field: AnyField, answer: object, *, asked: bool) -> Cells:
        """Return one person's cells for one question."""
        if field.kind in SEVERAL and self.options:
            given = set(chosen(field, answer))
            ticked = ticks(field, answer, str)
            if self.boxes:
                ticked = [str(int(option in given)) if asked or not self.both else "" for option in options_of(field)]
            return [*[" ".join(chosen(field, answer))] * self.both, *ticked]
        if isinstance(field, YesNo) and self.boxes and not self.both:
            return ["" if answer is None else str(answer)]
        return by_line(field, answer) if lines_of(field) else [in_one(field, answer, self.joiner)]

    def prepare(self, programme: Programme) -> Programme:
        """Return the programme with the column of each question mapped that has one item only."""
        alone: dict[str, str] = {}
        for name, field in questions_of(programme):
            items = options_of(field) if field.kind in SEVERAL and self.options and not self.both else lines_of(field)
            if len(items) == 1 and self.lone:
                template = self.options if field.kind in SEVERAL else self.item
                alone[template.format(question=field.question, item=items[0])] = f"{name} [{items[0]}]"
        return mapped(programme, alone) if alone else programme


def fixed(text: str) -> Callable[[int, str, bool], str]:
    return lambda number, day, gone: text


def numbered(text: str) -> Callable[[int, str, bool], str]:
    return lambda number, day, gone: text.format(number=1001 + number)


def dated(text: str) -> Callable[[int, str, bool], str]:
    return lambda number, day, gone: text.format(day=day, plain=int(day))


def state(whole: str, partial: str) -> Callable[[int, str, bool], str]:
    return lambda number, day, gone: partial if gone else whole


EMPTY = fixed("")
QUALTRICS = {
    "StartDate": dated("2026-03-{day} 10:00:00"),
    "EndDate": dated("2026-03-{day} 10:04:00"),
    "Status": fixed("IP Address"),
    "Progress": fixed("100"),
    "Finished": state("True", "False"),
    "RecordedDate": dated("2026-03-{day} 10:04:00"),
    "ResponseId": numbered("R_{number}"),
    "UserLanguage": fixed("FR"),
}


def qualtrics_above(header: Cells) -> Rows:
    """Return the three header rows: a tag for each column, the words, the ids."""
    asked = len(header) - len(QUALTRICS)
    tags = [*QUALTRICS, *(f"Q{number}" for number in range(1, asked + 1))]
    zone = {"ImportId": "x", "timeZone": "Europe/Paris"}
    return [tags, header, [json.dumps(zone) for _ in header]]


def eusurvey_above(header: Cells) -> Rows:
    """Return the header below the lines of a title."""
    blank = [""] * (len(header) - 2)
    return [["Alias", "mentorat", *blank], ["Export Date", "20/05/2026 09:00", *blank], header]


FORMS: Mapping[str, Form] = {
    "alchemer": Form(
        {
            "Response ID": numbered("{number}"),
            "Time Started": dated("Mar {day}, 2026 10:00:00 AM"),
            "Date Submitted": dated("Mar {day}, 2026 10:04:00 AM"),
            "Status": state("Complete", "Partial"),
            "Comments": EMPTY,
            "Language": fixed("French"),
            "IP Address": fixed("192.0.2.1"),
        },
        item="{item}:{question}",
        options="{item}:{question}",
    ),
    "demarches-simplifiees": Form(
        {
            "ID": numbered("{number}"),
            "Email": numbered("compte{number}@lilas.fr"),
            "FranceConnect ?": fixed("false"),
            "Dépôt pour un tiers": fixed("false"),
            "État du dossier": fixed("Accepté"),
            "Déposé le": dated("2026-03-{day} 10:04:00 +0100"),
        },
        item="{question} : {item}",
    ),
    "eusurvey": Form(
        {
            "Contribution Id": numbered("c{number}"),
            "Creation Date": dated("{day}/03/2026 10:04"),
            "Languages": fixed("FR"),
        },
        item="{question}: {item}",
        joiner=";",
        behind=True,
        above=eusurvey_above,
    ),
    "eventbrite": Form(
        {
            "Order #": numbered("{number}"),
            "Order Date": dated("2026-03-{day} 10:04"),
            "First Name": EMPTY,
            "Email": EMPTY,
            "Ticket Type": fixed("Gratuit"),
            "Attendee #": numbered("9{number}"),
            "Attendee Status": fixed("Attending"),
        },
        item="{question} - {item}",
        options="{question} - {item}",
    ),
    "jotform": Form(
        {
            "Submission Date": dated("Mar {plain}, 2026"),
            "Submission IP": fixed("192.0.2.1"),
            "Submission ID": numbered("6{number}"),
        },
        item="{question} >> {item}",
        joiner="\n",
        lone=False,
    ),
    "kobotoolbox": Form(
        {
            "_id": numbered("{number}"),
            "_uuid": numbered("u{number}"),
            "_submission_time": dated("2026-03-{day}T10:04:00"),
            "_validation_status": EMPTY,
        },
        options="{question}/{item}",
        boxes=True,
        both=True,
        behind=True,
    ),
    "moodle-questionnaire": Form(
        {
            "Response": numbered("{number}"),
            "Submitted on:": dated("{day}/03/2026 10:04:00"),
            "Full name": fixed("X"),
            "Complete": state("y", "n"),
        },
        item="{question}->{item}",
        options="{question}->{item}",
        boxes=True,
        lone=False,
        named=lambda number, header: f"Q{number:02d}_{header}",
    ),
    "odk-central": Form(
        {
            "SubmissionDate": dated("2026-03-{day}T10:04:00.123Z"),
            "KEY": numbered("uuid:{number}"),
            "ReviewState": EMPTY,
        },
        options="{question}/{item}",
        boxes=True,
        both=True,
    ),
    "qualtrics": Form(
        QUALTRICS,
        item="{question} - {item}",
        options="{question} - Selected Choice - {item}",
        above=qualtrics_above,
    ),
    "sphinx": Form(
        {
            "CLE": numbered("K{number}"),
            "DATE_SAISIE": dated("{day}/03/2026 10:04:00"),
            "DATE_ENREG": dated("{day}/03/2026 10:04:00"),
            "PROGRESSION": state("Terminé", "En cours"),
        },
        item="{question} - {item}",
        joiner=";",
        behind=True,
    ),
    "zoho-survey": Form(
        {
            "Response ID": numbered("78{number}"),
            "IP Address": fixed("192.0.2.1"),
            "Timestamp (MM/dd/yyyy HH:mm:ss)": dated("03/{day}/2026 10:04:00"),
            "Response Status": state("Completed", "Partial"),
        },
        item="{question} - {item}",
    ),
}

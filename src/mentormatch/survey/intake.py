"""TextTable + fields -> people: every row ends once, as taken, incomplete, replaced or rejected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.people.cohort import Cohort, People, Remark, RowFate, merged
from mentormatch.survey.contacts import Contacts, fault_of
from mentormatch.survey.duplicates import settled
from mentormatch.survey.entries import SIDES, Questionnaire, Submission, SurveyEntry, enter
from mentormatch.survey.identity import person_numbers, remarks_on_both
from mentormatch.survey.plan import Plan
from mentormatch.survey.resemblance import resemblances
from mentormatch.survey.submissions import laid_out, remarks_of, submissions, unread
from mentormatch.survey.table import TextTable


def take_in(tables: Sequence[tuple[TextTable, Side | None]], plan: Plan) -> Cohort:
    """Return the cohort in ``tables``, each with the side that answered it, None where a question tells the role.

    Raises SurveyError, with every problem of every file, where a needed column or any identity is missing, or a key
    was typed twice, or which of two answers counts depends on an order of day and month that nothing tells.
    """
    return take_apart(tables, plan)[0]


def take_apart(tables: Sequence[tuple[TextTable, Side | None]], plan: Plan) -> tuple[Cohort, Contacts]:
    """Return the cohort in ``tables``, and apart from it how its people are reached; see ``take_in``."""
    sheets = laid_out(tables, plan)
    sent = (submission for sheet in sheets for submission in submissions(sheet, plan))
    return split(sent, plan, refused=unread(sheets), remarks=remarks_of(sheets, plan))


def gather(
    sent: Iterable[Submission], plan: Plan, *, refused: Iterable[RowFate] = (), remarks: Iterable[Remark] = ()
) -> Cohort:
    """Return the cohort of those who sent something, with the rows that were refused and the remarks made before.

    Raises SurveyError where a key was typed twice.
    """
    return split(sent, plan, refused=refused, remarks=remarks)[0]


def split(
    sent: Iterable[Submission], plan: Plan, *, refused: Iterable[RowFate], remarks: Iterable[Remark]
) -> tuple[Cohort, Contacts]:
    """Return the cohort of those who sent something, and apart from it how they are reached; see ``gather``."""
    questionnaire = Questionnaire(plan)
    met = [enter(submission, questionnaire) for submission in sent]
    kept, replaced, doubts = settled([entry for entry in met if isinstance(entry, SurveyEntry)], plan)
    rejected = [*(row for row in met if isinstance(row, RowFate)), *refused]
    rows = sorted([*rejected, *replaced, *(entry.row for entry in kept)], key=lambda row: (row.source, row.line))
    faults = {entry.row: dict(faulty(entry, questionnaire)) for entry in kept}
    mentors, mentees = (people_of(kept, plan, side) for side in SIDES)
    cohort = Cohort(mentors, mentees, tuple(rows))
    both = remarks_on_both(cohort, kept)
    made = merged([*remarks, *doubts, *notes(kept), *unreachable(faults), *both, *resemblances(kept, plan)])
    contacts = {
        (entry.side, entry.row.key): {
            name: said for name, said in entry.contact.items() if name not in faults[entry.row]
        }
        for entry in kept
        if entry.contact
    }
    return replace(cohort, remarks=made), Contacts(tuple(questionnaire.contacts), contacts)


def faulty(entry: SurveyEntry, questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Yield the questions to which somebody gave an address that no mail can be sent to, each with the reason."""
    for name in questionnaire.addresses:
        fault = fault_of(entry.contact[name]) if name in entry.contact else ""
        if fault:
            yield name, fault


def unreachable(faults: Mapping[RowFate, Mapping[str, str]]) -> Iterator[Remark]:
    """Yield the addresses that no mail can be sent to: the line, the field and the reason."""
    for row, found in faults.items():
        for name, fault in found.items():
            yield Remark(row.source, row.line, tr("« {name} » : {note}", name=name, note=tr(fault)))


def people_of(entries: Sequence[SurveyEntry], plan: Plan, side: Side) -> People:
    """Return the people of one side, one typed column a field."""
    mine = [entry for entry in entries if entry.side == side]
    columns = {
        name: field.column([entry.readings[place].value for entry in mine])
        for place, (name, field) in enumerate(plan.asked_of(side).items())
    }
    complete = np.array([entry.row.fate == "taken" for entry in mine], dtype=bool)
    return People(tuple(entry.row.key for entry in mine), columns, complete, person_numbers(mine, plan))


def notes(entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield what was odd about single answers: the line and the field, never the answer."""
    for entry in entries:
        for name, reading in zip(entry.names, entry.readings, strict=True):
            if reading.note:
                told = tr("« {name} » : {note}", name=name, note=reading.note)
                yield Remark(entry.row.source, entry.row.line, told)

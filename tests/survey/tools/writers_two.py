"""The answers of random people, written as Google, Microsoft, Tally, Typeform and HelloAsso write them.

Where a tool has no ranking, people fill in a rank for each option; where it has no grid, a question for each line.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mentormatch import Programme
from mentormatch.fields import AnyField, Levels, ListOfNames, Number, Ranking, YesNo
from tests.survey.tools.made import NOTICE, Answers, Cell, chosen, graded, joined, options_of
from tests.survey.tools.writers_one import DAYS, SEVERAL, Cells, questions_of, ranks, ticks

type Table = list[list[Cell]]


def lines_of(field: AnyField) -> Cells:
    """Return the lines of a question with a column a line: the items of a grid, the options to rank."""
    return list(field.items if isinstance(field, Levels) else field.options if isinstance(field, Ranking) else ())


def by_line(field: AnyField, answer: object) -> Cells:
    """Return what one person answered in each line."""
    return graded(field, answer) if isinstance(field, Levels) else ranks(field, answer)


def in_one(field: AnyField, answer: object, joiner: str) -> str:
    """Return one person's answer in one cell; names are typed one a line."""
    return joined(field, answer, "\n" if isinstance(field, ListOfNames) else joiner)


def typed(field: AnyField, cell: str) -> Cell:
    """Return a cell as a workbook holds it: a number as a number."""
    return float(cell.replace(",", ".")) if isinstance(field, Number) and cell else cell


# --- Google ----------------------------------------------------------------------------------------------------------


def google(programme: Programme, people: Sequence[Answers], *, sheet: bool, dated: bool = False) -> Table:
    """Return the rows of the CSV of a form, or of a ``sheet``, where ``dated`` with real dates and numbers."""
    rows: Table = [["Horodateur", "Adresse e-mail"]]
    for _, field in questions_of(programme):
        rows[0] += [f"{field.question} [{line}]" for line in lines_of(field)] or [field.question]
    for number, answers in enumerate(people):
        row: list[Cell] = [google_stamp(number, sheet=sheet, dated=dated), f"compte{number}@lilas.fr"]
        for name, field in questions_of(programme):
            cells = by_line(field, answers[name]) if lines_of(field) else []
            row += cells or [in_one(field, answers[name], ", " if sheet else ";")]
            row[-1] = typed(field, str(row[-1])) if dated else row[-1]
        rows.append(row)
    return rows


def google_stamp(number: int, *, sheet: bool, dated: bool) -> Cell:
    """Return when a row was sent."""
    if dated:
        return datetime(2026, 3, int(DAYS[number]), 10, 4, 6)
    return f"{DAYS[number]}/03/2026 10:04:06" if sheet else f"2026/03/{DAYS[number]} 10:04:06 AM UTC+1"


# --- Microsoft Forms -------------------------------------------------------------------------------------------------

MICROSOFT = ("ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom")
LAST_CHANGE = "Heure de la dernière modification"


def microsoft(programme: Programme, people: Sequence[Answers], *, listed: bool, changes: bool) -> Table:
    """Return the rows of the workbook: several choices as a list of JSON where ``listed``, else ``A;B;``.

    ``changes`` says whether the time of the last change is told.
    """
    rows: Table = [[*MICROSOFT, *[LAST_CHANGE] * changes]]
    several = as_json if listed else ended
    for _, field in questions_of(programme):
        rows[0] += field.items if isinstance(field, Levels) else [field.question]
    for number, answers in enumerate(people):
        time = datetime(2026, 3, int(DAYS[number]), 10, 4, 6)
        row: list[Cell] = [float(number + 1), time, time, "anonymous", "", *[""] * changes]
        for name, field in questions_of(programme):
            row += microsoft_cells(field, answers[name], several)
        rows.append(row)
    return rows


def microsoft_cells(field: AnyField, answer: object, several: Callable[[Cells], str]) -> list[Cell]:
    """Return one person's cells for one question."""
    if isinstance(field, Levels):
        return list(graded(field, answer))
    if field.kind in SEVERAL or isinstance(field, Ranking):
        return [several(chosen(field, answer))]
    return [typed(field, in_one(field, answer, "\n"))]


def ended(answers: Cells) -> str:
    """Return answers with a ``;`` behind each."""
    return "".join(f"{answer};" for answer in answers)


def as_json(answers: Cells) -> str:
    """Return answers as a list of JSON, empty where there are none."""
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":")) if answers else ""


def with_statements(programme: Programme) -> Programme:
    """Return the programme with each statement mapped to its line of the grid."""
    grids = {name: field for name, field in questions_of(programme) if isinstance(field, Levels)}
    return mapped(programme, {item: f"{name} [{item}]" for name, field in grids.items() for item in field.items})


def mapped(programme: Programme, questions: Mapping[str, str]) -> Programme:
    """Return the programme with these columns mapped."""
    data = programme.model_dump(by_alias=True, exclude_none=True)
    return Programme.read(data | {"mapping": {"questions": dict(questions)}})


# --- Tally -----------------------------------------------------------------------------------------------------------

TALLY = ("Submission ID", "Respondent ID", "Submitted at")


def tally(programme: Programme, people: Sequence[Answers]) -> Table:
    """Return the rows of an export of Tally; the notice is a single box."""
    rows: Table = [[*TALLY]]
    for name, field in questions_of(programme):
        rows[0] += [f"{field.question} ({line})" for line in lines_of(field)] or [field.question]
        rows[0] += [f"{field.question} ({option})" for option in boxes_of(name, field)]
    for number, answers in enumerate(people):
        row: list[Cell] = [f"2EMpQ{number}", f"2ELKk{number}", f"2026-03-{DAYS[number]} 02:55:06"]
        for name, field in questions_of(programme):
            row += tally_cells(name, field, answers[name])
        rows.append(row)
    return rows


def boxes_of(name: str, field: AnyField) -> Cells:
    """Return the options of a question with boxes, none where it has no boxes."""
    return ["J'accepte"] if name == NOTICE else options_of(field) if field.kind in SEVERAL else []


def tally_cells(name: str, field: AnyField, answer: object) -> Cells:
    """Return one person's cells for one question: what was ticked, joined, then true or false for each box."""
    if name == NOTICE:
        return ["J'accepte", "true"]
    if lines_of(field):
        return by_line(field, answer)
    boxes = ["true" if tick else "false" for tick in ticks(field, answer, str)] if field.kind in SEVERAL else []
    return [in_one(field, answer, ", "), *boxes]


# --- Typeform --------------------------------------------------------------------------------------------------------

TYPEFORM_END = ("Start Date (UTC)", "Submit Date (UTC)", "Network ID")


def typeform(programme: Programme, people: Sequence[Answers], unfinished: Sequence[bool]) -> Table:
    """Return the rows of an export of Typeform: a box has a column of its own, named by its option alone."""
    rows: Table = [["#"]]
    for _, field in questions_of(programme):
        rows[0] += typeform_headers(field)
    rows[0] += TYPEFORM_END
    for number, answers in enumerate(people):
        time = f"2026-03-{DAYS[number]} 10:04:06"
        row: list[Cell] = [f"f00d{number}"]
        for name, field in questions_of(programme):
            row += typeform_cells(field, answers[name])
        rows.append([*row, time, "" if unfinished[number] else time, "a1b2c3"])
    return rows


def typeform_headers(field: AnyField) -> Cells:
    """Return the headers of one question, in bold where it has a line break; ``Other`` behind its boxes."""
    if field.kind in SEVERAL:
        return [*options_of(field), "Other"]
    bold = f"<strong>{field.question}</strong>" if "\n" in field.question else field.question
    return [f"{bold} [{line}]" for line in lines_of(field)] or [bold]


def typeform_cells(field: AnyField, answer: object) -> Cells:
    """Return one person's cells for one question: a ticked box holds its own label, yes is 1 and no is 0."""
    if field.kind in SEVERAL:
        return [*ticks(field, answer, str), ""]
    if isinstance(field, YesNo):
        return ["" if answer is None else str(answer)]
    return by_line(field, answer) if lines_of(field) else [in_one(field, answer, "\n")]


def with_boxes(programme: Programme) -> Programme:
    """Return the programme with the column of each box mapped; a label that came before has a number behind it."""
    questions: dict[str, str] = {}
    for name, field in questions_of(programme):
        for option in options_of(field) if field.kind in SEVERAL else []:
            again = sum(label == option or label.startswith(f"{option} (") for label in questions) + 1
            questions[option if again == 1 else f"{option} ({again})"] = f"{name} [{option}]"
    return mapped(programme, questions)


# --- HelloAsso -------------------------------------------------------------------------------------------------------

HELLOASSO = ("Référence commande", "Date de la commande", "Statut de la commande", "Nom participant",
             "Prénom participant", "Nom payeur", "Prénom payeur", "Email payeur", "Raison sociale", "Moyen de paiement",
             "Billet", "Numéro de billet", "Tarif", "Montant tarif", "Code Promo", "Montant code promo")  # fmt: skip


def helloasso(programme: Programme, people: Sequence[Answers], statuses: Sequence[str]) -> Table:
    """Return the rows of the tickets, each of an order of this status; a box is an option that costs nothing."""
    rows: Table = [[*HELLOASSO]]
    for _, field in questions_of(programme):
        options = options_of(field) if field.kind in SEVERAL else []
        priced = [name for option in options for name in helloasso_option(field, option)]
        rows[0] += priced or [f"{field.question} [{line}]" for line in lines_of(field)] or [field.question]
    for number, (answers, status) in enumerate(zip(people, statuses, strict=True)):
        order = [str(12345 + number), f"{DAYS[number]}/03/2026 10:04", status]
        who = [f"Nom{number}", "Zoé", "Lefèvre", "Anaïs", f"compte{number}@lilas.fr", ""]
        row: list[Cell] = [*order, *who, "Carte bancaire", "", str(98765 + number), "Adhésion", "15,00", "", "0,00"]
        for name, field in questions_of(programme):
            row += helloasso_cells(field, answers[name])
        rows.append(row)
    return rows


def helloasso_option(field: AnyField, option: str) -> Cells:
    """Return the headers of one option, and of what it costs."""
    return [f"{field.question} [{option}]", f"Montant {field.question} [{option}]"]


def helloasso_cells(field: AnyField, answer: object) -> Cells:
    """Return one person's cells for one question."""
    if field.kind in SEVERAL:
        return [cell for tick in ticks(field, answer, lambda _: "Oui") for cell in (tick, "0,00" if tick else "")]
    return by_line(field, answer) if lines_of(field) else [in_one(field, answer, "\n")]

"""The answers of random people, written as Framaforms, LimeSurvey, Nextcloud Forms and SurveyMonkey write them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mentormatch import Programme
from mentormatch.fields import AnyField, Levels, ListOfNames, Ranking, YesNo
from tests.laws.questionnaires import SIDES
from tests.survey.tools.made import NOTICE, ROLE, Answers, chosen, graded, joined, options_of, said

type Rows = list[list[str]]
type Cells = list[str]
SEVERAL = ("choices", "slots")
DAYS = tuple(f"{1 + number % 28:02d}" for number in range(5_000))
"""The day on which each person answered."""


def ranks(field: AnyField, answer: object) -> Cells:
    """Return the rank given to each option, empty where none is."""
    order = chosen(field, answer)
    return [str(order.index(option) + 1) if option in order else "" for option in options_of(field)]


def ticks(field: AnyField, answer: object, mark: Callable[[str], str]) -> Cells:
    """Return ``mark`` of each option that was chosen, empty cells for the others."""
    given = chosen(field, answer)
    return [mark(option) if option in given else "" for option in options_of(field)]


def is_asked(field: AnyField, answers: Answers) -> bool:
    """Say whether a person was shown a question."""
    return field.asks(SIDES[int(str(answers[ROLE]))])


# --- Framaforms ------------------------------------------------------------------------------------------------------

FRAMAFORMS = ("Séquentiel", "SID", "Heure de soumission", "Heure de complétion", "Heure de modification", "Brouillon",
              "Adresse IP", "UID", "Nom d'utilisateur")  # fmt: skip


def framaforms(programme: Programme, people: Sequence[Answers], drafts: Sequence[bool], *, compact: bool) -> Rows:
    """Return the rows of an export of Framaforms; the notice is a single box."""
    questions, labels = ["Détails de la soumission", *[""] * 8], list(FRAMAFORMS)
    for name, field in programme.fields.items():
        items = framaforms_items(name, field, compact=compact)
        questions += [field.question, *[""] * (len(items) - 1)] if items else [""]
        labels += items or [field.question]
    rows = [["Mentorat 2026", *[""] * (len(labels) - 1)], questions, labels]
    for number, (answers, draft) in enumerate(zip(people, drafts, strict=True)):
        time = f"{DAYS[number]}/03/2026 - 10:04"
        row = [str(number + 1), str(101 + number), time, "" if draft else time, time, str(int(draft)), "192.0.2.1", "0"]
        cells = (
            framaforms_cells(name, field, answers[name], compact=compact) for name, field in questions_of(programme)
        )
        rows.append([*row, "", *(cell for part in cells for cell in part)])
    return rows


def questions_of(programme: Programme) -> Iterator[tuple[str, AnyField]]:
    """Yield the questions of a programme, in the order of the form."""
    yield from programme.fields.items()


def framaforms_items(name: str, field: AnyField, *, compact: bool) -> Cells:
    """Return the labels of the columns of a question with several columns, none where it has one."""
    if isinstance(field, Levels):
        return list(field.items)
    if isinstance(field, Ranking):
        return list(field.options)
    if name == NOTICE and not compact:
        return ["J'accepte"]
    return [*options_of(field), "Autre..."] if field.kind in SEVERAL and not compact else []


def framaforms_cells(name: str, field: AnyField, answer: object, *, compact: bool) -> Cells:
    """Return one person's cells for one question."""
    if isinstance(field, Levels):
        return graded(field, answer)
    if isinstance(field, Ranking):
        return ranks(field, answer)
    if name == NOTICE and not compact:
        return ["X"]
    if field.kind in SEVERAL:
        return [",".join([*chosen(field, answer), ""])] if compact else [*ticks(field, answer, lambda _: "X"), ""]
    return [joined(field, answer, "\n")]


# --- LimeSurvey ------------------------------------------------------------------------------------------------------

LIMESURVEY = ("ID de la réponse", "Date\u00a0de soumission", "Dernière page", "Langue de départ", "Tête de série",
              "Date de lancement", "Date de la dernière action")  # fmt: skip
LIMESURVEY_CODES = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")


def limesurvey_own(number: int, *, partial: bool) -> Cells:
    """Return the cells of the columns that LimeSurvey adds."""
    time = f"2026-03-{DAYS[number]} 10:04:00"
    return [str(number + 1), "" if partial else time, "3", "fr", "1911", time, time]


def limesurvey(programme: Programme, people: Sequence[Answers], partial: Sequence[bool]) -> Rows:
    """Return the rows of a LimeSurvey export in full."""
    rows = [[*LIMESURVEY]]
    for _, field in questions_of(programme):
        items = [*limesurvey_items(field, "Classement ", options_of(field)), *["Autre"] * (field.kind in SEVERAL)]
        rows[0] += [f"{field.question} [{item}]" for item in items] or [field.question]
    for number, answers in enumerate(people):
        row = limesurvey_own(number, partial=partial[number])
        for name, field in questions_of(programme):
            row += limesurvey_cells(field, answers[name], shown=is_asked(field, answers))
        rows.append(row)
    return rows


def limesurvey_items(field: AnyField, rank: str, options: Sequence[str]) -> Cells:
    """Return the items of a question with several columns."""
    if isinstance(field, Levels):
        return list(field.items)
    if isinstance(field, Ranking):
        return [f"{rank}{place}" for place in range(1, len(field.options) + 1)]
    return list(options) if field.kind in SEVERAL else []


def limesurvey_cells(field: AnyField, answer: object, *, shown: bool) -> Cells:
    """Return one person's cells for one question, in full."""
    if isinstance(field, Levels):
        return graded(field, answer)
    if isinstance(field, Ranking):
        order = chosen(field, answer)
        return order + [""] * (len(field.options) - len(order))
    if field.kind in SEVERAL:
        return [(("Oui" if cell else "Non") if shown else "N/A") for cell in ticks(field, answer, str)] + [""]
    if isinstance(field, YesNo):
        return [said(field, answer) or "N/A"]
    return [masked(joined(field, answer, "\n"))]


def masked(cell: str) -> str:
    """Return a cell as LimeSurvey guards it from being a formula."""
    return f"'{cell}" if cell.startswith("=") else cell


def coded(labels: Sequence[str], letters: str) -> dict[str, str]:
    """Return the codes of labels."""
    return {label: f"{letters}{number:02d}" for number, label in enumerate(labels, 1)}


def limesurvey_codes(programme: Programme, people: Sequence[Answers], partial: Sequence[bool], frame: str) -> Rows:
    """Return the rows of a LimeSurvey export in codes, items written as ``frame`` says: ``[{}]`` or ``_{}``."""
    rows = [[*LIMESURVEY_CODES]]
    for name, field in questions_of(programme):
        codes = coded(field.items if isinstance(field, Levels) else options_of(field), "SQ").values()
        items = limesurvey_items(field, "", list(codes))
        items = list(codes) if isinstance(field, Levels) else items
        rows[0] += [name + frame.format(item) for item in items] or [name]
    for number, answers in enumerate(people):
        row = limesurvey_own(number, partial=partial[number])
        for name, field in questions_of(programme):
            row += limesurvey_coded(field, answers[name])
        rows.append(row)
    return rows


def limesurvey_coded(field: AnyField, answer: object) -> Cells:
    """Return one person's cells for one question, in codes."""
    if isinstance(field, Levels):
        codes = coded(field.levels, "A")
        return [codes.get(level, "") for level in graded(field, answer)]
    codes = coded(options_of(field), "A")
    if isinstance(field, Ranking):
        order = [codes[option] for option in chosen(field, answer)]
        return order + [""] * (len(field.options) - len(order))
    if field.kind in SEVERAL:
        return ["Y" if cell else "" for cell in ticks(field, answer, str)]
    if isinstance(field, YesNo):
        return [{"Oui": "Y", "Non": "N"}.get(said(field, answer), "")]
    cell = joined(field, answer, "\n")
    return [codes.get(cell, masked(cell))]


def with_codes(programme: Programme) -> Programme:
    """Return the programme with the codes of its questions and answers mapped."""
    questions: dict[str, str] = {}
    options: dict[str, Mapping[str, str]] = {}
    for name, field in questions_of(programme):
        items = field.items if isinstance(field, Levels) else options_of(field) if field.kind in SEVERAL else []
        questions |= {f"{name}[{code}]": f"{name} [{item}]" for item, code in coded(items, "SQ").items()}
        labels = field.levels if isinstance(field, Levels) else [] if field.kind in SEVERAL else options_of(field)
        options[name] = {code: label for label, code in coded(labels, "A").items()}
    data = programme.model_dump(by_alias=True, exclude_none=True)
    return Programme.read(data | {"mapping": {"questions": questions, "options": options}})


# --- Nextcloud Forms -------------------------------------------------------------------------------------------------

NEXTCLOUD = ("ID de soumission", "ID utilisateur", "Nom d'affichage", "Horodatage")
NEXTCLOUD_IDS = ("submission_id", "user_id", "user_display_name", "timestamp")


def nextcloud(programme: Programme, people: Sequence[Answers], *, guarded: bool) -> Rows:
    """Return the rows of an export of Nextcloud Forms; formulas are guarded in CSV alone."""
    rows = [[*NEXTCLOUD], [*NEXTCLOUD_IDS]]
    for number, (_, field) in enumerate(questions_of(programme)):
        items = nextcloud_items(field)
        rows[0] += [f"{field.question} ({item})" for item in items] or [field.question]
        rows[1] += [f"question-id-{number}-{at}" for at, _ in enumerate(items, 11)] or [f"question-id-{number}"]
    guard = escaped if guarded else str
    for number, answers in enumerate(people):
        row = [str(number + 7), "", "Utilisateur anonyme", f"2026-03-{DAYS[number]}T10:04:00+02:00"]
        for name, field in questions_of(programme):
            row += map(guard, nextcloud_cells(field, answers[name]))
        rows.append(row)
    return rows


def nextcloud_items(field: AnyField) -> Cells:
    """Return the items of a grid or of a ranking."""
    return list(field.items if isinstance(field, Levels) else field.options if isinstance(field, Ranking) else ())


def nextcloud_cells(field: AnyField, answer: object) -> Cells:
    """Return one person's cells for one question."""
    if isinstance(field, Levels):
        return graded(field, answer)
    if isinstance(field, Ranking):
        return ranks(field, answer)
    return [joined(field, answer, "\n" if isinstance(field, ListOfNames) else "; ")]


def escaped(cell: str) -> str:
    """Return a cell as Nextcloud guards it from being a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


# --- SurveyMonkey ----------------------------------------------------------------------------------------------------

SURVEYMONKEY = ("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
                "Last Name", "Custom Data 1")  # fmt: skip


def surveymonkey(programme: Programme, people: Sequence[Answers], unended: Sequence[bool]) -> Rows:
    """Return the rows of an export of SurveyMonkey."""
    rows = [[*SURVEYMONKEY], [""] * len(SURVEYMONKEY)]
    for _, field in questions_of(programme):
        items = surveymonkey_items(field)
        rows[0] += [field.question, *[""] * (len(items) - 1)]
        rows[1] += items
    for number, answers in enumerate(people):
        time = f"03/{DAYS[number]}/2026 10:04:06 AM"
        row = [str(10_000 + number), "1", time, "" if unended[number] else time, "192.0.2.1", "", "", "", ""]
        for name, field in questions_of(programme):
            row += surveymonkey_cells(field, answers[name])
        rows.append(row)
    return rows


def surveymonkey_items(field: AnyField) -> Cells:
    """Return what stands below a question."""
    if field.kind in SEVERAL:
        return [*options_of(field), "Other (please specify)"]
    return nextcloud_items(field) or ["Response" if options_of(field) else "Open-Ended Response"]


def surveymonkey_cells(field: AnyField, answer: object) -> Cells:
    """Return one person's cells for one question; a box that is ticked holds its own label."""
    return [*ticks(field, answer, str), ""] if field.kind in SEVERAL else nextcloud_cells(field, answer)

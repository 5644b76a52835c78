"""A year of follow-up as a page, a workbook, JSON and a notebook fragment."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from mentormatch.base.generation import write_generation
from mentormatch.base.progress import track_documents
from mentormatch.explanation.names import KEY_LABELS, Labels, NamesByPerson, labels_with_names, notice_of_names
from mentormatch.explanation.tables import SIDE_WORDS, ResultSheet, sheet
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.followup.lessons import RESULTS_KEY, EditionResults, Year, lessons
from mentormatch.followup.waves import (
    DESCRIPTION,
    GROUP_TEXTS,
    MeetingState,
    OutcomeCount,
    PersonToCall,
    Wave,
    keys_of,
    warning,
)
from mentormatch.languages.phrases import counted, listed, percent
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import FATES
from mentormatch.report.book import BookColumn, CellFormat, WorkbookWriter
from mentormatch.report.texts import render_template
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.intake import identifies_person

FILE_STEM = "suivi"
CALL_SHEET, MEETING_SHEET, OUTCOME_SHEET, REJECTED_SHEET, REMARK_SHEET = (
    "calls",
    "meetings",
    "outcomes",
    "rejected",
    "remarks",
)
LESSON_SHEET = "lessons"
SHEET_TITLES = {
    CALL_SHEET: mark("À appeler"),
    MEETING_SHEET: mark("Binômes"),
    OUTCOME_SHEET: mark("Résultats par critère"),
    LESSON_SHEET: mark("Ce que l'année enseigne"),
    REJECTED_SHEET: mark("Réponses écartées"),
    REMARK_SHEET: mark("Remarques"),
}
# Format and width of each column
COLUMN_STYLES: dict[str, tuple[tuple[CellFormat, float], ...]] = {
    CALL_SHEET: (("strong", 16), ("text", 13), ("text", 24), ("wrapped", 90)),
    MEETING_SHEET: (("strong", 18), ("strong", 18), ("text", 40)),
    OUTCOME_SHEET: (
        *(("wrapped", 34), ("wrapped", 34), ("wrapped", 34), ("count", 10), ("count", 10), ("count", 10)),
        *(("text", 10), ("text", 18), ("text", 16)),
    ),
    LESSON_SHEET: (("strong", 34), ("text", 18), ("text", 8), ("text", 12), ("text", 14), ("wrapped", 80)),
    REJECTED_SHEET: (("text", 28), ("count", 8), ("strong", 18), ("text", 14), ("wrapped", 70)),
    REMARK_SHEET: (("text", 28), ("count", 8), ("wrapped", 100)),
}


# How pairs in each state are counted, most urgent state first
STATE_COUNTS: dict[MeetingState, Callable[[int], str]] = {
    "stopped": lambda count: counted(count, "ne se voit plus", "ne se voient plus"),
    "disagreeing": lambda count: counted(count, "en désaccord", "en désaccord"),
    "unknown": lambda count: counted(count, "sans nouvelles", "sans nouvelles"),
    "meeting": lambda count: counted(count, "se voit", "se voient"),
}


def year_sheets(year: Year, labels: Labels = KEY_LABELS) -> dict[str, ResultSheet]:
    """Return the tables of the year by name, with people under these labels."""
    return {
        CALL_SHEET: call_sheet(year, labels),
        MEETING_SHEET: meeting_sheet(year, labels),
        OUTCOME_SHEET: outcome_sheet(year.outcomes()),
        REJECTED_SHEET: rejected_sheet(year),
        REMARK_SHEET: remark_sheet(year, labels),
    }


def call_sheet(year: Year, labels: Labels) -> ResultSheet:
    """Return the people to call, and why."""
    columns = [
        ("person", tr("Personne")),
        ("side", tr("Côté")),
        ("partners", tr("Binôme")),
        ("reasons", tr("Pourquoi")),
    ]
    rows = (
        (
            labels.person(call.side, call.person),
            tr(SIDE_WORDS[call.side]),
            partners_of(call, labels),
            " · ".join(map(labels.text, call.reasons)),
        )
        for call in year.to_call
    )
    return sheet(columns, rows)


def partners_of(call: PersonToCall, labels: Labels) -> str:
    across = ACROSS[call.side]
    return listed([labels.person(across, key) for key in call.partners])


def meeting_sheet(year: Year, labels: Labels) -> ResultSheet:
    """Return the state of each pair, most urgent first."""
    columns = [("mentor", tr("Mentor·e")), ("mentee", tr("Mentoré·e")), ("state", tr("Où ils en sont"))]
    ordered = sorted(year.meetings, key=lambda meeting: list(STATE_COUNTS).index(meeting.state))
    person_label = labels.person
    return sheet(
        columns,
        (
            (person_label("mentor", meeting.pair.mentor), person_label("mentee", meeting.pair.mentee), meeting.words)
            for meeting in ordered
        ),
    )


def rejected_sheet(year: Year) -> ResultSheet:
    """Return the rejected answers with their reasons; keys that identify people are left out."""
    columns = [
        *(("source", tr("Fichier")), ("line", tr("Ligne")), ("key", tr("Identifiant"))),
        *(("fate", tr("Sort")), ("reason", tr("Raison"))),
    ]
    rows = (row for wave in year.waves for row in wave.rejected)
    return sheet(
        columns,
        (
            (row.source, row.line, "" if tells_who(row.key) else row.key, tr(FATES[row.fate]), row.reason)
            for row in rows
        ),
    )


def remark_sheet(year: Year, labels: Labels) -> ResultSheet:
    """Return the remarks on the answers."""
    columns = [("source", tr("Fichier")), ("line", tr("Ligne")), ("text", tr("Remarque"))]
    remarks = (remark for wave in year.waves for remark in wave.remarks)
    return sheet(
        columns,
        ((remark.source, "" if remark.line is None else remark.line, labels.text(remark.text)) for remark in remarks),
    )


def outcome_sheet(counts: tuple[OutcomeCount, ...]) -> ResultSheet:
    """Return the outcomes of the pairs, one row per group."""
    columns = [
        *(("outcome", tr("Résultat")), ("criterion", tr("Critère")), ("group", tr("Binômes qui ont, à ce critère"))),
        *(("pairs", tr("Binômes")), ("known", tr("Connus")), ("reached", tr("Oui"))),
        *(("share", tr("Part")), ("interval", tr("Intervalle à 95 %")), ("few", tr("Petit nombre"))),
    ]
    return sheet(
        columns,
        (
            (
                *(
                    count.outcome,
                    count.criterion,
                    tr(GROUP_TEXTS[count.group]),
                    count.pairs,
                    count.known,
                    count.reached,
                ),
                *(
                    "" if count.share is None else percent(count.share),
                    format_interval_text(count),
                    tr("petit nombre") if count.few else "",
                ),
            )
            for count in counts
        ),
    )


def format_interval_text(count: OutcomeCount) -> str:
    """Return the confidence interval of a share as a text, empty if no answer is known."""
    if count.low is None or count.high is None:
        return ""
    return tr("{low} à {high}", low=f"{count.low * 100:.0f}", high=percent(count.high))


def figures(year: Year) -> Iterator[tuple[int, str]]:
    """Yield the headline numbers, each with its noun."""
    states = [pair.state for pair in year.meetings]
    pairs, meeting, calls = len(year.pairs), states.count("meeting"), len(year.to_call)
    yield pairs, tr_n("binôme", "binômes", pairs)
    yield meeting, tr_n("se voit", "se voient", meeting)
    yield states.count("stopped") + states.count("disagreeing"), tr("ne se voient plus, ou ne sont pas d'accord")
    yield calls, tr_n("personne à appeler", "personnes à appeler", calls)


def count_answers(year: Year, wave: Wave) -> str:
    """Return a sentence on the number of people who answered one wave."""
    common, people = year.programme.heading.keys_are_common, dict[tuple[Side | None, str], bool]()
    for side, key in {(side, keys_of(pair)[side]) for pair in year.pairs for side in SIDES}:
        person = None if identifies_person(key, common=common) else side, canonical(key)
        people[person] = people.get(person, False) or bool(wave.replies_of(side, key))
    replied = sum(people.values())
    replies = counted(replied, "personne a répondu", "personnes ont répondu")
    return tr("À {months} mois : {replied} sur {people}.", months=wave.months, replied=replies, people=len(people))


def year_summary(year: Year) -> str:
    """Return the year in one sentence."""
    states = [meeting.state for meeting in year.meetings]
    state_texts = [
        format_count(states.count(state)) for state, format_count in reversed(STATE_COUNTS.items()) if state in states
    ]
    pairs = counted(len(year.pairs), "binôme")
    return (
        tr("Sur {pairs} : {states}.", pairs=pairs, states=listed(state_texts)) if state_texts else tr("Aucun binôme.")
    )


def year_page(year: Year, names: NamesByPerson | None = None) -> bytes:
    return fill_template("follow_up.html", year, names).encode("utf-8")


def notebook_fragment(year: Year) -> str:
    """Return the year for a notebook, with codes if keys identify people, because outputs are saved.

    If such codes are unknown, or the survey does not identify people, tables of people are left out.
    """
    return fill_template("follow_up_fragment.html", year)


def fill_template(template: str, year: Year, names: NamesByPerson | None = None) -> str:
    tables, lines = year_sheets(year, get_document_labels(year, names)), year.outcomes()
    context = {
        "figures": tuple(figures(year)),
        "summary": year_summary(year),
        "answered": [count_answers(year, wave) for wave in year.waves],
        "sheets": tables,
        "outcomes": list(group_by(tables[OUTCOME_SHEET].rows, lambda row: row[0]).items()),
        "named": bool(year.programme.fields_with("key")) and hides_people(year),
        "months": year.waves[-1].months,
        "warning": warning(lines),
        "description": tr(DESCRIPTION),
        "held": "" if names is None else notice_of_names(names),
    }
    return render_template(template, name=year.programme.name, **context)


def hides_people(year: Year) -> bool:
    """Return whether the labels of the year identify nobody: no key does, or codes replace them."""
    return year.labels is not KEY_LABELS or not any(
        tells_who(key) for pair in year.pairs for key in keys_of(pair).values()
    )


def get_document_labels(year: Year, names: NamesByPerson | None) -> Labels:
    return year.labels if names is None else labels_with_names(names, year.labels, coded=True)


def year_workbook(year: Year, names: NamesByPerson | None = None) -> bytes:
    """Return the workbook of the year, with names next to codes if ``names`` are given."""
    book = WorkbookWriter(tr("Suivi – {name}", name=year.programme.name))
    tables = {**year_sheets(year, get_document_labels(year, names)), LESSON_SHEET: lessons([year]).sheet}
    for name, table in tables.items():
        columns = [
            BookColumn(title, width, form)
            for title, (form, width) in zip(table.titles, COLUMN_STYLES[name], strict=True)
        ]
        book.table(tr(SHEET_TITLES[name]), columns, table.rows)
    lines = [
        year_summary(year),
        *(count_answers(year, wave) for wave in year.waves),
        warning(year.outcomes()),
        tr(DESCRIPTION),
    ]
    lines += [] if names is None else [notice_of_names(names)]
    book.table(tr("Lire ce suivi"), [BookColumn(tr("À savoir"), 110, "wrapped")], [(line,) for line in lines if line])
    return book.content()


def year_json(year: Year) -> str:
    """Return the year as one JSON object, with codes if keys identify people and their codes are known."""
    content = {
        "schema_version": 1,
        "months": [wave.months for wave in year.waves],
        "meetings": [
            {"mentor": item.pair.mentor, "mentee": item.pair.mentee, "state": item.state, "months": item.months}
            for item in year.meetings
        ],
        "to_call": [
            {
                "person": item.person,
                "side": item.side,
                "partners": item.partners,
                "rank": item.rank,
                "reasons": item.reasons,
            }
            for item in year.to_call
        ],
        "outcomes": [
            {"outcome": item.outcome, "criterion": item.criterion, "group": item.group, "pairs": item.pairs}
            | {"known": item.known, "reached": item.reached, "low": item.low, "high": item.high, "few": item.few}
            for item in year.outcomes()
        ],
        "rejected": [
            {"source": row.source, "line": row.line, "reason": row.reason}
            for wave in year.waves
            for row in wave.rejected
        ],
        RESULTS_KEY: EditionResults.of(year).model_dump(mode="json"),
    }
    return year.labels.text(json.dumps(content, ensure_ascii=False, indent=1)) + "\n"


# JSON has no names.
WRITER_BY_SUFFIX: dict[str, Callable[[Year, NamesByPerson | None], bytes]] = {
    ".html": year_page,
    ".xlsx": year_workbook,
    ".json": lambda year, names: year_json(year).encode("utf-8"),
}


def write_year(year: Year, folder: Path, *, replace: bool, names: NamesByPerson | None = None) -> tuple[Path, ...]:
    """Write page, workbook and JSON, and return the files. With ``names``, only the owner may read the first two."""
    contents = {}
    with track_documents(len(WRITER_BY_SUFFIX)) as next_document:
        for suffix, write in WRITER_BY_SUFFIX.items():
            next_document()
            contents[suffix] = write(year, names)
    with write_generation(folder, "follow-up", replace=replace) as draft:
        for suffix, content in contents.items():
            draft.put(f"{FILE_STEM}{suffix}", content, private=names is not None and suffix != ".json")
    return tuple(folder / f"{FILE_STEM}{suffix}" for suffix in contents)

"""The year as staff read it: a page, a workbook, JSON, and what a notebook shows, all from the same tables."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from mentormatch.base.generation import write_generation
from mentormatch.base.progress import track_documents
from mentormatch.explanation.names import KEYS, Labels, NamesByPerson, holding, labels_with_names
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
from mentormatch.report.book import Book, BookColumn, CellForm
from mentormatch.report.texts import render_template
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.intake import tells_a_person

KIND, NAME = "follow-up", "suivi"
CALLS, MEETINGS, OUTCOMES, REJECTED, REMARKS = "calls", "meetings", "outcomes", "rejected", "remarks"
LESSONS = "lessons"
TITLES = {
    CALLS: mark("À appeler"),
    MEETINGS: mark("Binômes"),
    OUTCOMES: mark("Résultats par critère"),
    LESSONS: mark("Ce que l'année enseigne"),
    REJECTED: mark("Réponses écartées"),
    REMARKS: mark("Remarques"),
}
LOOKS: dict[str, tuple[tuple[CellForm, float], ...]] = {
    CALLS: (("strong", 16), ("text", 13), ("text", 24), ("wrapped", 90)),
    MEETINGS: (("strong", 18), ("strong", 18), ("text", 40)),
    OUTCOMES: (
        *(("wrapped", 34), ("wrapped", 34), ("wrapped", 34), ("count", 10), ("count", 10), ("count", 10)),
        *(("text", 10), ("text", 18), ("text", 16)),
    ),
    LESSONS: (("strong", 34), ("text", 18), ("text", 8), ("text", 12), ("text", 14), ("wrapped", 80)),
    REJECTED: (("text", 28), ("count", 8), ("strong", 18), ("text", 14), ("wrapped", 70)),
    REMARKS: (("text", 28), ("count", 8), ("wrapped", 100)),
}
"""The form and the width of each column."""


COUNTED: dict[MeetingState, Callable[[int], str]] = {
    "stopped": lambda count: counted(count, "ne se voit plus", "ne se voient plus"),
    "disagreeing": lambda count: counted(count, "en désaccord", "en désaccord"),
    "unknown": lambda count: counted(count, "sans nouvelles", "sans nouvelles"),
    "meeting": lambda count: counted(count, "se voit", "se voient"),
}
"""How pairs in each state are counted, those that need a look first."""


def year_sheets(year: Year, labels: Labels = KEYS) -> dict[str, ResultSheet]:
    """Return the year as plain tables, by their codes, its people under these labels."""
    return {
        CALLS: call_sheet(year, labels),
        MEETINGS: meeting_sheet(year, labels),
        OUTCOMES: outcome_sheet(year.outcomes()),
        REJECTED: rejected_sheet(year),
        REMARKS: remark_sheet(year, labels),
    }


def call_sheet(year: Year, labels: Labels) -> ResultSheet:
    """Return who should be called, and why."""
    columns = [
        ("person", tr("Personne")),
        ("side", tr("Côté")),
        ("partners", tr("Binôme")),
        ("reasons", tr("Pourquoi")),
    ]
    rows = (
        (
            labels.person(one.side, one.person),
            tr(SIDE_WORDS[one.side]),
            partners_of(one, labels),
            " · ".join(one.reasons),
        )
        for one in year.to_call
    )
    return sheet(columns, rows)


def partners_of(one: PersonToCall, labels: Labels) -> str:
    """Return the partners of somebody."""
    across = ACROSS[one.side]
    return listed([labels.person(across, key) for key in one.partners])


def meeting_sheet(year: Year, labels: Labels) -> ResultSheet:
    """Return where each pair stands, those that need a look first."""
    columns = [("mentor", tr("Mentor·e")), ("mentee", tr("Mentoré·e")), ("state", tr("Où ils en sont"))]
    ordered = sorted(year.meetings, key=lambda one: list(COUNTED).index(one.state))
    called = labels.person
    return sheet(
        columns, ((called("mentor", one.pair.mentor), called("mentee", one.pair.mentee), one.words) for one in ordered)
    )


def rejected_sheet(year: Year) -> ResultSheet:
    """Return the answers that were set aside, and why."""
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
    """Return what is odd about the answers."""
    columns = [("source", tr("Fichier")), ("line", tr("Ligne")), ("text", tr("Remarque"))]
    remarks = (one for wave in year.waves for one in wave.remarks)
    return sheet(
        columns, ((one.source, "" if one.line is None else one.line, labels.text(one.text)) for one in remarks)
    )


def outcome_sheet(counts: tuple[OutcomeCount, ...]) -> ResultSheet:
    """Return what became of the pairs, a row a group."""
    columns = [
        *(("outcome", tr("Résultat")), ("criterion", tr("Critère")), ("group", tr("Binômes qui ont, à ce critère"))),
        *(("pairs", tr("Binômes")), ("known", tr("Connus")), ("reached", tr("Oui"))),
        *(("share", tr("Part")), ("interval", tr("Intervalle à 95 %")), ("few", tr("Petit nombre"))),
    ]
    return sheet(
        columns,
        (
            (
                *(one.outcome, one.criterion, tr(GROUP_TEXTS[one.group]), one.pairs, one.known, one.reached),
                *(
                    "" if one.share is None else percent(one.share),
                    interval(one),
                    tr("petit nombre") if one.few else "",
                ),
            )
            for one in counts
        ),
    )


def interval(count: OutcomeCount) -> str:
    """Return between what and what a share is, empty where nothing is known."""
    if count.low is None or count.high is None:
        return ""
    return tr("{low} à {high}", low=f"{count.low * 100:.0f}", high=percent(count.high))


def figures(year: Year) -> Iterator[tuple[int, str]]:
    """Yield the numbers that stand at the top, each with its noun."""
    states = [one.state for one in year.meetings]
    pairs, meeting, calls = len(year.pairs), states.count("meeting"), len(year.to_call)
    yield pairs, tr_n("binôme", "binômes", pairs)
    yield meeting, tr_n("se voit", "se voient", meeting)
    yield states.count("stopped") + states.count("disagreeing"), tr("ne se voient plus, ou ne sont pas d'accord")
    yield calls, tr_n("personne à appeler", "personnes à appeler", calls)


def count_answers(year: Year, wave: Wave) -> str:
    """Return how many people answered one wave, in a sentence."""
    common, people = year.programme.heading.keys_are_common, dict[tuple[Side | None, str], bool]()
    for side, key in {(side, keys_of(pair)[side]) for pair in year.pairs for side in SIDES}:
        one = None if tells_a_person(key, common=common) else side, canonical(key)
        people[one] = people.get(one, False) or bool(wave.replies_of(side, key))
    replied = sum(people.values())
    replies = counted(replied, "personne a répondu", "personnes ont répondu")
    return tr("À {months} mois : {replied} sur {people}.", months=wave.months, replied=replies, people=len(people))


def year_summary(year: Year) -> str:
    """Return the year in a sentence or two."""
    states = [one.state for one in year.meetings]
    states_in_words = [words(states.count(state)) for state, words in reversed(COUNTED.items()) if state in states]
    pairs = counted(len(year.pairs), "binôme")
    return (
        tr("Sur {pairs} : {states}.", pairs=pairs, states=listed(states_in_words))
        if states_in_words
        else tr("Aucun binôme.")
    )


def year_page(year: Year, names: NamesByPerson | None = None) -> bytes:
    """Return the year as a page for the team, with the names of people beside their keys where these are given."""
    return fill_template("follow_up.html", year, names).encode("utf-8")


def notebook_fragment(year: Year) -> str:
    """Return the year as a notebook shows it: people only where they have codes, for its outputs are saved."""
    return fill_template("follow_up_fragment.html", year)


def fill_template(template: str, year: Year, names: NamesByPerson | None = None) -> str:
    """Return ``template`` filled with the year."""
    tables, lines = year_sheets(year, labels_of(year, names)), year.outcomes()
    said = {
        "figures": tuple(figures(year)),
        "summary": year_summary(year),
        "answered": [count_answers(year, wave) for wave in year.waves],
        "sheets": tables,
        "outcomes": list(group_by(tables[OUTCOMES].rows, lambda row: row[0]).items()),
        "named": bool(year.programme.fields_with("key")),
        "months": year.waves[-1].months,
        "warning": warning(lines),
        "description": tr(DESCRIPTION),
        "held": "" if names is None else holding(names),
    }
    return render_template(template, name=year.programme.name, **said)


def labels_of(year: Year, names: NamesByPerson | None) -> Labels:
    """Return what people are called in a document."""
    return year.labels if names is None else labels_with_names(names, year.labels, coded=True)


def year_workbook(year: Year, names: NamesByPerson | None = None) -> bytes:
    """Return the year as a workbook, with the names of people beside their keys where these are given."""
    book = Book(tr("Suivi – {name}", name=year.programme.name))
    tables = {**year_sheets(year, labels_of(year, names)), LESSONS: lessons([year]).sheet}
    for name, table in tables.items():
        columns = [
            BookColumn(title, width, form) for title, (form, width) in zip(table.titles, LOOKS[name], strict=True)
        ]
        book.table(tr(TITLES[name]), columns, table.rows)
    lines = [
        year_summary(year),
        *(count_answers(year, wave) for wave in year.waves),
        warning(year.outcomes()),
        tr(DESCRIPTION),
    ]
    lines += [] if names is None else [holding(names)]
    book.table(tr("Lire ce suivi"), [BookColumn(tr("À savoir"), 110, "wrapped")], [(line,) for line in lines if line])
    return book.content()


def year_json(year: Year) -> str:
    """Return the year as one JSON object, in codes."""
    content = {
        "schema_version": 1,
        "months": [wave.months for wave in year.waves],
        "meetings": [
            {"mentor": one.pair.mentor, "mentee": one.pair.mentee, "state": one.state, "months": one.months}
            for one in year.meetings
        ],
        "to_call": [
            {"person": one.person, "side": one.side, "partners": one.partners, "rank": one.rank, "reasons": one.reasons}
            for one in year.to_call
        ],
        "outcomes": [
            {"outcome": one.outcome, "criterion": one.criterion, "group": one.group, "pairs": one.pairs}
            | {"known": one.known, "reached": one.reached, "low": one.low, "high": one.high, "few": one.few}
            for one in year.outcomes()
        ],
        "rejected": [
            {"source": row.source, "line": row.line, "reason": row.reason}
            for wave in year.waves
            for row in wave.rejected
        ],
        RESULTS_KEY: EditionResults.of(year).model_dump(mode="json"),
    }
    return year.labels.text(json.dumps(content, ensure_ascii=False, indent=1)) + "\n"


WRITERS: dict[str, Callable[[Year, NamesByPerson | None], bytes]] = {
    ".html": year_page,
    ".xlsx": year_workbook,
    ".json": lambda year, names: year_json(year).encode("utf-8"),
}
"""What each suffix is written by; JSON holds no names."""


def write_year(year: Year, folder: Path, *, replace: bool, names: NamesByPerson | None = None) -> tuple[Path, ...]:
    """Write page, workbook and JSON, and return the files; where there are ``names``, the owner alone reads the two."""
    contents = {}
    with track_documents(len(WRITERS)) as begin:
        for suffix, make in WRITERS.items():
            begin()
            contents[suffix] = make(year, names)
    with write_generation(folder, KIND, replace=replace) as draft:
        for suffix, content in contents.items():
            draft.put(f"{NAME}{suffix}", content, private=names is not None and suffix != ".json")
    return tuple(folder / f"{NAME}{suffix}" for suffix in contents)

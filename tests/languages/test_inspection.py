"""What came in is told in English to whom asks for it."""

from typing import Any

from pandas import DataFrame

from mentormatch import Programme, intake, language, match
from mentormatch.explanation.tables import contribution_sheet, pair_sheet, rejected_sheet, unmatched_sheet
from mentormatch.languages.text_keys import flags
from mentormatch.places.finding import find
from mentormatch.programme.enrolment import read_tables
from tests.english import french_in

FIELDS: dict[str, dict[str, Any]] = {
    "role": {"question": "You take part as", "kind": "choice", "options": ["Mentor", "Mentee"]},
    "mail": {"question": "Email", "kind": "text", "use": "contact"},
    "notice": {"question": "I agree", "kind": "yesno", "use": "consent"},
    "faith": {"question": "Religion", "kind": "text", "use": "forbidden"},
    "health": {"question": "Handicap", "kind": "text", "use": "display"},
    "day": {"question": "Day", "kind": "text", "use": "display"},
    "trade": {"question": "Trade", "kind": "choice", "options": ["stage", "sound"]},
}
ROWS = [
    ("Mentor", "a@x.org", "oui", "", "", "2026-01-02", "stage"),
    ("Mentor", "b@x.org", "oui", "", "", "2026-02-31", ""),
    ("Mentee", "c@x.org", "oui", "", "", "2026-01-02", "sound"),
    ("Mentee", "d@x.org", "oui", "", "", "soon", "stage"),
    ("Mentee", "e@x.org", "non", "", "", "2026-01-02", "stage"),
]
FRAME = DataFrame(ROWS, columns=[field["question"] for field in FIELDS.values()], dtype=object)
PROGRAMME = Programme.read(
    {
        "programme": {
            "name": "X",
            "role": {"field": "role", "mentor": "Mentor", "mentee": "Mentee"},
            "email": "mail",
            "minimum_answered": 0.5,
        },
        "fields": FIELDS,
        "criteria": [{"kind": "same", "field": "trade", "name": "same trade", "weight": 1}],
        "rules": [{"kind": "different", "field": "trade", "name": "another trade"}],
    }
)


def test_what_was_assumed_what_is_odd_and_who_could_meet_whom_is_said_in_english() -> None:
    with language("en"):
        report = intake(PROGRAMME, FRAME)
        told = [*report.reading.assumed, *(text for _, text in report.fates.taken)]
        told += [remark.text for remark in report.remarks.told]
        told += [reason for seats in report.market.seats for reason, _ in seats.set_aside]
        told += [legend for question in report.questions.asked for legend in question.legend]
        told += [name for one in report.market.scarce for name in (one.person, *one.partners)]
    assert "Without a yes to “I agree”, a line is rejected." in told
    assert "“day”: impossible date" in told
    assert "too few answers" in told
    assert "line 2" in told
    assert not french_in(" ".join(told))


def test_the_tables_of_a_result_have_english_headings() -> None:
    with language("en"):
        cohort = intake(PROGRAMME, FRAME).cohort
        result = match(cohort, PROGRAMME)
        sheets = [pair_sheet(result.pairs), contribution_sheet(result.pairs), rejected_sheet(cohort.rows)]
        sheets.append(unmatched_sheet(result.unmatched, [None] * len(result.unmatched)))
    assert not french_in(" ".join(title for sheet in sheets for title in sheet.titles))
    assert {row[1] for row in sheets[-1].rows} <= {"mentor", "mentee"}
    assert len(read_tables(FRAME)) == 1


def test_notes_on_places_and_on_letters_are_in_the_language_that_is_spoken() -> None:
    for said in ("Saint-Denis", "nowhere", "Vienne", "38000 75001", "Isere (nowhere)"):
        french = find(said)
        with language("en"):
            told = find(said)
        assert told.position == french.position
        assert french_in(french.note)
        assert told.note
        assert not french_in(told.note)
    with language("en"):
        assert flags("Pau\u200bl") == ("invisible character",)

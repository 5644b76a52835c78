"""Which answer of one person counts: the latest by date, else the last in the file and told so, or it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import Cohort, Programme, SurveyError
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.survey.duplicates import find_newest, is_earlier
from mentormatch.survey.intake import build_cohort
from mentormatch.survey.moments import moments
from mentormatch.survey.table import SentMoment
from mentormatch.survey.tool import sort_by_tool
from tests.conftest import DEEP
from tests.survey.intake.answers import EMAIL, TRADE
from tests.survey.tools.exports import as_read

ROLE = {"question": "Rôle", "kind": "choice", "options": ["Mentor·e", "Mentoré·e"]}
ROLES = {"field": "role", "mentor": "Mentor·e", "mentee": "Mentoré·e"}
OURS = ["Rôle", "Courriel", "Métier"]
OLDER, FURTHER = "plus récente", "plus loin dans le fichier"
TOOLS = {
    "google": (["Horodateur"], ["{}"], []),
    "google in English": (["Timestamp"], ["{}"], []),
    "surveymonkey": (["Respondent ID", "Start Date", "End Date"], ["1", "{}", "{}"], []),
    "microsoft": (["ID", "Heure de début", "Heure de fin"], ["1", "{}", "{}"], []),
    "tally": (["Submission ID", "Respondent ID", "Submitted at"], ["1", "2", "{}"], []),
    "typeform": (["#"], ["1"], ["{}", "{}"]),
}
"""The columns in front, what they hold, and what stands behind the questions, where ``{}`` is when a row was sent."""
BEHIND = {"typeform": ["Start Date (UTC)", "Submit Date (UTC)"]}
FORMATS = [
    *("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p", "%d/%m/%y %H:%M:%S"),
    *("%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%d %I:%M:%S %p UTC+2", "%d/%m/%Y"),
]
many = settings(max_examples=5_000 if DEEP else 40)


def programme(dates: str | None = None) -> Programme:
    fields = {"role": ROLE, "courriel": EMAIL, "metier": TRADE}
    mapping = {"dates": dates} if dates else {}
    return Programme.read({"programme": {"name": "Essai", "role": ROLES}, "fields": fields, "mapping": mapping})


def cohort_of(tool: str, rows: Sequence[tuple[str, str]], dates: str | None = None) -> Cohort:
    """Return the cohort of rows with when they were sent and the e-mail of who sent them, as a tool exports them."""
    front, own, behind = TOOLS[tool]
    cells = [
        [*(cell.format(when) for cell in own), "Mentor·e", email, "Production", *(cell.format(when) for cell in behind)]
        for when, email in rows
    ]
    items = [["", "", "", "Response", "Response", "Response"]] if tool == "surveymonkey" else []
    table = sort_by_tool(as_read([[*front, *OURS, *BEHIND.get(tool, [])], *items, *cells]))
    assert table.tool == tool.split()[0]
    return build_cohort([(table, None)], make_intake_plan(programme(dates)))


@dataclass(frozen=True)
class Case:
    """Answers of some people in the order of the file, and how the tool writes when they were sent."""

    tool: str
    form: str
    sent: list[tuple[datetime, str]]

    @property
    def rows(self) -> list[tuple[str, str]]:
        return [(when.strftime(self.form), email) for when, email in self.sent]

    @property
    def above(self) -> int:
        return 3 if self.tool == "surveymonkey" else 2

    @property
    def latest(self) -> dict[str, set[int]]:
        """The lines that may count for each person: those of their latest answers, as far as is written."""
        found: dict[str, set[int]] = {}
        for _, email in self.sent:
            mine = [
                (self.written(when), line) for line, (when, one) in enumerate(self.sent, self.above) if one == email
            ]
            found[email] = {line for when, line in mine if when == max(mine)[0]}
        return found

    def written(self, when: datetime) -> datetime:
        return datetime.strptime(when.strftime(self.form), self.form)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw up to nine answers of up to three people, in the order of time, against it, or in any."""
    first = draw(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)))
    gaps = draw(st.lists(st.integers(0, 60 * 24 * 40), min_size=2, max_size=9))
    whens = sorted(first.replace(microsecond=0) + timedelta(minutes=sum(gaps[:at])) for at in range(len(gaps)))
    arranged = draw(st.sampled_from([whens, whens[::-1]]) | st.permutations(whens))
    emails = [draw(st.sampled_from(["a@x.fr", "b@x.fr", "c@x.fr"])) for _ in whens]
    return Case(
        draw(st.sampled_from(sorted(TOOLS))), draw(st.sampled_from(FORMATS)), list(zip(arranged, emails, strict=True))
    )


def cohort_or_question(case: Case) -> tuple[Cohort | None, str]:
    try:
        return cohort_of(case.tool, case.rows), ""
    except SurveyError as refusal:
        return None, str(refusal)


@many
@given(case=cases())
def test_the_latest_answer_counts_or_it_is_asked_or_told(case: Case) -> None:
    cohort, asked = cohort_or_question(case)
    if cohort is None:
        assert '[mapping] dates = "day first"' in asked
        return
    doubted = any("est lu" in remark.text for remark in cohort.remarks)
    for row in cohort.rows:
        email = case.sent[row.line - case.above][1]
        right = row.line in case.latest[email] if row.fate == "taken" else row.by in case.latest[email]
        assert right or doubted or OLDER not in row.reason, (case, row)


@many
@given(case=cases(), order=st.sampled_from(["day first", "month first"]))
def test_where_the_order_is_proved_or_said_the_latest_answer_counts(case: Case, order: str) -> None:
    said = "month first" if case.form.startswith("%m") else "day first"
    proved = case.form.startswith(("%Y", "%d.")) or any(when.day > 12 for when, _ in case.sent)
    cohort = cohort_of(case.tool, case.rows, order if proved else said)
    assert {row.line for row in cohort.rows if row.fate == "taken"} == {max(lines) for lines in case.latest.values()}, (
        case
    )
    assert not any("est lu" in remark.text for remark in cohort.remarks)


@pytest.mark.parametrize("tool", ["google in English", "microsoft", "tally", "typeform"])
def test_it_is_asked_only_where_the_order_of_day_and_month_decides(tool: str) -> None:
    with pytest.raises(SurveyError, match="se lit jour/mois ou mois/jour") as refusal:
        cohort_of(tool, [("03/04/2026 10:00", "a@x.fr"), ("04/03/2026 10:00", "a@x.fr")])
    (problem,) = refusal.value.problems
    assert "lignes 2 et 3" in problem.found
    same = cohort_of(tool, [("03/04/2026 10:00", "a@x.fr"), ("04/04/2026 10:00", "a@x.fr")])
    assert [OLDER in row.reason for row in same.rows] == [True, False]
    assert cohort_of(tool, [("03/04/2026 10:00", "a@x.fr"), ("04/03/2026 10:00", "b@x.fr")]).remarks == ()


def test_what_the_tool_and_its_language_tell_is_said_where_it_decides() -> None:
    cohort = cohort_of("google", [("03/04/2026 10:00", "a@x.fr"), ("04/03/2026 10:00", "a@x.fr")])
    assert [row.fate for row in cohort.rows] == ["taken", "replaced"]
    (remark,) = cohort.remarks
    assert "« Horodateur » est lu jour/mois" in remark.text
    assert 'dates = "month first"' in remark.text


def test_a_date_that_is_written_as_in_the_united_states_makes_a_sheet_in_french_unsure() -> None:
    with pytest.raises(SurveyError, match="se lit jour/mois ou mois/jour"):
        cohort_of("google", [("3/4/2026 10:00:00", "a@x.fr"), ("4/3/2026 10:00:00", "a@x.fr")])


@pytest.mark.parametrize("odd", ["", "hier", "31/02/2026 10:00", "13/13/2026 10:00"])
def test_an_answer_without_a_date_that_can_be_read_is_not_the_oldest(odd: str) -> None:
    for rows, kept in (([odd, "14/04/2026 10:00"], 3), (["14/04/2026 10:00", odd], 3)):
        cohort = cohort_of("google", [(when, "a@x.fr") for when in rows])
        assert [row.line for row in cohort.rows if row.fate == "taken"] == [kept]
        (gone,) = cohort.rejected
        assert FURTHER in gone.reason


def test_an_older_answer_below_one_without_a_date_is_not_called_further_down() -> None:
    rows = ["14/04/2026 10:00", "hier", "13/04/2026 10:00"]
    cohort = cohort_of("google", [(when, "a@x.fr") for when in rows])
    assert [(row.line, row.by) for row in cohort.rows] == [(2, 3), (3, None), (4, 3)]
    assert "une autre réponse de la même personne" in cohort.rows[2].reason


def test_answers_of_the_same_moment_are_told_by_their_place() -> None:
    cohort = cohort_of("google", [("14/04/2026 10:00", "a@x.fr")] * 2)
    assert [row.fate for row in cohort.rows] == ["replaced", "taken"]
    assert FURTHER in cohort.rows[0].reason


def test_an_answer_that_is_older_in_one_reading_alone_is_not_called_so() -> None:
    cohort = cohort_of("google in English", [("03/04/2026", "a@x.fr"), ("2026-04-03", "a@x.fr")])
    assert FURTHER in cohort.rows[0].reason


def test_a_column_of_two_hands_is_told_and_dates_of_both_readings_do_not_count() -> None:
    rows = [("13/04/2026", "a@x.fr"), ("04/13/2026", "b@x.fr"), ("03/04/2026", "a@x.fr")]
    cohort = cohort_of("google", rows)
    assert "d’autres en mois/jour" in cohort.remarks[0].text
    assert FURTHER in cohort.rows[0].reason


def test_dates_that_a_sheet_may_have_turned_round_do_not_count() -> None:
    rows = [("2026-04-03 10:00:00", "a@x.fr"), ("03/14/2026 10:00", "a@x.fr"), ("2026-05-05 10:00:00", "b@x.fr")]
    cohort = cohort_of("google in English", rows)
    assert "un tableur a pu inverser" in cohort.remarks[0].text
    assert [row.when and row.when.month for row in cohort.rows] == [None, 3, 5]
    assert FURTHER in cohort.rows[0].reason


IN_ORDER = [f"0{month}/0{day}/2026" for month in (3, 4) for day in (5, 6, 7, 8, 9)]


@pytest.mark.parametrize("turn", [list, lambda texts: texts[::-1]])
def test_rows_in_the_order_of_time_tell_the_day_from_the_month(turn: Callable[[list[str]], list[str]]) -> None:
    texts = [f"{text[3:5]}/{text[:2]}/2026" for text in turn(IN_ORDER)]
    found, _ = moments("Date", texts)
    assert [one.when and one.when.day for one in found] == [int(text[:2]) for text in texts]


def test_a_few_rows_in_the_order_of_time_tell_nothing() -> None:
    found, _ = moments("Date", [f"{text[3:5]}/{text[:2]}/2026" for text in IN_ORDER[-7:]])
    assert {one.when for one in found} == {None}


def test_rows_in_the_order_of_their_texts_tell_nothing_for_somebody_may_have_sorted_them() -> None:
    found, _ = moments("Date", IN_ORDER)
    assert {one.when for one in found} == {None}


def test_rows_against_what_the_tool_is_sure_to_write_tell_nothing() -> None:
    texts = [f"{text[3:5]}/{text[:2]}/2026" for text in IN_ORDER]
    found, _ = moments("Date", texts, certain="month first")
    assert {one.when for one in found} == {None}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-03-07 02:55:06.123456", "2026-03-07T02:55:06.123456"),
        ("2026-03-07T02:55:06.5Z", "2026-03-07T02:55:06.500000+00:00"),
        ("2026-03-07T02:55:06+0530", "2026-03-07T02:55:06+05:30"),
        ("2026/04/08 12:04:06 AM UTC+2", "2026-04-08T00:04:06+02:00"),
        ("13/4/26 9:05 p.m.", "2026-04-13T21:05:00"),
        ("4/13/2026 9:05:06\u202fPM", "2026-04-13T21:05:06"),
        ("13/04/2026 à 9h05", "2026-04-13T09:05:00"),
        ("13/04/2026, 09:05", "2026-04-13T09:05:00"),
        ("13.04.2026", "2026-04-13T00:00:00"),
        ("03.04.2026", "2026-04-03T00:00:00"),
        ("46120.5", "2026-04-08T12:00:00"),
        *((text, None) for text in ("13:05 PM 2026", "13/04/2026 13:05 PM", "31/02/2026", "0026-01-01", "2026-13-01")),
        *((text, None) for text in ("2026-03-07 24:00:00", "1/2", "x" * 100_000, "13/04/2026 " + " " * 99_000 + "x")),
    ],
)
def test_moments_are_read_as_tools_and_sheets_write_them(text: str, told: str | None) -> None:
    ((when, readings),), _ = moments("Date", [text])
    assert (when and when.isoformat(), readings) == (told, None)


def test_a_number_of_days_beside_dates_is_not_told_for_sheets_count_from_two_days_zero() -> None:
    assert [one.when for one in moments("Date", ["46120.5", "2026-04-08"])[0]] == [None, datetime(2026, 4, 8)]


zones = st.none() | st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
whens = st.none() | st.builds(
    lambda hours, zone: datetime(2026, 4, 8, tzinfo=zone) + timedelta(hours=hours), st.integers(-40, 40), zones
)


@many
@given(sent=st.lists(whens, min_size=1, max_size=5))
def test_none_is_known_to_be_later_than_the_answer_that_counts(sent: list[datetime | None]) -> None:
    found = find_newest([SentMoment(when) for when in sent], range(len(sent)))
    latest = [at for at, when in enumerate(sent) if not any(is_earlier(when, other) for other in sent)]
    assert found.position == max(latest)
    assert [found.is_older(at) for at in range(len(sent))] == [is_earlier(when, sent[found.position]) for when in sent]


@many
@given(one=whens, other=whens)
def test_a_moment_comes_before_another_in_every_zone_where_it_is_said_to(
    one: datetime | None, other: datetime | None
) -> None:
    if one is None or other is None:
        assert not is_earlier(one, other)
        return
    hours = [timezone(timedelta(hours=hour)) for hour in range(-12, 15)]
    sure = {zone: (one if one.tzinfo else one.replace(tzinfo=zone)) for zone in hours}
    later = [other] if other.tzinfo else [other.replace(tzinfo=zone) for zone in hours]
    if one.tzinfo is None and other.tzinfo is None:
        assert is_earlier(one, other) == (one < other)
    else:
        assert is_earlier(one, other) == all(first < second for first in sure.values() for second in later)

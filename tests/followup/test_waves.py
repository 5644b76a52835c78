"""A file of follow-up answers: each row counts for somebody's pairs, or is told with the reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import ProgrammeError, RequestError, SurveyError, follow_up
from mentormatch.followup.waves import Wave
from mentormatch.programme.sections import Wordings
from tests.followup.years import ASKED, FIELDS, asking, frame, paired, year
from tests.report.cohorts import programme


def fates(rows: list[tuple[str, ...]]) -> list[tuple[int, str]]:
    """Return the line and the reason of each row that counts for nobody."""
    return fates_in(year({1: frame(*rows)}).waves[0])


def fates_in(wave: Wave) -> list[tuple[int, str]]:
    """Return the line and the reason of each row that counts for nobody."""
    return [(row.line, row.reason) for row in wave.rejected]


def test_a_code_is_read_whatever_its_case_and_others_are_told_by_line() -> None:
    reasons = [(3, "personne de ce code n’a de binôme"), (4, "pas de code")]
    assert fates([("m1",), ("X9",), ("", "E1")]) == reasons


def test_who_has_two_partners_speaks_of_one_or_of_both() -> None:
    wave = year({1: frame(("M1", "E2"), ("M1", "E1"))}).waves[0]
    assert [len(reply.pairs) for reply in wave.replies] == [1, 1]
    assert len(year({1: frame(("M1",))}).waves[0].replies[0].pairs) == 2


def test_a_partner_who_is_not_theirs_is_told() -> None:
    (told,) = fates([("M1", "E3")])
    assert told == (2, "le code du binôme n’est pas celui d’un ou d’une partenaire de la personne")


def test_a_second_answer_replaces_the_first_pair_by_pair() -> None:
    wave = year({1: frame(("M1", "", "Non"), ("M1", "E1", "Oui"), ("E3",), ("E3",))}).waves[0]
    assert [(reply.key, reply.sent.line, len(reply.pairs)) for reply in wave.replies] == [
        ("M1", 2, 1),
        ("M1", 3, 1),
        ("E3", 5, 1),
    ]
    assert [(row.line, row.fate, row.by) for row in wave.rejected] == [(4, "replaced", 5)]


def dated(*whens: str) -> DataFrame:
    """Return answers of one mentee through a Google form, sent at these times."""
    answers = frame(*[("E3", "", "Oui")] * len(whens))
    answers.insert(0, "Timestamp", list(whens))
    return answers


def test_the_latest_answer_replaces_those_before_wherever_it_stands() -> None:
    wave = year({1: dated("14/04/2026 10:00", "2026-04-13 10:00:00.5")}).waves[0]
    assert [reply.sent.line for reply in wave.replies] == [2]
    assert fates_in(wave) == [(3, "remplacée par une réponse plus récente (ligne 2)")]
    wave = year({1: dated("14/04/2026 10:00", "hier")}).waves[0]
    assert fates_in(wave) == [(2, "remplacée par une réponse plus loin dans le fichier (ligne 3)")]


def test_it_is_asked_where_the_order_of_day_and_month_tells_which_answer_is_the_latest() -> None:
    with pytest.raises(SurveyError, match=r"lignes 2 et 3 .* \[mapping\] dates"):
        year({1: dated("03/04/2026 10:00", "04/03/2026 10:00")})
    told = asking().model_copy(update={"mapping": Wordings(dates="day first")})
    answers = dated("03/04/2026 10:00", "04/03/2026 10:00")
    assert [reply.sent.line for reply in follow_up(told, paired().pairs, {1: answers}).waves[0].replies] == [2]


def test_a_code_that_both_sides_have_tells_nobody() -> None:
    matching = paired()
    pairs = [matching.explain("M1", "E1"), matching.explain("M2", "E3")]
    twin = [
        type(pair)("X", "Y", 0, 0.0, ()) if pair.mentor == "M1" else type(pair)("Y", "Z", 0, 0.0, ()) for pair in pairs
    ]
    (row,) = follow_up(asking(), twin, {1: frame(("Y",))}).waves[0].rejected
    assert row.reason == "les deux côtés ont ce code"


def test_an_answer_that_cannot_be_read_is_remarked_on_by_line_and_never_repeated() -> None:
    (remark,) = year({1: frame(("M1", "", "peut-être"))}).waves[0].remarks
    assert (remark.line, remark.text) == (2, "« toujours » : ni oui ni non")


@given(
    st.lists(
        st.tuples(st.sampled_from(["M1", "M2", "E1", "E2", "E3", "X", " "]), st.sampled_from(["", "E1", "E3", "M1"])),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_of_a_wave_ends_once(rows: list[tuple[str, str]]) -> None:
    wave = year({1: frame(*[(*row, "Oui") for row in rows])}).waves[0]
    lines = [reply.sent.line for reply in wave.replies] + [row.line for row in wave.rejected]
    assert sorted(lines) == list(range(2, len(rows) + 2))
    about = [(reply.side, pair) for reply in wave.replies for pair in reply.pairs]
    assert len(set(about)) == len(about)


def test_a_file_without_the_code_or_without_a_question_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "suivi.csv"
    for text, words in (("Nom;Note\nx;bien\n", "Code"), ("Code;Autre\nM1;x\n", "aucune question du suivi")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SurveyError, match=words):
            follow_up(asking(), paired().pairs, {1: path})


def test_a_month_that_is_not_asked_after_and_no_wave_at_all_are_refused() -> None:
    for waves in ({2: frame(("M1",))}, {}):
        with pytest.raises(RequestError, match="1, 3, 6 et 12"):
            follow_up(asking(), paired().pairs, waves)


def test_a_programme_that_asks_nothing_is_told_what_to_write() -> None:
    with pytest.raises(ProgrammeError, match=r"\[follow_up.fields\]"):
        follow_up(programme(), paired().pairs, {1: frame(("M1",))})


def test_every_mention_of_an_unknown_question_or_answer_is_told_at_once() -> None:
    wrong = {
        **ASKED,
        "partner": "binom",
        "stopped": {"field": "toujour", "in": ["Non"]},
        "calls": [{"field": "note", "in": ["mauvais"], "why": "x"}],
        "outcomes": [{"name": "x", "field": "toujours", "in": ["peut-être"]}],
    }
    with pytest.raises(ProgrammeError) as refusal:
        programme(follow_up=wrong)
    assert [problem.where for problem in refusal.value.problems] == [
        "follow_up.partner",
        "follow_up.stopped",
        "follow_up.calls n° 1",
        "follow_up.outcomes n° 1",
    ]
    assert "vouliez-vous dire « binome »" in str(refusal.value)


@pytest.mark.parametrize("months", [[3, 1], [0], [1, 1]])
def test_months_rise(months: list[int]) -> None:
    with pytest.raises(ProgrammeError, match="des mois qui se suivent"):
        programme(follow_up={"months": months, "fields": FIELDS})

"""Canaries: an answer planted in every cell shows up in no message, remark or reason."""

from collections.abc import Callable, Iterator

import pytest
from pandas import DataFrame

from mentormatch import Cohort, MentorMatchError, Programme, evaluate, examples, match, read_survey
from mentormatch.survey.table_reader import read_table
from tests.conftest import ROOT

CANARY = "canari"
PATH = ROOT / "src" / "mentormatch" / "examples" / "mentorat" / "reponses.csv"
KEPT = ("Code participant", "Vous participez en tant que", "J'ai lu la notice d'information sur mes données")


@pytest.fixture(scope="module")
def programme() -> Programme:
    return examples.programme()


def answers(change: Callable[[str, str], str]) -> DataFrame:
    """Return the answers of the example, each changed by header and cell."""
    table = read_table(PATH)
    rows = [[change(*cell) for cell in zip(table.header, record.cells, strict=True)] for record in table.records]
    return DataFrame(rows, columns=list(table.header), dtype=object)


def planted(header: str, cell: str) -> str:
    """Plant a canary beside every answer but those that say who it is, on which side, and that they agree."""
    return cell if header in KEPT else f"{cell};{CANARY} {CANARY}@x.fr"


def instead(header: str, cell: str) -> str:
    """Plant a canary in the stead of every such answer."""
    return cell if header in KEPT else CANARY


def texts(cohort: Cohort) -> Iterator[str]:
    """Yield all that intake says of a cohort."""
    yield from (remark.text for remark in cohort.remarks)
    yield from (row.reason for row in cohort.rows)


@pytest.mark.parametrize("change", [planted, instead])
def test_no_remark_and_no_reason_of_intake_holds_an_answer(
    programme: Programme, change: Callable[[str, str], str]
) -> None:
    told = "\n".join(texts(read_survey(programme, answers(change))))
    assert len(told.splitlines()) > 50
    assert CANARY not in told.casefold()


@pytest.mark.parametrize("change", [planted, instead])
def test_no_reason_for_being_unmatched_and_no_breach_holds_an_answer(
    programme: Programme, change: Callable[[str, str], str]
) -> None:
    cohort = read_survey(programme, answers(change))
    unmatched = match(cohort, programme).unmatched
    pairs = [(mentor, mentee) for mentor in cohort.mentors.ids for mentee in cohort.mentees.ids]
    breaches = evaluate(cohort, programme, pairs).breaches
    assert unmatched
    assert breaches
    assert CANARY not in repr((unmatched, breaches)).casefold()


@pytest.mark.parametrize("header", KEPT[1:])
def test_a_row_that_is_rejected_does_not_say_what_was_answered(programme: Programme, header: str) -> None:
    cohort = read_survey(programme, answers(lambda named, cell: CANARY if named == header else cell))
    assert len(cohort.rejected) == len(cohort.rows)
    assert CANARY not in "\n".join(texts(cohort)).casefold()


def refused(programme: Programme, frame: DataFrame) -> str:
    with pytest.raises(MentorMatchError) as refusal:
        match(read_survey(programme, frame), programme)
    return str(refusal.value)


def test_a_doubled_key_is_told_by_its_lines_and_not_by_the_key(programme: Programme) -> None:
    told = refused(programme, answers(lambda named, cell: CANARY if named == KEPT[0] else cell))
    assert "lignes 2, 3" in told
    assert CANARY not in told


def test_a_capacity_that_cannot_be_used_is_told_by_key_and_field(programme: Programme) -> None:
    told = refused(programme, answers(lambda named, cell: "713,25" if named.startswith("Nombre") else cell))
    assert "M01" in told
    assert "« capacite »" in told
    assert "713" not in told


def test_a_veto_is_seen_in_no_explanation_of_a_pair(programme: Programme) -> None:
    cohort = read_survey(programme, answers(lambda named, cell: cell))
    matching = match(cohort, programme)
    vetoed = matching.explain("M05", "E04")
    assert "M05" not in repr(vetoed.contributions)
    assert "a_eviter" not in repr(vetoed.contributions)

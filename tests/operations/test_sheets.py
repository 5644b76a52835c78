"""A sheet of pairs made by hand: any columns in any order, and every wrong line told at once, without what it holds."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Pair, SurveyError, read_pairs
from tests.conftest import DEEP

COHORT = mm.examples.cohort()
SECRET = "Nadège Vialard"


def sheet(*rows: tuple[str, ...], titles: tuple[str, ...] = ("Mentor·e", "Mentoré·e")) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(titles))


def problems(frame: pd.DataFrame) -> list[str]:
    with pytest.raises(SurveyError) as refused:
        read_pairs(frame, COHORT)
    assert SECRET not in str(refused.value)
    return [str(problem) for problem in refused.value.problems]


@settings(max_examples=500 if DEEP else 20)
@given(
    st.lists(
        st.tuples(st.sampled_from(COHORT.mentors.ids), st.sampled_from(COHORT.mentees.ids)), min_size=1, unique=True
    ),
    st.permutations(["mentor", "mentee", "note"]),
)
def test_pairs_come_back_in_their_order_whatever_the_order_of_the_columns(
    pairs: list[tuple[str, str]], order: list[str]
) -> None:
    columns = {
        "mentor": [mentor for mentor, _ in pairs],
        "mentee": [mentee for _, mentee in pairs],
        "note": ["à revoir"] * len(pairs),
    }
    frame = pd.DataFrame({f"colonne {place}": columns[name] for place, name in enumerate(order)})
    assert read_pairs(frame, COHORT) == tuple(pairs)


def test_a_csv_and_a_workbook_give_the_same_pairs(tmp_path: Path) -> None:
    frame = sheet(("M06", "E08"), ("M04", "E05"))
    frame.to_csv(tmp_path / "binomes.csv", sep=";", index=False)
    frame.to_excel(tmp_path / "binomes.xlsx", index=False, engine="xlsxwriter")
    read = [read_pairs(tmp_path / name, COHORT) for name in ("binomes.csv", "binomes.xlsx")]
    assert read == [(("M06", "E08"), ("M04", "E05"))] * 2


def test_codes_are_taken_as_the_cohort_spells_them_and_half_empty_rows_are_nobodys_pair() -> None:
    assert read_pairs(sheet(("m06", " e08 "), ("M04", ""), ("", "E05")), COHORT) == (("M06", "E08"),)


def test_unknown_codes_and_doubled_pairs_are_all_told_with_their_lines_and_not_repeated() -> None:
    rows = ("M06", "E08"), (SECRET, "E05"), ("M04", SECRET), ("m06", "E08")
    assert problems(sheet(*rows)) == [
        "ligne 3, colonne 1 : code inconnu ; attendu : le code d’un·e mentor·e de cette édition",
        "ligne 4, colonne 2 : code inconnu ; attendu : le code d’un·e mentoré·e de cette édition",
        "ligne 5 : le même binôme qu’à la ligne 2 → gardez-en une",
    ]


@pytest.mark.parametrize(("row", "missing"), [((SECRET, "E05"), "mentor·e"), (("M04", SECRET), "mentoré·e")])
def test_a_sheet_without_a_column_of_codes_is_refused(row: tuple[str, str], missing: str) -> None:
    advice = "donnez une colonne de codes par côté, avec une ligne de titres au-dessus"
    assert problems(sheet(row)) == [f"colonnes : aucun code de {missing} → {advice}"]


def test_the_sheet_of_the_example_breaks_one_rule_and_serves_some_criteria_better(tmp_path: Path) -> None:
    programme = mm.examples.programme()
    theirs = mm.evaluate(COHORT, programme, read_pairs(mm.examples.copy_pairs_to(tmp_path), COHORT))
    best = mm.match(COHORT, programme)
    assert [breach.rule for breach in theirs.breaches] == ["aucun employeur en commun"]
    assert (len(theirs.pairs), len(best.pairs)) == (11, 12)

    def wishes(pairs: tuple[Pair, ...]) -> float:
        return sum(part.share for pair in pairs for part in pair.contributions if part.kind == "wishes") / len(pairs)

    assert wishes(theirs.pairs) > wishes(best.pairs)


def test_a_row_that_cannot_be_read_is_told_and_not_left_out(tmp_path: Path) -> None:
    path = tmp_path / "binomes.csv"
    path.write_text("mentor,mentee\nM06,E08\nM04,E05,extra,more\nM01,E12\n", encoding="utf-8")
    with pytest.raises(SurveyError) as refused:
        read_pairs(path, COHORT)
    (problem,) = refused.value.problems
    assert problem.where == "ligne 3"


def test_allowed_pairs_can_be_pinned_one_by_one() -> None:
    programme = mm.examples.programme()
    pairs = [("M07", "E05"), ("M13", "E07"), ("M08", "E15"), ("M06", "E08"), ("M14", "E13")]
    evaluation = mm.evaluate(COHORT, programme, pairs)
    pinned = [pair for pair in pairs if mm.match(COHORT, programme, pins=[pair]).status == "proved"]
    assert list(evaluation.allowed) == pinned == [("M06", "E08")]

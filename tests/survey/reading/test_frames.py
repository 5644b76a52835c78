import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mentormatch.errors import SurveyError
from mentormatch.survey.reading import read_table
from mentormatch.survey.table import Record


def cells_of(values: list[object], dtype: str | None = "object") -> list[str]:
    frame = pd.DataFrame({"n": [str(number) for number in range(len(values))], "v": pd.Series(values, dtype=dtype)})
    return [record.cells[1] for record in read_table(frame).records]


@pytest.mark.promise(2)
def test_strings_of_a_frame_stay_untouched() -> None:
    typed: list[object] = ["NA", "None", "null", "007", " Zoé ", "1e400", "True", ""]
    assert cells_of(typed) == typed


def test_missing_values_of_every_kind_are_empty() -> None:
    assert cells_of([None, float("nan"), pd.NaT, pd.NA, "x"]) == ["", "", "", "", "x"]
    assert cells_of([1.0, None], "float64") == ["1", ""]
    assert cells_of([1, None], "Int64") == ["1", ""]
    assert cells_of([True, None], "boolean") == ["Oui", ""]


def test_values_of_a_frame_become_the_text_that_staff_see() -> None:
    values: list[object] = [True, np.bool_(0), 2.0, np.float64(3.5), 7, np.int64(8), float("inf")]
    assert cells_of(values) == ["Oui", "Non", "2", "3.5", "7", "8", "inf"]


def test_dates_of_a_frame_are_iso() -> None:
    values: list[object] = [
        pd.Timestamp("2026-04-08"),
        pd.Timestamp("2026-04-08 10:04:06"),
        dt.date(2026, 4, 9),
        dt.time(9, 5),
    ]
    assert cells_of(values) == ["2026-04-08", "2026-04-08 10:04:06", "2026-04-09", "09:05:00"]


def test_a_record_is_numbered_as_if_the_header_were_line_one() -> None:
    table = read_table(pd.DataFrame({"nom": ["Zoé", "", "Anne"]}))
    assert table.source == "tableau"
    assert table.records == (Record(2, ("Zoé",)), Record(4, ("Anne",)))


def test_an_index_is_kept_only_where_it_has_a_name() -> None:
    frame = pd.DataFrame({"nom": ["Zoé"]}, index=["M01"])
    assert read_table(frame).header == ("nom",)
    assert read_table(frame.rename_axis("id")).records[0].cells == ("M01", "Zoé")


def test_doubled_labels_of_a_frame_are_refused() -> None:
    with pytest.raises(SurveyError, match="colonnes 1 et 2"):
        read_table(pd.DataFrame([["a", "b"]], columns=["nom", "nom"]))


def test_layered_labels_are_joined() -> None:
    frame = pd.DataFrame([["a", "b"]], columns=pd.MultiIndex.from_tuples([("jours", "lundi"), ("jours", "mardi")]))
    assert read_table(frame).header == ("jours lundi", "jours mardi")


def test_a_frame_without_rows_is_a_table_without_records() -> None:
    assert read_table(pd.DataFrame(columns=["nom"])).records == ()


def test_a_frame_without_columns_is_refused() -> None:
    with pytest.raises(SurveyError, match="aucune réponse"):
        read_table(pd.DataFrame())


def test_a_nul_in_a_frame_is_refused_with_its_line() -> None:
    table = read_table(pd.DataFrame({"nom": ["Zoé", "a\0b"]}))
    assert [refused.line for refused in table.refused] == [3]


def test_what_is_neither_file_nor_frame_is_refused() -> None:
    with pytest.raises(SurveyError, match="int"):
        read_table(3)  # type: ignore[arg-type]  # what is refused is the type

"""Frames of any kind, and records, become the text that staff would see in a sheet."""

import datetime as dt
from copy import deepcopy
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from mentormatch import SurveyError
from mentormatch.fields import SeveralAnswers
from mentormatch.survey.table import Record
from mentormatch.survey.table_reader import read_table


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
    for named in (frame.rename_axis("id"), nw.from_native(frame.rename_axis("id"))):
        assert read_table(named).records[0].cells == ("M01", "Zoé")


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


TEXTS = ["x", None]
LISTS = [["a", "b"], None]
MOMENT = dt.datetime(2026, 4, 8, 10, 4, 6)


def arrow(values: list[Any], kind: pa.DataType) -> pa.Table:
    return pa.table({"v": pa.array(values, type=kind)})


def of_arrow(values: list[Any], kind: pa.DataType) -> pd.DataFrame:
    return pd.DataFrame({"v": pd.Series(values, dtype=pd.ArrowDtype(kind))})


@pytest.mark.parametrize(
    ("frame", "cell"),
    [
        (pd.DataFrame({"v": pd.Categorical(TEXTS)}), "x"),
        (pd.DataFrame({"v": pd.Series([3.1, None], dtype="float32")}), "3.1"),
        (pd.DataFrame({"v": pd.Series([MOMENT, None]).dt.tz_localize("Europe/Paris")}), "2026-04-08 10:04:06+02:00"),
        (pd.DataFrame({"v": pd.Series([pd.Timedelta(hours=25), None])}), "25:00:00"),
        (of_arrow([2, None], pa.int64()), "2"),
        (of_arrow([dt.date(2026, 4, 8), None], pa.date32()), "2026-04-08"),
        (of_arrow([Decimal("2.50"), None], pa.decimal128(5, 2)), "2.5"),
        (pl.DataFrame({"v": pl.Series(TEXTS, dtype=pl.Enum(["x"]))}), "x"),
        (pl.DataFrame({"v": pl.Series(TEXTS, dtype=pl.Categorical())}), "x"),
        (
            pl.DataFrame({"v": pl.Series([MOMENT, None], dtype=pl.Datetime("ns", "Europe/Paris"))}),
            "2026-04-08 12:04:06+02:00",
        ),
        (pl.DataFrame({"v": [dt.timedelta(minutes=5), None]}), "00:05:00"),
        (pl.DataFrame({"v": [Decimal("2.00"), None]}), "2"),
        (pl.DataFrame({"v": [True, None]}), "Oui"),
        (pl.DataFrame({"v": [1.5, float("nan")]}), "1.5"),
        (pl.DataFrame({"v": pl.Series([3.1, None], dtype=pl.Float32)}), "3.1"),
        (arrow(TEXTS, pa.dictionary(pa.int32(), pa.string())), "x"),
        (arrow([MOMENT, None], pa.timestamp("ns")), "2026-04-08 10:04:06"),
        (arrow([1e-05, None], pa.float64()), "0.00001"),
    ],
)
def test_each_type_of_each_kind_of_frame_has_its_text(frame: Any, cell: str) -> None:
    with_lines = read_table(frame).records
    assert with_lines == (Record(2, (cell,)),)  # the row without an answer is passed over


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"v": LISTS}),
        pd.DataFrame({"v": [("a", "b"), None]}),
        pd.DataFrame({"v": [np.array(["a", "b"]), None]}),
        pd.DataFrame({"v": [np.ma.array(["a", "x", "b"], mask=[False, True, False]), np.ma.masked]}),
        of_arrow(LISTS, pa.list_(pa.string())),
        pl.DataFrame({"v": LISTS}),
        pl.DataFrame({"v": pl.Series(LISTS, dtype=pl.List(pl.Categorical()))}),
        pl.DataFrame({"v": pl.Series([["a", None, "b"], None], dtype=pl.Object)}),
        arrow(LISTS, pa.large_list(pa.string())),
        [{"v": ["a", " b "]}, {"v": None}, {}],
    ],
)
def test_a_list_in_a_cell_is_several_answers_that_stay_apart(frame: Any) -> None:
    (record,) = read_table(frame).records
    (cell,) = record.cells
    assert isinstance(cell, SeveralAnswers)
    assert (cell, cell.parts, cell.ordered) == ("a; b", ("a", "b"), True)


def test_a_set_is_several_answers_in_no_order() -> None:
    (record,) = read_table([{"v": {"b", "a"}}]).records
    (cell,) = record.cells
    assert isinstance(cell, SeveralAnswers)
    assert (cell.parts, cell.ordered) == (("a", "b"), False)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"grille": [{"Paie": "Oui", "Budget": 2}, None]}),
        pl.DataFrame({"grille": [{"Paie": "Oui", "Budget": 2}, None]}),
        pa.table({"grille": [{"Paie": "Oui", "Budget": 2}, None]}),
        [{"grille": {"Paie": "Oui"}}, {"grille": {"Budget": 2}}],
    ],
)
def test_an_object_in_a_cell_is_a_column_an_item(frame: Any) -> None:
    table = read_table(frame)
    assert table.header == ("grille [Paie]", "grille [Budget]")
    assert [cell for record in table.records for cell in record.cells if cell] == ["Oui", "2"]


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (pl.DataFrame({"v": [None, b"x", b"y"]}), "colonne « v », ligne 3 : une valeur de type bytes, et 1 autre"),
        (pd.DataFrame({"v": [1 + 2j]}), "colonne « v », ligne 2 : une valeur de type complex"),
        (
            pd.DataFrame({"v": pd.period_range("2026-01", periods=1, freq="M")}),
            "colonne « v », ligne 2 : une valeur de type Period",
        ),
        (pd.DataFrame({"v": [[["a"]]]}), "colonne « v », ligne 2 : une valeur de type list"),
        (pd.DataFrame({"v": [np.zeros((2, 2))]}), "colonne « v », ligne 2 : une valeur de type ndarray"),
        (pd.DataFrame({"v": [["a", {"b": "c"}]]}), "colonne « v », ligne 2 : une valeur de type dict"),
        (arrow([[("k", "x")]], pa.map_(pa.string(), pa.string())), "colonne « v », ligne 2 : une valeur de type tuple"),
        ([{"v": {"a": {"b": "c"}}}], "colonne « v [a] », ligne 2 : une valeur de type dict"),
        ([{"v": {"a": "x"}}, {"v": "y"}], "colonne « v », ligne 3 : une valeur de type str"),
        ([{"v": "x"}, 5], "ligne 3 : une valeur de type int"),
    ],
)
def test_what_no_cell_can_mean_is_refused_by_column_row_and_type(frame: Any, told: str) -> None:
    with pytest.raises(SurveyError) as refused:
        read_table(frame)
    (problem,) = refused.value.problems
    assert str(problem).startswith(f"{told} ;")


def test_all_that_is_wrong_in_a_frame_is_told_at_once() -> None:
    with pytest.raises(SurveyError) as refused:
        read_table(pd.DataFrame({"a": [b"x"], "b": ["fine"], "c": [object()]}))
    assert [problem.where for problem in refused.value.problems] == ["colonne « a », ligne 2", "colonne « c », ligne 2"]


@pytest.mark.parametrize("source", [{"v": ["a"]}, b"v\na\n", pl.LazyFrame({"v": ["a"]}), pd.Series(["a"]), np.zeros(2)])
def test_what_is_no_table_in_memory_is_refused_by_its_type(source: Any) -> None:
    with pytest.raises(SurveyError, match=f"Ni un fichier ni un tableau : {type(source).__name__}"):
        read_table(source)


def test_records_are_read_once_and_may_be_of_any_iterable() -> None:
    assert read_table({"nom": name} for name in ("Zoé", "Anne")).records == (Record(2, ("Zoé",)), Record(3, ("Anne",)))


def test_no_records_at_all_are_refused() -> None:
    with pytest.raises(SurveyError, match="aucune réponse"):
        read_table([])


def test_doubled_labels_of_any_frame_are_refused_alike() -> None:
    with pytest.raises(SurveyError, match="colonnes 1 et 2"):
        read_table(pa.table([["a"], ["b"]], names=["nom", "nom"]))


def test_objects_that_bring_other_columns_row_after_row_are_refused_at_once() -> None:
    rows = [{"v": {f"{row} {item}": "x" for item in range(100)}} for row in range(50)]
    with pytest.raises(SurveyError, match="plus de 1000 colonnes"):
        read_table(rows)


def test_several_answers_are_the_same_in_a_copy() -> None:
    again = deepcopy(SeveralAnswers.of(["a", "b"], ordered=False))
    assert (again, again.parts, again.ordered) == ("a; b", ("a", "b"), False)

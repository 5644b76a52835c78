"""Workbooks (xlsx, xlsm, xlsb, xls, ods) -> rows, in a child process limited to 5 s and 512 MB.

A file of 1.5 kB can require gigabytes, and the library that reads it may abort its process. The child is an isolated
interpreter that receives its program as text: it starts in some 20 ms, reads no start-up file, leaves no temporary
file, and is ended by its processor limit even if its parent was killed.
"""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import Figures
from mentormatch.languages.translation import mark, tr
from mentormatch.survey import sheets, table_reader
from mentormatch.survey.table import EXPECTED_TABLE, Manner, Record, Rows, TableRemark, collect_rows, unreadable
from mentormatch.survey.table_reader import Reader, TableSource

_CSV_ADVICE = mark("enregistrez la feuille des réponses en CSV UTF-8")
_REFUSALS = {
    "encrypted": (
        mark("protégé par un mot de passe"),
        "",
        mark("ouvrez-le et enregistrez-en une copie sans mot de passe"),
    ),
    "unreadable": (mark("abîmé, incomplet, ou pas un classeur"), mark("xlsx, xlsb, xls ou ods"), _CSV_ADVICE),
    "size": (mark("trop grand une fois ouvert"), mark("{size} Mo au plus"), _CSV_ADVICE),
    "far": (mark("une cellule très loin des autres"), "", mark("supprimez les lignes et colonnes vides")),
    "doubled": (mark("deux lignes ou deux cellules à la même place"), "", _CSV_ADVICE),
    "differs": (
        mark("la cellule {place}, que deux lectures ne comprennent pas de la même façon"),
        "",
        mark("ouvrez le classeur dans un tableur et enregistrez-le, ou enregistrez les réponses en CSV UTF-8"),
    ),
    "in error": (
        mark("une erreur d'une sorte inconnue dans une cellule, peut-être {place}"),
        "",
        mark("corrigez la formule, ou effacez la cellule"),
    ),
    "time": (mark("trop long à ouvrir"), mark("{seconds} s au plus"), _CSV_ADVICE),
    "empty": (mark("vide"), EXPECTED_TABLE, ""),
    "no sheet": (mark("introuvable"), mark("le nom exact d'une feuille du classeur"), ""),
    "no child": (mark("impossible de lancer le processus qui le lit"), "", _CSV_ADVICE),
}
"""Cause, expectation and advice, by the code of a refusal of ``mentormatch.survey.sheets``."""
_FAULTS = {
    "error": mark("Colonne {column} : une cellule en erreur (#N/A, #REF!, ...) a été lue comme une cellule vide."),
    "uncomputed": mark(
        "Colonne {column} : une formule sans résultat enregistré a été lue comme une cellule vide ;"
        " ouvrez le classeur dans un tableur et enregistrez-le."
    ),
    "outdated": mark(
        "Colonne {column} : une formule dont le résultat, 0, n'a peut-être jamais été calculé ;"
        " ouvrez le classeur dans un tableur et enregistrez-le."
    ),
}
"""Remarks on a cell without a value, by the kind of fault."""


class WorkbookReader(Reader):
    """Reader of one sheet: numbers, dates and booleans become the text that staff see."""

    kind: ClassVar[str] = "workbook"

    def accepts(self, source: TableSource) -> bool:
        archives, ole_container = (b"PK\3\4", b"PK\5\6", b"PK\7\x08"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        return source.content.startswith((*archives, ole_container))

    def read(self, source: TableSource) -> Rows:
        lines, end = _ask_child(source.name, source.content, source.sheet)
        manner = Manner(sheet=end["sheet"], others=tuple(end["others"]))
        return replace(collect_rows(source.name, _records(lines), _remarks(end)), manner=manner)


def _records(lines: list[bytes]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        cells = json.loads(line)
        yield Record(number, tuple([cell if cell.__class__ is str else Figures(cell[0]) for cell in cells]))


def _remarks(end: dict[str, Any]) -> Iterator[TableRemark]:
    if end["others"]:
        others = ", ".join(tr("« {text} »", text=name) for name in end["others"])
        yield TableRemark(
            None,
            tr(
                "La feuille « {sheet} » a été lue ; d'autres contiennent des cellules : {others}.",
                sheet=end["sheet"],
                others=others,
            ),
        )
    for kind, row, column in end["faults"]:
        yield TableRemark(row, tr(_FAULTS[kind], column=column))


def _ask_child(name: str, content: bytes, sheet: str | None) -> tuple[list[bytes], dict[str, Any]]:
    """Return the lines of rows and the last object of the child. Raises SurveyError if it refuses, or as ``_run``."""
    rows, _, last = _run(name, content, sheet).rstrip(b"\n").rpartition(b"\n")
    end = json.loads(last) if last.startswith(b"{") and last.endswith(b"}") else {"refusal": "unreadable"}
    kind = table_reader.kind_of_container(content) if end.get("refusal") == "unreadable" else ""
    if kind:
        raise table_reader.not_a_table_error(name, kind)
    if "refusal" in end:
        raise _refusal(name, end["refusal"], end.get("place", ""))
    return rows.splitlines(), end


def _refusal(name: str, code: str, place: str = "") -> SurveyError:
    values = {"size": sheets.MEMORY_BYTES // 10**6, "seconds": sheets.SECONDS, "place": place}
    cause, expected, advice = (text and tr(text, **values) for text in _REFUSALS[code])
    return unreadable(name, Problem(tr("feuille") if code == "no sheet" else tr("classeur"), cause, expected, advice))


def _run(name: str, content: bytes, sheet: str | None) -> bytes:
    """Return the output of the child. Raises SurveyError if it cannot start, is out of time, or ends by its limits."""
    request = json.dumps({"path": sys.path, "sheet": sheet}).encode() + b"\n"
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", inspect.getsource(sheets)],
            input=request + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=sheets.SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal(name, "time") from None
    except OSError:
        raise _refusal(name, "no child") from None
    if child.returncode not in (0, 1):
        raise _refusal(name, "size")
    return child.stdout

"""Files that hold no answers are called what they are, whatever their name."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from mentormatch import SurveyError
from mentormatch.survey.table_reader import TableSource, rows_in
from tests.survey.reading.old_workbooks import container


def archive(**parts: str) -> bytes:
    """Return an archive with these parts, the first not packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, held in parts.items():
            made.writestr(name.replace("__", "/"), held)
    return buffer.getvalue()


def old_document(stream: str) -> bytes:
    """Return an OLE container with a stream of this name in the place of the workbook."""
    made = container(bytes(5_000))
    spelled = stream.encode("utf-16-le").ljust(64, b"\0")
    at = made.index("Workbook".encode("utf-16-le"))
    return made[:at] + spelled[:64] + struct.pack("<H", 2 * len(stream) + 2) + made[at + 66 :]


KINDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf": ("un PDF", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
    "png": ("une image", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "jpeg": ("une image", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF"),
    "gif": ("une image", lambda: b"GIF89a\1\0\1\0"),
    "webp": ("une image", lambda: b"RIFF\x24\0\0\0WEBPVP8 "),
    "bmp": ("une image", lambda: b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0"),
    "heic": ("une image", lambda: b"\0\0\0\x18ftypheic"),
    "docx": ("Word", lambda: archive(**{"word__document.xml": "<w/>"})),
    "odt": ("Word", lambda: archive(mimetype="application/vnd.oasis.opendocument.text", content="<o/>")),
    "pptx": ("diaporama", lambda: archive(**{"ppt__presentation.xml": "<p/>"})),
    "doc": ("Word", lambda: old_document("WordDocument")),
    "ppt": ("diaporama", lambda: old_document("PowerPoint Document")),
    "zip": ("une archive", lambda: archive(**{"reponses.csv": "nom;note\nA;1\n"})),
    "gzip": ("une archive", lambda: b"\x1f\x8b\x08\0\0\0\0\0"),
    "html": ("page web", lambda: b"\n<!DOCTYPE html><html><table><tr><td>nom"),
    "html in utf-16": ("page web", lambda: "<html><table>é".encode("utf-16")),
    "json": ("du JSON", lambda: '[\n {"prénom": "Zoé", "note": 2}]'.encode()),
    "json object": ("du JSON", lambda: b'{"rows": [["nom"], ["A"]]}'),
    "json lists": ("du JSON", lambda: b'[["nom", "note"], ["A", 2]]'),
    "rtf": ("RTF", lambda: b"{\\rtf1\\ansi nom}"),
    "sqlite": ("SQLite", lambda: b"SQLite format 3\0\x10\0"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_table_is_called_what_it_is_with_what_to_do(kind: str) -> None:
    said, make = KINDS[kind]
    with pytest.raises(SurveyError) as refusal:
        rows_in(TableSource("reponses.csv", make()))
    (problem,) = refusal.value.problems
    assert said in problem.found
    assert problem.advice


@pytest.mark.parametrize("head", ["BMI;note", "[Choix 1];b", "{x};b", "<3;b", "GIF;b", "PK ;b", "ftyp;b", "[1];b"])
def test_headers_that_begin_like_them_are_read(head: str) -> None:
    assert rows_in(TableSource("reponses.csv", f"{head}\nA;1\n".encode())).records[0].cells[0] == head.split(";")[0]

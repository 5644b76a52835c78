"""What a file is that holds no table of answers, by the bytes that its kind begins with or must hold."""

import re

from mentormatch.errors import Problem, SurveyError
from mentormatch.languages import mark, tr
from mentormatch.survey.table import unreadable

_PDF, _IMAGE, _ARCHIVE = mark("un PDF"), mark("une image"), mark("une archive")
_WORD, _SLIDES, _RTF = mark("un document texte (Word, ODT)"), mark("un diaporama"), mark("un document RTF")
_WEB, _JSON, _PARQUET = mark("une page web ou du XML"), mark("du JSON"), mark("un fichier Parquet")
_EXPORT = mark("exportez les réponses en CSV ou en XLSX")
_UNPACK = mark("ouvrez l'archive, et donnez le fichier de réponses qu'elle contient")
_OPEN = mark("ouvrez-le avec pandas (pandas.read_parquet), et donnez ce tableau au lieu du fichier")
_ADVICE = {_ARCHIVE: _UNPACK, _PARQUET: _OPEN}

_BEGINNINGS: dict[bytes, str] = {
    b"%PDF-": _PDF,
    b"\x89PNG\r\n\x1a\n": _IMAGE,
    b"\xff\xd8\xff": _IMAGE,
    b"GIF87a": _IMAGE,
    b"GIF89a": _IMAGE,
    b"II*\0": _IMAGE,
    b"MM\0*": _IMAGE,
    b"\x1f\x8b": _ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE,
    b"Rar!\x1a\x07": _ARCHIVE,
    b"\xfd7zXZ\0": _ARCHIVE,
    b"\x28\xb5\x2f\xfd": _ARCHIVE,
    b"PAR1": _PARQUET,
    b"ARROW1\0\0": mark("un fichier Arrow"),
    b"SQLite format 3\0": mark("une base de données SQLite"),
    b"{\\rtf": _RTF,
}
"""What begins with these bytes."""
_INSIDE: dict[bytes, str] = {
    b"word/document": _WORD,
    b"mimetypeapplication/vnd.oasis.opendocument.text": _WORD,
    b"ppt/presentation": _SLIDES,
    b"mimetypeapplication/vnd.oasis.opendocument.presentation": _SLIDES,
    b"Index/Document.iwa": mark("un classeur Numbers ou un document d'Apple"),
    b"mimetypeapplication/epub": mark("un livre numérique"),
    "WordDocument".encode("utf-16-le"): _WORD,
    "PowerPoint Document".encode("utf-16-le"): _SLIDES,
    "__properties_version1.0".encode("utf-16-le"): mark("un message électronique"),
}
"""What an archive or an OLE container is that holds a part of this name."""
_MARKUP = re.compile(r"\s*<[!?a-zA-Z]")
_OBJECTS = re.compile(r'\s*(?:\[\s*)?\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*[\],]?\s*\Z)|\s*\[\s*\[\s*["\[\-0-9tfn]')
_ZIP, _WORKBOOK = b"PK", (b"xl/workbook", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


def of_bytes(content: bytes) -> str:
    """Return what a file is that is no text and no workbook, empty where nothing says it."""
    found = next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), "")
    return found or (_IMAGE if _is_image(content[:16]) else "")


def _is_image(head: bytes) -> bool:
    """Say whether a file is a picture of a kind that a longer mark tells: WebP, BMP, HEIC and their like."""
    is_web = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    is_bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    return is_web or is_bitmap or head[4:8] == b"ftyp"


def of_container(content: bytes) -> str:
    """Return what an archive or an OLE container is that is no workbook, empty where nothing says it."""
    found = next((kind for part, kind in _INSIDE.items() if part in content), "")
    is_whole = content.startswith(_ZIP) and b"PK\x05\x06" in content[-70_000:]
    is_other = is_whole and not any(part in content for part in _WORKBOOK)
    return found or (_ARCHIVE if is_other else "")


def of_text(head: str) -> str:
    """Return what a text is that is no table, by its beginning; empty where it may be one.

    >>> of_text('[{"nom": "Zoé"}]') == _JSON, of_text("<html>") == _WEB, of_text("[Choix 1];<3;{x}")
    (True, True, '')
    """
    if _MARKUP.match(head):
        return _WEB
    if _OBJECTS.match(head):
        return _JSON
    return _RTF if head.lstrip().startswith("{\\rtf") else _PDF if head.lstrip().startswith("%PDF-") else ""


def no_table(name: str, kind: str) -> SurveyError:
    """Return the error that says what a file is, and what to do."""
    advice = tr(_ADVICE.get(kind, _EXPORT))
    return unreadable(name, Problem(tr("fichier"), tr(kind), tr("un tableau de réponses"), advice))

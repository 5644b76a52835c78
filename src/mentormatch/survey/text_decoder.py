"""Bytes -> text: the encoding is detected, or the file is refused, so that no text is garbled.

A byte order mark means UTF-16 or UTF-8. Without one, bytes that are valid UTF-8 are UTF-8. Other bytes are in a
one-byte encoding, which ``mentormatch.survey.encodings`` detects; if none or several are plausible, the user must state
it. If such bytes contain multi-byte sequences of UTF-8, and the encoding would be Windows or uncertain, the file mixes
encodings and is refused.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from mentormatch.errors import Problem
from mentormatch.languages.translation import tr, tr_n
from mentormatch.survey.table import TableRemark, unreadable

REPLACEMENT_CHARACTER = "\ufffd"
MAX_SHOWN_LINES = 10
CHUNK_BYTES = 1 << 20  # decoded at once, so that the text of a large file is never in memory as a whole
MAX_LINE_CHARACTERS = 16 << 20  # longer than any line of a table

_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
# Lead bytes of French letters and of typographic signs, and any continuation byte, if UTF-8 is read as Windows-1252
_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)) + "\x81\x8d\x8f\x90\x9d"
_LEADS = tuple(lead.decode("cp1252") for lead in (b"\xc2", b"\xc3", b"\xc5", b"\xe2\x80"))
_ENCODED_TWICE = re.compile(f"[{_LEADS[0]}{_LEADS[1]}][{_CONTINUATION}]|{_LEADS[2]}[“’]|{_LEADS[3]}[{_CONTINUATION}]")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Bytes in a known encoding, decoded in chunks, without their byte order mark."""

    content: bytes
    encoding: str

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces, which may end within a line. Raises UnicodeDecodeError for invalid bytes."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        for start in range(0, max(len(self.content), 1), CHUNK_BYTES):
            end = start + CHUNK_BYTES
            piece = decoder.decode(self.content[start:end], final=end >= len(self.content))
            yield piece if start else piece.removeprefix("\ufeff")

    def lines(self) -> Iterator[str]:
        """Yield the physical lines with their ends, as ``physical_lines``; cut above ``MAX_LINE_CHARACTERS``."""
        unfinished: list[str] = []
        for piece in self.pieces():
            # A CR at the end may have its LF in the next piece
            end = 1 + max(piece.rfind("\n"), piece.rfind("\r", 0, -1))
            if end:
                yield from physical_lines("".join([*unfinished, piece[:end]]))
                unfinished = []
            unfinished.append(piece[end:])
            if sum(map(len, unfinished)) > MAX_LINE_CHARACTERS:  # the reader of the table reports it
                yield "".join(unfinished)
                unfinished = []
        yield from physical_lines("".join(unfinished))

    @property
    def whole(self) -> str:
        """The decoded text."""
        return "".join(self.pieces())


def decode(content: bytes, name: str, encoding: str | None = None) -> tuple[DecodedText, tuple[TableRemark, ...]]:
    """Return the text of a file, and remarks on a detected encoding and on garbled text.

    ``encoding`` is that stated by the user. Raises SurveyError with the first line whose bytes are not valid in the
    stated or detected encoding, if there is no such encoding, or as ``encoding_of``.
    """
    text_encoding = encoding or encoding_of(content, name)
    text = DecodedText(content, text_encoding)
    try:
        _check_codec(text_encoding)
        suspicious = [_is_suspicious(piece) for piece in text.pieces()]
    except UnicodeDecodeError:
        fault = _first_fault(content, text_encoding)
        raise unreadable(name, _invalid_bytes_problem(content, text_encoding, fault)) from None
    except (LookupError, ValueError):
        cause = tr("« {encoding} » n'en est pas un", encoding=text_encoding)
        problem = Problem(tr("encodage"), cause, tr("par exemple utf-8 ou cp1252"))
        raise unreadable(name, problem) from None
    return text, (*_guess_remarks(text_encoding, encoding), *(_garbled_text_remarks(text) if any(suspicious) else []))


def _check_codec(encoding: str) -> None:
    # Raises LookupError for codecs that do not decode to text, such as base64
    with suppress(UnicodeDecodeError):
        b"a".decode(encoding)


def _first_fault(content: bytes, encoding: str) -> int:
    """Return the offset of the first invalid byte, the length if there is none."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return len(content)


def physical_lines(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` with their ends, which are CR, LF or CRLF."""
    return (line[0] for line in re.finditer(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z", text))


def encoding_of(content: bytes, name: str) -> str:
    """Detect the encoding of a text. Raises SurveyError if it mixes encodings, or if none or several are plausible."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8" if _is_unicode(content) else _detect_one_byte_encoding(content, name)


def _is_unicode(content: bytes) -> bool:
    try:
        for _ in DecodedText(content, "utf-8").pieces():
            pass
    except UnicodeDecodeError:
        return False
    return True


def _detect_one_byte_encoding(content: bytes, name: str) -> str:
    """Detect the one-byte encoding of a text. Raises SurveyError as ``encoding_of``.

    With sequences of UTF-8, the text is not in the Windows encoding: the file mixes both. Another text with NULs passes
    as Windows, because the reader of the table refuses its rows.
    """
    from mentormatch.survey.encodings import WINDOWS, choose_encoding

    is_mixed = _MULTIBYTE.search(content) is not None
    encoding = WINDOWS if b"\0" in content[:CHUNK_BYTES] else choose_encoding(content)
    if is_mixed and encoding in {None, WINDOWS}:
        raise unreadable(name, _mixture_problem(content, _first_fault(content, "utf-8"))) from None
    if encoding is None:
        raise unreadable(name, _ambiguous_encoding_problem(content)) from None
    return encoding


def _ambiguous_encoding_problem(content: bytes) -> Problem:
    """Return the problem that no encoding is certain, with a line.

    It is that of the first byte without a meaning in Windows, or else of the least plausible byte.
    """
    from mentormatch.survey.encodings import find_worst_offset, rank_encodings

    undefined = _first_fault(content, "cp1252")
    offset = undefined if undefined < len(content) else find_worst_offset(content)
    where = tr("ligne {line}", line=_line_at(content, "latin-1", offset))
    cause = tr("des lettres accentuées qui se lisent de plusieurs façons, selon l'encodage du fichier")
    likely = [candidate.encoding for candidate in rank_encodings(content)[:3]]
    options = tr(" ou ").join(f"--encoding {encoding}" for encoding in likely)
    advice = tr("enregistrez-le en « CSV UTF-8 », ou indiquez son encodage ({options})", options=options)
    return Problem(where, cause, "UTF-8", advice)


def _line_at(content: bytes, encoding: str, start: int) -> int:
    """Return the physical line, from 1, of the byte at ``start``."""
    before = content[:start].decode(encoding, "replace")
    line_ends = before.count("\n") + before.count("\r") - before.count("\r\n")
    return line_ends + 1


def _mixture_problem(content: bytes, start: int) -> Problem:
    where = tr("ligne {line}", line=_line_at(content, "utf-8", start))
    cause = tr("des caractères qui ne sont pas en UTF-8, dans un fichier qui l'est ailleurs")
    advice = tr("corrigez cette ligne, ou exportez de nouveau les réponses")
    return Problem(where, cause, tr("un seul encodage"), advice)


def _invalid_bytes_problem(content: bytes, encoding: str, start: int) -> Problem:
    where = tr("ligne {line}", line=_line_at(content, encoding, start))
    cause = tr("des octets qui ne veulent rien dire en {encoding}", encoding=encoding)
    return Problem(
        where,
        cause,
        tr("du texte"),
        tr("enregistrez le fichier en « CSV UTF-8 » depuis votre tableur, ou indiquez son encodage"),
    )


def _guess_remarks(encoding: str, stated: str | None) -> list[TableRemark]:
    if stated or encoding.startswith("utf"):
        return []
    if encoding != "cp1252":
        sentence = tr(
            "Le fichier n'est pas en UTF-8 ; il a été lu en {encoding} : vérifiez les accents.", encoding=encoding
        )
        return [TableRemark(None, sentence)]
    return [TableRemark(None, tr("Le fichier n'est pas en UTF-8 ; il a été lu comme un fichier Windows (cp1252)."))]


def _is_suspicious(piece: str) -> bool:
    # A quick test: the lead characters also occur in sound text
    return REPLACEMENT_CHARACTER in piece or any(lead in piece for lead in _LEADS)


def _garbled_text_remarks(text: DecodedText) -> list[TableRemark]:
    """Return remarks on text that was garbled before the file was saved."""
    remarks = []
    lines_with_loss, lines_encoded_twice = (
        _lines_with(text, re.compile(REPLACEMENT_CHARACTER)),
        _lines_with(text, _ENCODED_TWICE),
    )
    if lines_with_loss:
        cause = tr("un caractère « \ufffd » remplace une lettre perdue avant l'enregistrement")
        remarks.append(_remark(lines_with_loss, cause))
    if lines_encoded_twice:
        cause = tr("texte sans doute encodé deux fois (« Ã© » pour « é ») ; exportez-le de nouveau")
        remarks.append(_remark(lines_encoded_twice, cause))
    return remarks


def _lines_with(text: DecodedText, pattern: re.Pattern[str]) -> list[int]:
    return [number for number, line in enumerate(text.lines(), 1) if pattern.search(line)]


def _remark(lines: list[int], cause: str) -> TableRemark:
    numbers = ", ".join(map(str, lines[:MAX_SHOWN_LINES])) + (", ..." if len(lines) > MAX_SHOWN_LINES else "")
    sentence = tr_n("Ligne {lines} : {found}.", "Lignes {lines} : {found}.", len(lines), lines=numbers, found=cause)
    return TableRemark(lines[0], sentence)

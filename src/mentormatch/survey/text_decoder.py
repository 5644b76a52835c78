"""From bytes to text: decoded or refused, never garbled.

A byte order mark says UTF-16 or UTF-8. Without one the bytes are UTF-8 if they are valid. If they hold no multi-byte
UTF-8 sequence at all, they are in the encoding of Windows or of another system that they read well in
(``mentormatch.survey.encodings``), and where several may be meant the user is asked. Otherwise the file mixes encodings
and is refused.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from mentormatch.errors import Problem
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.survey.table import TableRemark, unreadable

REPLACEMENT = "\ufffd"
SHOWN_LINES = 10
SHOWN_ENCODINGS = 3
PIECE = 1 << 20
"""So many bytes are text at a time: of a large file the whole text is never there beside its bytes."""
LONGEST = 16 << 20
"""So many characters are kept of one line: no line of a table is so long."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
# What the lead byte of French letters and of typographic marks becomes when UTF-8 is read as Windows-1252, then
# any continuation byte read the same way.
_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)) + "\x81\x8d\x8f\x90\x9d"
_LEADS = tuple(lead.decode("cp1252") for lead in (b"\xc2", b"\xc3", b"\xc5", b"\xe2\x80"))
_TWICE = re.compile(f"[{_LEADS[0]}{_LEADS[1]}][{_CONTINUATION}]|{_LEADS[2]}[“’]|{_LEADS[3]}[{_CONTINUATION}]")
_UTF16_ADVICE = mark("enregistrez le fichier en « CSV UTF-8 » depuis votre tableur, ou indiquez son encodage")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Bytes that are text in a known encoding, read piece by piece; a byte order mark is no part of it."""

    content: bytes
    encoding: str

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces, which end anywhere; raises UnicodeDecodeError where bytes are no text."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        for start in range(0, max(len(self.content), 1), PIECE):
            end = start + PIECE
            piece = decoder.decode(self.content[start:end], final=end >= len(self.content))
            yield piece if start else piece.removeprefix("\ufeff")

    def lines(self) -> Iterator[str]:
        """Yield the physical lines with their ends, as ``physical_lines`` does."""
        begun: list[str] = []
        for piece in self.pieces():
            end = 1 + max(piece.rfind("\n"), piece.rfind("\r", 0, -1))  # a CR at the end may have its LF in the next
            if end:
                yield from physical_lines("".join([*begun, piece[:end]]))
                begun = []
            begun.append(piece[end:])
            if sum(map(len, begun)) > LONGEST:  # a line so long is no line of a table: whoever splits it says so
                yield "".join(begun)
                begun = []
        yield from physical_lines("".join(begun))

    @property
    def whole(self) -> str:
        """The whole text."""
        return "".join(self.pieces())


def decode(content: bytes, name: str, encoding: str | None = None) -> tuple[DecodedText, tuple[TableRemark, ...]]:
    """Return ``content`` as text without its byte order mark, and what is worth a look in it.

    Raises
    ------
    SurveyError
        Naming the physical line whose bytes are not text in the encoding said, or found.
    """
    known = encoding or encoding_of(content, name)
    text = DecodedText(content, known)
    try:
        _check_codec(known)
        odd = [_is_suspicious(piece) for piece in text.pieces()]
    except UnicodeDecodeError:
        raise unreadable(name, _undecodable(content, known, _first_fault(content, known))) from None
    except (LookupError, ValueError):
        found = tr("« {encoding} » n'en est pas un", encoding=known)
        problem = Problem(tr("encodage"), found, tr("par exemple utf-8 ou cp1252"))
        raise unreadable(name, problem) from None
    return text, (*_guess_remarks(known, encoding), *(_suspicious(text) if any(odd) else []))


def _check_codec(encoding: str) -> None:
    """Raise LookupError where an encoding is none of text."""
    with suppress(UnicodeDecodeError):
        b"a".decode(encoding)


def _first_fault(content: bytes, encoding: str) -> int:
    """Return where the first byte stands that is no text."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return len(content)


def physical_lines(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` with their ends, one at a time: CR, LF and CRLF end a line, nothing else does."""
    return (line[0] for line in _LINE.finditer(text))


def encoding_of(content: bytes, name: str) -> str:
    """Return the encoding that the bytes themselves show; raise SurveyError where they mix several."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8" if _is_unicode(content) else _of_one_byte(content, name)


def _is_unicode(content: bytes) -> bool:
    try:
        for _ in DecodedText(content, "utf-8").pieces():
            pass
    except UnicodeDecodeError:
        return False
    return True


def _of_one_byte(content: bytes, name: str) -> str:
    """Return the encoding, one byte a letter, in which a text reads well; raise SurveyError where none is sure.

    Where the bytes hold characters of UTF-8 it is never that of Windows: the file mixes both. A text with NULs is none
    in such an encoding, whoever splits it says so.
    """
    from mentormatch.survey.encodings import WINDOWS, choose_encoding

    mixed = _MULTIBYTE.search(content) is not None
    found = WINDOWS if b"\0" in content[:PIECE] else choose_encoding(content)
    if mixed and found in {None, WINDOWS}:
        raise unreadable(name, _mixture_problem(content, _first_fault(content, "utf-8"))) from None
    if found is None:
        raise unreadable(name, _doubtful(content)) from None
    return found


def _doubtful(content: bytes) -> Problem:
    """Return that the bytes may be read in several ways, with the line of the first that is odd in the best."""
    from mentormatch.survey.encodings import oddest, readings

    undefined = _first_fault(content, "cp1252")
    first = undefined if undefined < len(content) else oddest(content)
    where = tr("ligne {line}", line=_line_at(content, "latin-1", first))
    found = tr("des lettres accentuées qui se lisent de plusieurs façons, selon l'encodage du fichier")
    likely = [reading.encoding for reading in readings(content)[:SHOWN_ENCODINGS]]
    said = tr(" ou ").join(f"--encoding {encoding}" for encoding in likely)
    advice = tr("enregistrez-le en « CSV UTF-8 », ou indiquez son encodage ({options})", options=said)
    return Problem(where, found, "UTF-8", advice)


def _line_at(content: bytes, encoding: str, start: int) -> int:
    """Return the physical line of the byte at ``start``."""
    before = content[:start].decode(encoding, "replace")
    ended = before.count("\n") + before.count("\r") - before.count("\r\n")
    return ended + 1


def _mixture_problem(content: bytes, start: int) -> Problem:
    where = tr("ligne {line}", line=_line_at(content, "utf-8", start))
    found = tr("des caractères qui ne sont pas en UTF-8, dans un fichier qui l'est ailleurs")
    advice = tr("corrigez cette ligne, ou exportez de nouveau les réponses")
    return Problem(where, found, tr("un seul encodage"), advice)


def _undecodable(content: bytes, encoding: str, start: int) -> Problem:
    where = tr("ligne {line}", line=_line_at(content, encoding, start))
    found = tr("des octets qui ne veulent rien dire en {encoding}", encoding=encoding)
    return Problem(where, found, tr("du texte"), tr(_UTF16_ADVICE))


def _guess_remarks(encoding: str, said: str | None) -> list[TableRemark]:
    if said or encoding.startswith("utf"):
        return []
    if encoding != "cp1252":
        sentence = tr(
            "Le fichier n'est pas en UTF-8 ; il a été lu en {encoding} : vérifiez les accents.", encoding=encoding
        )
        return [TableRemark(None, sentence)]
    return [TableRemark(None, tr("Le fichier n'est pas en UTF-8 ; il a été lu comme un fichier Windows (cp1252)."))]


def _is_suspicious(piece: str) -> bool:
    """Say whether a piece of text holds what only garbled text holds, or may."""
    return REPLACEMENT in piece or any(lead in piece for lead in _LEADS)


def _suspicious(text: DecodedText) -> list[TableRemark]:
    """Return remarks on text that was garbled before it was saved."""
    remarks = []
    lost, twice = _lines_with(text, re.compile(REPLACEMENT)), _lines_with(text, _TWICE)
    if lost:
        remarks.append(_remark(lost, tr("un caractère « \ufffd » remplace une lettre perdue avant l'enregistrement")))
    if twice:
        found = tr("texte sans doute encodé deux fois (« Ã© » pour « é ») ; exportez-le de nouveau")
        remarks.append(_remark(twice, found))
    return remarks


def _lines_with(text: DecodedText, pattern: re.Pattern[str]) -> list[int]:
    return [number for number, line in enumerate(text.lines(), 1) if pattern.search(line)]


def _remark(lines: list[int], found: str) -> TableRemark:
    shown = ", ".join(map(str, lines[:SHOWN_LINES])) + (", ..." if len(lines) > SHOWN_LINES else "")
    sentence = tr_n("Ligne {lines} : {found}.", "Lignes {lines} : {found}.", len(lines), lines=shown, found=found)
    return TableRemark(lines[0], sentence)

"""Bytes -> their one-byte encoding, by plausibility of the text; None if no encoding is clearly better than others.

The same byte is ``é`` in one encoding and a sign or a capital in others. Each character beyond ASCII has a penalty,
which is higher if it is rare or in an unusual context: a capital after a small letter, a sign within a word. An
encoding is chosen if its total is low, no single penalty is high, and every other total is clearly higher; unless it is
that of Windows, ``charset-normalizer`` must agree. Letter frequencies do not suffice on short French texts.
"""

# French here is read, not said

import re
from dataclasses import dataclass
from enum import IntEnum

WINDOWS = "cp1252"
CANDIDATES = (WINDOWS, "mac_roman", "cp850", "cp437", "iso8859-15")
"""Windows, old Mac, DOS in Europe and in America, and Latin-9 of Unix."""


@dataclass(frozen=True, slots=True)
class DetectionLimits:
    """Numbers that tune the detection."""

    contexts: int = 2_000  # different ones that get a penalty
    characters: int = 200_000  # beyond ASCII, from which the contexts are taken
    mean_penalty: float = 5.0  # of a plausible text, at most
    lead: int = 12  # in total penalty, of the best encoding over the next
    lead_of_windows: int = 2
    plain_lead: int = 50  # from here on any guess of charset-normalizer may agree, not only its best
    margin_bytes: int = 60  # around each character in the sample for charset-normalizer
    samples: int = 1_000  # parts of this sample


class Penalty(IntEnum):
    """Penalties of single characters."""

    RARE = 7
    ODD = 8
    WRONG = 14
    CONTROL = 30


LIMITS = DetectionLimits()
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_LETTERS = {
    **dict.fromkeys("é", 1),
    **dict.fromkeys("èàêç", 2),
    **dict.fromkeys("âîïôùûëœ", 3),
    **dict.fromkeys("öüäíáóñã", 5),
}

type Context = tuple[bytes, bytes, bytes]
"""A byte beyond ASCII, with up to two bytes before and two after it."""


@dataclass(frozen=True, slots=True)
class EncodingCandidate:
    """An encoding, with the characters beyond ASCII of all contexts in it, and the penalty of each."""

    encoding: str
    text: str
    costs: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.costs)

    @property
    def is_good(self) -> bool:
        return max(self.costs, default=0) < Penalty.WRONG and self.total <= LIMITS.mean_penalty * len(self.costs)


def rank_encodings(content: bytes) -> list[EncodingCandidate]:
    """Return the encodings in which bytes can be decoded, best first; one per different text."""
    candidates: dict[str, EncodingCandidate] = {}
    contexts = find_byte_contexts(content)
    for encoding in CANDIDATES:
        try:
            decoded = [[part.decode(encoding) for part in context] for context in contexts]
        except UnicodeDecodeError:
            continue
        text = "".join(letter for _, letter, _ in decoded)
        candidate = EncodingCandidate(encoding, text, tuple(character_penalty(*context) for context in decoded))
        candidates.setdefault(candidate.text, candidate)
    return sorted(candidates.values(), key=lambda candidate: candidate.total)


def find_byte_contexts(content: bytes) -> dict[Context, int]:
    """Return the first different contexts of bytes beyond ASCII, up to ``LIMITS``, each with its first offset."""
    contexts: dict[Context, int] = {}
    for count, match in enumerate(_NON_ASCII.finditer(content)):
        at = match.start()
        contexts.setdefault((content[max(0, at - 2) : at], match[0], content[at + 1 : at + 3]), at)
        if count > LIMITS.characters or len(contexts) >= LIMITS.contexts:
            break
    return contexts


def choose_encoding(content: bytes) -> str | None:
    """Return the encoding of a text that is not in Unicode; None if several are plausible, or none is."""
    candidates = rank_encodings(content)
    if not candidates or not candidates[0].is_good:
        return None
    best = candidates[0]
    lead = candidates[1].total - best.total if len(candidates) > 1 else Penalty.CONTROL
    if best.encoding == WINDOWS:
        return WINDOWS if lead >= LIMITS.lead_of_windows else None
    # Other encodings than that of Windows need a second opinion
    is_confirmed_by_other = lead >= LIMITS.lead and is_confirmed(
        content, best.encoding, is_plain=lead >= LIMITS.plain_lead
    )
    return best.encoding if is_confirmed_by_other else None


def find_worst_offset(content: bytes) -> int:
    """Return the offset of the byte with the highest penalty in the best encoding, 0 if there is none."""
    candidates = rank_encodings(content)
    offsets = list(find_byte_contexts(content).values())
    if not candidates or not offsets:
        return 0
    costs = candidates[0].costs
    return offsets[max(range(len(costs)), key=lambda at: costs[at])]


def is_confirmed(content: bytes, encoding: str, *, is_plain: bool) -> bool:
    """Return whether ``charset-normalizer`` decodes the text around characters beyond ASCII like this encoding.

    With ``is_plain``, any of its guesses may agree, else only its best.
    """
    from charset_normalizer import from_bytes

    pieces: list[bytes] = []
    end = 0
    for match in _NON_ASCII.finditer(content):
        if match.start() >= end:
            end = match.start() + LIMITS.margin_bytes
            pieces.append(content[max(0, match.start() - LIMITS.margin_bytes) : end])
            if len(pieces) >= LIMITS.samples:
                break
    sample = b"\n".join(pieces)
    guesses = list(from_bytes(sample, cp_isolation=list(CANDIDATES)))
    decoded = sample.decode(encoding, "replace")
    return any(str(guess) == decoded for guess in guesses[: None if is_plain else 1])


def character_penalty(before: str, letter: str, after: str) -> int:
    """Return the penalty of a character beyond ASCII between up to two characters before and two after it."""
    left, right = before[-1:] or " ", after[:1] or " "
    if letter.isalpha() and letter not in "ªº":
        return _letter_penalty(before, letter, after)
    if letter < "\xa0":
        return Penalty.CONTROL
    return _sign_penalty(left, letter, right)


def _letter_penalty(before: str, letter: str, after: str) -> int:
    left, right = before[-1:] or " ", after[:1] or " "
    # Letters that result from an encoding of Windows for other languages: ``Ayþe`` for ``Ayşe``
    penalty = Penalty.WRONG if letter in "þÞðÐýÝ" else _LETTERS.get(letter.lower(), Penalty.RARE)
    # Next to a digit; 2è is usual
    if left.isdigit() or right.isdigit():
        penalty += 1 if letter in "èéÈÉ" and right.isalpha() else Penalty.ODD
    if not left.isascii() and left.isalpha():
        penalty += 3
    # A word of one letter; à is usual
    if not left.isalpha() and not right.isalpha():
        penalty += 1 if letter in "àÀ" else Penalty.ODD
    if letter.isupper():
        return penalty + 3 + Penalty.ODD * left.islower()
    is_within_capitals = left.isupper() and (right.isupper() or before[:-1].isupper())
    return penalty + Penalty.ODD * is_within_capitals


def _sign_penalty(left: str, sign: str, right: str) -> int:
    is_within_word = left.isalpha() and right.isalpha()
    opens, closes = left in " \t\r\n;,|\"'(/«\xa0", right in " \t\r\n;,|\"').:!?/»\xa0…"
    fits = {
        "’": is_within_word, "\u2018": opens and not closes, "«": opens, "“": opens, "»": closes, "”": closes,
        "–": not is_within_word and (opens or left.isdigit()), "—": opens and closes, "…": left.isalnum() and closes,
        "€": left.isdigit() or right.isdigit() or left in " \xa0(", "°": left.isdigit() or left in "nN",
        "·": is_within_word,
        "\xa0": right in ":;!?»%€" or left in "«0123456789", "•": opens and closes, "²": left.isalnum() and closes,
        "³": left.isalnum() and closes, "½": not left.isalpha() and closes, "£": right.isdigit() or left.isdigit(),
        "®": closes, "™": closes, "©": opens, "§": opens, "¿": opens, "¡": opens,
        "\xb4": is_within_word, "×": not is_within_word, "÷": not is_within_word, "±": not is_within_word,
        "ª": left.isdigit(), "º": left.isdigit(),
    }  # fmt: skip
    if sign not in fits:
        return Penalty.WRONG
    common = 3 if sign in "’«»\xa0€°·–“”…£" else 6
    return common if fits[sign] else common + Penalty.ODD

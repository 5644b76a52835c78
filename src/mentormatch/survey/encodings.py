"""Which encoding of one byte a letter a text is in: the one in which it reads best, or none that is sure.

The same byte is ``é`` in one encoding and a sign or a capital in others. Each letter beyond ASCII costs more the less
it is at home where it stands: a capital behind a small letter, a sign within a word. An encoding is taken where its
reading is good and every other clearly worse; where it is not that of Windows, ``charset-normalizer`` must agree. On
short French texts a guesser by frequencies alone takes one encoding for another.
"""

# French here is read, not said

import re
from dataclasses import dataclass

WINDOWS = "cp1252"
CANDIDATES = (WINDOWS, "mac_roman", "cp850", "cp437", "iso8859-15")
"""Windows, old Mac, DOS in Europe and in America, and Latin-9 of Unix."""
MOST, SCANNED = 2_000, 200_000
"""So many different places of a letter beyond ASCII are looked at, among the first of all."""
GOOD, CLEAR, CLEAR_OF_WINDOWS, PLAIN = 5.0, 12, 2, 50
"""What a letter may cost on average, and by how much another reading must be worse in all."""
AROUND, SHOWN = 60, 1_000
"""So many bytes around a letter beyond ASCII, and so many such pieces, are shown to ``charset-normalizer``."""

_BEYOND = re.compile(rb"[\x80-\xff]")
_LETTERS = {
    **dict.fromkeys("é", 1),
    **dict.fromkeys("èàêç", 2),
    **dict.fromkeys("âîïôùûëœ", 3),
    **dict.fromkeys("öüäíáóñã", 5),
}
_RARE, _ODD, _WRONG, _CONTROL = 7, 8, 14, 30
_ELSEWHERE = frozenset("þÞðÐýÝ")
"""Letters of Windows that stand for others in the Windows of other countries: ``Ayþe`` for ``Ayşe``."""
_OPENS, _CLOSES = frozenset(" \t\r\n;,|\"'(/«\xa0"), frozenset(" \t\r\n;,|\"').:!?/»\xa0…")

type Context = tuple[bytes, bytes, bytes]
"""Two bytes, the byte beyond ASCII, and two more."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an encoding makes of the places looked at, and what each of them costs."""

    encoding: str
    text: str
    costs: tuple[int, ...]

    @property
    def total(self) -> int:
        """What it costs in all."""
        return sum(self.costs)

    @property
    def is_good(self) -> bool:
        """Whether no letter is out of place, and few are rare."""
        return max(self.costs, default=0) < _WRONG and self.total <= GOOD * len(self.costs)


def readings(content: bytes) -> list[Candidate]:
    """Return what each encoding makes of a text that is not in Unicode, the best first, one for each text it may be."""
    found: dict[str, Candidate] = {}
    seen = places(content)
    for encoding in CANDIDATES:
        try:
            read = [[part.decode(encoding) for part in place] for place in seen]
        except UnicodeDecodeError:
            continue
        made = Candidate(encoding, "".join(letter for _, letter, _ in read), tuple(cost(*place) for place in read))
        found.setdefault(made.text, made)
    return sorted(found.values(), key=lambda reading: reading.total)


def places(content: bytes) -> dict[Context, int]:
    """Return the different places of bytes beyond ASCII, and where each is met first."""
    found: dict[Context, int] = {}
    for count, match in enumerate(_BEYOND.finditer(content)):
        at = match.start()
        found.setdefault((content[max(0, at - 2) : at], match[0], content[at + 1 : at + 3]), at)
        if count > SCANNED or len(found) >= MOST:
            break
    return found


def choose_encoding(content: bytes) -> str | None:
    """Return the encoding of a text that is not in Unicode; None where several may be meant, or none."""
    found = readings(content)
    # The best reading must be good by itself.
    if not found or not found[0].is_good:
        return None
    # The next best must be clearly worse.
    best = found[0]
    beyond = found[1].total - best.total if len(found) > 1 else _CONTROL
    if best.encoding == WINDOWS:
        return WINDOWS if beyond >= CLEAR_OF_WINDOWS else None
    # Any other encoding than that of Windows needs a second opinion.
    return best.encoding if beyond >= CLEAR and is_confirmed(content, best.encoding, is_plain=beyond >= PLAIN) else None


def oddest(content: bytes) -> int:
    """Return where the byte beyond ASCII stands that is least at home in the best reading."""
    found = readings(content)
    places_of = list(places(content).values())
    if not found or not places_of:
        return 0
    costs = found[0].costs
    return places_of[max(range(len(costs)), key=lambda at: costs[at])]


def is_confirmed(content: bytes, encoding: str, *, is_plain: bool) -> bool:
    """Say whether ``charset-normalizer`` reads what stands around the letters beyond ASCII as this encoding does.

    Where it ``is_plain`` by our own reading, it is enough that this encoding is one of those that it may be for it.
    """
    from charset_normalizer import from_bytes

    pieces: list[bytes] = []
    end = 0
    for match in _BEYOND.finditer(content):
        if match.start() >= end:
            end = match.start() + AROUND
            pieces.append(content[max(0, match.start() - AROUND) : end])
            if len(pieces) >= SHOWN:
                break
    sample = b"\n".join(pieces)
    opinions = list(from_bytes(sample, cp_isolation=list(CANDIDATES)))
    said = sample.decode(encoding, "replace")
    return any(str(opinion) == said for opinion in opinions[: None if is_plain else 1])


def cost(before: str, letter: str, after: str) -> int:
    """Return how far a letter beyond ASCII is from being at home between two that stand before and two after it."""
    left, right = before[-1:] or " ", after[:1] or " "
    if letter.isalpha() and letter not in "ªº":
        return _of_letter(before, letter, after)
    if letter < "\xa0":
        return _CONTROL
    return _of_sign(left, letter, right)


def _of_letter(before: str, letter: str, after: str) -> int:
    left, right = before[-1:] or " ", after[:1] or " "
    found = _WRONG if letter in _ELSEWHERE else _LETTERS.get(letter.lower(), _RARE)
    if left.isdigit() or right.isdigit():
        found += 1 if letter in "èéÈÉ" and right.isalpha() else _ODD
    if not left.isascii() and left.isalpha():
        found += 3
    if not left.isalpha() and not right.isalpha():
        found += 1 if letter in "àÀ" else _ODD
    if letter.isupper():
        return found + 3 + _ODD * left.islower()
    shouted = left.isupper() and (right.isupper() or before[:-1].isupper())
    return found + _ODD * shouted


def _of_sign(left: str, sign: str, right: str) -> int:
    within = left.isalpha() and right.isalpha()
    opens, closes = left in _OPENS, right in _CLOSES
    fits = {
        "’": within, "\u2018": opens and not closes, "«": opens, "“": opens, "»": closes, "”": closes,
        "–": not within and (opens or left.isdigit()), "—": opens and closes, "…": left.isalnum() and closes,
        "€": left.isdigit() or right.isdigit() or left in " \xa0(", "°": left.isdigit() or left in "nN", "·": within,
        "\xa0": right in ":;!?»%€" or left in "«0123456789", "•": opens and closes, "²": left.isalnum() and closes,
        "³": left.isalnum() and closes, "½": not left.isalpha() and closes, "£": right.isdigit() or left.isdigit(),
        "®": closes, "™": closes, "©": opens, "§": opens, "¿": opens, "¡": opens,
        "\xb4": within, "×": not within, "÷": not within, "±": not within, "ª": left.isdigit(), "º": left.isdigit(),
    }  # fmt: skip
    if sign not in fits:
        return _WRONG
    common = 3 if sign in "’«»\xa0€°·–“”…£" else 6
    return common if fits[sign] else common + _ODD

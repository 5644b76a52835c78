"""Texts -> keys that compare equal: canonical, folded or skeleton; and answers -> yes, no or neither.

============  ==========================================  =====================================================
reading       for                                         takes as equal
============  ==========================================  =====================================================
canonical     keys and names                              case, composed or not, apostrophes, runs of white space
fold          headers of columns, options of a question   accents, dashes, ligatures, invisible characters as well
skeleton      finding look-alikes, never to merge them    letters of other alphabets and digits that look the same
============  ==========================================  =====================================================

``flags`` names invisible and misleading characters. Answers are displayed as typed, except for control characters,
which are displayed as escapes, so that terminals do not execute them.

``says_yes`` reads yes and no in French and English: words, figures and ticks. In other languages it reads the whole
answers that their files of words list.

The rule: a text that begins with yes or no means that, unless the following text withdraws it. A negation withdraws a
yes, an affirmation withdraws a no; a condition, a doubt, a question mark or a delay withdraws both. "Non" and "no" also
begin other expressions ("non renseigné", "no idea"), so without punctuation after them they count only if a refusal
follows.
"""

# French here is read, not said

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import PurePath

from mentormatch.languages.translation import FRENCH, LANGUAGES, language, mark, tr, without_isolates

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u02bb\u2032\u00b4`\uff07\u02b9"), "'")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})

# Letter to the Cyrillic, Greek and other characters that most fonts draw alike (a part of confusables.txt, UTS 39).
_ALIKE = {
    "A": "\u0410\u0391",
    "a": "\u0430\u03b1\u0251",
    "B": "\u0412\u0392",
    "b": "\u0432",
    "C": "\u0421",
    "c": "\u0441",
    "d": "\u0501\u0111\u0110",
    "E": "\u0415\u0395",
    "e": "\u0435\u03b5",
    "G": "\u050c",
    "g": "\u0261",
    "H": "\u041d\u0397",
    "h": "\u04bb",
    "I": "\u0406\u0399",
    "i": "\u0456\u03b9\u0131",
    "J": "\u0408",
    "j": "\u0458",
    "K": "\u041a\u039a",
    "k": "\u043a\u03ba",
    "l": "\u04cf\u04c01\u0142\u0141",
    "M": "\u041c\u039c",
    "m": "\u043c",
    "N": "\u039d",
    "n": "\u03b7",
    "O": "\u041e\u039f",
    "o": "\u043e\u03bf0\u00f8\u00d8",
    "P": "\u0420\u03a1",
    "p": "\u0440\u03c1",
    "Q": "\u051a",
    "q": "\u051b",
    "S": "\u0405",
    "s": "\u0455",
    "T": "\u0422\u03a4",
    "t": "\u0442\u03c4",
    "u": "\u03c5",
    "v": "\u03bd",
    "W": "\u051c",
    "w": "\u051d\u03c9",
    "X": "\u0425\u03a7",
    "x": "\u0445\u03c7",
    "Y": "\u0423\u04ae\u03a5",
    "y": "\u0443\u04af\u03b3",
    "Z": "\u0396",
}
_CONFUSABLES = str.maketrans({look_alike: letter for letter, group in _ALIKE.items() for look_alike in group})


def canonical(text: str) -> str:
    """Return ``text`` in the form that compares keys and names: NFC, casefold, one apostrophe, single spaces.

    >>> canonical("  ZOE\u0301   d\u2019Arc ") == canonical("zo\u00e9 d'arc")
    True
    >>> canonical("007") == canonical("0007")
    False
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    lowered = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    composed = unicodedata.normalize("NFC", lowered).translate(_APOSTROPHES)
    return " ".join(composed.split())


def canonicals(texts: Sequence[str]) -> tuple[str, ...]:
    r"""Return the canonical form of each text; a list of plain words takes one pass over all of them.

    >>> canonicals(["M01", "m02"]), canonicals(["M01", "Zoe\u0301  d'Arc"])
    (('m01', 'm02'), ('m01', "zo\xe9 d'arc"))
    """
    lines = "\n".join(texts)
    words = lines.lower().replace("`", "'").split() if lines.isascii() else []
    if len(words) == len(texts) and len("\n".join(words)) == len(lines):
        return tuple(words)
    return tuple(map(canonical, texts))


def fold(text: str) -> str:
    """Return ``text`` in the form that compares headers and options, in which insignificant differences disappear.

    NFKC, casefold, no accents, one kind of apostrophe, dash and space, no invisible characters.

    >>> fold("Numéro\u00a0d\u2019adhérent\u200b  (École)")
    "numero d'adherent (ecole)"
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().replace("`", "'").split())
    return " ".join(unicodedata.normalize("NFKC", text.translate(_FOLDED)).split())


def skeleton(text: str) -> str:
    """Return a key of the appearance of ``text``, in letters and digits. Equal skeletons are reported, never merged.

    >>> skeleton("\u0420aul") == skeleton("Pau\u200bl") == skeleton("\u202eluaP") == skeleton("Paul")
    True
    """
    if text.isascii():
        return "".join(filter(str.isalnum, text.translate(_CONFUSABLES).lower()))
    visible = _bare(re.sub("\u202e([^\u202c]*)\u202c?", lambda match: match[1][::-1], text))
    look = _bare(visible.translate(_CONFUSABLES).translate(_LIGATURES).casefold())
    return "".join(character for character in look if character.isalnum())


def flags(text: str) -> tuple[str, ...]:
    """Return the names of the properties of ``text`` that a reader cannot see or would misread.

    >>> flags("Pau\u200bl")
    ('caractère invisible',)
    >>> flags("Zoé")
    ()
    """
    if text.isascii() and text.isprintable():
        return ()
    presence = {
        mark("caractère invisible"): any(_is_invisible(character) and character not in _BIDI for character in text),
        mark("marque de sens d'écriture"): not _BIDI.isdisjoint(text),
        mark("alphabets mélangés dans un mot"): any(
            len(_alphabets(word)) > 1 for word in re.findall(r"[^\W\d_]+", text)
        ),
        mark("caractères pleine chasse"): any(unicodedata.east_asian_width(character) == "F" for character in text),
    }
    return tuple(tr(flag) for flag, present in presence.items() if present)


def mixes_alphabets(text: str) -> bool:
    """Return whether a text has letters of two or more alphabets that look similar."""
    return not text.isascii() and len(_alphabets(text)) > 1


def is_one_visible_line(text: str) -> bool:
    """Return whether a text has no line break and no control, format or blank filler character."""
    unprinted = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return not any(unicodedata.category(character) in unprinted or character in _FILLERS for character in text)


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(_DRAWN)


class _Drawn(dict[int, int | None]):
    """Table for ``str.translate`` that deletes combining marks and invisible characters. Filled on demand."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        self[code] = None if _is_mark(character) or _is_invisible(character) else code
        return self[code]


class _Folded(dict[int, str]):
    """Table for ``str.translate`` from each character to its folded form. Filled on demand."""

    def __missing__(self, code: int) -> str:
        lowered = _bare(chr(code).translate(_APOSTROPHES)).casefold()
        plain = _bare(lowered).translate(_LIGATURES).translate(_APOSTROPHES)
        self[code] = "".join(map(_plain_dash, plain))
        return self[code]


_DRAWN, _FOLDED = _Drawn(), _Folded()


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"}


def _is_invisible(character: str) -> bool:
    """Return whether a character is drawn as nothing: format, filler, variation selector, non-space control."""
    category = unicodedata.category(character)
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return category == "Cf" or character in _FILLERS or selector or (category == "Cc" and not character.isspace())


def _plain_dash(character: str) -> str:
    return "-" if character == "\N{MINUS SIGN}" or unicodedata.category(character) == "Pd" else character


def _alphabets(word: Iterable[str]) -> set[str]:
    return {unicodedata.name(character, "?").split(" ", 1)[0] for character in word} & _ALPHABETS


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def escape_controls(text: str) -> str:
    r"""Return a text with each character that could control a terminal replaced by an escape; CR LF becomes LF.

    >>> escape_controls("M01\x1b[2J\tPau\u202el\r\n")
    'M01\\u001b[2J\tPau\\u202el\n'
    """
    return _STEERING.sub(_escape, text.replace("\r\n", "\n"))


def for_terminals(text: str) -> str:
    r"""Return a text for a terminal: without directional isolates, its control characters escaped.

    >>> for_terminals("« \u2068Pau\u202el\u2069 »")
    '« Pau\\u202el »'
    """
    return escape_controls(without_isolates(text))


def file_label(path: PurePath) -> str:
    r"""Return the name of a file as printable text; bytes that are not UTF-8 are written as ``\xe9``.

    >>> file_label(PurePath("r\udce9ponses.csv"))
    'r\\xe9ponses.csv'
    """
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def on_one_line(text: str) -> str:
    r"""Return a text on one line without tabs: its control characters and line breaks are escaped.

    >>> on_one_line("M01\nErreur")
    'M01\\u000aErreur'
    """
    return re.sub("[\t\n]", _escape, _STEERING.sub(_escape, without_isolates(text)))


def row_text(*cells: object) -> str:
    """Return a row of a table: cells on one line, separated by tabs."""
    return "\t".join(on_one_line(str(cell)) for cell in cells)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


READ_LANGUAGES = (FRENCH, "en")  # of every wording of yes and no; in others whole answers are read
# Values that tools write for yes and no
YES = frozenset({"oui", "o", "yes", "y", "x", "vrai", "true", "1"})
NO = frozenset({"non", "n", "no", "faux", "false", "0"})
# Whole answers that mean yes or no: signs, states of a box, short sentences
YES_ALONE = YES | {
    *("1.0", "1,0", "on", "\u2713", "\u2714", "\u2611", "\u2705", "entendu", "affirmatif", "affirmative"),
    *("coche", "cochee", "case cochee", "selectionne", "selectionnee", "accepte", "acceptee"),
    *("checked", "ticked", "selected", "accepted", "i would", "i do", "i'd love to", "i'd like to"),
}
NO_ALONE = NO | {
    *("0.0", "0,0", "off", "\u2610", "nah", "negatif", "negative", "jamais", "never", "refuse", "refusee"),
    *("non coche", "non cochee", "pas coche", "pas cochee", "decoche", "decochee", "case non cochee"),
    *("non selectionne", "non selectionnee", "non accepte", "non acceptee", "unchecked", "unticked", "unselected"),
    *("not checked", "not ticked", "not selected", "not accepted", "declined", "refused"),
    *("i do not", "i don't", "i would not", "i wouldn't", "i'd rather not", "i would rather not"),
}
LEADING_YES = (
    "oui|ouais|ouaip|ouep|yes|yep|yeah|yup|ok|okay|bien sur|bien entendu|tout a fait|avec (?:grand |un grand )?plaisir|"
    "volontiers|d'accord|absolument|certainement|evidemment|carrement|of course|sure|absolutely|definitely|certainly|"
    "gladly|happily|with (?:great )?pleasure|agreed|je (?:le )?veux bien|je (?:l')?accepte|j'accepte|je consens|"
    "je (?:suis|serais) (?:d'accord|partante?|volontaire|ravie?)|j'autorise|je confirme|j'ai (?:bien )?lu|"
    "j'ai pris connaissance|i (?:agree|accept|consent|confirm|have read)|"
    "(?:i'd|i would) (?:love|like|be happy|be glad|be delighted) to|i am happy to"
)
LEADING_NO = (
    "non|no|nope|pas du tout|(?:surtout|absolument|certainement|evidemment) pas|pas d'accord|"
    "pas (?:cette (?:annee|fois)|maintenant)|bien sur que non|sans facon|je (?:le )?refuse|je n'accepte pas|"
    "je ne (?:le )?(?:veux|souhaite|peux) pas|not at all|(?:absolutely|certainly|definitely|of course) not|"
    "not (?:this (?:year|time)|now)|i (?:refuse|decline|disagree)|i (?:do not|don't) (?:want|wish|agree|accept)(?: to)?"
)
YES_FIRST = re.compile(rf"(?:{LEADING_YES})(?![\w'-])(?P<rest>.*)", re.DOTALL)
NO_FIRST = re.compile(rf"(?:{LEADING_NO})(?![\w'-])(?P<rest>.*)", re.DOTALL)
# Ends a word of refusal; a hyphen inside a word does not
NO_GOES_ON = re.compile(
    r"\s*(?:[,;:.!()…]|\s-\s)|\s+(?:merci|thank|thanks|sorry|desole|malheureusement|unfortunately|jamais|never|pas|not|"
    r"je|i|i'm|i'll|j'\w+|non|no|du tout|vraiment pas|plus maintenant|pour l'instant|pour le moment|cette annee|"
    r"this (?:year|time))\b|\s*$"
)
HARMLESS_NEGATIONS = re.compile(
    r"\b(?:pas de (?:probleme|souci)|(?:sans|aucun) (?:probleme|souci|hesiter|hesitation|doute|reserve)|"
    r"no (?:problem|worries|doubt)|without (?:hesitation|a doubt|hesitating)|pourquoi pas|why not|avec plaisir)\b"
)
NEGATION_WORDS = re.compile(
    r"\b(?:ne|non|no|not|pas|jamais|never|aucune?|sans|without|nor|ni|nope|nan|refus\w*|declin\w*|cannot|\w+n't|"
    r"impossible|indisponible|unavailable|unable|unwilling|incapable|contre|against|desolee?|sorry|helas|"
    r"malheureusement|unfortunately|hors de question)\b|\bn'"
)
AFFIRMATION_WORDS = re.compile(r"\b(?:oui|ouais|yes|yep|yeah|sure|ok|okay|accepte|agree|volontiers|d'accord)\b")
DOUBT_WORDS = re.compile(
    r"\?|\b(?:ou|or|mais|but|sauf|except|unless|si|s'il|s'ils|if|though|although|however|cependant|toutefois|"
    r"peut-etre|peut etre|maybe|perhaps|possibly|possiblement|probably|probablement|sans doute|eventuellement|"
    r"depend|depends|depending|selon|suivant|condition|conditions|seulement|uniquement|only|en partie|partly|"
    r"partiellement|parfois|sometimes|plutot|rather|pense|think|crois|believe|guess|suppose|sais|know|espere|hope|"
    r"sure if|a voir|verifier|check|plus tard|later|bientot|soon|prochaine?|next|"
    r"en principe|in principle|a priori|hesite|hesitant|unsure|doute|doubt|moitie|half)\b"
)


@lru_cache(maxsize=4096)
def says_yes(text: str) -> bool | None:
    """Return True if ``text`` means yes, False if it means no, None if it means neither.

    >>> [says_yes(text) for text in ("Oui, je veux bien", "No thanks", "Yes and no", "non-binaire", "X")]
    [True, False, None, None, True]
    """
    answer = fold(text).strip(' .!,;:"«»')
    if answer in YES_ALONE or answer in NO_ALONE:
        return answer in YES_ALONE
    verdict = refusal(answer)
    verdict = consent(answer) if verdict is None else verdict
    return spoken_answer(answer) if verdict is None else verdict


def spoken_answer(folded: str) -> bool | None:
    """Return the meaning of a whole answer, or of parts between commas that all mean the same; None if unknown.

    The languages are those of ``spoken_answers``: French and English are read before.

    >>> spoken_answer("ja, gerne"), spoken_answer("si, autorizo"), spoken_answer("si, no")
    (True, True, None)
    """
    meaning_by_answer = spoken_answers()
    meanings = {meaning_by_answer.get(only_words(part)) for part in folded.split(",")}
    return meaning_by_answer.get(only_words(folded), meanings.pop() if len(meanings) == 1 else None)


@cache
def spoken_answers() -> dict[str, bool]:
    """Map the answers that mean yes or no in the languages outside ``READ_LANGUAGES`` to truth values."""
    from mentormatch.languages.vocabulary import known_languages, load

    answers: dict[str, bool] = {}
    for code in (code for code in LANGUAGES if code not in READ_LANGUAGES):
        with language(code):
            answers |= {fold(tr("Oui")): True, fold(tr("Non")): False}
    for words in (load(code).answers for code in known_languages()):
        answers |= {" ".join(text.split()): False for text in words.no.split(",") if text.strip()}
        answers |= {" ".join(text.split()): True for text in words.yes.split(",") if text.strip()}
    return answers


def is_yes_or_no(text: str) -> bool:
    """Return whether a text is yes or no without other words, in any language."""
    return fold(text) in YES | NO or only_words(text) in spoken_answers()


def only_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def refusal(folded: str) -> bool | None:
    """Return False if a folded text begins with a refusal that nothing withdraws, else None."""
    lead = NO_FIRST.fullmatch(folded)
    if lead is None or not NO_GOES_ON.match(lead["rest"]):
        return None
    remainder = HARMLESS_NEGATIONS.sub(" ", lead["rest"])
    return None if AFFIRMATION_WORDS.search(remainder) or DOUBT_WORDS.search(remainder) else False


def consent(folded: str) -> bool | None:
    """Return True if a folded text begins with a consent that nothing withdraws, else None."""
    lead = YES_FIRST.fullmatch(folded)
    if lead is None:
        return None
    remainder = HARMLESS_NEGATIONS.sub(" ", lead["rest"])
    return None if NEGATION_WORDS.search(remainder) or DOUBT_WORDS.search(remainder) else True

"""What kind of question a sample of answers looks like: the first guess that fits, each with why it was made."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mentormatch.drafting import words
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.sensitivity import subject_of
from mentormatch.fields import Place, Use
from mentormatch.fields.base import split
from mentormatch.fields.lists import figures
from mentormatch.fields.single import NO, YES, parse_number
from mentormatch.languages import mark, tr
from mentormatch.survey.tool import OTHER
from mentormatch.text import canonical, fold

MOST_OPTIONS, LONGEST_OPTION = 40, 80
FEW = 4
"""Of that many rows, one may be without an answer that everybody should give."""
AT = re.compile(r"\S+@\S+\.\S+")
PHONE = re.compile(r"\+?[\d\s.()-]{9,20}")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{4}/\d{2}/\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\b.*")
RANK = re.compile(r"(classement|rang|choix|priorite|n°|numero)?\s*\d{1,2}")
JOINERS = (None, "|", " / ")
"""What separates several answers in one cell: ``;`` and line breaks, or one of these."""
SEEN = mark("options vues dans les réponses, à compléter")
ORDERED = mark("une grille de niveaux, du plus bas au plus haut")
UNORDERED = mark("une grille de niveaux, du plus bas au plus haut : ORDRE À VÉRIFIER, rien ne le dit")


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind of question with its settings, its use, and why it was taken for that."""

    kind: str
    why: str
    settings: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    use: Use = "match"


def guess(sample: Sample) -> Guess:
    """Return what a question looks like; where nothing tells, a text that only staff read."""
    if sensitive(sample):
        why = tr("donnée sensible (RGPD, article 9) : ni lue ni utilisée, sauf si vous en décidez autrement")
        return Guess("text", why, use="forbidden")
    found = (tried(sample) for tried in (GRIDS if sample.items else COLUMNS))
    nothing = Guess("text", tr("texte libre, lu par l'équipe, jamais noté"), use="display")
    return next((one for one in found if one), nothing)


def sensitive(sample: Sample) -> bool:
    """Say whether a question asks for sensitive data, by its words, its items, or the answers chosen."""
    pieces = [piece for answer in distinct(sample.answers) for piece in split(answer, None)]
    options = distinct([*sample.items, *pieces])
    return subject_of(sample.question, options, closed=bool(sample.items) or closed(sample.answers)) is not None


def share(answers: Sequence[str], test: Callable[[str], object]) -> float:
    """Return the share of answers that pass a test, 0 where there are none."""
    return sum(bool(test(answer)) for answer in answers) / len(answers) if answers else 0.0


def distinct(answers: Sequence[str]) -> list[str]:
    """Return the answers that differ when compared as options are, as first typed."""
    found: dict[str, str] = {}
    for answer in answers:
        if fold(answer):
            found.setdefault(fold(answer), answer)
    return list(found.values())


def closed(answers: Sequence[str]) -> bool:
    """Say whether answers look like chosen ones: few, short, and given again and again."""
    options = distinct(answers)
    short = all(len(option) <= LONGEST_OPTION for option in options)
    return short and len(options) <= min(MOST_OPTIONS, max(2, len(answers) // 2)) and len(options) < len(answers)


def contact(sample: Sample) -> Guess | None:
    """Return that people are reached by it: an e-mail address, a name, a telephone number."""
    said, answers = fold(sample.question), sample.answers
    if share(answers, AT.fullmatch) > 0.7 or words.EMAIL.search(said):
        return Guess("text", tr("adresse e-mail : dans un tableau à part"), use="contact")
    numbered = share(answers, lambda text: PHONE.fullmatch(text) and sum(map(str.isdigit, text)) >= 9) > 0.7
    if words.CONTACT.fullmatch(said) or numbered:
        return Guess("text", tr("coordonnées : dans un tableau à part"), use="contact")
    return None


def key(sample: Sample) -> Guess | None:
    """Return that it tells one person from another: a word for it, and no answer that two rows share."""
    answers, without = sample.answers, len(sample.rows) - len(sample.answers)
    apart = len({canonical(answer) for answer in answers}) == len(answers) > FEW * without
    if words.KEY.match(fold(sample.question)) and all(len(answer) <= 20 for answer in answers) and apart:
        return Guess("text", why_key(without), use="key")
    return None


def why_key(without: int) -> str:
    """Return why a question is taken for the key, where so many rows do not answer it."""
    if without:
        return tr("un code différent sur chaque ligne ; sans code, une ligne est rejetée (ici {count})", count=without)
    return tr("un code différent sur chaque ligne")


def moment(sample: Sample) -> Guess | None:
    """Return that it holds dates."""
    if share(sample.answers, DATE.fullmatch) > 0.7:
        return Guess("text", tr("date, lue par l'équipe, jamais notée"), use="display")
    return None


def yesno(sample: Sample) -> Guess | None:
    """Return that it is answered by yes or no, and that it asks for consent where its words say so."""
    counted = words.COUNT.search(fold(sample.question)) or words.GRADED.search(fold(sample.question))
    known = YES | NO | {fold(sample.question)}
    if not sample.answers or counted or any(fold(answer) not in known for answer in sample.answers):
        return None
    refused = len(sample.rows) - sum(fold(answer) not in NO for answer in sample.answers)
    if words.CONSENT.search(fold(sample.question)) and len(sample.rows) > FEW * refused:
        why = tr("accord sans lequel une ligne est rejetée (ici {count})", count=refused)
        return Guess("yesno", why, use="consent")
    return Guess("yesno", tr("oui ou non"))


def place(sample: Sample) -> Guess | None:
    """Return that it names places: its words say so, and most answers are known as such."""
    known = share(sample.answers, lambda text: Place(question="?").read(text).value is not None)
    if words.PLACE.search(fold(sample.question)) and known > 0.6:
        return Guess("place", tr("un lieu"))
    return None


def scale(sample: Sample) -> Guess | None:
    """Return that its answers have an order that their words tell."""
    options = distinct(sample.answers)
    graded = words.GRADED.search(fold(sample.question))
    bare = all(parse_number(option) is not None for option in options)
    if len(options) < 2 or not closed(sample.answers) or (bare and not graded):
        return None
    order = words.graded(options)
    why = tr("réponses dans l'ordre, de la plus basse à la plus haute")
    return Guess("scale", why, {"options": order}) if order else None


def number(sample: Sample) -> Guess | None:
    """Return that it is answered in figures."""
    written = share(sample.answers, lambda text: parse_number(text) is not None)
    return Guess("number", tr("un nombre")) if written > 0.9 and not words.PLACE.search(fold(sample.question)) else None


def slots(sample: Sample) -> Guess | None:
    """Return that it names moments of days."""
    pieces = [part.strip() for answer in sample.answers for piece in split(answer, None) for part in piece.split(",")]
    named = [found for piece in pieces if (found := day_and_moment(piece))]
    if len(named) < len(pieces) or not pieces:
        return None
    return week([day for day, _ in named], [moment for _, moment in named])


def day_and_moment(text: str) -> tuple[str, str] | None:
    """Return the day and the moment in ``lundi matin``, None where a text is something else."""
    day, _, moment = text.partition(" ")
    return (day, moment.strip()) if fold(day) in words.DAYS and fold(moment) in words.MOMENTS else None


def week(days: Sequence[str], moments: Sequence[str]) -> Guess | None:
    """Return these moments of these days, in the order of the week and of the day."""
    order: Mapping[str, tuple[str, ...]] = {"days": words.DAYS, "moments": words.MOMENTS}
    named = {"days": distinct(days), "moments": distinct(moments)}
    settings = {name: sorted(texts, key=lambda text: order[name].index(fold(text))) for name, texts in named.items()}
    return Guess("slots", tr("des moments de la semaine"), settings) if all(settings.values()) else None


def several(sample: Sample) -> Guess | None:
    """Return that several options, or several names, stand in one cell."""
    for joiner in JOINERS:
        cells = [split(answer, joiner) for answer in sample.answers]
        pieces = [piece for cell in cells for piece in cell]
        if any(len(cell) > 1 for cell in cells):
            return listed(sample, pieces, {} if joiner is None else {"joiner": joiner})
    pieces = [piece.strip() for answer in sample.answers for piece in answer.split(",") if piece.strip()]
    options = distinct(pieces)
    joined = any("," in answer for answer in sample.answers)
    whole = joined and closed(sample.answers) and len(distinct(sample.answers)) <= len(options)
    if not joined or whole or not closed(pieces):
        return None
    why = tr("plusieurs réponses, séparées par des virgules ; {seen}", seen=tr(SEEN))
    return Guess("choices", why, {"options": options})


def listed(sample: Sample, pieces: Sequence[str], joiner: Mapping[str, str]) -> Guess | None:
    """Return options or names that a joiner separates."""
    if closed(pieces):
        apart = tr("« {text} »", text=joiner["joiner"].strip()) if joiner else tr("des points-virgules ou des lignes")
        why = tr("plusieurs réponses, séparées par {apart} ; {seen}", apart=apart, seen=tr(SEEN))
        return Guess("choices", why, {"options": distinct(pieces)} | dict(joiner))
    if all(len(piece) <= LONGEST_OPTION for piece in pieces):
        return Guess("names", tr("une liste de noms"), dict(joiner))
    return None


def names(sample: Sample) -> Guess | None:
    """Return that it names organisations or people."""
    short = share(sample.answers, lambda text: len(text) <= LONGEST_OPTION) > 0.9
    if short and words.NAMES.search(fold(sample.question)) and not closed(sample.answers):
        return Guess("names", tr("des noms de structures ou de personnes"))
    return None


def choice(sample: Sample) -> Guess | None:
    """Return that one of a few options was chosen."""
    options = distinct(sample.answers)
    if (closed(sample.answers) or words.roles(options)) and len(options) > 1:
        return Guess("choice", tr("une option ; {seen}", seen=tr(SEEN)), {"options": options})
    return None


def ranking(sample: Sample) -> Guess | None:
    """Return that it has a column for each rank, or a rank for each option."""
    if all(RANK.fullmatch(fold(item)) for item in sample.items):
        options = distinct(sample.answers)
        why = tr("un classement ; {seen}", seen=tr(SEEN))
        return Guess("ranking", why, {"options": options}) if options else None
    apart = all(len(set(given)) == len(given) for row in sample.rows if (given := [cell for cell in row if cell]))
    top = max((figures(answer) for answer in sample.answers), default=0)
    if apart and top > 1 and share(sample.answers, str.isdigit) == 1 and top <= len(sample.items):
        return Guess("ranking", tr("un rang par option"), {"options": sample.items})
    return None


def week_grid(sample: Sample) -> Guess | None:
    """Return that it has a column for each day, or for each moment of a day."""
    named = [day_and_moment(item) for item in sample.items]
    if all(named):
        return week([pair[0] for pair in named if pair], [pair[1] for pair in named if pair])
    said = [part.strip() for answer in sample.answers for piece in split(answer, None) for part in piece.split(",")]
    days = all(fold(item) in words.DAYS for item in sample.items)
    return week(sample.items, said) if days and said and all(fold(text) in words.MOMENTS for text in said) else None


def ticked(sample: Sample) -> Guess | None:
    """Return that its columns are boxes to tick; what was typed beside the options has a question of its own."""
    boxes = [item for item in sample.items if fold(item) != fold(OTHER)]
    if any(fold(answer) not in YES | NO for item in boxes for answer in sample.of(item)) or not boxes:
        return None
    return Guess("choices", tr("des cases à cocher, une colonne par option"), {"options": sample.items})


def levels(sample: Sample) -> Guess | None:
    """Return that each of its lines was given a level."""
    lines = [item for item in sample.items if fold(item) != fold(OTHER)]
    found = [level for level, _ in Counter(answer for item in lines for answer in sample.of(item)).most_common()]
    options = distinct(found)
    if not closed([answer for item in lines for answer in sample.of(item)]) or len(options) < 2:
        return None
    order = words.graded(options)
    return Guess("levels", tr(ORDERED if order else UNORDERED), {"items": lines, "levels": order or options})


def names_grid(sample: Sample) -> Guess | None:
    """Return that its numbered columns hold names."""
    return Guess("names", tr("un nom par colonne")) if words.NAMES.search(fold(sample.question)) else None


COLUMNS = (contact, key, moment, yesno, place, scale, number, slots, several, choice, names)
GRIDS = (week_grid, ticked, ranking, levels, names_grid)

"""A question with its answers -> its kind and settings: kinds are tried in turn, and the first that fits is taken."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from mentormatch.fields import Place, Use
from mentormatch.fields.base import split
from mentormatch.fields.lists import OTHER_ITEMS, pair_days_with_moments, rank_of
from mentormatch.fields.numbers import parse_number
from mentormatch.fields.single_answers import YesNo
from mentormatch.languages.text_keys import canonical, is_yes_or_no
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import (
    FEW,
    LONGEST_OPTION,
    MOST_OPTIONS,
    are_chosen,
    distinct,
    pieces,
    share,
    split_options,
)
from mentormatch.programme.drafts.lexicon import fold, normalize_words
from mentormatch.programme.drafts.samples import EMAIL_PATTERN, QuestionSample
from mentormatch.programme.drafts.scales import are_years, find_step, is_higher, is_off_scale, order_answers

SEEN = mark("options vues dans les réponses, à compléter")
MOST_WORDS = 8
"""Of a day and a moment."""
NAMED_PLACE = mark("un lieu, comparé par son nom : les distances ne sont connues qu'en France ; {seen}")
LEAST_SHARED = 2 / 3
"""The share of typed places that another person must have typed too, so that people can be compared by them."""
IN_ORDER = mark("réponses dans l'ordre, de la plus basse à la plus haute")
NO_ORDER = mark("une échelle, de la plus basse à la plus haute : ORDRE À VÉRIFIER, rien ne le dit")
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
PHONE = re.compile(r"\+?[\d\s.()/-]{8,20}")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{4}/\d{2}/\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}[/-]\d{4})\b.*")
CODE = re.compile(r"[a-z]+[_\d]\w*|\d+")
"""A header that is a code, and says nothing of what is asked."""
JOINERS = (";", "|", ",", " / ")
"""What separates several answers in one cell, the surest first; line breaks go with ``;``."""
PROBED = 400
"""Answers that show whether a joiner gives options, before all are cut."""
LEAST_JOINED = 0.1
"""The share of cells with several answers, where what joins them may stand in an option."""
TO_TEN = frozenset(map(str, range(11)))
NOTES = [set(map(str, range(low, high + 1))) for low in (0, 1) for high in (5, 7, 10)]
"""Whole scales of notes: what nobody gave is not in them."""
ORDERED = mark("une grille de niveaux, du plus bas au plus haut")
UNORDERED = mark("une grille de niveaux, du plus bas au plus haut : ORDRE À VÉRIFIER, rien ne le dit")

END_BEFORE = re.compile(r"([^\d,;()?]+?)\s*\((\d{1,2})\)")
"""What a question says of an end of its scale before its grade: ``not at all (1)``."""


@cache
def end_after(means: str) -> re.Pattern[str]:
    """Return an expression for what a question says of an end of its scale behind its grade: « 1 = pas du tout »."""
    return re.compile(rf"\b(\d{{1,2}})\s*(?:[=:(–—-]|{means})\s*([^\d,;()]+)")


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind of question with its settings, its use, and why it was taken for that.

    ``single`` are answers that one person alone gave, which are no options of it.
    """

    kind: str
    why: str
    settings: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    use: Use = "match"
    single: tuple[str, ...] = field(default=(), repr=False)


def contact(sample: QuestionSample) -> Guess | None:
    """Return that people are reached by it: an e-mail address, a name, a telephone number, a page of their own."""
    question, answers = sample.question, sample.answers
    if answers and all(map(is_yes_or_no, dict.fromkeys(answers))):
        return None
    if share(answers, EMAIL_PATTERN.fullmatch) > 0.7 or (
        words.contains_phrase(vocabulary().contact.email, question) and not are_chosen(answers)
    ):
        return Guess("text", tr("adresse e-mail : dans un tableau à part"), use="contact")
    numbered = share(answers, lambda text: PHONE.fullmatch(text) and sum(map(str.isdigit, text)) >= 9) > 0.7
    dated = share(answers, DATE.fullmatch) > 0.5
    reached = words.is_asked(vocabulary().contact, question) and are_typed(answers)
    if (numbered or reached or words.name_of_person(question)) and not dated:
        return Guess("text", tr("coordonnées : dans un tableau à part"), use="contact")
    return None


def are_typed(answers: Sequence[str]) -> bool:
    """Return whether answers are texts that people typed: neither numbers that count nor one text that all gave."""
    if len(answers) > 1 and len(distinct(answers)) == 1:
        return False
    return share(answers, lambda text: parse_number(text) is not None and len(text) < 5) < 0.5


def key(sample: QuestionSample) -> Guess | None:
    """Return that it tells one person from another: a word for it, and no answer that two rows share."""
    answers, without = sample.answers, len(sample.rows) - len(sample.answers)
    short = all(len(answer) <= 20 and " " not in answer for answer in answers)
    if not short or not words.asks_code(sample.question):
        return None
    if len({canonical(answer) for answer in answers}) == len(answers) > FEW * without:
        return Guess("text", why_key(without), use="key")
    return None


def why_key(without: int) -> str:
    """Return why a question is taken for the key, where so many rows do not answer it."""
    if without:
        return tr("un code différent sur chaque ligne ; sans code, une ligne est rejetée (ici {count})", count=without)
    return tr("un code différent sur chaque ligne")


def moment(sample: QuestionSample) -> Guess | None:
    """Return that it holds dates, or years of a calendar that are no list of options."""
    if share(sample.answers, DATE.fullmatch) > 0.7:
        return Guess("text", tr("date, lue par l'équipe, jamais notée"), use="display")
    return None


def link(sample: QuestionSample) -> Guess | None:
    """Return that it holds addresses of pages or files."""
    if share(sample.answers, LINK.match) > 0.7:
        return Guess("text", tr("adresse d'une page, lue par l'équipe, jamais notée"), use="display")
    return None


def agreement(question: str, answer: str) -> bool | None:
    """Return whether an answer says yes or no to a question, None where it says neither."""
    said = YesNo(question=question).read(answer).value
    return None if said is None else bool(said)


def yesno(sample: QuestionSample) -> Guess | None:
    """Return that it is answered by yes or no, or by one box that holds the words of the question."""
    question = sample.question
    options = distinct(sample.answers)
    counted = words.asks_number(question) or words.asks_grade(question)
    if not options or len(options) > FEW or (counted and any(map(str.isdigit, options))):
        return None
    known = all(agreement(question, option) is not None for option in options)
    return Guess("yesno", tr("oui ou non")) if known else None


def consent(sample: QuestionSample) -> Guess | None:
    """Return that people agree by it to be taken in; who refuses it is not."""
    question = sample.question
    options = distinct(sample.answers)
    if (
        not options
        or len(options) > FEW
        or not words.contains_phrase(vocabulary().consent.required, question)
        or words.contains_phrase(vocabulary().consent.optional, question)
    ):
        return None
    said = [agreement(question, option) for option in options]
    if None not in said:
        given = sum(bool(agreement(question, answer)) for answer in sample.answers)
        why = tr("accord sans lequel une ligne est rejetée (ici {count})", count=len(sample.rows) - given)
        return Guess("yesno", why, use="consent")
    if len(options) == 1 and split_options(sample.answers, sample.givers)[0]:
        why = tr("un accord, donné en une seule phrase par toutes les réponses")
        return Guess("choice", why, {"options": options}, use="display")
    return None


def place(sample: QuestionSample) -> Guess | None:
    """Return that it names places: its words say so, and most answers are known as such."""
    known = share(sample.answers[:200], lambda text: Place(question="?").read(text).value is not None)
    if known > 0.5 and words.asks_place(sample.question):
        return Guess("place", tr("un lieu"))
    return None


def scale(sample: QuestionSample) -> Guess | None:
    """Return that its answers have an order that their words or the question tell, or that people are asked for it."""
    answers = distinct(sample.answers)
    if len(answers) < 2 or not are_chosen(sample.answers):
        return None
    options, single = split_options(sample.answers, sample.givers)
    if all(parse_number(option) is not None for option in options or single):
        return scale_of_figures(sample, [answer for answer in answers if parse_number(answer) is not None])
    if len(options) < 2:
        return None
    order = order_answers(options)
    if order is None:
        graded = words.asks_grade(sample.question) and len(options) > 2
        return Guess("scale", tr(NO_ORDER), {"options": options}, single=(*single,)) if graded else None
    if all(agreement(sample.question, option) is not None for option in order):
        return None
    left = [option for option in options if is_off_scale(option)]
    why = tr(IN_ORDER)
    if left:
        apart = ", ".join(tr("« {text} »", text=option) for option in left)
        why = tr("{why} ; hors de l'échelle : {apart}", why=why, apart=apart)
    return Guess("scale", why, {"options": order}, single=(*single,))


def scale_of_figures(sample: QuestionSample, options: Sequence[str]) -> Guess | None:
    """Return that notes were given, the highest last; turned round where the question says that 1 is the most."""
    question, given = fold(sample.question), set(options)
    if are_years(options) or words.asks_typed_text(sample.question):
        return None
    if not words.asks_grade(question):
        coded = CODE.fullmatch(question) and len(options) > FEW and given <= TO_TEN
        whole = given in NOTES and not words.asks_number(question) and not vocabulary().number.amount.search(question)
        return Guess("scale", tr(NO_ORDER), {"options": sorted(options, key=int)}) if coded or whole else None
    # A note between 0 and 10 says nothing of the person who gave it.
    shared, _ = split_options(sample.answers, sample.givers)
    single = tuple(option for option in options if option not in TO_TEN and option not in shared)
    options = [option for option in options if option not in single]
    ends = legend(sample.question)
    order = sorted(options, key=lambda option: parse_number(option) or 0.0, reverse=ends == "reversed")
    if len(order) < 2:
        return None
    return Guess("scale", tr(NO_ORDER if ends == "unknown" else IN_ORDER), {"options": order}, single=single)


def legend(question: str) -> str:
    """Return which way the notes of a question go, by what it says of their ends: "plain", "reversed" or "unknown".

    >>> legend("Rate it (1 = not at all, 5 = very)"), legend("De 1 (très) à 5 (pas du tout)"), legend("Note ?")
    ('plain', 'reversed', 'plain')
    """
    ends = [(int(number), said) for number, said in end_after(vocabulary().scale.means).findall(question)]
    ends += [(int(number), said) for said, number in END_BEFORE.findall(question)]
    low, high = min(ends, default=(0, "")), max(ends, default=(0, ""))
    if low[0] == high[0]:
        return "plain"
    rises = is_higher(high[1].strip(), low[1].strip())
    return "unknown" if rises is None else "plain" if rises else "reversed"


def number(sample: QuestionSample) -> Guess | None:
    """Return that it is answered in figures; years of a calendar are a text that staff read."""
    answers = sample.answers
    if share(answers, lambda text: parse_number(text) is not None) <= 0.9 or words.asks_place(sample.question):
        return None
    if are_years(answers):
        few = are_chosen(answers) and len(distinct(answers)) > 3 and not words.asks_typed_text(sample.question)
        return None if few else Guess("text", tr("une année, lue par l'équipe, jamais notée"), use="display")
    return Guess("number", tr("un nombre"))


def slots(sample: QuestionSample) -> Guess | None:
    """Return that it names moments of days, and whole days beside them."""
    cells = dict.fromkeys(sample.answers)
    named = [slot for answer in cells for slot in slots_in(answer)]
    if not named or not all(named):
        return None
    return week([slot[0] for slot in named if slot], [slot[1] for slot in named if slot and slot[1]])


def slots_in(answer: str) -> list[tuple[str, str] | None]:
    """Return the days in an answer, each with its moment if it has one; None for a text that names neither.

    >>> slots_in("lundi matin ; samedi"), slots_in("Mon, evening, Tuesday morning"), slots_in("Monday; whenever")
    ([('lundi', 'matin'), ('samedi', '')], [('Mon', 'evening'), ('Tuesday', 'morning')], [('Monday', ''), None])
    """
    texts = [part.strip() for piece in split(answer, None) for part in piece.split(",")]
    paired = pair_days_with_moments(
        texts, is_day=lambda text: normalize_words(text) in words.days(), is_moment=words.is_moment
    )
    return [
        slot if slot[1] or normalize_words(slot[0]) in words.days() else day_and_moment(slot[0])
        for slot in paired
        if slot[0]
    ]


def several(sample: QuestionSample) -> Guess | None:
    """Return that several options, or several names, stand in one cell: by the first joiner that gives options."""
    plural = words.contains_phrase(vocabulary().lists.plural, sample.question) or words.asks_all_that_apply(
        sample.question
    )
    for joiner in JOINERS:
        first = pieces(sample.answers[:PROBED], joiner, apart=plural)
        if not are_chosen([piece for cell in first for piece in cell]):
            continue
        cells = pieces(sample.answers, joiner, apart=plural)
        parts = [piece for cell in cells for piece in cell]
        many = share(cells, lambda cell: len(cell) > 1)
        if (
            many
            and (are_options(sample.answers, parts, joiner) or (plural and are_chosen(parts)))
            and (many > LEAST_JOINED or joiner == ";")
        ):
            people = [person for person, cell in zip(sample.givers, cells, strict=True) for _ in cell]
            options, single = split_options(parts, people)
            return several_options(options, joiner, single) if options else None
    named = [split(answer, None) for answer in sample.answers]
    parts = [piece for cell in named for piece in cell]
    if any(len(cell) > 1 for cell in named) and all(len(piece) <= LONGEST_OPTION for piece in parts):
        return Guess("names", tr("une liste de noms")) if not are_chosen(sample.answers) else None
    return None


def are_options(answers: Sequence[str], parts: Sequence[str], joiner: str) -> bool:
    """Say whether parts of cells look like options that people chose from: fewer than the cells made of them."""
    return are_chosen(parts) and (
        joiner == ";"
        or not are_chosen(answers)
        or len(distinct(answers)) > len(distinct(parts))
        or len(distinct(parts)) < 3
    )


def several_options(options: Sequence[str], joiner: str, single: Sequence[str]) -> Guess:
    """Return options that a joiner separates; if they contain semicolons, only commas may separate them."""
    if joiner == ",":
        why = tr("plusieurs réponses, séparées par des virgules ; {seen}", seen=tr(SEEN))
        settings = {"options": options} | ({"joiner": "\n"} if ";" in "".join(options) else {})
        return Guess("choices", why, settings, single=(*single,))
    apart = tr("des points-virgules ou des lignes") if joiner == ";" else tr("« {text} »", text=joiner.strip())
    why = tr("plusieurs réponses, séparées par {apart} ; {seen}", apart=apart, seen=tr(SEEN))
    settings = {"options": options} | ({} if joiner == ";" else {"joiner": joiner})
    return Guess("choices", why, settings, single=(*single,))


def names(sample: QuestionSample) -> Guess | None:
    """Return that it names organisations or people."""
    short = share(sample.answers, lambda text: len(text) <= LONGEST_OPTION) > 0.9
    if short and words.contains_phrase(vocabulary().lists.names, sample.question) and not are_chosen(sample.answers):
        return Guess("names", tr("des noms de structures ou de personnes"))
    return None


def choice(sample: QuestionSample) -> Guess | None:
    """Return that one of a few options was chosen; what is typed again and again is none, but for places."""
    options, single = split_options(sample.answers, sample.givers)
    told, chosen = words.get_role_answers(options), are_chosen(sample.answers)
    if len(options) > 1 and names_places(sample, options) and (chosen or are_shared(sample.answers, options, single)):
        return Guess("place", tr(NAMED_PLACE, seen=tr(SEEN)), {"options": options}, single=(*single,))
    if words.asks_typed_text(sample.question) and not told:
        return None
    if (chosen or told) and len(options) > 1:
        return Guess("choice", tr("une option ; {seen}", seen=tr(SEEN)), {"options": options}, single=(*single,))
    return None


def are_shared(answers: Sequence[str], options: Sequence[str], single: Sequence[str]) -> bool:
    """Return whether most typed answers are among a few options that several people gave."""
    alone, short = set(single), all(len(answer) <= LONGEST_OPTION for answer in answers)
    return short and len(options) <= MOST_OPTIONS and share(answers, lambda answer: answer not in alone) >= LEAST_SHARED


def names_places(sample: QuestionSample, options: Sequence[str]) -> bool:
    """Return whether options are places by the words of their question, and no ways to meet, yes or no, or roles."""
    if not words.asks_place(sample.question) or words.get_role_answers(options):
        return False
    meetings = vocabulary().ladders.presence
    return all(find_step(option, meetings) is None and agreement(sample.question, option) is None for option in options)


def boxes_of(sample: QuestionSample) -> list[str]:
    """Return the items of a question without the one under which a text is typed."""
    return [item for item in sample.items if fold(item) not in OTHER_ITEMS]


def ranking(sample: QuestionSample) -> Guess | None:
    """Return that it has a column for each rank, or a rank for each option."""
    items = boxes_of(sample)
    if len(items) > 1 and all(words.is_rank(item) for item in items):
        options, single = split_options(sample.answers, sample.givers)
        why = tr("un classement, le premier choix d'abord ; {seen}", seen=tr(SEEN))
        chosen = options and are_chosen(sample.answers)
        return Guess("ranking", why, {"options": options}, single=(*single,)) if chosen else None
    apart = all(len(set(given)) == len(given) for row in sample.rows if (given := [cell for cell in row if cell]))
    top = max((rank_of(answer) for answer in sample.answers), default=0)
    if apart and 1 < top <= len(sample.items) and share(sample.answers, words.is_rank) == 1:
        return Guess("ranking", tr("un rang par option, 1 pour le premier choix"), {"options": sample.items})
    return None


def week_grid(sample: QuestionSample) -> Guess | None:
    """Return that it has a column for each day, for each moment, or for each moment of a day and each whole day."""
    named = [slot for item in sample.items for slot in slots_in(item)]
    moments = [slot[1] for slot in named if slot and slot[1]]
    if all(named) and moments:
        return week([slot[0] for slot in named if slot], moments)
    said = [part.strip() for answer in sample.answers for piece in split(answer, None) for part in piece.split(",")]
    if not said:
        return None
    if all(map(words.is_day, sample.items)) and all(map(words.is_moment, said)):
        return week(sample.items, said)
    if all(map(words.is_moment, sample.items)) and all(map(words.is_day, said)):
        return week(said, sample.items)
    return None


def boxes(sample: QuestionSample) -> Guess | None:
    """Return that its columns are boxes to tick; what was typed beside the options has a question of its own."""
    boxes = boxes_of(sample)
    ticked = all(is_yes_or_no(answer) or fold(answer) == fold(item) for item in boxes for answer in sample.of(item))
    if not ticked or not boxes:
        return None
    return Guess("choices", tr("des cases à cocher, une colonne par option"), {"options": boxes})


def levels(sample: QuestionSample) -> Guess | None:
    """Return that each of its lines was given a level."""
    lines = boxes_of(sample)
    given = [answer for item in lines for answer in sample.of(item)]
    options = distinct([level for level, _ in Counter(given).most_common()])
    if not are_chosen(given) or len(options) < 2:
        return None
    order = order_answers(options)
    if order:
        return Guess("levels", tr(ORDERED), {"items": lines, "levels": order})
    places = [sample.items.index(line) for line in lines]
    people = sample.people or tuple(map(str, range(len(sample.rows))))
    levels = [(row[at], person) for at in places for row, person in zip(sample.rows, people, strict=True) if row[at]]
    shared, single = split_options([level for level, _ in levels], [person for _, person in levels])
    options = [option for option in options if fold(option) in set(map(fold, shared))]
    if len(options) < 2:
        return None
    order = order_answers(options)
    settings = {"items": lines, "levels": order or options}
    return Guess("levels", tr(ORDERED if order else UNORDERED), settings, single=(*single,))


def names_grid(sample: QuestionSample) -> Guess | None:
    """Return that its numbered columns hold names."""
    return (
        Guess("names", tr("un nom par colonne"))
        if words.contains_phrase(vocabulary().lists.names, sample.question)
        else None
    )


def day_and_moment(text: str) -> tuple[str, str] | None:
    """Return the day and the moment in ``lundi matin``, None where a text is something else."""
    parts = text.split()
    if len(parts) > MOST_WORDS:
        return None
    days, moments = words.days(), words.moments()
    cuts = ((" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts)))
    return next((cut for cut in cuts if normalize_words(cut[0]) in days and normalize_words(cut[1]) in moments), None)


def week(days: Sequence[str], moments: Sequence[str]) -> Guess | None:
    """Return these moments of these days, in the order of the week and of the day."""
    settings = {
        "days": sorted(distinct(days), key=lambda text: words.days().get(normalize_words(text), 0)),
        "moments": sorted(distinct(moments), key=lambda text: words.moments().get(normalize_words(text), 0)),
    }
    return Guess("slots", tr("des moments de la semaine"), settings) if all(settings.values()) else None


COLUMNS = (contact, key, moment, link, consent, yesno, place, slots, scale, number, several, choice, names)
GRIDS = (week_grid, boxes, ranking, levels, names_grid)

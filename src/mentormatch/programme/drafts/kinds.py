"""A question with its answers -> its kind and settings, by functions in a fixed order; the first result counts.

Each function ``guess_...`` returns None for a question of another kind.
"""

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
    MAX_OPTION_LENGTH,
    MAX_OPTIONS,
    ROWS_PER_BLANK,
    are_chosen,
    distinct,
    share_of,
    split_cells,
    split_options,
)
from mentormatch.programme.drafts.lexicon import fold, normalize_words
from mentormatch.programme.drafts.samples import EMAIL_PATTERN, QuestionSample
from mentormatch.programme.drafts.scales import are_years, find_step, is_higher, is_off_scale, order_answers

OPTIONS_SEEN_COMMENT = mark("options vues dans les réponses, à compléter")
ORDERED_SCALE_REASON = mark("réponses dans l'ordre, de la plus basse à la plus haute")
UNORDERED_SCALE_REASON = mark("une échelle, de la plus basse à la plus haute : ORDRE À VÉRIFIER, rien ne le dit")
LINK_PATTERN = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
PHONE_PATTERN = re.compile(r"\+?[\d\s.()/-]{8,20}")
DATE_PATTERN = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{4}/\d{2}/\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}[/-]\d{4})\b.*")
JOINERS = (";", "|", ",", " / ")  # separators of several answers, most certain first; ``;`` includes line ends
TO_TEN = frozenset(map(str, range(11)))
ORDERED_LEVELS_REASON = mark("une grille de niveaux, du plus bas au plus haut")


# A grade with its meaning after it: « 1 = pas du tout »
@cache
def get_grade_pattern(means: str) -> re.Pattern[str]:
    return re.compile(rf"\b(\d{{1,2}})\s*(?:[=:(–—-]|{means})\s*([^\d,;()]+)")


@dataclass(frozen=True, slots=True)
class Guess:
    """The guessed kind of a question, its settings and use, and the reason.

    ``single`` are answers of a single person, which are not options.
    """

    kind: str
    why: str
    settings: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    use: Use = "match"
    single: tuple[str, ...] = field(default=(), repr=False)


def guess_contact(sample: QuestionSample) -> Guess | None:
    """Guess a contact: an e-mail or street address, a name, a telephone number, a personal page."""
    question, answers = sample.question, sample.answers
    if answers and all(map(is_yes_or_no, dict.fromkeys(answers))):
        return None
    if share_of(answers, EMAIL_PATTERN.fullmatch) > 0.7 or (
        words.contains_phrase(vocabulary().contact.email, question) and not are_chosen(answers)
    ):
        return Guess("text", tr("adresse e-mail : dans un tableau à part"), use="contact")
    phones = share_of(answers, lambda text: PHONE_PATTERN.fullmatch(text) and sum(map(str.isdigit, text)) >= 9)
    are_dates = share_of(answers, DATE_PATTERN.fullmatch) > 0.5
    asks_contact = words.is_asked(vocabulary().contact, question) and are_typed(answers)
    if (phones > 0.7 or asks_contact or words.name_of_person(question)) and not are_dates:
        return Guess("text", tr("coordonnées : dans un tableau à part"), use="contact")
    return None


def are_typed(answers: Sequence[str]) -> bool:
    """Return whether answers are typed texts: neither mostly short numbers nor one text that all people gave."""
    if len(answers) > 1 and len(distinct(answers)) == 1:
        return False
    return share_of(answers, lambda text: parse_number(text) is not None and len(text) < 5) < 0.5


def guess_key(sample: QuestionSample) -> Guess | None:
    """Guess a key: the answers to a question on codes are short and unique, and most rows have one."""
    answers, blank_count = sample.answers, len(sample.rows) - len(sample.answers)
    are_short = all(len(answer) <= 20 and " " not in answer for answer in answers)
    if not are_short or not words.asks_code(sample.question):
        return None
    if len({canonical(answer) for answer in answers}) == len(answers) > ROWS_PER_BLANK * blank_count:
        return Guess("text", make_key_reason(blank_count), use="key")
    return None


def make_key_reason(blank_count: int) -> str:
    """Return the reason for a key, with the number of rows without an answer."""
    if blank_count:
        return tr(
            "un code différent sur chaque ligne ; sans code, une ligne est rejetée (ici {count})", count=blank_count
        )
    return tr("un code différent sur chaque ligne")


def guess_date(sample: QuestionSample) -> Guess | None:
    """Guess dates."""
    if share_of(sample.answers, DATE_PATTERN.fullmatch) > 0.7:
        return Guess("text", tr("date, lue par l'équipe, jamais notée"), use="display")
    return None


def guess_link(sample: QuestionSample) -> Guess | None:
    """Guess addresses of pages or files."""
    if share_of(sample.answers, LINK_PATTERN.match) > 0.7:
        return Guess("text", tr("adresse d'une page, lue par l'équipe, jamais notée"), use="display")
    return None


def parse_yes_or_no(question: str, answer: str) -> bool | None:
    """Return whether an answer means yes to a question; None if it means neither yes nor no."""
    value = YesNo(question=question).read(answer).value
    return None if value is None else bool(value)


def guess_yes_or_no(sample: QuestionSample) -> Guess | None:
    """Guess a yes-or-no question, or a single box with the words of the question."""
    question = sample.question
    options = distinct(sample.answers)
    asks_number = words.asks_number(question) or words.asks_grade(question)
    if not options or len(options) > 4 or (asks_number and any(map(str.isdigit, options))):
        return None
    are_yes_or_no = all(parse_yes_or_no(question, option) is not None for option in options)
    return Guess("yesno", tr("oui ou non")) if are_yes_or_no else None


def guess_consent(sample: QuestionSample) -> Guess | None:
    """Guess a required consent: rows that refuse it are rejected; if all gave one sentence, staff read it."""
    question = sample.question
    options = distinct(sample.answers)
    if (
        not options
        or len(options) > 4
        or not words.contains_phrase(vocabulary().consent.required, question)
        or words.contains_phrase(vocabulary().consent.optional, question)
    ):
        return None
    values = [parse_yes_or_no(question, option) for option in options]
    if None not in values:
        accepted = sum(bool(parse_yes_or_no(question, answer)) for answer in sample.answers)
        why = tr("accord sans lequel une ligne est rejetée (ici {count})", count=len(sample.rows) - accepted)
        return Guess("yesno", why, use="consent")
    if len(options) == 1 and split_options(sample.answers, sample.givers)[0]:
        why = tr("un accord, donné en une seule phrase par toutes les réponses")
        return Guess("choice", why, {"options": options}, use="display")
    return None


def guess_place(sample: QuestionSample) -> Guess | None:
    """Guess a place: the question has such words, and most answers are known places."""
    known_share = share_of(sample.answers[:200], lambda text: Place(question="?").read(text).value is not None)
    if known_share > 0.5 and words.asks_place(sample.question):
        return Guess("place", tr("un lieu"))
    return None


def guess_scale(sample: QuestionSample) -> Guess | None:
    """Guess a scale: words, numbers or the question give an order, or show that one exists."""
    answers = distinct(sample.answers)
    if len(answers) < 2 or not are_chosen(sample.answers):
        return None
    options, single = split_options(sample.answers, sample.givers)
    if all(parse_number(option) is not None for option in options or single):
        return guess_grades(sample, [answer for answer in answers if parse_number(answer) is not None])
    if len(options) < 2:
        return None
    order = order_answers(options)
    if order is None:
        graded = words.asks_grade(sample.question) and len(options) > 2
        return Guess("scale", tr(UNORDERED_SCALE_REASON), {"options": options}, single=(*single,)) if graded else None
    if all(parse_yes_or_no(sample.question, option) is not None for option in order):
        return None
    off_scale = [option for option in options if is_off_scale(option)]
    why = tr(ORDERED_SCALE_REASON)
    if off_scale:
        off_scale_text = ", ".join(tr("« {text} »", text=option) for option in off_scale)
        why = tr("{why} ; hors de l'échelle : {apart}", why=why, apart=off_scale_text)
    return Guess("scale", why, {"options": order}, single=(*single,))


# Scales of grades of which every grade was given
FULL_SCALES = [set(map(str, range(low, high + 1))) for low in (0, 1) for high in (5, 7, 10)]


def guess_grades(sample: QuestionSample, options: Sequence[str]) -> Guess | None:
    """Guess a scale of grades, in the order that the question gives to its ends, else by number."""
    question, values = fold(sample.question), set(options)
    if are_years(options) or words.asks_typed_text(sample.question):
        return None
    if not words.asks_grade(question):
        is_code = re.fullmatch(r"[a-z]+[_\d]\w*|\d+", question) and len(options) > 4 and values <= TO_TEN
        is_amount = words.asks_number(question) or vocabulary().number.amount.search(question)
        if not is_code and (is_amount or values not in FULL_SCALES):
            return None
        return Guess("scale", tr(UNORDERED_SCALE_REASON), {"options": sorted(options, key=int)})
    # A grade from 0 to 10 identifies nobody
    shared, _ = split_options(sample.answers, sample.givers)
    single = tuple(option for option in options if option not in TO_TEN and option not in shared)
    options = [option for option in options if option not in single]
    ends = get_scale_direction(sample.question)
    order = sorted(options, key=lambda option: parse_number(option) or 0.0, reverse=ends == "reversed")
    if len(order) < 2:
        return None
    why = tr(UNORDERED_SCALE_REASON if ends == "unknown" else ORDERED_SCALE_REASON)
    return Guess("scale", why, {"options": order}, single=single)


def get_scale_direction(question: str) -> str:
    """Return the direction of the grades of a question: "plain" (also without stated ends), "reversed" or "unknown".

    >>> [get_scale_direction(text) for text in ("Rate it (1 = not at all, 5 = very)", "De 1 (très) à 5 (pas du tout)")]
    ['plain', 'reversed']
    """
    ends = [(int(number), meaning) for number, meaning in get_grade_pattern(vocabulary().scale.means).findall(question)]
    ends += [(int(number), meaning) for meaning, number in re.findall(r"([^\d,;()?]+?)\s*\((\d{1,2})\)", question)]
    low, high = min(ends, default=(0, "")), max(ends, default=(0, ""))
    if low[0] == high[0]:
        return "plain"
    is_rising = is_higher(high[1].strip(), low[1].strip())
    return "unknown" if is_rising is None else "plain" if is_rising else "reversed"


def guess_number(sample: QuestionSample) -> Guess | None:
    """Guess a number; calendar years are a text for staff, unless they look like options."""
    answers = sample.answers
    if share_of(answers, lambda text: parse_number(text) is not None) <= 0.9 or words.asks_place(sample.question):
        return None
    if are_years(answers):
        look_chosen = are_chosen(answers) and len(distinct(answers)) > 3 and not words.asks_typed_text(sample.question)
        return None if look_chosen else Guess("text", tr("une année, lue par l'équipe, jamais notée"), use="display")
    return Guess("number", tr("un nombre"))


def guess_slots(sample: QuestionSample) -> Guess | None:
    """Guess slots: each text names a day, or a day and a moment."""
    cells = dict.fromkeys(sample.answers)
    day_moments = [slot for answer in cells for slot in find_slots(answer)]
    if not day_moments or not all(day_moments):
        return None
    moments = [slot[1] for slot in day_moments if slot and slot[1]]
    return make_slots_guess([slot[0] for slot in day_moments if slot], moments)


def find_slots(answer: str) -> list[tuple[str, str] | None]:
    """Return the days in an answer, each with its moment if it has one; None for another text.

    >>> find_slots("lundi matin ; samedi"), find_slots("Mon, evening, Tuesday morning"), find_slots("Monday; whenever")
    ([('lundi', 'matin'), ('samedi', '')], [('Mon', 'evening'), ('Tuesday', 'morning')], [('Monday', ''), None])
    """
    texts = [part.strip() for piece in split(answer, None) for part in piece.split(",")]

    def is_weekday(text: str) -> bool:
        return normalize_words(text) in words.days()

    paired = pair_days_with_moments(texts, is_day=is_weekday, is_moment=words.is_moment)
    return [slot if slot[1] or is_weekday(slot[0]) else split_day_and_moment(slot[0]) for slot in paired if slot[0]]


def guess_several(sample: QuestionSample) -> Guess | None:
    """Guess a question with several options, or several names, per cell, by the first joiner that gives options."""
    question = sample.question
    asks_several = words.contains_phrase(vocabulary().lists.plural, question) or words.asks_all_that_apply(question)
    for joiner in JOINERS:
        probed_cells = split_cells(sample.answers[:400], joiner, keep_separate=asks_several)
        if not are_chosen([piece for cell in probed_cells for piece in cell]):
            continue
        cells = split_cells(sample.answers, joiner, keep_separate=asks_several)
        parts = [piece for cell in cells for piece in cell]
        several_share = share_of(cells, lambda cell: len(cell) > 1)
        if (
            several_share
            and (are_options(sample.answers, parts, joiner) or (asks_several and are_chosen(parts)))
            and (several_share > 0.1 or joiner == ";")
        ):
            people = [person for person, cell in zip(sample.givers, cells, strict=True) for _ in cell]
            options, single = split_options(parts, people)
            return make_several_guess(options, joiner, single) if options else None
    name_cells = [split(answer, None) for answer in sample.answers]
    parts = [piece for cell in name_cells for piece in cell]
    if any(len(cell) > 1 for cell in name_cells) and all(len(piece) <= MAX_OPTION_LENGTH for piece in parts):
        return Guess("names", tr("une liste de noms")) if not are_chosen(sample.answers) else None
    return None


def are_options(answers: Sequence[str], parts: Sequence[str], joiner: str) -> bool:
    """Return whether parts of cells look like options; in general there are fewer parts than different cells."""
    return are_chosen(parts) and (
        joiner == ";"
        or not are_chosen(answers)
        or len(distinct(answers)) > len(distinct(parts))
        or len(distinct(parts)) < 3
    )


def make_several_guess(options: Sequence[str], joiner: str, single: Sequence[str]) -> Guess:
    """Return the guess for options with this joiner; with commas, options that contain semicolons need line ends."""
    if joiner == ",":
        why = tr("plusieurs réponses, séparées par des virgules ; {seen}", seen=tr(OPTIONS_SEEN_COMMENT))
        settings = {"options": options} | ({"joiner": "\n"} if ";" in "".join(options) else {})
        return Guess("choices", why, settings, single=(*single,))
    separators = tr("des points-virgules ou des lignes") if joiner == ";" else tr("« {text} »", text=joiner.strip())
    why = tr("plusieurs réponses, séparées par {apart} ; {seen}", apart=separators, seen=tr(OPTIONS_SEEN_COMMENT))
    settings = {"options": options} | ({} if joiner == ";" else {"joiner": joiner})
    return Guess("choices", why, settings, single=(*single,))


def guess_names(sample: QuestionSample) -> Guess | None:
    """Guess names of organisations or people."""
    are_short = share_of(sample.answers, lambda text: len(text) <= MAX_OPTION_LENGTH) > 0.9
    has_word = words.contains_phrase(vocabulary().lists.names, sample.question)
    if are_short and has_word and not are_chosen(sample.answers):
        return Guess("names", tr("des noms de structures ou de personnes"))
    return None


def guess_choice(sample: QuestionSample) -> Guess | None:
    """Guess a choice of one option, or of one place by its name; None if it is neither.

    Shared answers to a question that asks typed text are options only if they are places or name the two roles.
    """
    options, single = split_options(sample.answers, sample.givers)
    settings, seen = {"options": options}, tr(OPTIONS_SEEN_COMMENT)
    role_answers, look_chosen = words.get_role_answers(options), are_chosen(sample.answers)
    are_options = look_chosen or are_shared(sample.answers, options, single)
    if len(options) > 1 and are_options and name_places(sample, options):
        why = tr("un lieu, comparé par son nom : les distances ne sont connues qu'en France ; {seen}", seen=seen)
        return Guess("place", why, settings, single=(*single,))
    if words.asks_typed_text(sample.question) and not role_answers:
        return None
    if (look_chosen or role_answers) and len(options) > 1:
        return Guess("choice", tr("une option ; {seen}", seen=seen), settings, single=(*single,))
    return None


def are_shared(answers: Sequence[str], options: Sequence[str], single: Sequence[str]) -> bool:
    """Return whether all answers are short, and at least two thirds are among a few options of several people."""
    single_answers, are_short = set(single), all(len(answer) <= MAX_OPTION_LENGTH for answer in answers)
    shared = share_of(answers, lambda answer: answer not in single_answers)
    return are_short and len(options) <= MAX_OPTIONS and shared >= 2 / 3


def name_places(sample: QuestionSample, options: Sequence[str]) -> bool:
    """Return whether a question is about places, and its options are no formats of meetings, yes or no, or roles."""
    question = sample.question
    if not words.asks_place(question) or words.get_role_answers(options):
        return False
    formats = vocabulary().ladders.presence
    return all(find_step(text, formats) is None and parse_yes_or_no(question, text) is None for text in options)


def get_boxes(sample: QuestionSample) -> list[str]:
    """Return the items of a question without the item for typed texts."""
    return [item for item in sample.items if fold(item) not in OTHER_ITEMS]


def guess_ranking(sample: QuestionSample) -> Guess | None:
    """Guess a ranking: a column per rank, or a rank per option."""
    items = get_boxes(sample)
    if len(items) > 1 and all(words.is_rank(item) for item in items):
        options, single = split_options(sample.answers, sample.givers)
        why = tr("un classement, le premier choix d'abord ; {seen}", seen=tr(OPTIONS_SEEN_COMMENT))
        are_options = options and are_chosen(sample.answers)
        return Guess("ranking", why, {"options": options}, single=(*single,)) if are_options else None
    are_distinct = all(
        len(set(cells)) == len(cells) for row in sample.rows if (cells := [cell for cell in row if cell])
    )
    top = max((rank_of(answer) for answer in sample.answers), default=0)
    if are_distinct and 1 < top <= len(sample.items) and share_of(sample.answers, words.is_rank) == 1:
        return Guess("ranking", tr("un rang par option, 1 pour le premier choix"), {"options": sample.items})
    return None


def guess_week_grid(sample: QuestionSample) -> Guess | None:
    """Guess slots from columns that are days, moments, or both."""
    day_moments = [slot for item in sample.items for slot in find_slots(item)]
    moments = [slot[1] for slot in day_moments if slot and slot[1]]
    if all(day_moments) and moments:
        return make_slots_guess([slot[0] for slot in day_moments if slot], moments)
    texts = [part.strip() for answer in sample.answers for piece in split(answer, None) for part in piece.split(",")]
    if not texts:
        return None
    if all(map(words.is_day, sample.items)) and all(map(words.is_moment, texts)):
        return make_slots_guess(sample.items, texts)
    if all(map(words.is_moment, sample.items)) and all(map(words.is_day, texts)):
        return make_slots_guess(texts, sample.items)
    return None


def guess_checkboxes(sample: QuestionSample) -> Guess | None:
    """Guess checkboxes; texts typed next to the options are another question."""
    items = get_boxes(sample)
    are_ticked = all(is_yes_or_no(answer) or fold(answer) == fold(item) for item in items for answer in sample.of(item))
    if not are_ticked or not items:
        return None
    return Guess("choices", tr("des cases à cocher, une colonne par option"), {"options": items})


def guess_levels(sample: QuestionSample) -> Guess | None:
    """Guess a grid of levels, one per line."""
    lines = get_boxes(sample)
    answers = [answer for item in lines for answer in sample.of(item)]
    options = distinct([level for level, _ in Counter(answers).most_common()])
    if not are_chosen(answers) or len(options) < 2:
        return None
    order = order_answers(options)
    if order:
        return Guess("levels", tr(ORDERED_LEVELS_REASON), {"items": lines, "levels": order})
    columns = [sample.items.index(line) for line in lines]
    people = sample.people or tuple(map(str, range(len(sample.rows))))
    levels = [
        (row[column], person)
        for column in columns
        for row, person in zip(sample.rows, people, strict=True)
        if row[column]
    ]
    shared, single = split_options([level for level, _ in levels], [person for _, person in levels])
    options = [option for option in options if fold(option) in set(map(fold, shared))]
    if len(options) < 2:
        return None
    order = order_answers(options)
    settings = {"items": lines, "levels": order or options}
    return Guess(
        "levels",
        tr(ORDERED_LEVELS_REASON)
        if order
        else tr("une grille de niveaux, du plus bas au plus haut : ORDRE À VÉRIFIER, rien ne le dit"),
        settings,
        single=(*single,),
    )


def guess_names_grid(sample: QuestionSample) -> Guess | None:
    return (
        Guess("names", tr("un nom par colonne"))
        if words.contains_phrase(vocabulary().lists.names, sample.question)
        else None
    )


def split_day_and_moment(text: str) -> tuple[str, str] | None:
    """Return the day and the moment in ``lundi matin``; None for another text."""
    parts = text.split()
    if len(parts) > 8:
        return None
    days, moments = words.days(), words.moments()
    cuts = ((" ".join(parts[:index]), " ".join(parts[index:])) for index in range(1, len(parts)))
    return next((cut for cut in cuts if normalize_words(cut[0]) in days and normalize_words(cut[1]) in moments), None)


def make_slots_guess(days: Sequence[str], moments: Sequence[str]) -> Guess | None:
    """Return the guess for slots with these days and moments, in order; None if there are no days or no moments."""
    settings = {
        "days": sorted(distinct(days), key=lambda text: words.days().get(normalize_words(text), 0)),
        "moments": sorted(distinct(moments), key=lambda text: words.moments().get(normalize_words(text), 0)),
    }
    return Guess("slots", tr("des moments de la semaine"), settings) if all(settings.values()) else None


COLUMN_GUESSERS = (
    guess_contact,
    guess_key,
    guess_date,
    guess_link,
    guess_consent,
    guess_yes_or_no,
    guess_place,
    guess_slots,
    guess_scale,
    guess_number,
    guess_several,
    guess_choice,
    guess_names,
)
GRID_GUESSERS = (guess_week_grid, guess_checkboxes, guess_ranking, guess_levels, guess_names_grid)

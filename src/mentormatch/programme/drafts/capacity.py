"""Questions on capacity ("How many mentees can you take?") -> the side asked, and the number in each answer.

Such a question counts people or pairs, and expresses willingness; it is not about the past, the present or another
context. A part that is missing in its last sentence may be in the sentence before.

The first functions serve every question: they split cells, and separate options from typed texts.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise

from mentormatch.fields import Side
from mentormatch.fields.base import split
from mentormatch.fields.numbers import parse_number
from mentormatch.languages.vocabulary import CapacityWords, RegexAlternatives, vocabulary
from mentormatch.programme.drafts.lexicon import fold, normalize_words, number_by_word

MAX_OPTIONS = 40  # distinct answers of a closed question
MAX_SPELLINGS = 4 * MAX_OPTIONS
MAX_OPTION_LENGTH = 80  # characters; a longer answer is free text unless it is repeated
ROWS_PER_BLANK = 4  # a question that everybody should answer has more rows than this per blank


def share_of[Answer](answers: Sequence[Answer], test: Callable[[Answer], object]) -> float:
    """Return the share of answers that pass a test; 0 without answers."""
    return sum(bool(test(answer)) for answer in answers) / len(answers) if answers else 0.0


def distinct(answers: Sequence[str]) -> list[str]:
    """Return the distinct non-empty answers, compared when folded, in their first spelling."""
    spellings: dict[str, str] = {}
    for answer in dict.fromkeys(answers):
        if folded := fold(answer):
            spellings.setdefault(folded, answer)
    return list(spellings.values())


def are_chosen(answers: Sequence[str]) -> bool:
    """Return whether answers look like options: few distinct ones, short or repeated; a single long one need not be."""
    if len(set(answers)) > MAX_SPELLINGS:
        return False
    options = distinct(answers)
    if not options or len(options) > min(MAX_OPTIONS, max(2, len(answers) // 2)) or len(options) >= len(answers):
        return False
    counts = Counter(map(fold, answers))
    long_options = [option for option in options if len(option) > MAX_OPTION_LENGTH]
    are_repeated = all(counts[fold(option)] > 1 and len(option) <= 400 for option in long_options)
    return are_repeated or (len(long_options) == 1 and len(options) > len(long_options) + 1)


def split_options(answers: Sequence[str], people: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the distinct answers of two or more people, and the distinct answers of one person.

    A person may have typed the latter: they do not belong in a draft.

    >>> split_options(["Son", "Image", "son", "Ma vie"], ["A", "A", "B", "B"])
    (['Son'], ['Image', 'Ma vie'])
    """
    givers: dict[str, set[str]] = {}
    for answer, person in zip(answers, people, strict=True):
        givers.setdefault(fold(answer), set()).add(person)
    shared, single = list[str](), list[str]()
    for option in distinct(answers):
        (shared if len(givers[fold(option)]) > 1 else single).append(option)
    return shared, single


def split_cells(answers: Sequence[str], joiner: str, *, keep_separate: bool = False) -> list[list[str]]:
    """Return the answers in each cell, split at ``joiner``.

    Options may contain commas: parts are joined again to the part before them if they continue it without a capital, or
    if both always occur together, in this order. With ``keep_separate`` the latter are not joined, as the question asks
    for several answers.

    >>> split_cells(["Web, front end, iOS", "iOS", "Web, front end"], ",")
    [['Web, front end', 'iOS'], ['iOS'], ['Web, front end']]
    """
    if joiner != ",":
        return [split(answer, None if joiner == ";" else joiner) for answer in answers]
    # Commas outside brackets
    cells = [
        [part.strip() for part in re.split(r",\s*(?![^()\[\]]*[)\]])", answer) if part.strip()] for answer in answers
    ]
    continued = find_continuations(cells)
    cells = [join_parts(cell, lambda _, part: fold(part) in continued) for cell in cells]
    while not keep_separate and (pairs := find_inseparable_pairs(cells)):
        cells = join_pairs(cells, pairs)
    return cells


def join_pairs(cells: Sequence[Sequence[str]], pairs: set[tuple[str, str]]) -> list[list[str]]:
    return [join_parts(cell, lambda left, right: (fold(left), fold(right)) in pairs) for cell in cells]


def find_continuations(cells: Sequence[Sequence[str]]) -> set[str]:
    """Return the parts that continue an option: no capital and never first, if almost all cells begin with one."""
    first_parts = [cell[0] for cell in cells if cell]
    if sum(part[0].isupper() for part in first_parts) < 0.9 * len(first_parts):
        return set()
    starts = {fold(part) for part in first_parts}
    return {fold(part) for cell in cells for part in cell[1:] if not part[0].isupper()} - starts


def find_inseparable_pairs(cells: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Return the pairs of parts that occur only next to each other, in this order, more than once."""
    counts = Counter(fold(part) for cell in cells for part in cell)
    pair_counts = Counter((fold(a), fold(b)) for cell in cells for a, b in pairwise(cell))
    return {pair for pair, count in pair_counts.items() if count > 1 and counts[pair[0]] == count == counts[pair[1]]}


def join_parts(cell: Sequence[str], joins: Callable[[str, str], bool]) -> list[str]:
    """Return the parts of a cell, each joined to the previous one if ``joins(previous, part)``."""
    joined: list[str] = []
    for part in cell:
        if joined and joins(joined[-1], part):
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    return joined


MAX_PLACES = 50  # larger numbers are not capacities
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def get_capacity_side(question: str, before: str = "", side: Side | None = None) -> Side | None:
    """Return the side whose capacity a question is about; None for another question.

    ``before`` is the question that it follows, ``side`` the side that answered if only one did.

    >>> get_capacity_side("How many mentees can you take?"), get_capacity_side("Combien de mentors souhaitez-vous ?")
    ('mentor', 'mentee')
    >>> get_capacity_side("How many people did you manage?"), get_capacity_side("Combien d'heures par mentoré·e ?")
    (None, None)
    """
    words = vocabulary().capacity
    *earlier, last = split_sentences(question) or [""]
    context = " ".join((normalize_words(before), *earlier))
    text = f"{context} {last}" if lacks_noun(last) or words.if_so.match(last) else " ".join((*earlier, last))
    if is_past_or_elsewhere(last, text):
        return None
    if limits_people(last):
        return side or "mentor"
    count = words.count.search(last)
    if count is None:
        return get_side_in_title(last)
    if lacks_noun(last):
        return get_side_of_noun(text, text, side)
    noun = find_counted_words(last[count.end() :])
    return None if noun is None else get_side_of_noun(noun or f"{context} {last[: count.start()]}", text, side)


def may_ask_places(question: str) -> bool:
    """Return whether a question may count the partners that a person would take, with any verb.

    >>> may_ask_places("How many would suit you?"), may_ask_places("How many hours could you give?")
    (True, False)
    """
    words = vocabulary().capacity
    *earlier, last = split_sentences(question) or [""]
    text = " ".join((*earlier, last))
    if is_past_or_elsewhere(last, text) or not (words.able.search(text) or words.wanted.search(text)):
        return False
    count = words.count.search(last)
    noun = find_counted_words(last[count.end() :] if count else last)
    return noun is not None and bool(count or noun)


def is_past_or_elsewhere(last: str, text: str) -> bool:
    """Return whether a question counts former or current partners, or people in another context."""
    words = vocabulary().capacity
    is_held = words.held.search(last) and not words.seats.search(last)
    return bool(is_held or words.past.search(last) or words.elsewhere.search(text))


def split_sentences(question: str) -> list[str]:
    """Return the folded sentences of a question; the last one with a word that counts is joined to those after it."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", question)
    spaced = re.sub(
        r"\b(mentor|tuteur|parrain)[·•.(-](?:e|ne|rice|trice)?[)·•.-]?s?\b", r"\1s", spaced, flags=re.IGNORECASE
    )
    spaced = re.sub(rf"\b(?:{vocabulary().capacity.term or '(?!)'})\b", " ", spaced, flags=re.IGNORECASE)
    spaced = re.sub(r"\b(no|nb|nbre|max)\.", r"\1 ", spaced, flags=re.IGNORECASE)
    parts = [folded for part in re.split(r"[?!…\n]|\.\s|\s\(", spaced) if (folded := normalize_words(part))]
    index = next(
        (index for index in reversed(range(len(parts))) if vocabulary().capacity.count.search(parts[index])),
        len(parts) - 1,
    )
    return [*parts[:index], " ".join(parts[index:])]


def lacks_noun(sentence: str) -> bool:
    """Return whether a sentence counts without a noun: ``If so, how many at once?``."""
    words = vocabulary().capacity
    count = words.count.search(sentence)
    after_count = sentence[count.end() :] if count else sentence
    other_words = re.findall(
        r"\w+",
        words.wanted.whole.sub(" ", re.sub(r"\b(par|per|each|a|chaque) (an|year|term|annee)\b", " ", after_count)),
    )
    return count is not None and not other_words


def find_counted_words(after_count: str) -> str | None:
    """Return the noun for people in the text after a count: empty without a noun, None if something else is counted."""
    words = vocabulary().capacity
    verb = words.able.search(after_count)
    seat = words.seats.search(after_count)
    thing = words.things.search(after_count[: verb.start()] if verb and verb.start() > 1 else after_count)
    noun_patterns = [*(pattern.whole for pattern in get_counted_words(words)), get_agent_pattern(words)]
    noun = min(
        (match for pattern in noun_patterns if (match := pattern.search(after_count))),
        key=lambda match: match.start(),
        default=None,
    )
    if seat and noun and seat.start() < noun.start():
        return noun.group()
    if noun is None:
        return None if thing or seat else ""
    between = after_count[: noun.start()]
    verb = words.able.search(between)
    only_particles = verb is None or all(len(word) < 3 for word in between[: verb.start()].split())
    is_near = len(between.split()) <= (7 if verb else 4)
    return noun.group() if only_particles and is_near and not words.things.search(between) else None


def get_side_of_noun(noun: str, text: str, side: Side | None) -> Side | None:
    """Return the side that would take the people counted, by their noun and the text; None if unclear."""
    words = vocabulary().capacity
    is_willing = words.able.search(text) or words.wanted.search(text)
    if words.mentees.fullmatch(noun) or (is_willing and words.mentees.search(noun)):
        return "mentor"
    if words.mentors.search(noun):
        return "mentee" if is_willing else None
    if words.relations.search(noun):
        return "mentor" if is_willing else None
    if words.seats.search(text) and (is_willing or words.held.search(text)):
        return "mentor"
    has_noun_for_people = words.people.search(noun) or get_agent_pattern(words).search(noun)
    # A question that only mentors answered needs no verb for their help
    is_offer = has_noun_for_people and (words.offering.search(text) or (side == "mentor" and words.asked.search(text)))
    has_verb = words.close.search(text) or (has_noun_for_people and words.taking.search(text))
    if not is_willing or not (is_offer or has_verb):
        return None
    return side or "mentor" if words.mutual.search(text) else "mentor"


def limits_people(text: str) -> bool:
    """Return whether a text is a title that limits a number of people, and nothing else.

    >>> limits_people("maximum number of students"), limits_people("nombre maximal d eleves")
    (True, True)
    >>> limits_people("maximum number of students in a room"), limits_people("number of students")
    (False, False)
    """
    words = vocabulary().capacity
    if not words.limit.search(text):
        return False
    other_words = words.limit.whole.sub(" ", words.count.whole.sub(" ", text)).split()
    people = [word for word in other_words if word not in vocabulary().survey.stop_words.words]
    return len(people) == 1 and bool(words.people.fullmatch(people[0]))


def get_side_in_title(title: str) -> Side | None:
    """Return the side that would take the people in a short title without a word that counts, or None."""
    words, length = vocabulary().capacity, len(title.split())
    has_verb = words.close.search(title) or words.taking.search(title)
    is_offer = words.mentees.match(title) and (words.able.search(title) or " d " in title) and has_verb
    if not (length <= 4 and words.wanted.search(title)) and not (length <= 5 and is_offer):
        return None
    return "mentor" if words.mentees.search(title) else "mentee" if words.mentors.search(title) else None


def asks_places(question: str) -> bool:
    """Return whether a question consists of words for places: ``Capacity``, ``Number of places``."""
    return bool(vocabulary().capacity.bare.fullmatch(normalize_words(question)))


def parse_count(answer: str) -> int | None:
    """Return the only number in an answer, the lower bound of ``3+``; None for another answer.

    Ranges without a bound ("more than 3") and numbers above ``MAX_PLACES`` are other answers.

    >>> [parse_count(text) for text in ("2", "Three or more", "3+", "1 à 2", "plus de 3")]
    [2, 3, 3, None, None]
    >>> [parse_count(text) for text in ("Two (each on their own)", "Une seule", "Pas plus de deux")]
    [2, 1, 2]
    """
    number = find_only_number(answer)
    return None if number is None or is_open_range(answer) or number > MAX_PLACES else number


def find_only_number(answer: str) -> int | None:
    """Return the only number in an answer whose other words may be next to a number; None for another answer."""
    text = vocabulary().capacity.open.anywhere.sub(" ", ASIDE.sub(" ", fold(answer)))
    words, known = re.findall(r"[a-z]+", text), get_number_words()
    numbers = [*map(int, re.findall(r"\d+", text)), *(known[word] for word in words if word in known)]
    is_plain = all(is_number_word(word) or names_people(word) for word in words) and len(numbers) == 1
    return numbers[0] if is_plain and not re.search(r"\d[.,]\d", text) else None


def is_open_range(answer: str) -> bool:
    """Return whether an answer means fewer or more people than its number, without a bound."""
    return bool(vocabulary().capacity.open.anywhere.search(ASIDE.sub(" ", fold(answer))))


def names_people(word: str) -> bool:
    return is_counted(word) or bool(get_agent_pattern(vocabulary().capacity).fullmatch(word))


def are_counts(answers: Sequence[str]) -> bool:
    """Return whether most distinct answers are numbers, ranges or unbounded, and enough of them single numbers."""
    texts = distinct(answers)
    number_share = share_of(texts, lambda text: parse_count(text) is not None)
    range_share = share_of(texts, needs_number)
    return number_share >= (0.5 if number_share + range_share < 1 else 0.3) and number_share + range_share > 0.75


def may_count_places(question: str, answers: Sequence[str]) -> bool:
    """Return whether a question may count the partners of a person, its answers are counts, and one allows several.

    >>> may_count_places("How many would suit you?", ["One", "Two at most"])
    True
    """
    if not may_ask_places(question) or not are_counts(answers):
        return False
    return any((parse_count(text) or 0) > 1 or needs_number(text) for text in distinct(answers))


def needs_number(answer: str) -> bool:
    """Return whether an answer accepts people, and staff must give the number.

    >>> [needs_number(text) for text in ("As many as you need", "1 ou 2", "Plus de deux", "Deux")]
    [True, True, True, False]
    """
    if parse_count(answer) is not None:
        return False
    has_open_range = is_open_range(answer) and find_only_number(answer) is not None
    return has_open_range or leaves_choice(answer) or is_unbounded(answer)


def leaves_choice(answer: str) -> bool:
    """Return whether an answer begins with a range of two numbers.

    >>> leaves_choice("2-3"), leaves_choice("Deux ou trois"), leaves_choice("Deux")
    (True, True, False)
    """
    with_digits = re.sub(r"[a-z]+", lambda word: str(get_number_words().get(word[0], word[0])), fold(answer))
    return bool(re.match(rf"\d{{1,2}} ?(?:-|–|{vocabulary().capacity.between}) ?\d{{1,2}}\b", with_digits))


def is_unbounded(answer: str) -> bool:
    """Return whether an answer accepts people without a number.

    >>> [is_unbounded(text) for text in ("As many as you need", "Autant que nécessaire", "Deux, si Léa est là")]
    [True, True, False]
    """
    return bool(vocabulary().capacity.unbounded.fullmatch(normalize_words(ASIDE.sub(" ", answer))))


def map_counts(answers: Sequence[str]) -> dict[str, str]:
    """Map each answer with a number in words or among words to that number."""
    return {
        answer: str(number)
        for answer in distinct(answers)
        if parse_number(answer) is None and (number := parse_count(answer)) is not None
    }


def is_impersonal(answer: str) -> bool:
    """Return whether an answer has only words for numbers and people, and thus identifies no person."""
    words = re.findall(r"[a-z]+", fold(answer))
    return is_unbounded(answer) or all(is_number_word(word) or is_counted(word) for word in words)


def is_counted(word: str) -> bool:
    return any(pattern.fullmatch(word) for pattern in get_counted_words(vocabulary().capacity))


def get_counted_words(words: CapacityWords) -> tuple[RegexAlternatives, ...]:
    return words.mentees, words.mentors, words.relations, words.people


# Words whose ending denotes people: returners, bakers, tutees, débutantes
@cache
def get_agent_pattern(words: CapacityWords) -> re.Pattern[str]:
    return re.compile(rf"\b(?!{words.not_agents or '(?!)'})\w{{3,}}(?:{words.agents or '(?!)'})\b")


def get_number_words() -> Mapping[str, int]:
    """Map the words of small numbers to their values."""
    return number_by_word(vocabulary().capacity.numbers)


def is_number_word(word: str) -> bool:
    return word in get_number_words() or bool(vocabulary().capacity.fillers.fullmatch(word))

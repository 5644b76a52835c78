"""Questions that ask how many people somebody would take: their words, and the figure in each answer.

A question counts something, people or relations between people (of the other side, or any), and says that they would be
taken, rather than that they are or were. What is not said in one sentence may be in the one before.

The answers to one question -> how many differ, whether they were chosen or typed, which options they hold.
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

MOST_OPTIONS, LONGEST_OPTION, LONGEST_SEEN = 40, 80, 400
MOST_SPELLINGS = 4 * MOST_OPTIONS
"""Of so few options, as typed."""
FEW = 4
"""Of that many rows, one may be without an answer that everybody should give."""


def share[Answer](answers: Sequence[Answer], test: Callable[[Answer], object]) -> float:
    """Return the share of answers that pass a test, 0 where there are none."""
    return sum(bool(test(answer)) for answer in answers) / len(answers) if answers else 0.0


def distinct(answers: Sequence[str]) -> list[str]:
    """Return the answers that differ when compared as options are, as first typed."""
    found: dict[str, str] = {}
    for answer in dict.fromkeys(answers):
        if said := fold(answer):
            found.setdefault(said, answer)
    return list(found.values())


def are_chosen(answers: Sequence[str]) -> bool:
    """Say whether answers look like chosen ones: few, short or given again, and given again and again."""
    if len(set(answers)) > MOST_SPELLINGS:
        return False
    options = distinct(answers)
    if not options or len(options) > min(MOST_OPTIONS, max(2, len(answers) // 2)) or len(options) >= len(answers):
        return False
    given = Counter(map(fold, answers))
    long = [option for option in options if len(option) > LONGEST_OPTION]
    again = all(given[fold(option)] > 1 and len(option) <= LONGEST_SEEN for option in long)
    return again or (len(long) == 1 and len(options) > len(long) + 1)


def split_options(answers: Sequence[str], people: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the answers that at least two people gave, and those that one person alone gave.

    The latter may be texts that this person typed: they belong in no draft.

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


COMMA = re.compile(r",\s*(?![^()\[\]]*[)\]])")
"""A comma outside brackets."""


def pieces(answers: Sequence[str], joiner: str, *, apart: bool = False) -> list[list[str]]:
    """Return the answers of each cell: parts between joiners, those that only ever come one after the other as one.

    ``apart`` says that several are asked for, so that parts are answers of their own even where they come together.

    >>> pieces(["Web, front end, iOS", "iOS", "Web, front end"], ",")
    [['Web, front end', 'iOS'], ['iOS'], ['Web, front end']]
    """
    if joiner != ",":
        return [split(answer, None if joiner == ";" else joiner) for answer in answers]
    cells = [[part.strip() for part in COMMA.split(answer) if part.strip()] for answer in answers]
    inner = continuations(cells)
    cells = [join_parts(cell, lambda _, part: fold(part) in inner) for cell in cells]
    while not apart and (pairs := inseparable_pairs(cells)):
        cells = join_pairs(cells, pairs)
    return cells


def join_pairs(cells: Sequence[Sequence[str]], pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Return the parts of each cell, these pairs of them as one."""
    return [join_parts(cell, lambda left, right: (fold(left), fold(right)) in pairs) for cell in cells]


def continuations(cells: Sequence[Sequence[str]]) -> set[str]:
    """Return the parts that go on with an option: small letters, never first, where cells begin with a capital."""
    first = [cell[0] for cell in cells if cell]
    if sum(part[0].isupper() for part in first) < 0.9 * len(first):
        return set()
    starts = {fold(part) for part in first}
    return {fold(part) for cell in cells for part in cell[1:] if not part[0].isupper()} - starts


def inseparable_pairs(cells: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Return the pairs of parts of which the first is always followed by the second, the second never without it."""
    alone = Counter(fold(part) for cell in cells for part in cell)
    beside = Counter((fold(a), fold(b)) for cell in cells for a, b in pairwise(cell))
    return {pair for pair, times in beside.items() if times > 1 and alone[pair[0]] == times == alone[pair[1]]}


def join_parts(cell: Sequence[str], joins: Callable[[str, str], bool]) -> list[str]:
    """Return the parts of a cell, each that is to go on with the one before joined to it."""
    found: list[str] = []
    for part in cell:
        if found and joins(found[-1], part):
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    return found


SHORT = 3
"""Letters of a word that is no noun, before the verb: ``de``, ``en``, ``t``."""
NEAR, FAR = 4, 7
"""Words between a count and those counted: at most so many, or so many behind a verb."""
TITLE = 4
"""So many words at most ask without a word that counts."""
MOST = 50
"""Nobody takes more people than that."""
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def taking_side(question: str, before: str = "", side: Side | None = None) -> Side | None:
    """Return who a question asks how many people they would take, None where it asks something else.

    ``before`` is the question that it follows, ``side`` the only side that answered, where there is one.

    >>> taking_side("How many mentees can you take?"), taking_side("Combien de mentors souhaitez-vous ?")
    ('mentor', 'mentee')
    >>> taking_side("How many people did you manage?"), taking_side("Combien d'heures par mentoré·e ?")
    (None, None)
    """
    words = vocabulary().capacity
    *earlier, last = sentences(question) or [""]
    context = " ".join((normalize_words(before), *earlier))
    said = f"{context} {last}" if lacks_noun(last) or words.if_so.match(last) else " ".join((*earlier, last))
    if is_settled_elsewhere(last, said):
        return None
    if limits_people(last):
        return side or "mentor"
    count = words.count.search(last)
    if count is None:
        return side_in_title(last)
    if lacks_noun(last):
        return side_taking(said, said, side)
    whom = find_counted_words(last[count.end() :])
    return None if whom is None else side_taking(whom or f"{context} {last[: count.start()]}", said, side)


def may_ask_places(question: str) -> bool:
    """Return whether a question may count the partners that a person would take, with any verb.

    >>> may_ask_places("How many would suit you?"), may_ask_places("How many hours could you give?")
    (True, False)
    """
    words = vocabulary().capacity
    *earlier, last = sentences(question) or [""]
    said = " ".join((*earlier, last))
    if is_settled_elsewhere(last, said) or not (words.able.search(said) or words.wanted.search(said)):
        return False
    count = words.count.search(last)
    whom = find_counted_words(last[count.end() :] if count else last)
    return whom is not None and bool(count or whom)


def is_settled_elsewhere(last: str, said: str) -> bool:
    """Return whether the question counts former or current partners, or people in another context."""
    words = vocabulary().capacity
    held = words.held.search(last) and not words.seats.search(last)
    return bool(held or words.past.search(last) or words.elsewhere.search(said))


def sentences(question: str) -> list[str]:
    """Return the sentences of a question as plain words, the last that counts at the end, names of variables apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", question)
    spaced = re.sub(
        r"\b(mentor|tuteur|parrain)[·•.(-](?:e|ne|rice|trice)?[)·•.-]?s?\b", r"\1s", spaced, flags=re.IGNORECASE
    )
    spaced = re.sub(rf"\b(?:{vocabulary().capacity.term or '(?!)'})\b", " ", spaced, flags=re.IGNORECASE)
    spaced = re.sub(r"\b(no|nb|nbre|max)\.", r"\1 ", spaced, flags=re.IGNORECASE)
    parts = [said for part in re.split(r"[?!…\n]|\.\s|\s\(", spaced) if (said := normalize_words(part))]
    at = next(
        (at for at in reversed(range(len(parts))) if vocabulary().capacity.count.search(parts[at])), len(parts) - 1
    )
    return [*parts[:at], " ".join(parts[at:])]


def lacks_noun(said: str) -> bool:
    """Say whether a sentence counts without a word on what: ``If so, how many at once?``."""
    words = vocabulary().capacity
    count = words.count.search(said)
    rest = said[count.end() :] if count else said
    others = re.findall(
        r"\w+", words.wanted.whole.sub(" ", re.sub(r"\b(par|per|each|a|chaque) (an|year|term|annee)\b", " ", rest))
    )
    return count is not None and not others


def find_counted_words(rest: str) -> str | None:
    """Return the words for what is counted, behind a count; None where that is no people, as far as words tell."""
    words = vocabulary().capacity
    verb = words.able.search(rest)
    seat = words.seats.search(rest)
    thing = words.things.search(rest[: verb.start()] if verb and verb.start() > 1 else rest)
    named = [*(known.whole for known in counted(words)), agents(words)]
    whom = min(
        (found for known in named if (found := known.search(rest))),
        key=lambda found: found.start(),
        default=None,
    )
    if seat and whom and seat.start() < whom.start():
        return whom.group()
    if whom is None:
        return None if thing or seat else ""
    between = rest[: whom.start()]
    verb = words.able.search(between)
    led = verb is None or all(len(word) < SHORT for word in between[: verb.start()].split())
    near = len(between.split()) <= (FAR if verb else NEAR)
    return whom.group() if led and near and not words.things.search(between) else None


def side_taking(whom: str, said: str, side: Side | None) -> Side | None:
    """Return who would take those counted, by the word for them and by all that is said."""
    words = vocabulary().capacity
    able = words.able.search(said) or words.wanted.search(said)
    if words.mentees.fullmatch(whom) or (able and words.mentees.search(whom)):
        return "mentor"
    if words.mentors.search(whom):
        return "mentee" if able else None
    if words.relations.search(whom):
        return "mentor" if able else None
    if words.seats.search(said) and (able or words.held.search(said)):
        return "mentor"
    named = words.people.search(whom) or agents(words).search(whom)
    # Who answers from the mentors' side alone need not say what they would do for people.
    meant = named and (words.offering.search(said) or (side == "mentor" and words.asked.search(said)))
    taken = words.close.search(said) or (named and words.taking.search(said))
    if not able or not (meant or taken):
        return None
    return side or "mentor" if words.mutual.search(said) else "mentor"


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
    rest = words.limit.whole.sub(" ", words.count.whole.sub(" ", text)).split()
    people = [word for word in rest if word not in vocabulary().survey.stop_words.words]
    return len(people) == 1 and bool(words.people.fullmatch(people[0]))


def side_in_title(said: str) -> Side | None:
    """Return who takes those that a short title names as wanted, without a word that counts."""
    words, count = vocabulary().capacity, len(said.split())
    taken = words.close.search(said) or words.taking.search(said)
    offered = words.mentees.match(said) and (words.able.search(said) or " d " in said) and taken
    if not (count <= TITLE and words.wanted.search(said)) and not (count <= TITLE + 1 and offered):
        return None
    return "mentor" if words.mentees.search(said) else "mentee" if words.mentors.search(said) else None


def asks_places(question: str) -> bool:
    """Say whether a question is a bare word for the places that somebody has."""
    return bool(vocabulary().capacity.bare.fullmatch(normalize_words(question)))


def figure(answer: str) -> int | None:
    """Return the one whole number in a short answer, the least of an open one, None where it has none or several.

    >>> figure("2"), figure("Three or more"), figure("3+"), figure("1 à 2"), figure("plus de 3")
    (2, 3, 3, None, None)
    >>> figure("Two (each on their own)"), figure("Une seule"), figure("Pas plus de deux")
    (2, 1, 2)
    """
    number = only_number(answer)
    return None if number is None or is_beyond(answer) or number > MOST else number


def only_number(answer: str) -> int | None:
    """Return the one whole number in an answer that holds nothing else than words that may stand beside it."""
    said = vocabulary().capacity.open.anywhere.sub(" ", ASIDE.sub(" ", fold(answer)))
    words = re.findall(r"[a-z]+", said)
    numbers = [*map(int, re.findall(r"\d+", said)), *(spelled()[word] for word in words if word in spelled())]
    plainly = all(is_number_word(word) or names_people(word) for word in words) and len(numbers) == 1
    return numbers[0] if plainly and not re.search(r"\d[.,]\d", said) else None


def is_beyond(answer: str) -> bool:
    """Return whether an answer means fewer or more people than its number, and does not say how many."""
    return bool(vocabulary().capacity.open.anywhere.search(ASIDE.sub(" ", fold(answer))))


def names_people(word: str) -> bool:
    """Say whether a word is one for people that are taken."""
    return is_counted(word) or bool(agents(vocabulary().capacity).fullmatch(word))


def are_counts(answers: Sequence[str]) -> bool:
    """Say whether answers are numbers of people, all but a few, or between two such numbers."""
    given = distinct(answers)
    figures = share(given, lambda text: figure(text) is not None)
    others = share(given, needs_number)
    return figures >= (0.5 if figures + others < 1 else 0.3) and figures + others > 0.75


def may_count_places(question: str, answers: Sequence[str]) -> bool:
    """Return whether a question may count the partners that a person would take, and an answer is above one.

    >>> may_count_places("How many would suit you?", ["One", "Two at most"])
    True
    """
    if not may_ask_places(question) or not are_counts(answers):
        return False
    return any((figure(text) or 0) > 1 or needs_number(text) for text in distinct(answers))


def needs_number(answer: str) -> bool:
    """Return whether an answer takes people, and staff must say how many.

    >>> [needs_number(text) for text in ("As many as you need", "1 ou 2", "Plus de deux", "Deux")]
    [True, True, True, False]
    """
    if figure(answer) is not None:
        return False
    beyond = is_beyond(answer) and only_number(answer) is not None
    return beyond or leaves_choice(answer) or is_unbounded(answer)


def leaves_choice(answer: str) -> bool:
    """Return whether an answer begins with two numbers between which it leaves the choice.

    >>> leaves_choice("2-3"), leaves_choice("Deux ou trois"), leaves_choice("Deux")
    (True, True, False)
    """
    said = re.sub(r"[a-z]+", lambda word: str(spelled().get(word[0], word[0])), fold(answer))
    return bool(re.match(rf"\d{{1,2}} ?(?:-|–|{vocabulary().capacity.between}) ?\d{{1,2}}\b", said))


def is_unbounded(answer: str) -> bool:
    """Return whether an answer takes people and gives no number.

    >>> [is_unbounded(text) for text in ("As many as you need", "Autant que nécessaire", "Deux, si Léa est là")]
    [True, True, False]
    """
    return bool(vocabulary().capacity.unbounded.fullmatch(normalize_words(ASIDE.sub(" ", answer))))


def figures_of(answers: Sequence[str]) -> dict[str, str]:
    """Return the answers that hold a number and are not written as one, with that number."""
    return {
        answer: str(number)
        for answer in distinct(answers)
        if parse_number(answer) is None and (number := figure(answer)) is not None
    }


def is_impersonal(answer: str) -> bool:
    """Return whether an answer consists of words for numbers alone, so that nobody can be known by it."""
    words = re.findall(r"[a-z]+", fold(answer))
    return is_unbounded(answer) or all(is_number_word(word) or is_counted(word) for word in words)


def is_counted(word: str) -> bool:
    """Return whether a word is one of the known words for people or relations that are counted."""
    return any(known.fullmatch(word) for known in counted(vocabulary().capacity))


def counted(words: CapacityWords) -> tuple[RegexAlternatives, ...]:
    """Return the words for people and relations that are counted."""
    return words.mentees, words.mentors, words.relations, words.people


@cache
def agents(words: CapacityWords) -> re.Pattern[str]:
    """Return an expression for words whose ending tells of people: returners, bakers, tutees, débutantes."""
    return re.compile(rf"\b(?!{words.not_agents or '(?!)'})\w{{3,}}(?:{words.agents or '(?!)'})\b")


def spelled() -> Mapping[str, int]:
    """Return the small numbers by their words."""
    return number_by_word(vocabulary().capacity.numbers)


def is_number_word(word: str) -> bool:
    """Return whether a word is a small number, or may stand beside the number of an answer."""
    return word in spelled() or bool(vocabulary().capacity.fillers.fullmatch(word))

"""A draft -> the questions on how answers are read: items, places in words, where a slot ends, structures, orders."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from pydantic import JsonValue

from mentormatch.fields.numbers import parse_number
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.translation import tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity
from mentormatch.programme.drafts.capacity import distinct, pieces, split_options
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.item_columns import item_columns
from mentormatch.programme.drafts.kinds import JOINERS
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.drafts.proposals import is_of_house
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.drafts.structures import pairs_that_may_be_one
from mentormatch.programme.edits import AdditionEdit, ProgrammeEdit
from mentormatch.programme.interview.question import (
    NUMBER,
    CellCount,
    Choice,
    DraftQuestion,
    Effects,
    Line,
    OpenPoint,
    Reply,
)
from mentormatch.programme.interview.tallies import MAX_CELLS, cells_of, last_answers, last_rows, people_on, tally
from mentormatch.programme.question_edits import MeaningEdit, QuestionSettings

ITEMS, PLACES, SEPARATOR, STRUCTURES, ORDER = "items", "places", "separator", "structures", "order"
JOIN, APART = "join", "apart"
AS_LISTED, REVERSED, UNORDERED = "listed", "reversed", "unordered"
COUNTS, OTHER_COUNT = "counts", "other"
BLANK_PLACES = 1  # the places of a mentor who gave no number
MAX_SEPARATED = 20  # more different slots are the sign of a wrong separator
MIN_READ = 0.9  # of all people: a separator that leaves more of them without a known slot is wrong
MIN_NUMBERS = 0.6  # of the answers, where a question may count places
MAX_ORDERED = 8  # more options than these are no scale
MAX_ORDERS = 2  # scales that are asked about


def item_points(tables: Tables) -> Iterator[OpenPoint]:
    """Yield the question on columns that may be items of one question, as their headers begin alike."""
    groups = {group.key: group for table, _ in tables for group in item_columns(table)}
    if not groups:
        return
    lines = [Line(group.question, len(group.columns), JOIN) for group in groups.values()]
    question = DraftQuestion(
        ITEMS,
        tr(
            "{questions} : une seule question, une colonne par élément ?",
            questions=listed([f"{quoted(one.question)} ({listed(list(one.columns))})" for one in groups.values()]),
        ),
        "each",
        choices=(
            Choice(JOIN, tr("Une seule question, dont chaque colonne est un élément")),
            Choice(APART, tr("Une question par colonne")),
        ),
        lines=tuple(lines),
        proposed={line.key: JOIN for line in lines},
    )
    yield OpenPoint(question, item_effects)


def item_effects(reply: Reply) -> Effects:
    """Return the questions whose columns are joined."""
    stated = reply if isinstance(reply, Mapping) else {}
    return Effects(joined=frozenset(fold(question) for question, meant in stated.items() if meant == JOIN))


def place_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the number of places, if an answer to it is no number, or if it may be one on places."""
    taking = next((entry for entry in draft.entries if entry.takes), None)
    if taking is not None:
        texts = [*taking.answers, *taking.unclear]
        if texts:
            yield OpenPoint(words_question(draft, taking), partial(word_effects, draft, taking))
        return
    may = next((entry for entry in draft.entries if may_be_places(entry)), None)
    if may is not None:
        yield OpenPoint(count_question(draft, may), partial(count_effects, may))


def words_question(draft: Draft, entry: DraftEntry) -> DraftQuestion:
    """Return the question on what the words for a number of places stand for."""
    counts = tally(last_answers(entry.sample))
    lines = [Line(text, counts.get(text, 0), number) for text, number in entry.answers.items()]
    lines += [Line(text, counts.get(text, 0)) for text in entry.unclear]
    side = entry.takes or "mentor"
    given = [place_count(answer, entry.answers) for answer in answers_of_side(entry, side)]
    places = sum(BLANK_PLACES if number is None else number for number in given)
    partners = people_on(draft.entries, "mentee" if side == "mentor" else "mentor")
    effect = tr(
        "{places} pour {people}, sans réponse ou à préciser : 1 place",
        places=counted(places, "place"),
        people=partner_count(side, partners),
    )
    effect = effect if draft.outline.knows_sides else ""
    return DraftQuestion(
        PLACES,
        tr("« {question} » : combien de personnes, pour chacune de ces réponses ?", question=entry.question),
        "each",
        choices=(Choice(NUMBER, tr("un nombre de personnes"), effect),),
        lines=tuple(lines),
        cells=tuple(CellCount(line.key, line.people) for line in lines),
        proposed=dict(entry.answers) if not entry.unclear else None,
        bulk=not entry.unclear,
        hint=tr("Sans nombre, une réponse compte pour une place : demandez-lui avant d'en écrire un.")
        if entry.unclear
        else "",
    )


def partner_count(side: str, people: int) -> str:
    """Return the number of possible partners of a side in words."""
    return counted(people, "mentoré·e", "mentoré·es") if side == "mentor" else counted(people, "mentor·e", "mentor·es")


def answers_of_side(entry: DraftEntry, side: str) -> list[str]:
    """Return the last answer of each person of a side, of everybody if no side is known."""
    sample = entry.sample
    rows = [place for place in last_rows(sample) if sample.sides[place] in (side, None)]
    return [sample.rows[place][0] for place in rows]


def place_count(answer: str, known: Mapping[str, str]) -> int | None:
    """Return the number of places that an answer gives; None if it gives none."""
    number = parse_number({fold(text): said for text, said in known.items()}.get(fold(answer), answer))
    return None if number is None else int(number)


def word_effects(draft: Draft, entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edits by which words stand for numbers, and the rule that counts the places."""
    stated = reply if isinstance(reply, Mapping) else {}
    edits = (MeaningEdit(name=entry.name, text=text, means=str(number)) for text, number in stated.items())
    rules = {one.key for one in draft.proposals if one.of_places}
    return Effects(edits=tuple(edits), taken=frozenset(rules))


def may_be_places(entry: DraftEntry) -> bool:
    """Return whether mentors alone gave numbers of people, as far as the answers show."""
    sample = entry.sample
    used = entry.guess.use in ("match", "display", "forbidden") and not sample.items and entry.side == "mentor"
    given = last_answers(sample)
    numbers = [number for answer in given if answer and (number := parse_number(answer)) is not None]
    counts = [number for number in numbers if 1 <= number <= capacity.MOST and float(number).is_integer()]
    answered = sum(map(bool, given))
    several = any(number > 1 for number in counts) and max(counts, default=0) < len(given)
    return used and several and len(counts) >= MIN_NUMBERS * answered and not lexicon_counts_years(entry)


def lexicon_counts_years(entry: DraftEntry) -> bool:
    """Return whether the words of a question count years, hours or the like."""
    said = fold(entry.question)
    return bool(vocabulary().capacity.things.search(said)) and not capacity.may_count_places(
        entry.question, entry.sample.answers
    )


def count_question(draft: Draft, entry: DraftEntry) -> DraftQuestion:
    """Return the question on whether numbers that mentors gave are places."""
    places = sum(place_count(answer, {}) or BLANK_PLACES for answer in answers_of_side(entry, "mentor"))
    partners = people_on(draft.entries, "mentee")
    effect = tr("{places} pour {people}", places=counted(places, "place"), people=partner_count("mentor", partners))
    yes = tr("Oui : chaque nombre est celui des personnes que l'on peut accompagner")
    return DraftQuestion(
        PLACES,
        tr("« {question} » : est-ce le nombre de personnes que l'on peut accompagner ?", question=entry.question),
        "one",
        choices=(Choice(COUNTS, yes, effect), Choice(OTHER_COUNT, tr("Non : une place par mentor·e"))),
        cells=cells_of(entry.sample),
        proposed=COUNTS if capacity.may_count_places(entry.question, entry.sample.answers) else None,
    )


def count_effects(entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edits by which a question counts places."""
    if reply != COUNTS:
        return Effects()
    changes = as_number(entry)
    rule: dict[str, JsonValue] = {"kind": "capacity", "field": entry.name}
    return Effects(
        edits=(QuestionSettings(name=entry.name, changes=changes), AdditionEdit(part="rules", settings=rule))
    )


def as_number(entry: DraftEntry) -> dict[str, JsonValue]:
    """Return the settings by which a question is one on numbers that count."""
    gone: dict[str, JsonValue] = dict.fromkeys(entry.guess.settings)
    return {**gone, "kind": "number", "use": "match"}


# --- where a slot ends -----------------------------------------------------------------------------------------------


def separator_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield where an answer ends and the next begins, for the first list of moments whose cells do not show it."""
    asked = (entry for entry in draft.entries if is_unsure_list(entry))
    yield from (OpenPoint(separator_question(entry), partial(separator_effects, entry)) for entry in islice(asked, 1))


def is_unsure_list(entry: DraftEntry) -> bool:
    """Return whether the cells of a list hold several separators, or one that the draft does not use."""
    found = separators(entry)
    return len(found) > 1 or bool(found and entry.guess.kind == "text")


def separators(entry: DraftEntry) -> dict[str, list[str]]:
    """Return the options that each separator in the cells of a list gives, the fewest first; none if it is no list."""
    sample = entry.sample
    used = entry.guess.use in ("match", "display") and entry.guess.kind in ("text", "choice", "choices")
    moments = vocabulary().meeting.when.search(fold(entry.question)) or entry.guess.settings.get("joiner") is not None
    if sample.items or not used or not (moments or entry.guess.kind == "text"):
        return {}
    answers = [answer for answer in sample.answers if answer]
    found: dict[str, list[str]] = {}
    for joiner in (*JOINERS, "/"):
        if joiner == "/" and " / " in found:
            continue
        cells = pieces(answers, joiner)
        options, single = split_options(
            [text for cell in cells for text in cell],
            [person for person, cell in zip(sample.givers, cells, strict=True) for _ in cell],
        )
        joined = sum(len(cell) > 1 for cell in cells)
        if joined and 1 < len(options) <= MAX_SEPARATED and len(single) <= len(options):
            found[joiner] = options
    return dict(sorted(found.items(), key=lambda one: len(one[1])))


def separator_name(joiner: str) -> str:
    """Return a separator in words."""
    names = {
        ";": tr("point-virgule ou retour à la ligne"),
        "|": tr("barre verticale"),
        ",": tr("virgule"),
        " / ": tr("barre oblique"),
        "/": tr("barre oblique"),
    }
    return f"{names[joiner]} ({joiner.strip()})"


def separator_question(entry: DraftEntry) -> DraftQuestion:
    """Return the question that shows the options that each separator gives."""
    found = separators(entry)
    drafted = str(entry.guess.settings.get("joiner") or (";" if entry.guess.kind == "choices" else ""))
    proposed = drafted if drafted in found else next(iter(found))
    first = Counter(text for cell in pieces(entry.sample.answers, proposed) for text in cell)
    return DraftQuestion(
        SEPARATOR,
        tr("« {question} » : où s'arrête une réponse, où commence la suivante ?", question=entry.question),
        "one",
        choices=tuple(Choice(joiner.strip(), separator_name(joiner), options_shown(found[joiner])) for joiner in found),
        cells=tuple(CellCount(text, first[text]) for text in found[proposed][:MAX_CELLS]),
        proposed=proposed.strip(),
    )


def options_shown(options: Sequence[str]) -> str:
    """Return how many different answers a separator gives, and the first of them."""
    shown = listed([quoted(text) for text in options[:MAX_CELLS]])
    return tr(
        "{count} : {options}", count=counted(len(options), "réponse différente", "réponses différentes"), options=shown
    )


def separator_effects(entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edit by which a list ends its answers with a separator; none if the draft has it."""
    found = {joiner.strip(): (joiner, options) for joiner, options in separators(entry).items()}
    joiner, options = found[str(reply)]
    stated = None if joiner == ";" else joiner
    if entry.guess.kind == "choices" and entry.guess.settings.get("joiner") == stated:
        return Effects()
    changes: dict[str, JsonValue] = {"kind": "choices", "options": [*options], "joiner": stated}
    return Effects(edits=(QuestionSettings(name=entry.name, changes=changes),))


# --- structures ------------------------------------------------------------------------------------------------------


def structure_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the names of structures that may be one, for the first question on structures that has some."""
    asked = ((entry, pairs) for entry in draft.entries if (pairs := pairs_to_join(entry)))
    for entry, pairs in islice(asked, 1):
        yield OpenPoint(structure_question(draft, entry, pairs), partial(structure_effects, entry, pairs))


def pairs_to_join(entry: DraftEntry) -> list[tuple[str, str]]:
    """Return the names of structures that may be one, each with one other at most, and one of them given by several."""
    used = entry.guess.use in ("match", "display") and not entry.sample.items
    if not used or entry.guess.kind == "choices" or not is_of_house(entry):  # a cell of a list is no name
        return []
    shared = {fold(text) for text in split_options(entry.sample.answers, entry.sample.givers)[0]}
    taken: set[str] = set()
    found: list[tuple[str, str]] = []
    for pair in pairs_that_may_be_one(list(tally(last_answers(entry.sample)))):
        if taken.isdisjoint(pair) and {fold(text) for text in pair} & shared:
            found.append(pair)
            taken |= {*pair}
    return found


def structure_key(pair: tuple[str, str]) -> str:
    """Return the key of the line that asks about two names."""
    return " = ".join(pair)


def structure_question(draft: Draft, entry: DraftEntry, pairs: Sequence[tuple[str, str]]) -> DraftQuestion:
    """Return the question whose lines show two names of structures side by side."""
    counts = tally(last_answers(entry.sample))
    lines = [Line(structure_key(pair), counts[pair[0]] + counts[pair[1]], JOIN) for pair in pairs]
    before, after = (meetings(draft, entry, joined) for joined in ((), pairs))
    effect = tr(
        "{after} au lieu de {before}, si deux personnes d'une même structure ne font pas un binôme",
        after=counted(after, "rencontre possible", "rencontres possibles"),
        before=before,
    )
    effect = effect if draft.outline.knows_sides else ""
    return DraftQuestion(
        STRUCTURES,
        tr("« {question} » : est-ce la même structure ?", question=entry.question),
        "each",
        choices=(Choice(JOIN, tr("La même : les regrouper"), effect), Choice(APART, tr("Deux structures"))),
        lines=tuple(lines),
        cells=tuple(CellCount(text, counts[text]) for text in dict.fromkeys(name for pair in pairs for name in pair)),
        proposed={line.key: JOIN for line in lines},
    )


def meetings(draft: Draft, entry: DraftEntry, joined: Sequence[tuple[str, str]]) -> int:
    """Return the number of pairs of people of both sides whose structures differ once some names are joined."""
    same = {fold(one): fold(other) for one, other in joined}
    sample = entry.sample
    houses: dict[str, Counter[str]] = {"mentor": Counter(), "mentee": Counter()}
    for place in last_rows(sample):
        side, text = sample.sides[place], fold(sample.rows[place][0])
        if side is not None:
            houses[side][same.get(text, text)] += 1
    total = people_on(draft.entries, "mentor") * people_on(draft.entries, "mentee")
    return total - sum(number * houses["mentee"][name] for name, number in houses["mentor"].items() if name)


def structure_effects(entry: DraftEntry, pairs: Sequence[tuple[str, str]], reply: Reply) -> Effects:
    """Return the edits by which the rarer of two names is read as the other."""
    counts = tally(last_answers(entry.sample))
    stated = reply if isinstance(reply, Mapping) else {}
    edits: list[ProgrammeEdit] = []
    for pair in pairs:
        if stated.get(structure_key(pair)) == JOIN:
            rare, usual = sorted(pair, key=lambda text: (counts[text], fold(text)))
            edits.append(MeaningEdit(name=entry.name, text=rare, means=usual))
    return Effects(edits=tuple(edits))


# --- orders ----------------------------------------------------------------------------------------------------------


def order_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the order of the options of scales that nothing tells, those that pairs are compared by first."""
    unsure = [entry for entry in draft.entries if entry.name in draft.orders and entry.guess.kind == "scale"]
    asked = [entry for entry in unsure if 2 <= len(distinct(entry.options)) <= MAX_ORDERED]
    asked.sort(key=lambda entry: not entry.scored)
    yield from (OpenPoint(order_question(entry), partial(order_effects, entry)) for entry in asked[:MAX_ORDERS])


def order_question(entry: DraftEntry) -> DraftQuestion:
    """Return the question on the order of a scale."""
    options = distinct(entry.options)
    upwards = tr(" puis ").join(map(quoted, options))
    downwards = tr(" puis ").join(map(quoted, reversed(options)))
    return DraftQuestion(
        f"{ORDER}.{entry.name}",
        tr("« {question} » : dans quel ordre, du plus bas au plus haut ?", question=entry.question),
        "one",
        choices=(
            Choice(AS_LISTED, upwards),
            Choice(REVERSED, downwards),
            Choice(UNORDERED, tr("Aucun ordre : des réponses différentes, sans plus ni moins")),
        ),
        cells=cells_of(entry.sample),
        proposed=AS_LISTED,
    )


def order_effects(entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edit by which a scale has another order, or none."""
    if reply == AS_LISTED:
        return Effects()
    reverse: dict[str, JsonValue] = {"options": [*reversed(distinct(entry.options))]}
    changes: dict[str, JsonValue] = reverse if reply == REVERSED else {"kind": "choice"}
    return Effects(edits=(QuestionSettings(name=entry.name, changes=changes),))

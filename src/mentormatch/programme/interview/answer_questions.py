"""A draft -> the questions on how answers are read: items, places, separators, structures, orders."""

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
from mentormatch.programme.drafts.capacity import distinct, split_cells, split_options
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.item_columns import are_ranks, item_columns
from mentormatch.programme.drafts.kinds import JOINERS
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.drafts.proposals import asks_employer
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.drafts.structures import pairs_that_may_be_one
from mentormatch.programme.edits import AdditionEdit, ProgrammeEdit
from mentormatch.programme.interview.question import (
    NUMBER_CHOICE,
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

ITEMS_QUESTION = "items"
JOIN_REPLY = "join"
SEPARATE_REPLY = "apart"
AS_LISTED_REPLY = "listed"
REVERSED_REPLY = "reversed"
COUNTS_REPLY = "counts"
BLANK_PLACES = 1  # the places of a mentor who gave no number


def item_points(tables: Tables) -> Iterator[OpenPoint]:
    """Yield the question on columns that may be items of one question, as their headers begin with the same words."""
    groups = {
        group.key: group
        for table, _ in tables
        for group in item_columns(table)
        if not are_ranks(table, group.columns.values())
    }
    if not groups:
        return
    lines = [Line(group.question, len(group.columns), JOIN_REPLY) for group in groups.values()]
    question = DraftQuestion(
        ITEMS_QUESTION,
        tr(
            "{questions} : une seule question, une colonne par élément ?",
            questions=listed(
                [f"{quoted(group.question)} ({listed(list(group.columns))})" for group in groups.values()]
            ),
        ),
        "each",
        choices=(
            Choice(JOIN_REPLY, tr("Une seule question, dont chaque colonne est un élément")),
            Choice(SEPARATE_REPLY, tr("Une question par colonne")),
        ),
        lines=tuple(lines),
        proposed={line.key: JOIN_REPLY for line in lines},
    )
    yield OpenPoint(question, item_effects)


def item_effects(reply: Reply) -> Effects:
    """Return the questions whose columns are joined."""
    joins = reply if isinstance(reply, Mapping) else {}
    return Effects(joined=frozenset(fold(question) for question, decision in joins.items() if decision == JOIN_REPLY))


def place_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the number of places, if an answer is not a number, or a question may be about places."""
    taking = next((entry for entry in draft.entries if entry.capacity_side), None)
    if taking is not None:
        texts = [*taking.answers, *taking.unclear]
        if texts:
            yield OpenPoint(words_question(draft, taking), partial(word_effects, draft, taking))
        return
    may = next((entry for entry in draft.entries if may_be_places(entry)), None)
    if may is not None:
        yield OpenPoint(count_question(draft, may), partial(count_effects, may))


def words_question(draft: Draft, entry: DraftEntry) -> DraftQuestion:
    """Return the question on the numbers that answers in words mean."""
    counts = tally(last_answers(entry.sample))
    lines = [Line(text, counts.get(text, 0), number) for text, number in entry.answers.items()]
    lines += [Line(text, counts.get(text, 0)) for text in entry.unclear]
    side = entry.capacity_side or "mentor"
    place_counts = [parse_place_count(answer, entry.answers) for answer in answers_of_side(entry, side)]
    places = sum(BLANK_PLACES if number is None else number for number in place_counts)
    partners = people_on(draft.entries, "mentee" if side == "mentor" else "mentor")
    effect = tr(
        "{places} pour {people}, sans réponse ou à préciser : 1 place",
        places=counted(places, "place"),
        people=partner_count(side, partners),
    )
    effect = effect if draft.outline.knows_sides else ""
    return DraftQuestion(
        "places",
        tr("« {question} » : combien de personnes, pour chacune de ces réponses ?", question=entry.question),
        "each",
        choices=(Choice(NUMBER_CHOICE, tr("un nombre de personnes"), effect),),
        lines=tuple(lines),
        cells=tuple(CellCount(line.key, line.people) for line in lines),
        proposed=dict(entry.answers) if not entry.unclear else None,
        bulk=not entry.unclear,
        hint=tr("Sans nombre, une réponse compte pour une place : demandez-lui avant d'en écrire un.")
        if entry.unclear
        else "",
    )


def partner_count(side: str, people: int) -> str:
    return counted(people, "mentoré·e", "mentoré·es") if side == "mentor" else counted(people, "mentor·e", "mentor·es")


def answers_of_side(entry: DraftEntry, side: str) -> list[str]:
    """Return the last answer of each person of a side, of all people if sides are unknown."""
    sample = entry.sample
    rows = [place for place in last_rows(sample) if sample.sides[place] in (side, None)]
    return [sample.rows[place][0] for place in rows]


def parse_place_count(answer: str, meanings: Mapping[str, str]) -> int | None:
    """Return the number of places in an answer; None if there is none."""
    number = parse_number({fold(text): number_text for text, number_text in meanings.items()}.get(fold(answer), answer))
    return None if number is None else int(number)


def word_effects(draft: Draft, entry: DraftEntry, reply: Reply) -> Effects:
    """Return the mappings of words to numbers, and the rule on places."""
    numbers = reply if isinstance(reply, Mapping) else {}
    edits = (MeaningEdit(name=entry.name, text=text, means=str(number)) for text, number in numbers.items())
    rules = {proposal.key for proposal in draft.proposals if proposal.of_places}
    return Effects(edits=tuple(edits), accepted=frozenset(rules))


def may_be_places(entry: DraftEntry) -> bool:
    """Return whether only mentors gave answers, most of them small integers."""
    sample = entry.sample
    used = entry.guess.use in ("match", "display", "forbidden") and not sample.items and entry.side == "mentor"
    answers = last_answers(sample)
    numbers = [number for answer in answers if answer and (number := parse_number(answer)) is not None]
    counts = [number for number in numbers if 1 <= number <= capacity.MAX_PLACES and float(number).is_integer()]
    answered = sum(map(bool, answers))
    several = any(number > 1 for number in counts) and max(counts, default=0) < len(answers)
    return used and several and len(counts) >= 0.6 * answered and not lexicon_counts_years(entry)


def lexicon_counts_years(entry: DraftEntry) -> bool:
    """Return whether a question is about years, hours or the like."""
    folded = fold(entry.question)
    return bool(vocabulary().capacity.things.search(folded)) and not capacity.may_count_places(
        entry.question, entry.sample.answers
    )


def count_question(draft: Draft, entry: DraftEntry) -> DraftQuestion:
    """Return the question on whether the numbers that mentors gave are places."""
    places = sum(parse_place_count(answer, {}) or BLANK_PLACES for answer in answers_of_side(entry, "mentor"))
    partners = people_on(draft.entries, "mentee")
    effect = tr("{places} pour {people}", places=counted(places, "place"), people=partner_count("mentor", partners))
    yes = tr("Oui : chaque nombre est celui des personnes que l'on peut accompagner")
    return DraftQuestion(
        "places",
        tr("« {question} » : est-ce le nombre de personnes que l'on peut accompagner ?", question=entry.question),
        "one",
        choices=(Choice(COUNTS_REPLY, yes, effect), Choice("other", tr("Non : une place par mentor·e"))),
        cells=cells_of(entry.sample),
        proposed=COUNTS_REPLY if capacity.may_count_places(entry.question, entry.sample.answers) else None,
    )


def count_effects(entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edits that make a question count places."""
    if reply != COUNTS_REPLY:
        return Effects()
    changes = as_number(entry)
    rule: dict[str, JsonValue] = {"kind": "capacity", "field": entry.name}
    return Effects(
        edits=(QuestionSettings(name=entry.name, changes=changes), AdditionEdit(part="rules", settings=rule))
    )


def as_number(entry: DraftEntry) -> dict[str, JsonValue]:
    """Return the settings that turn a question into a number used by rules."""
    removed: dict[str, JsonValue] = dict.fromkeys(entry.guess.settings)
    return {**removed, "kind": "number", "use": "match"}


# --- where a slot ends -----------------------------------------------------------------------------------------------


def separator_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on the separator of the first list of moments whose cells leave it open."""
    unsure = (entry for entry in draft.entries if is_unsure_list(entry))
    yield from (OpenPoint(separator_question(entry), partial(separator_effects, entry)) for entry in islice(unsure, 1))


def is_unsure_list(entry: DraftEntry) -> bool:
    """Return whether the cells of a list contain several separators, or one that the draft does not use."""
    options = separators(entry)
    return len(options) > 1 or bool(options and entry.guess.kind == "text")


def separators(entry: DraftEntry) -> dict[str, list[str]]:
    """Map each separator in the cells of a list to its options, fewest first; empty if the question is no list."""
    sample = entry.sample
    used = entry.guess.use in ("match", "display") and entry.guess.kind in ("text", "choice", "choices")
    moments = vocabulary().meeting.when.search(fold(entry.question)) or entry.guess.settings.get("joiner") is not None
    if sample.items or not used or not (moments or entry.guess.kind == "text"):
        return {}
    answers = [answer for answer in sample.answers if answer]
    options_by_joiner: dict[str, list[str]] = {}
    for joiner in (*JOINERS, "/"):
        if joiner == "/" and " / " in options_by_joiner:
            continue
        cells = split_cells(answers, joiner)
        options, single = split_options(
            [text for cell in cells for text in cell],
            [person for person, cell in zip(sample.givers, cells, strict=True) for _ in cell],
        )
        joined = sum(len(cell) > 1 for cell in cells)
        has_words = 2 * sum(any(map(str.isalpha, text)) for text in options) > len(options)  # no dates or figures
        if joined and has_words and 1 < len(options) <= 20 and len(single) <= len(options):
            options_by_joiner[joiner] = options
    return dict(sorted(options_by_joiner.items(), key=lambda entry_of_joiner: len(entry_of_joiner[1])))


def separator_name(joiner: str) -> str:
    names = {
        ";": tr("point-virgule ou retour à la ligne"),
        "|": tr("barre verticale"),
        ",": tr("virgule"),
        " / ": tr("barre oblique"),
        "/": tr("barre oblique"),
    }
    return f"{names[joiner]} ({joiner.strip()})"


def separator_question(entry: DraftEntry) -> DraftQuestion:
    """Return the question that shows the options of each separator."""
    options_by_joiner = separators(entry)
    drafted = str(entry.guess.settings.get("joiner") or (";" if entry.guess.kind == "choices" else ""))
    proposed = drafted if drafted in options_by_joiner else next(iter(options_by_joiner))
    first = Counter(text for cell in split_cells(entry.sample.answers, proposed) for text in cell)
    return DraftQuestion(
        "separator",
        tr("« {question} » : où s'arrête une réponse, où commence la suivante ?", question=entry.question),
        "one",
        choices=tuple(
            Choice(joiner.strip(), separator_name(joiner), options_shown(options_by_joiner[joiner]))
            for joiner in options_by_joiner
        ),
        cells=tuple(CellCount(text, first[text]) for text in options_by_joiner[proposed][:MAX_CELLS]),
        proposed=proposed.strip(),
    )


def options_shown(options: Sequence[str]) -> str:
    """Return the number of different answers for a separator, and the first few."""
    examples = listed([quoted(text) for text in options[:MAX_CELLS]])
    return tr(
        "{count} : {options}",
        count=counted(len(options), "réponse différente", "réponses différentes"),
        options=examples,
    )


def separator_effects(entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edit that sets the separator of a list; no edit if the draft already has it."""
    by_reply = {joiner.strip(): (joiner, options) for joiner, options in separators(entry).items()}
    joiner, options = by_reply[str(reply)]
    setting = None if joiner == ";" else joiner
    if entry.guess.kind == "choices" and entry.guess.settings.get("joiner") == setting:
        return Effects()
    changes: dict[str, JsonValue] = {"kind": "choices", "options": [*options], "joiner": setting}
    return Effects(edits=(QuestionSettings(name=entry.name, changes=changes),))


# --- structures ------------------------------------------------------------------------------------------------------


def structure_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on similar names of structures, for the first question that has such names."""
    entries_with_pairs = ((entry, pairs) for entry in draft.entries if (pairs := pairs_to_join(entry)))
    for entry, pairs in islice(entries_with_pairs, 1):
        yield OpenPoint(structure_question(draft, entry, pairs), partial(structure_effects, entry, pairs))


def pairs_to_join(entry: DraftEntry) -> list[tuple[str, str]]:
    """Return disjoint pairs of similar names of structures; several people gave at least one name of each pair."""
    used = entry.guess.use in ("match", "display") and not entry.sample.items
    if not used or entry.guess.kind == "choices" or not asks_employer(entry):  # a cell of a list is no name
        return []
    shared = {fold(text) for text in split_options(entry.sample.answers, entry.sample.givers)[0]}
    used_names: set[str] = set()
    disjoint: list[tuple[str, str]] = []
    for pair in pairs_that_may_be_one(list(tally(last_answers(entry.sample)))):
        if used_names.isdisjoint(pair) and {fold(text) for text in pair} & shared:
            disjoint.append(pair)
            used_names |= {*pair}
    return disjoint


def structure_key(pair: tuple[str, str]) -> str:
    return " = ".join(pair)


def structure_question(draft: Draft, entry: DraftEntry, pairs: Sequence[tuple[str, str]]) -> DraftQuestion:
    """Return the question whose lines show two names of structures."""
    counts = tally(last_answers(entry.sample))
    lines = [Line(structure_key(pair), counts[pair[0]] + counts[pair[1]], JOIN_REPLY) for pair in pairs]
    before, after = (meetings(draft, entry, joined) for joined in ((), pairs))
    effect = tr(
        "{after} au lieu de {before}, si deux personnes d'une même structure ne font pas un binôme",
        after=counted(after, "rencontre possible", "rencontres possibles"),
        before=before,
    )
    effect = effect if draft.outline.knows_sides else ""
    return DraftQuestion(
        "structures",
        tr("« {question} » : est-ce la même structure ?", question=entry.question),
        "each",
        choices=(
            Choice(JOIN_REPLY, tr("La même : les regrouper"), effect),
            Choice(SEPARATE_REPLY, tr("Deux structures")),
        ),
        lines=tuple(lines),
        cells=tuple(CellCount(text, counts[text]) for text in dict.fromkeys(name for pair in pairs for name in pair)),
        proposed={line.key: JOIN_REPLY for line in lines},
    )


def meetings(draft: Draft, entry: DraftEntry, joined: Sequence[tuple[str, str]]) -> int:
    """Return the number of pairs of people with different structures, after some names are joined."""
    merged = {fold(rare): fold(usual) for rare, usual in joined}
    sample = entry.sample
    people_by_structure: dict[str, Counter[str]] = {"mentor": Counter(), "mentee": Counter()}
    for row in last_rows(sample):
        side, text = sample.sides[row], fold(sample.rows[row][0])
        if side is not None:
            people_by_structure[side][merged.get(text, text)] += 1
    total = people_on(draft.entries, "mentor") * people_on(draft.entries, "mentee")
    return total - sum(
        number * people_by_structure["mentee"][name] for name, number in people_by_structure["mentor"].items() if name
    )


def structure_effects(entry: DraftEntry, pairs: Sequence[tuple[str, str]], reply: Reply) -> Effects:
    """Return the mappings of the rarer of two names to the other."""
    counts = tally(last_answers(entry.sample))
    decisions = reply if isinstance(reply, Mapping) else {}
    edits: list[ProgrammeEdit] = []
    for pair in pairs:
        if decisions.get(structure_key(pair)) == JOIN_REPLY:
            rare, usual = sorted(pair, key=lambda text: (counts[text], fold(text)))
            edits.append(MeaningEdit(name=entry.name, text=rare, means=usual))
    return Effects(edits=tuple(edits))


# --- orders ----------------------------------------------------------------------------------------------------------


def order_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the questions on the order of scales that the files leave open, scales of criteria first."""
    unsure = [entry for entry in draft.entries if entry.name in draft.orders and entry.guess.kind == "scale"]
    scales = [entry for entry in unsure if 2 <= len(distinct(entry.options)) <= 8]
    scales.sort(key=lambda entry: not entry.scored)
    yield from (OpenPoint(order_question(entry), partial(order_effects, entry)) for entry in scales[:2])


def order_question(entry: DraftEntry) -> DraftQuestion:
    options = distinct(entry.options)
    upwards = tr(" puis ").join(map(quoted, options))
    downwards = tr(" puis ").join(map(quoted, reversed(options)))
    return DraftQuestion(
        f"order.{entry.name}",
        tr("« {question} » : dans quel ordre, du plus bas au plus haut ?", question=entry.question),
        "one",
        choices=(
            Choice(AS_LISTED_REPLY, upwards),
            Choice(REVERSED_REPLY, downwards),
            Choice("unordered", tr("Aucun ordre : des réponses différentes, sans plus ni moins")),
        ),
        cells=cells_of(entry.sample),
        proposed=AS_LISTED_REPLY,
    )


def order_effects(entry: DraftEntry, reply: Reply) -> Effects:
    """Return the edit that reorders a scale or makes it unordered, if any."""
    if reply == AS_LISTED_REPLY:
        return Effects()
    reverse: dict[str, JsonValue] = {"options": [*reversed(distinct(entry.options))]}
    changes: dict[str, JsonValue] = reverse if reply == REVERSED_REPLY else {"kind": "choice"}
    return Effects(edits=(QuestionSettings(name=entry.name, changes=changes),))

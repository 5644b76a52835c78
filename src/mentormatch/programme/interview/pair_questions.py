"""A draft -> the questions on its language, on sensitive questions, and on what brings two people together."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from mentormatch.fields import AnyField
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.languages.translation import LANGUAGES, mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.drafts.proposals import MEETING, SIMPLE, WEIGHT, DraftedExtension, is_private, of_question
from mentormatch.programme.drafts.samples import MOST_ROWS, Tables, languages_of
from mentormatch.programme.drafts.twins import is_comparable
from mentormatch.programme.drafts.uses import is_sensitive, subject_in
from mentormatch.programme.edits import AdditionEdit, ProgrammeEdit, SettingsEdit, WeightsEdit
from mentormatch.programme.interview.question import (
    TEXT,
    CellCount,
    Choice,
    DraftQuestion,
    Effects,
    Line,
    OpenPoint,
    Reply,
)
from mentormatch.programme.interview.tallies import MAX_CELLS, last_answers, people_on
from mentormatch.programme.programme import Programme
from mentormatch.programme.question_edits import QuestionSettings

LANGUAGE, SENSITIVE, TWINS, CRITERIA = "language", "sensitive", "twins", "criteria"
COVERED, SHARED_TASTES, NOT_COMPARED = "coverage", "overlap", "none"
MIN_WORDS = 30  # fewer words do not tell a language
SPECIAL: Mapping[str, str | None] = {"pregnancy": "health", "criminal record": None, "biometrics": "biometrics"}
COMMON_ANSWERS = mark("des réponses communes")
OFFERED = mark("ce que l'un apporte et que l'autre cherche")
MAX_FURTHER = 6  # questions that nothing proposes, at the end of the list
SENSITIVE_HINT = mark(
    "Sans motif, ses réponses ne sont ni lues, ni comptées, ni gardées. Pour la lire, écrivez pourquoi : il faut"
    " l'accord écrit des personnes."
)


def language_points(base: Draft, tables: Tables) -> Iterator[OpenPoint]:
    """Yield the language of letters, if the files are in none whose words are known."""
    if is_known_language(tables):
        return
    question = DraftQuestion(
        LANGUAGE,
        tr("Ces réponses ne sont, semble-t-il, ni en français ni en anglais : en quelle langue écrire les lettres ?"),
        "one",
        choices=tuple(Choice(code, name) for code, name in language_names().items()),
        proposed=base.language,
        hint=tr("Les mots sensibles ne sont pas reconnus dans cette langue : regardez chaque question du brouillon."),
    )
    yield OpenPoint(
        question, lambda reply: Effects(edits=(SettingsEdit(part="programme", changes={"language": str(reply)}),))
    )


def language_names() -> dict[str, str]:
    """Return the languages of letters, by their codes."""
    names = {"fr": tr("français"), "en": tr("anglais")}
    return {code: names.get(code, code) for code in LANGUAGES}


def is_known_language(tables: Tables) -> bool:
    """Return whether the language of files is known, or they have too few words to tell."""
    texts = [header for table, _ in tables for header in table.header]
    texts += [
        cell for table, _ in tables for record in table.records[:MOST_ROWS] for cell in record.cells if " " in cell
    ]
    said = [word for text in texts for word in re.findall(r"[^\W\d_]+", fold(text))]
    return len(said) < MIN_WORDS or bool(languages_of(tables))


def sensitive_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the sensitive questions, which are not read unless staff state why."""
    apart = [entry for entry in draft.entries if entry.guess.use == "forbidden" and is_sensitive(entry.sample)]
    if not apart:
        return
    names = listed([quoted(entry.question) for entry in apart])
    question = DraftQuestion(
        SENSITIVE,
        tr("{questions} : question sensible, mise de côté. D'accord ?", questions=names)
        if len(apart) == 1
        else tr("{questions} : questions sensibles, mises de côté. D'accord ?", questions=names),
        "each",
        choices=(Choice(TEXT, tr("un motif écrit, ou rien")),),
        lines=tuple(Line(entry.question, sum(any(row) for row in entry.sample.rows), "") for entry in apart),
        proposed={},
        hint=tr(SENSITIVE_HINT),
    )
    yield OpenPoint(question, lambda reply: sensitive_effects(apart, reply))


def sensitive_effects(apart: Sequence[DraftEntry], reply: Reply) -> Effects:
    """Return the edits by which staff alone read the sensitive questions for which a reason is stated."""
    stated = reply if isinstance(reply, Mapping) else {}
    edits: list[ProgrammeEdit] = []
    for entry in apart:
        reason = stated.get(entry.question, "")
        if reason:
            subject = subject_in(entry.sample) or ""
            changes: dict[str, JsonValue] = {"use": "display", "special": SPECIAL.get(subject, subject), "why": reason}
            edits.append(QuestionSettings(name=entry.name, changes=changes))
    return Effects(edits=tuple(edits))


def twin_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the lists that both sides answer in one column: offered by one and sought by the other, or shared."""
    if draft.outline.apart or not draft.outline.knows_sides:
        return
    drafted = {one.settings.get("field", "").strip('"'): one for one in draft.proposals if one.kind == "overlap"}
    asked = [entry for entry in draft.entries if entry.name in drafted and is_list_of_both(entry)]
    if asked:
        yield OpenPoint(twin_question(draft, asked), lambda reply: twin_effects(asked, drafted, reply))


def is_list_of_both(entry: DraftEntry) -> bool:
    """Return whether both sides ticked several options that one may offer and the other seek."""
    return entry.side is None and entry.guess.kind == "choices" and is_comparable(entry)


def twin_question(draft: Draft, asked: Sequence[DraftEntry]) -> DraftQuestion:
    """Return the question whose lines are lists of both sides."""
    mentors, mentees = people_on(draft.entries, "mentor"), people_on(draft.entries, "mentee")
    covered = tr(
        "Offerts par les {mentors}, cherchés par les {mentees}",
        mentors=counted(mentors, "mentor·e", "mentor·es"),
        mentees=counted(mentees, "mentoré·e", "mentoré·es"),
    )
    names = listed([quoted(entry.question) for entry in asked])
    return DraftQuestion(
        TWINS,
        tr("{questions} : offerts d'un côté, cherchés de l'autre ?", questions=names),
        "each",
        choices=(
            Choice(COVERED, covered),
            Choice(SHARED_TASTES, tr("Des goûts ou des sujets communs")),
            Choice(NOT_COMPARED, tr("Jamais comparés")),
        ),
        lines=tuple(Line(entry.question, sum(any(row) for row in entry.sample.rows), COVERED) for entry in asked),
        cells=tuple(
            CellCount(text, count_of(entry, text)) for entry in asked[:1] for text in entry.options[:MAX_CELLS]
        ),
        proposed={entry.question: COVERED for entry in asked},
    )


def count_of(entry: DraftEntry, option: str) -> int:
    """Return how many people gave an option, among others or alone."""
    sample = entry.sample
    if sample.items:
        return sum(
            any(fold(item) == fold(option) and cell for item, cell in zip(sample.items, row, strict=True))
            for row in sample.rows
        )
    return sum(fold(option) in fold(answer) for answer in last_answers(sample))


def twin_effects(asked: Sequence[DraftEntry], drafted: Mapping[str, DraftedExtension], reply: Reply) -> Effects:
    """Return the criterion that each line becomes, instead of the one that the draft proposes."""
    stated = reply if isinstance(reply, Mapping) else {}
    edits: list[ProgrammeEdit] = []
    taken, dropped = set[str](), set[str]()
    for entry in asked:
        chosen, key = stated.get(entry.question), drafted[entry.name].key
        if chosen == SHARED_TASTES:
            taken.add(key)
        elif chosen is not None:
            dropped.add(key)
        if chosen == COVERED:
            edits.append(addition(DraftedExtension("coverage", "", {"mentee": entry.name, "mentor": entry.name})))
    return Effects(taken=frozenset(taken), dropped=frozenset(dropped), edits=tuple(edits))


def addition(one: DraftedExtension) -> AdditionEdit:
    """Return the addition of a criterion, with the weight of all others of a draft, or of a rule."""
    settings: dict[str, JsonValue] = {"kind": one.kind, **one.settings}
    if one.rule:
        return AdditionEdit(part="rules", settings=settings)
    return AdditionEdit(part="criteria", settings={**settings, "weight": WEIGHT})


# --- what brings two people together ---------------------------------------------------------------------------------


def criteria_points(draft: Draft, programme: Programme, settled: frozenset[str]) -> Iterator[OpenPoint]:
    """Yield what makes a pair better or forbids it: the proposals, then other questions that both sides answer.

    ``programme`` is the draft after the other replies; ``settled`` are the keys of proposals that these decide.
    """
    if not draft.outline.knows_sides:
        return
    listed = {value_of(one): one for one in draft.proposals if not one.of_places}
    proposed = {value: one for value, one in listed.items() if one.key not in settled}
    further = {value_of(one): (one, edits) for one, edits in further_extensions(draft, programme)}
    named = {one.field for extension in programme.criteria for one in extension.references()}
    has_criteria = bool(named) or any(not one.rule for one in proposed.values())
    choices = [Choice(value, about(kind_name(one), words_of(one))) for value, one in proposed.items()]
    choices += [Choice(value, about(kind_name(one), words_of(one))) for value, (one, _) in further.items()]
    if not choices:
        return
    question = DraftQuestion(
        CRITERIA,
        tr("Qu'est-ce qui rapproche deux personnes, ou les écarte ?"),
        "several",
        choices=tuple(choices),
        proposed=tuple(proposed) if has_criteria else None,
        bulk=has_criteria,
        settled=tuple(listed.keys() - proposed.keys()),
        hint=tr("Tous les critères pèsent d'abord autant ; leur somme fait 100."),
    )
    places = frozenset(one.key for one in draft.proposals if one.of_places)  # numbers alone raise no question
    yield OpenPoint(question, lambda reply: criteria_effects(reply, proposed, further, places))


def kind_name(one: DraftedExtension) -> str:
    """Return whether an extension is a rule or a criterion, in words."""
    return tr("règle") if one.rule else tr("critère")


def words_of(one: DraftedExtension) -> str:
    """Return what an extension does, without the word for a rule before it."""
    return one.why.partition(", ")[2] if one.rule else one.why


def value_of(one: DraftedExtension) -> str:
    """Return the stable name of a proposal: its kind and its questions."""
    return one.key.replace('"', "")


def further_extensions(draft: Draft, programme: Programme) -> Iterator[tuple[DraftedExtension, list[ProgrammeEdit]]]:
    """Yield criteria and rules that no proposal has, of questions that both sides answer, each with its edits."""
    known = {name.strip('"') for one in draft.proposals for name in one.settings.values()}
    known |= {one.field for extension in (*programme.criteria, *programme.rules) for one in extension.references()}
    shared = [entry for entry in draft.entries if entry.name not in known and entry.name in programme.fields]
    shared = [entry for entry in shared if is_shared(entry, programme.fields[entry.name])][:MAX_FURTHER]
    for entry in shared:
        field = programme.fields[entry.name]
        read = [] if field.use == "match" else [QuestionSettings(name=entry.name, changes={"use": "match"})]
        for one in extensions_of(entry, field):
            yield one, [*read, addition(one)]


def is_shared(entry: DraftEntry, field: AnyField) -> bool:
    """Return whether both sides answered a question that pairs could be compared by."""
    used = field.use in ("match", "display") and field.side == "both" and entry.side is None
    return used and entry.name != "role" and not is_private(entry) and not is_sensitive(entry.sample)


def extensions_of(entry: DraftEntry, field: AnyField) -> Iterator[DraftedExtension]:
    """Yield the criteria and rules that a question could make, by its kind."""
    one, both = {"field": entry.name}, {"mentee": entry.name, "mentor": entry.name}
    if field.kind == "choices":
        if vocabulary().meeting.when.search(fold(entry.question)):
            yield DraftedExtension("common", of_question(MEETING, entry), one, rule=True)
        yield DraftedExtension("overlap", of_question(COMMON_ANSWERS, entry), one)
        yield DraftedExtension("coverage", of_question(OFFERED, entry), both)
    elif field.kind in ("choice", "place"):
        yield DraftedExtension("same", of_question(SIMPLE["choice"][1], entry), one)
    elif field.kind == "scale":
        yield DraftedExtension("closeness", of_question(SIMPLE["scale"][1], entry), one)


def criteria_effects(
    reply: Reply,
    proposed: Mapping[str, DraftedExtension],
    further: Mapping[str, tuple[DraftedExtension, list[ProgrammeEdit]]],
    places: frozenset[str],
) -> Effects:
    """Return the proposals and additions that were chosen, with the rules on places, all weights adding up to 100."""
    chosen = [str(value) for value in reply]
    taken = frozenset(proposed[value].key for value in chosen if value in proposed)
    edits: list[ProgrammeEdit] = []
    for edit in (edit for value in chosen if value in further for edit in further[value][1]):
        edits += [] if edit in edits else [edit]
    return Effects(taken=taken | places, edits=(*edits, WeightsEdit()))

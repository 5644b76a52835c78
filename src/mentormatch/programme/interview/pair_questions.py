"""A draft -> the questions on its language, on sensitive questions, and on what makes a pair."""

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
from mentormatch.programme.drafts.proposals import (
    COMMON_SLOT_REASON,
    CRITERION_BY_KIND,
    DEFAULT_WEIGHT,
    DraftedExtension,
    is_private,
    make_reason,
    name_criterion,
)
from mentormatch.programme.drafts.samples import MAX_LANGUAGE_ROWS, Tables, languages_of
from mentormatch.programme.drafts.twins import is_comparable
from mentormatch.programme.drafts.uses import find_subject, is_sensitive
from mentormatch.programme.edits import AdditionEdit, ProgrammeEdit, SettingsEdit, WeightsEdit
from mentormatch.programme.interview.question import (
    TEXT_CHOICE,
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

LANGUAGE_QUESTION = "language"
CRITERIA_QUESTION = "criteria"
COVERED_REPLY = "coverage"
SHARED_TASTES_REPLY = "overlap"
SPECIAL_CATEGORIES: Mapping[str, str | None] = {
    "pregnancy": "health",
    "criminal record": None,
    "biometrics": "biometrics",
}


def language_points(base: Draft, tables: Tables) -> Iterator[OpenPoint]:
    """Yield the question on the language of letters, if the files are in an unknown language."""
    if is_known_language(tables):
        return
    question = DraftQuestion(
        LANGUAGE_QUESTION,
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
    names = {"fr": tr("français"), "en": tr("anglais")}
    return {code: names.get(code, code) for code in LANGUAGES}


def is_known_language(tables: Tables) -> bool:
    """Return whether the language of files is known, or they have too few words to tell."""
    texts = [header for table, _ in tables for header in table.header]
    texts += [
        cell
        for table, _ in tables
        for record in table.records[:MAX_LANGUAGE_ROWS]
        for cell in record.cells
        if " " in cell
    ]
    words = [word for text in texts for word in re.findall(r"[^\W\d_]+", fold(text))]
    return len(words) < 30 or bool(languages_of(tables))


def sensitive_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on sensitive questions, which are not read unless staff give a reason."""
    entries = [entry for entry in draft.entries if entry.guess.use == "forbidden" and is_sensitive(entry.sample)]
    if not entries:
        return
    names = listed([quoted(entry.question) for entry in entries])
    question = DraftQuestion(
        "sensitive",
        tr("{questions} : question sensible, mise de côté. D'accord ?", questions=names)
        if len(entries) == 1
        else tr("{questions} : questions sensibles, mises de côté. D'accord ?", questions=names),
        "each",
        choices=(Choice(TEXT_CHOICE, tr("un motif écrit, ou rien")),),
        lines=tuple(Line(entry.question, sum(any(row) for row in entry.sample.rows), "") for entry in entries),
        proposed={},
        hint=tr(
            "Sans motif, ses réponses ne sont ni lues, ni comptées, ni gardées. Pour la lire, écrivez pourquoi : il"
            " faut l'accord écrit des personnes."
        ),
    )
    yield OpenPoint(question, lambda reply: sensitive_effects(entries, reply))


def sensitive_effects(entries: Sequence[DraftEntry], reply: Reply) -> Effects:
    """Return the edits that let staff read the sensitive questions with a reason."""
    reasons = reply if isinstance(reply, Mapping) else {}
    edits: list[ProgrammeEdit] = []
    for entry in entries:
        reason = reasons.get(entry.question, "")
        if reason:
            subject = find_subject(entry.sample) or ""
            changes: dict[str, JsonValue] = {
                "use": "display",
                "special": SPECIAL_CATEGORIES.get(subject, subject),
                "why": reason,
            }
            edits.append(QuestionSettings(name=entry.name, changes=changes))
    return Effects(edits=tuple(edits))


def twin_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the question on lists that both sides answer in one column: offers and needs, or shared tastes."""
    if draft.outline.per_side or not draft.outline.knows_sides:
        return
    drafted = {
        proposal.settings.get("field", "").strip('"'): proposal
        for proposal in draft.proposals
        if proposal.kind == "overlap"
    }
    lists = [entry for entry in draft.entries if entry.name in drafted and is_list_of_both(entry)]
    if lists:
        yield OpenPoint(twin_question(draft, lists), lambda reply: twin_effects(lists, drafted, reply))


def is_list_of_both(entry: DraftEntry) -> bool:
    return entry.side is None and entry.guess.kind == "choices" and is_comparable(entry)


def twin_question(draft: Draft, lists: Sequence[DraftEntry]) -> DraftQuestion:
    """Return the question whose lines are lists that both sides answer."""
    mentors, mentees = people_on(draft.entries, "mentor"), people_on(draft.entries, "mentee")
    covered = tr(
        "Offerts par les {mentors}, cherchés par les {mentees}",
        mentors=counted(mentors, "mentor·e", "mentor·es"),
        mentees=counted(mentees, "mentoré·e", "mentoré·es"),
    )
    names = listed([quoted(entry.question) for entry in lists])
    return DraftQuestion(
        "twins",
        tr("{questions} : offerts d'un côté, cherchés de l'autre ?", questions=names),
        "each",
        choices=(
            Choice(COVERED_REPLY, covered),
            Choice(SHARED_TASTES_REPLY, tr("Des goûts ou des sujets communs")),
            Choice("none", tr("Jamais comparés")),
        ),
        lines=tuple(Line(entry.question, sum(any(row) for row in entry.sample.rows), COVERED_REPLY) for entry in lists),
        cells=tuple(
            CellCount(text, count_of(entry, text)) for entry in lists[:1] for text in entry.options[:MAX_CELLS]
        ),
        proposed={entry.question: COVERED_REPLY for entry in lists},
    )


def count_of(entry: DraftEntry, option: str) -> int:
    """Return the number of people who gave an option."""
    sample = entry.sample
    if sample.items:
        return sum(
            any(fold(item) == fold(option) and cell for item, cell in zip(sample.items, row, strict=True))
            for row in sample.rows
        )
    return sum(fold(option) in fold(answer) for answer in last_answers(sample))


def twin_effects(lists: Sequence[DraftEntry], drafted: Mapping[str, DraftedExtension], reply: Reply) -> Effects:
    """Return the criterion of each line, instead of the proposed one."""
    decisions = reply if isinstance(reply, Mapping) else {}
    edits: list[ProgrammeEdit] = []
    accepted, dropped = set[str](), set[str]()
    for entry in lists:
        decision, key = decisions.get(entry.question), drafted[entry.name].key
        if decision == SHARED_TASTES_REPLY:
            accepted.add(key)
        elif decision is not None:
            dropped.add(key)
        if decision == COVERED_REPLY:
            edits.append(addition(DraftedExtension("coverage", "", {"mentee": entry.name, "mentor": entry.name})))
    return Effects(accepted=frozenset(accepted), dropped=frozenset(dropped), edits=tuple(edits))


def addition(extension: DraftedExtension) -> AdditionEdit:
    """Return the addition of a rule, or of a criterion with the usual weight."""
    settings: dict[str, JsonValue] = {"kind": extension.kind, **extension.settings}
    if extension.rule:
        return AdditionEdit(part="rules", settings=settings)
    name = {"name": extension.name} if extension.name else {}
    return AdditionEdit(part="criteria", settings={**settings, **name, "weight": DEFAULT_WEIGHT})


# --- what brings two people together ---------------------------------------------------------------------------------


def criteria_points(draft: Draft, programme: Programme, settled: frozenset[str]) -> Iterator[OpenPoint]:
    """Yield the question on criteria and rules: the proposals, then further questions that both sides answer.

    ``programme`` is the draft after the other replies; ``settled`` are the keys of proposals that they decide.
    """
    if not draft.outline.knows_sides:
        return
    listed = {value_of(proposal): proposal for proposal in draft.proposals if not proposal.of_places}
    proposed = {value: proposal for value, proposal in listed.items() if proposal.key not in settled}
    further = {value_of(proposal): (proposal, edits) for proposal, edits in further_extensions(draft, programme)}
    named = {proposal.field for extension in programme.criteria for proposal in extension.references()}
    has_criteria = bool(named) or any(not proposal.rule for proposal in proposed.values())
    choices = [Choice(value, about(kind_name(proposal), words_of(proposal))) for value, proposal in proposed.items()]
    choices += [
        Choice(value, about(kind_name(proposal), words_of(proposal))) for value, (proposal, _) in further.items()
    ]
    if not choices:
        return
    question = DraftQuestion(
        CRITERIA_QUESTION,
        tr("Qu'est-ce qui rapproche deux personnes, ou les écarte ?"),
        "several",
        choices=tuple(choices),
        proposed=tuple(proposed) if has_criteria else None,
        bulk=has_criteria,
        settled=tuple(listed.keys() - proposed.keys()),
        hint=tr("Tous les critères pèsent d'abord autant ; leur somme fait 100."),
    )
    places = frozenset(
        proposal.key for proposal in draft.proposals if proposal.of_places
    )  # numbers alone raise no question
    yield OpenPoint(question, lambda reply: criteria_effects(reply, proposed, further, places))


def kind_name(extension: DraftedExtension) -> str:
    return tr("règle") if extension.rule else tr("critère")


def words_of(extension: DraftedExtension) -> str:
    """Return the effect of an extension, without the word "rule" before it."""
    return extension.why.partition(", ")[2] if extension.rule else extension.why


def value_of(extension: DraftedExtension) -> str:
    """Return the stable name of a proposal: its kind and its questions."""
    return extension.key.replace('"', "")


def further_extensions(draft: Draft, programme: Programme) -> Iterator[tuple[DraftedExtension, list[ProgrammeEdit]]]:
    """Yield criteria and rules that are not proposed, on questions that both sides answer, with their edits."""
    used = {name.strip('"') for item in draft.proposals for name in item.settings.values()}
    used |= {item.field for extension in (*programme.criteria, *programme.rules) for item in extension.references()}
    shared = [entry for entry in draft.entries if entry.name not in used and entry.name in programme.fields]
    shared = [entry for entry in shared if is_shared(entry, programme.fields[entry.name])][:6]
    for entry in shared:
        field = programme.fields[entry.name]
        use_edits = [] if field.use == "match" else [QuestionSettings(name=entry.name, changes={"use": "match"})]
        for item in extensions_of(entry, field):
            yield item, [*use_edits, addition(item)]


def is_shared(entry: DraftEntry, field: AnyField) -> bool:
    """Return whether both sides answer a question by which pairs could be compared."""
    used = field.use in ("match", "display") and field.side == "both" and entry.side is None
    return used and entry.name != "role" and not is_private(entry) and not is_sensitive(entry.sample)


def extensions_of(entry: DraftEntry, field: AnyField) -> Iterator[DraftedExtension]:
    """Yield the criteria and rules that a question allows, by its kind."""
    name, single, by_side = name_criterion(entry), {"field": entry.name}, {"mentee": entry.name, "mentor": entry.name}
    if field.kind == "choices":
        if vocabulary().meeting.when.search(fold(entry.question)):
            yield DraftedExtension("common", make_reason(COMMON_SLOT_REASON, entry), single, rule=True)
        yield DraftedExtension("overlap", make_reason(mark("des réponses communes"), entry), single, name=name)
        yield DraftedExtension(
            "coverage", make_reason(mark("ce que l'un apporte et que l'autre cherche"), entry), by_side
        )
    elif field.kind in ("choice", "place"):
        yield DraftedExtension("same", make_reason(CRITERION_BY_KIND["choice"][1], entry), single, name=name)
    elif field.kind == "scale":
        yield DraftedExtension("closeness", make_reason(CRITERION_BY_KIND["scale"][1], entry), single, name=name)


def criteria_effects(
    reply: Reply,
    proposed: Mapping[str, DraftedExtension],
    further: Mapping[str, tuple[DraftedExtension, list[ProgrammeEdit]]],
    places: frozenset[str],
) -> Effects:
    """Return the selected proposals and additions, with the rules on places, and weights that total 100."""
    values = [str(value) for value in reply]
    accepted = frozenset(proposed[value].key for value in values if value in proposed)
    edits: list[ProgrammeEdit] = []
    for edit in (edit for value in values if value in further for edit in further[value][1]):
        edits += [] if edit in edits else [edit]
    return Effects(accepted=accepted | places, edits=(*edits, WeightsEdit()))

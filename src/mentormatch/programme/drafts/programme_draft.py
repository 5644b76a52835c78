"""Files of answers -> a first programme, each guess marked for people to confirm, and tried on the files themselves.

How staff look at a question of their files: two answers as examples, and how sure it is what it seems to be.

Examples are for one screen, never kept. There are none of texts that people typed, of how they are reached, of whom
they avoid, nor of a sensitive question.
"""

import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from mentormatch.errors import MentorMatchError, Problem
from mentormatch.fields import AnyField, Side, Use
from mentormatch.fields.lists import find_options
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.similarity import likenesses
from mentormatch.languages.text_keys import is_yes_or_no
from mentormatch.languages.translation import language, mark, spoken, tr, tr_n
from mentormatch.languages.vocabulary import Codes, known_languages, words_of
from mentormatch.people.cohort import RowFate
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import distinct, pieces
from mentormatch.programme.drafts.entries import (
    CONFIRM,
    HEAD,
    DraftEntry,
    documents,
    fields,
    heading,
    identifier,
    mappings,
    names_called,
    only_side,
    thin,
)
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.identity import (
    choose_key,
    email_of,
    is_code,
    is_email,
    split_tool_columns,
    tool_headers,
)
from mentormatch.programme.drafts.item_columns import join_columns
from mentormatch.programme.drafts.kinds import SEEN, Guess, agreement, boxes_of
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.mapping_draft import share_understood
from mentormatch.programme.drafts.name_order import marked_order
from mentormatch.programme.drafts.proposals import DraftedExtension, adapt, choices, is_of_house
from mentormatch.programme.drafts.roles import RoleQuestion, role_among
from mentormatch.programme.drafts.samples import (
    QuestionSample,
    Tables,
    language_of,
    languages_of,
    sample_questions,
    with_sides,
)
from mentormatch.programme.drafts.uses import apply_use, are_languages, are_moments, guess, is_sensitive
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import UNNAMED_PROGRAMME
from mentormatch.survey.entries import NO_EMAIL_MESSAGE, NO_KEY_MESSAGE, NOT_ACCEPTED_MESSAGE, locate_fields
from mentormatch.survey.headers import split_part
from mentormatch.survey.intake import build_cohort
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.tool import OTHER, OTHER_LABELS


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of a dry run: the ``rows`` with their fates, the ``problems`` for which the files are refused.

    ``misread`` counts, by field, the answers that the draft does not understand. ``alone`` says that all were read as
    one side, for nothing tells two apart.
    """

    rows: tuple[RowFate, ...] = ()
    problems: tuple[Problem, ...] = ()
    misread: Mapping[str, int] = field(default_factory=dict)
    alone: bool = False

    @property
    def fates(self) -> Counter[str]:
        """How many rows have each fate."""
        return Counter(row.fate for row in self.rows)

    @property
    def reasons(self) -> Counter[str]:
        """How many rows are rejected, by the reason."""
        return Counter(row.reason for row in self.rows if row.fate == "rejected")


def try_out(text: str, tables: Tables) -> DryRun:
    """Return what a programme in TOML makes of these files; where it tells no role, as if all were of one side."""
    try:
        programme = Programme.read(tomllib.loads(text))
        alone = programme.heading.role is None and any(side is None for _, side in tables)
        sheets: Tables = [(table, "mentee") for table, _ in tables] if alone else tables
        plan = make_intake_plan(programme, per_side=all(side is not None for _, side in sheets))
        cohort = build_cohort(sheets, plan)
    except MentorMatchError as error:
        return DryRun(problems=tuple(error.problems) or (Problem("", str(error)),))
    return DryRun(cohort.rows, misread=Counter(misread_fields(sheets, plan)), alone=alone)


def rejections(dry_run: DryRun, entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield how many rows are rejected for each reason, and what to do where the draft itself asks for too much."""
    for reason, count in dry_run.reasons.items():
        uses = next((uses for uses, known in REASONS.items() if reason in map(tr, known)), ())
        names = listed([tr("« {text} »", text=entry.name) for entry in entries if entry.guess.use in uses])
        rows = tr_n(
            "{rows} rejetée : {reason}",
            "{rows} rejetées : {reason}",
            count,
            rows=counted(count, "ligne"),
            reason=reason,
        )
        yield tr("{rows} ; {advice}", rows=rows, advice=tr(ADVICE[uses], names=names)) if names else rows


def misread_fields(tables: Tables, plan: IntakePlan) -> Iterator[str]:
    """Yield the field of each answer that is not understood as it was meant."""
    for sheet in locate_fields(tables, plan):
        for name, place in sheet.places.items():
            field = plan.fields[name]
            if field.use in ("match", "consent", "display"):
                given = [place.answer(record.cells) for record in sheet.table.records]
                known = {str(answer): answer for answer in given}
                noted = {said for said, answer in known.items() if field.read(answer).note}
                if noted:
                    yield from (name for answer in given if str(answer) in noted)


UNKNOWN_LANGUAGE = mark(
    "# LANGUE INCONNUE (ni {known}) : les questions à choix ne sont pas comprises, donc exclues (« forbidden »)."
    " Dites de chacune à quoi elle sert."
)
"""The first line of a draft of a form in a language that is not known."""
NOT_UNDERSTOOD = mark("langue inconnue, question non comprise : ni lue ni utilisée, sauf si vous en décidez autrement")
CHOSEN = ("choice", "choices", "scale", "levels", "ranking", "yesno", "slots")
"""Kinds of questions that are answered by choosing."""
CHECK_ORDER = mark("ORDRE À VÉRIFIER")
"""What stands beside an order that nothing tells."""
MOST_REFUSED = 0.6
"""Where more rows than this share would be rejected for want of consent, the question asks for something else.

Above a half: a draft says how many rows it rejects, but pairs in silence those who refused what is only shown."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme file in words, what it lacks to take the answers it was made from, and how it was tried on them.

    ``rejected`` says why rows would be rejected; ``confirm`` counts the lines to be confirmed; ``orders`` are the
    fields whose order nothing tells; ``entries`` are all fields, ``proposals`` the criteria and rules that stand in it
    as comments, unless they were taken; ``outline`` is what it was made of.
    """

    text: str
    lacking: tuple[str, ...]
    dry_run: DryRun
    rejected: tuple[str, ...]
    language: str
    confirm: int
    orders: tuple[str, ...]
    entries: tuple[DraftEntry, ...]
    proposals: tuple[DraftedExtension, ...]
    outline: "Outline"

    @property
    def proposed(self) -> int:
        """How many criteria and rules are proposed."""
        return len(self.proposals)


@dataclass(frozen=True, slots=True)
class StatedDraft:
    """What people said of the questions of some files, each by its words as ``fold`` returns them.

    ``uses`` say what is done with its answers; ``role`` is the question that tells the sides, with the answers of
    mentors and of mentees; ``taken`` are the proposals that count from now on, by their keys; ``options`` are further
    options of questions that have some. ``languages`` are the codes of the languages in which the files ask, if
    their words do not tell it; ``joined`` are questions whose items have a column each, though no tool wrote so.
    """

    uses: Mapping[str, Use] = field(default_factory=dict)
    role: tuple[str, str, str] | None = None
    taken: frozenset[str] = frozenset()
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    languages: Codes = ()
    joined: frozenset[str] = frozenset()


NOTHING_STATED = StatedDraft()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a draft is made of: its fields, what tells the role, and whether each side has a file of its own.

    ``languages`` are the codes of the languages in which the files ask, none if that is not known.
    """

    entries: tuple[DraftEntry, ...]
    role: RoleQuestion | None
    apart: bool
    languages: Codes = ()

    @property
    def knows_sides(self) -> bool:
        """Whether it is known who is mentor and who is mentee."""
        return self.apart or self.role is not None


def draft(tables: Tables, name: str = "", stated: StatedDraft = NOTHING_STATED) -> Draft:
    """Return a programme for these answers, each with the side that answered it, None where a question may tell.

    It is in the language of the files, unless one was asked for, and was tried on them; without a ``name`` it is one to
    be named. What people have ``stated`` goes before what their files seem to be.
    """
    asked_in = stated.languages or languages_of(tables)
    with language(language_of(tables), unless_asked=True), words_of(words_read(asked_in)):
        outline = replace(outline_of(tables, stated), languages=asked_in)
        made = draft_of(outline, tables, name, stated.taken)
        refused = without_consents(made, outline)
        return draft_of(refused, tables, name, stated.taken) if refused else made


def outline_of(tables: Tables, stated: StatedDraft = NOTHING_STATED) -> Outline:
    """Return the fields that these answers seem to need, and what tells the role."""
    questions, aside = split_tool_columns(list(with_typed_texts(sampled(tables, stated))), tool_headers(tables))
    apart = all(side is not None for _, side in tables)
    role = None if apart else find_stated_role(questions, stated) or role_among(questions)
    if role is not None:
        questions, aside = with_sides(questions, role.sides), with_sides(aside, role.sides)
    total = sum(len(table.records) for table, _ in tables)
    entries = [replace(entry, apart=apart) for entry in name_fields(questions, role)]
    known = link_rankings(with_shared_options(unify(entries)))
    if not (stated.languages or languages_of(tables)):
        known = [withhold(entry) for entry in known]
    known = [
        with_options(as_stated(entry, stated.uses), stated.options.get(fold(entry.question), ())) for entry in known
    ]
    return Outline(tuple(choose_key(known, aside, total)), role, apart)


def sampled(tables: Tables, stated: StatedDraft) -> list[QuestionSample]:
    """Return the questions of some files, with the columns that people said are items of one."""
    joined = [(join_columns(table, stated.joined), side) for table, side in tables]
    pairs = [(one.header, other.header) for (one, _), (other, _) in zip(joined, tables, strict=True)]
    typed = {item: header for names in pairs for item, header in zip(*names, strict=True)}
    questions = sample_questions(joined)
    return [replace(one, headers=tuple(typed.get(text, text) for text in one.headers)) for one in questions]


def withhold(entry: DraftEntry) -> DraftEntry:
    """Return a field of a form in an unknown language, forbidden if its answers were chosen and are not understood."""
    known = entry.name == "role" or are_languages(entry.sample) or are_moments(entry.sample)
    if known or entry.guess.kind not in CHOSEN or entry.guess.use not in ("match", "display"):
        return entry
    return replace(entry, guess=Guess("text", tr(NOT_UNDERSTOOD), use="forbidden"))


def find_stated_role(questions: Sequence[QuestionSample], stated: StatedDraft) -> RoleQuestion | None:
    """Return the question that tells the sides where people said which."""
    question, mentor, mentee = stated.role or ("", "", "")
    sample = next((one for one in questions if stated.role and fold(one.question) == question), None)
    return RoleQuestion(sample, mentor, mentee) if sample else None


def as_stated(entry: DraftEntry, uses: Mapping[str, Use]) -> DraftEntry:
    """Return a field as people said that it is used."""
    use = uses.get(fold(entry.question))
    if use is None:
        return entry
    found = entry.guess if use == entry.guess.use else apply_use(thin(entry.sample), entry.guess, use)
    return replace(entry, guess=found, stated=True)


def draft_of(outline: Outline, tables: Tables, name: str, taken: Container[str]) -> Draft:
    """Return a draft of these fields, tried on the files."""
    entries, proposals, hints = adapt(outline.entries, sides_known=outline.knows_sides)
    text = "\n".join(
        [
            *(() if outline.languages else (tr(UNKNOWN_LANGUAGE, known=listed(list(known_languages()))),)),
            tr(HEAD),
            *heading(entries, outline.role, email_of(entries), name or tr(UNNAMED_PROGRAMME)),
            "",
            *fields(entries),
            *mappings(entries),
            *documents(entries, surname_first=is_surname_first(entries)),
            *choices(proposals, taken, sides_known=outline.knows_sides),
            *(f"#\n# # {hint}" for hint in hints),
        ]
    )
    text = text.rstrip("\n") + "\n"
    confirm = sum(tr(CONFIRM) in each for each in text.splitlines() if not each.startswith("#"))
    orders = tuple(entry.name for entry in entries if fold(tr(CHECK_ORDER)) in fold(entry.guess.why))
    dry_run = try_out(text, tables)
    lacking = tuple(missing_parts(entries, outline, dry_run))
    rejected = tuple(rejections(dry_run, entries))
    parts = tuple(entries), tuple(proposals), outline
    return Draft(text, lacking, dry_run, rejected, spoken(), confirm, orders, *parts)


def is_surname_first(entries: Sequence[DraftEntry]) -> bool:
    """Return whether certain marks show that the column of names has the last name first."""
    called = names_called(entries)
    return len(called) == 1 and bool(marked_order(called[0], entries))


def without_consents(made: Draft, outline: Outline) -> Outline | None:
    """Return the fields with fewer consents asked, where the draft would reject most rows for want of one; else None.

    Those that reject most rows are spared first, and no more than are needed.
    """
    consents = [entry for entry in outline.entries if entry.guess.use == "consent" and not entry.stated]
    refused, most = made.dry_run.reasons[tr(NOT_ACCEPTED_MESSAGE)], MOST_REFUSED * len(made.dry_run.rows)
    if refused <= most:
        return None
    spared: set[str] = set()
    for entry in sorted(consents, key=refusals, reverse=True):
        if refused > most:
            spared.add(entry.name)
            refused = sum(refusals(other) for other in consents if other.name not in spared)
    why = tr("un accord ? Trop de lignes seraient rejetées s'il était exigé")
    entries = (
        replace(entry, guess=replace(entry.guess, use="display", why=why)) if entry.name in spared else entry
        for entry in outline.entries
    )
    return replace(outline, entries=tuple(entries)) if spared else None


def refusals(entry: DraftEntry) -> int:
    """Return how many rows do not agree to a question that asks for a consent."""
    return sum(agreement(entry.question, row[0]) is not True for row in entry.sample.rows)


def with_typed_texts(questions: Sequence[QuestionSample]) -> Iterator[QuestionSample]:
    """Yield the questions, each followed by what was typed beside its options, as a question of its own."""
    for sample in questions:
        yield sample
        for place, item in enumerate(sample.items):
            cells = tuple((row[place],) for row in sample.rows)
            typed = any(not is_yes_or_no(cell) for (cell,) in cells if cell)
            if fold(item) == fold(OTHER) and typed and not is_sensitive(sample):
                header = sample.headers[place]
                yield QuestionSample(header, (header,), (), cells, sample.sides, people=sample.people)


def name_fields(questions: Sequence[QuestionSample], role: RoleQuestion | None) -> list[DraftEntry]:
    """Return a field for each question, under an id that no other question or header reads like."""
    taken = {fold(header) for sample in questions for header in (*sample.headers, sample.question)}
    entries = []
    for sample in questions:
        telling = role if role is not None and sample.question == role.sample.question else None
        name = identifier("role" if telling else sample.question, taken - {fold(sample.question)})
        taken.add(name)
        found = telling and Guess("choice", tr("qui est mentor·e, qui est mentoré·e"), {"options": telling.options})
        entries.append(DraftEntry(name, sample, found or guess_question(sample), only_side(sample)))
    return entries


def guess_question(sample: QuestionSample) -> Guess:
    """Return what a question looks like; what is typed beside the options of another is free text, however often."""
    question, item = split_part(sample.question) or (sample.question, "")
    numbered = item.isdigit() or not item
    beside = (
        fold(item) == fold(OTHER)
        or fold(sample.question) in OTHER_LABELS
        or (numbered and fold(question) in OTHER_LABELS)
    )
    if not beside or sample.items:
        found = guess(thin(sample))
        return guess(sample) if found.use in ("key", "consent") else found
    return Guess("text", tr("tapé à côté des options, lu par l'équipe, jamais noté"), use="display")


def missing_parts(entries: Sequence[DraftEntry], outline: Outline, dry_run: DryRun) -> Iterator[str]:
    """Yield what nothing in the answers tells, and people must say before they can be taken; a dry run has shown it."""
    if not outline.knows_sides:
        yield tr(
            "rien dans ce fichier ne dit qui est mentor·e et qui est mentoré·e : ajoutez « role » à [programme], ou"
            " donnez un fichier par côté (--mentors, --mentees)"
        )
    known = email_of(entries) is not None or any(entry.guess.use == "key" for entry in entries)
    if dry_run.problems and not known:
        yield tr("ni code ni courriel ne distingue les personnes : ajoutez une colonne de codes au fichier")


REASONS: Mapping[tuple[Use, ...], tuple[str, ...]] = MappingProxyType(
    {("consent",): (NOT_ACCEPTED_MESSAGE,), ("key",): (NO_KEY_MESSAGE,), ("contact",): (NO_EMAIL_MESSAGE,)}
)
"""The uses of the fields for which a row is rejected, and in which words."""
ADVICE: Mapping[tuple[Use, ...], str] = MappingProxyType(
    {
        ("consent",): mark('si ce oui n\'est pas exigé, écrivez use = "display" sous {names}'),
        ("key",): mark(
            'complétez {names} dans le fichier, ou prenez une autre question pour identifiant (use = "key")'
        ),
        ("contact",): mark('complétez l\'adresse dans le fichier, ou nommez un identifiant (use = "key")'),
    }
)


MERGED = ("choice", "scale", "choices", "place", "slots", "number")
"""Kinds of questions that are one where two files ask them with another word for the side."""
FEWEST, MOST_UNREAD = 3, 0.1
"""So many options make a vocabulary; at most this share of the different answers may hold something else."""
PROBED = 500
"""So many different answers are looked at."""
READ_AS = ("text", "names", "choice", "choices")
"""Kinds of questions of one column whose answers may be options of another."""
SHARED = mark("les options de « {question} » ; {seen}")


def unify(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields of two files, what both ask of the same person in words of their own in one field."""
    kept = {entry.name: entry for entry in entries}
    for one, other in same_questions(entries):
        del kept[other.name]
        rows, sides = (*one.sample.rows, *other.sample.rows), (*one.sample.sides, *other.sample.sides)
        sample = replace(one.sample, rows=rows, sides=sides, people=(*one.sample.people, *other.sample.people))
        found = guess(sample)
        found = found if found.use in (one.guess.use, other.guess.use) else one.guess
        kept[one.name] = replace(
            one, sample=sample, guess=found, side=only_side(sample), also=(*one.also, *other.sample.headers)
        )
    return [rename_plainly(entry, set(kept)) for entry in kept.values()]


def rename_plainly(entry: DraftEntry, taken: set[str]) -> DraftEntry:
    """Return a field of two files without the side in its id."""
    neutral = " ".join(words.plain_words(entry.question))
    return replace(entry, name=identifier(neutral, taken)) if entry.also and neutral else entry


def same_questions(entries: Sequence[DraftEntry]) -> Iterator[tuple[DraftEntry, DraftEntry]]:
    """Yield the questions of two files that are one: addresses, codes, the same words but for the side."""
    mentors, mentees = ([entry for entry in entries if is_only_of(entry, side)] for side in ("mentor", "mentee"))
    taken: set[str] = set()
    for one in mentors:
        other = next((each for each in mentees if each.name not in taken and ask_the_same(one, each, entries)), None)
        if other:
            taken.add(other.name)
            yield one, other


def is_only_of(entry: DraftEntry, side: Side) -> bool:
    """Say whether only the file of one side has a question, in one column."""
    return entry.apart and set(entry.sample.sides) == {side} and not entry.sample.items


def ask_the_same(one: DraftEntry, other: DraftEntry, entries: Sequence[DraftEntry]) -> bool:
    """Say whether two questions of two files ask the same: who somebody is, or the same words but for the side."""
    if is_email(one.sample) and is_email(other.sample):
        return one.guess.use == other.guess.use == "contact" and not share_email(entries)
    if is_code(one) and is_code(other):
        return True
    alike = words.plain_words(one.question) == words.plain_words(other.question) != []
    closed = one.guess.kind in MERGED and one.guess.kind == other.guess.kind
    houses = is_of_house(one) and one.guess.use in ("match", "display")
    return alike and one.guess.use == other.guess.use and (houses or (closed and one.scored))


def share_email(entries: Sequence[DraftEntry]) -> bool:
    """Say whether both files ask for an e-mail address in the same words."""
    return any(is_email(entry.sample) and len(set(entry.sample.sides)) > 1 for entry in entries)


def with_shared_options(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields, those whose every answer is made of the options of another question with these options."""
    known = [entry for entry in entries if entry.guess.kind == "choices" and is_vocabulary(entry)]
    return [with_known_options(reread(entry, known), entries) for entry in entries]


def with_known_options(entry: DraftEntry, entries: Sequence[DraftEntry]) -> DraftEntry:
    """Return a field with the answers of one person alone that are options of another question: others gave them."""
    others = {fold(option) for other in entries if other.name != entry.name for option in other.options}
    return with_options(entry, [text for text in entry.guess.single if fold(text) in others])


def with_options(entry: DraftEntry, texts: Iterable[str]) -> DraftEntry:
    """Return a field with further options, which are no answers of one person alone any more."""
    known = {fold(option) for option in entry.options}
    added = {fold(text): text for text in texts if fold(text) not in known}
    if not entry.takes_options or not added:
        return entry
    settings = {**entry.guess.settings, "options": [*entry.guess.settings["options"], *added.values()]}
    single = tuple(text for text in entry.guess.single if fold(text) not in added)
    return replace(entry, guess=replace(entry.guess, settings=settings, single=single))


def is_vocabulary(entry: DraftEntry) -> bool:
    """Say whether a question has options enough to know them again, and none that are kept apart."""
    return entry.guess.use in ("match", "display") and len(entry.options) >= FEWEST


def reread(entry: DraftEntry, known: Sequence[DraftEntry]) -> DraftEntry:
    """Return a field with the options of the first question that explains its answers better than its own do."""
    able = entry.guess.kind in READ_AS and entry.guess.use in ("match", "display") and not entry.sample.items
    answers = distinct(thin(entry.sample).answers)[:PROBED] if able else []
    if len(answers) < FEWEST:
        return entry
    own = {fold(option) for option in entry.options}
    others = (other for other in known if other is not entry and {fold(option) for option in other.options} != own)
    found = next((other for other in others if explains(other, answers) and explains_better(other, entry)), None)
    if found is None:
        return entry
    why = tr(SHARED, question=found.question, seen=tr(SEEN))
    kind = "choice" if entry.guess.kind == "choice" else "choices"
    settings = {"options": found.options} | {
        name: said for name, said in found.guess.settings.items() if name == "joiner"
    }
    return replace(entry, guess=replace(entry.guess, kind=kind, why=why, settings=settings, use="match"))


def explains(other: DraftEntry, answers: Sequence[str]) -> bool:
    """Say whether answers are made of the options of another question, all but a few."""
    joiner = str(other.guess.settings.get("joiner", "")) or None
    bad = 0
    for answer in answers:
        bad += not find_options(other.options, answer, joiner)[1]
        if bad > MOST_UNREAD * len(answers):
            return False
    return True


def explains_better(other: DraftEntry, entry: DraftEntry) -> bool:
    """Say whether another question's options are longer pieces of the same answers, or the question has none."""
    ours, theirs = entry.options, [fold(option) for option in other.options]
    return not ours or any(fold(option) not in theirs for option in ours)


def link_rankings(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields, those that rank the lines of a grid with the grid that they rank."""
    grids = {
        entry.name: set(map(fold, entry.guess.settings["items"])) for entry in entries if entry.guess.kind == "levels"
    }
    return [replace(entry, guess=ranking_of_grid(entry.guess, grids)) for entry in entries]


def ranking_of_grid(found: Guess, grids: Mapping[str, set[str]]) -> Guess:
    """Return a ranking of the lines of one of ``grids`` as such, anything else as it is."""
    options = set(map(fold, found.settings.get("options", ())))
    grid = next((name for name, items in grids.items() if found.kind == "ranking" and options <= items), None)
    why = tr("un classement des lignes d'une grille")
    return found if grid is None else replace(found, settings={"items_of": grid}, why=why)


type Surety = Literal["sure", "likely", "doubtful"]

MOST_EXAMPLES, LONGEST_EXAMPLE, MOST_ROWS = 2, 60, 500
CLOSED = ("choice", "choices", "scale", "levels", "ranking", "slots", "yesno", "number", "place", "names")
"""Kinds of questions whose answers say little of one person alone."""
ALIKE = 0.8
"""From that likeness on, or that share of answers that are understood, a column is likely to be what it seems."""


def examples(sample: QuestionSample, kind: str, use: str, joiner: str | None = None) -> tuple[str, ...]:
    """Return two answers to a question, those that most people gave, none where they are nobody else's to see."""
    coded = use == "key" and words.asks_code(sample.question) and not is_email(sample)
    shown = coded or (kind in CLOSED and use in ("match", "display", "consent"))
    if not shown or words.asks_whom_to_avoid(sample.question) or is_sensitive(sample):
        return ()
    if kind == "choices" and sample.items:
        said: Sequence[str] = boxes_of(sample)
    else:
        several = kind in ("choices", "ranking", "slots", "names")
        given = sample.answers[:MOST_ROWS]
        parted = any(mark in text for text in given for mark in (";", "\n"))
        cells = pieces(given, joiner or (";" if parted else ",")) if several else [[text] for text in given]
        said = [piece for cell in cells for piece in cell]
    counts = Counter(text for text in said if len(text) <= LONGEST_EXAMPLE)
    return tuple(text for text, _ in counts.most_common(MOST_EXAMPLES))


def surety_of_entry(entry: DraftEntry) -> Surety:
    """Return how sure it is that a question is what a draft takes it for."""
    guess = entry.guess
    if entry.stated:
        return "sure"
    coded = words.asks_code(entry.question)
    if entry.unclear or fold(tr(CHECK_ORDER)) in fold(guess.why) or (guess.use == "key" and not coded):
        return "doubtful"
    typed = guess.kind == "names" or guess.settings.get("joiner") is not None
    clear = entry.name != "role" or words.get_role_answers(entry.options) is not None
    return "likely" if typed or guess.use in ("consent", "key") or not clear else "sure"


def surety_of_column(sample: QuestionSample, field: AnyField) -> Surety:
    """Return how sure it is that a column of other words answers a question of a programme: never wholly."""
    alike = max(likenesses([sample.question], [field.question])[0][0], share_understood(sample, field))
    return "likely" if alike >= ALIKE else "doubtful"

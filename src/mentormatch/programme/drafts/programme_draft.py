"""Files of answers -> a first programme with comments for staff, and a dry run of it on the files.

Each question of the files has a confidence and up to two example answers for one screen, which are never stored. There
are no examples for free texts, contact details, people to avoid and sensitive questions.
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
from mentormatch.programme.drafts.capacity import distinct, split_cells
from mentormatch.programme.drafts.entries import (
    CONFIRM_COMMENT,
    DRAFT_COMMENT,
    DraftEntry,
    get_name_entries,
    limit_rows,
    make_document_lines,
    make_field_id,
    make_field_lines,
    make_heading_lines,
    make_mapping_lines,
    only_side,
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
from mentormatch.programme.drafts.kinds import OPTIONS_SEEN_COMMENT, Guess, get_boxes, parse_yes_or_no
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.mapping_draft import share_understood
from mentormatch.programme.drafts.name_order import marked_order
from mentormatch.programme.drafts.proposals import DraftedExtension, adapt_fields, asks_employer, make_proposal_lines
from mentormatch.programme.drafts.roles import RoleQuestion, find_role
from mentormatch.programme.drafts.samples import (
    QuestionSample,
    Tables,
    language_of,
    languages_of,
    sample_questions,
    with_sides,
)
from mentormatch.programme.drafts.uses import apply_use, are_languages, are_moments, guess_use, is_sensitive
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
    """The result of a dry run: the ``rows`` with their outcome, and the ``problems`` for which files are rejected.

    ``misread`` counts, by field, the answers that the draft does not understand. ``alone``: all rows were read as one
    side, since the sides are unknown.
    """

    rows: tuple[RowFate, ...] = ()
    problems: tuple[Problem, ...] = ()
    misread: Mapping[str, int] = field(default_factory=dict)
    alone: bool = False

    @property
    def fates(self) -> Counter[str]:
        """The number of rows by outcome."""
        return Counter(row.fate for row in self.rows)

    @property
    def reasons(self) -> Counter[str]:
        """The number of rejected rows by reason."""
        return Counter(row.reason for row in self.rows if row.fate == "rejected")


def run_draft(text: str, tables: Tables) -> DryRun:
    """Return the dry run of a programme, as TOML, on some files; if nothing states the sides, all are mentees."""
    try:
        programme = Programme.read(tomllib.loads(text))
        is_one_side = programme.heading.role is None and any(side is None for _, side in tables)
        sheets: Tables = [(table, "mentee") for table, _ in tables] if is_one_side else tables
        plan = make_intake_plan(programme, per_side=all(side is not None for _, side in sheets))
        cohort = build_cohort(sheets, plan)
    except MentorMatchError as error:
        return DryRun(problems=tuple(error.problems) or (Problem("", str(error)),))
    return DryRun(cohort.rows, misread=Counter(misread_fields(sheets, plan)), alone=is_one_side)


def describe_rejections(dry_run: DryRun, entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield the number of rejected rows per reason, with advice if the draft itself requires too much."""
    for reason, count in dry_run.reasons.items():
        uses = next((uses for uses, messages in MESSAGES_BY_USES.items() if reason in map(tr, messages)), ())
        names = listed([tr("« {text} »", text=entry.name) for entry in entries if entry.guess.use in uses])
        rows = tr_n(
            "{rows} rejetée : {reason}",
            "{rows} rejetées : {reason}",
            count,
            rows=counted(count, "ligne"),
            reason=reason,
        )
        yield tr("{rows} ; {advice}", rows=rows, advice=tr(ADVICE_BY_USES[uses], names=names)) if names else rows


def misread_fields(tables: Tables, plan: IntakePlan) -> Iterator[str]:
    for sheet in locate_fields(tables, plan):
        for name, place in sheet.places.items():
            field = plan.fields[name]
            if field.use in ("match", "consent", "display"):
                answers = [place.answer(record.cells) for record in sheet.table.records]
                answers_by_text = {str(answer): answer for answer in answers}
                misread_texts = {text for text, answer in answers_by_text.items() if field.read(answer).note}
                if misread_texts:
                    yield from (name for answer in answers if str(answer) in misread_texts)


CLOSED_KINDS = ("choice", "choices", "scale", "levels", "ranking", "yesno", "slots")
CHECK_ORDER_MARK = mark("ORDRE À VÉRIFIER")


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme file, and its dry run on the files.

    Attributes
    ----------
    lacking
        What the files must contain, or staff must state, before the rows can be read.
    rejected
        The reasons why rows would be rejected.
    confirm
        The number of lines to confirm.
    orders
        The fields whose order is unknown.
    proposals
        The criteria and rules that are comments in the file, unless staff accepted them.
    outline
        The fields from which the draft was made.
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
    outline: "DraftOutline"

    @property
    def proposed(self) -> int:
        """The number of proposed criteria and rules."""
        return len(self.proposals)


@dataclass(frozen=True, slots=True)
class DraftDecisions:
    """The decisions of staff on the questions of some files, by their folded text.

    Attributes
    ----------
    uses
        The use of a question.
    role
        The question on sides, with the answers of mentors and of mentees.
    accepted
        The keys of the accepted proposals.
    options
        Further options of questions that have some.
    languages
        The codes of the languages of the files, if their words do not show them.
    joined
        The questions whose items have a column each, although no tool marked them.
    """

    uses: Mapping[str, Use] = field(default_factory=dict)
    role: tuple[str, str, str] | None = None
    accepted: frozenset[str] = frozenset()
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    languages: Codes = ()
    joined: frozenset[str] = frozenset()


NO_DECISIONS = DraftDecisions()


@dataclass(frozen=True, slots=True)
class DraftOutline:
    """The fields of a draft, its role, and whether each side has a separate file.

    ``languages`` are the codes of the languages of the files, empty if they are unknown.
    """

    entries: tuple[DraftEntry, ...]
    role: RoleQuestion | None
    per_side: bool
    languages: Codes = ()

    @property
    def knows_sides(self) -> bool:
        """Whether mentors and mentees are known."""
        return self.per_side or self.role is not None


def make_draft(tables: Tables, name: str = "", decisions: DraftDecisions = NO_DECISIONS) -> Draft:
    """Return the draft of a programme for some files, each with the side that answered it, None for both.

    The draft is in the language of the files, unless the caller set one. Without a ``name`` it is one to be named.
    Decisions of staff take precedence over guesses.
    """
    languages = decisions.languages or languages_of(tables)
    with language(language_of(tables), unless_asked=True), words_of(words_read(languages)):
        outline = replace(make_outline(tables, decisions), languages=languages)
        first_draft = build_draft(outline, tables, name, decisions.accepted)
        without_consent = relax_consents(first_draft, outline)
        return build_draft(without_consent, tables, name, decisions.accepted) if without_consent else first_draft


def make_outline(tables: Tables, decisions: DraftDecisions = NO_DECISIONS) -> DraftOutline:
    """Return the fields of some files, and their role."""
    questions, tool_samples = split_tool_columns(
        list(with_typed_texts(sample_with_joined_items(tables, decisions))), tool_headers(tables)
    )
    per_side = all(side is not None for _, side in tables)
    role = None if per_side else find_decided_role(questions, decisions) or find_role(questions)
    if role is not None:
        questions, tool_samples = with_sides(questions, role.sides), with_sides(tool_samples, role.sides)
    row_count = sum(len(table.records) for table, _ in tables)
    entries = [replace(entry, per_side=per_side) for entry in name_fields(questions, role)]
    completed = link_rankings(with_shared_options(merge_side_questions(entries)))
    if not (decisions.languages or languages_of(tables)):
        completed = [withhold(entry) for entry in completed]
    completed = [
        with_options(apply_decided_use(entry, decisions.uses), decisions.options.get(fold(entry.question), ()))
        for entry in completed
    ]
    return DraftOutline(tuple(choose_key(completed, tool_samples, row_count)), role, per_side)


def sample_with_joined_items(tables: Tables, decisions: DraftDecisions) -> list[QuestionSample]:
    """Return the questions of some files; columns that staff joined are items of one question."""
    joined = [(join_columns(table, decisions.joined), side) for table, side in tables]
    pairs = [(table.header, original.header) for (table, _), (original, _) in zip(joined, tables, strict=True)]
    typed = {item: header for headers in pairs for item, header in zip(*headers, strict=True)}
    samples = sample_questions(joined)
    return [replace(sample, headers=tuple(typed.get(text, text) for text in sample.headers)) for sample in samples]


def withhold(entry: DraftEntry) -> DraftEntry:
    """Return a field of a form in an unknown language; compared or shown questions not understood become forbidden."""
    is_understood = entry.name == "role" or are_languages(entry.sample) or are_moments(entry.sample)
    if is_understood or entry.guess.kind not in CLOSED_KINDS or entry.guess.use not in ("match", "display"):
        return entry
    why = tr("langue inconnue, question non comprise : ni lue ni utilisée, sauf si vous en décidez autrement")
    return replace(entry, guess=Guess("text", why, use="forbidden"))


def find_decided_role(questions: Sequence[QuestionSample], decisions: DraftDecisions) -> RoleQuestion | None:
    """Return the role as decided by staff; None without a decision, or if the files do not contain the question."""
    if decisions.role is None:
        return None
    question, mentor, mentee = decisions.role
    sample = next((sample for sample in questions if fold(sample.question) == question), None)
    return RoleQuestion(sample, mentor, mentee) if sample else None


def apply_decided_use(entry: DraftEntry, uses: Mapping[str, Use]) -> DraftEntry:
    """Return a field with the use that staff decided."""
    use = uses.get(fold(entry.question))
    if use is None:
        return entry
    result = entry.guess if use == entry.guess.use else apply_use(limit_rows(entry.sample), entry.guess, use)
    return replace(entry, guess=result, is_confirmed=True)


def make_language_lines(outline: DraftOutline) -> list[str]:
    """Return the first line of a draft in an unknown language; empty if the languages are known."""
    if outline.languages:
        return []
    message = mark(
        "# LANGUE INCONNUE (ni {known}) : les questions à choix ne sont pas comprises, donc exclues (« forbidden »)."
        " Dites de chacune à quoi elle sert."
    )
    return [tr(message, known=listed(list(known_languages())))]


def build_draft(outline: DraftOutline, tables: Tables, name: str, accepted: Container[str]) -> Draft:
    """Return the draft of these fields, with its dry run."""
    entries, proposals, hints = adapt_fields(outline.entries, sides_known=outline.knows_sides)
    text = "\n".join(
        [
            *make_language_lines(outline),
            tr(DRAFT_COMMENT),
            *make_heading_lines(entries, outline.role, email_of(entries), name or tr(UNNAMED_PROGRAMME)),
            "",
            *make_field_lines(entries),
            *make_mapping_lines(entries),
            *make_document_lines(entries, surname_first=is_surname_first(entries)),
            *make_proposal_lines(proposals, accepted, sides_known=outline.knows_sides),
            *(f"#\n# # {hint}" for hint in hints),
        ]
    )
    text = text.rstrip("\n") + "\n"
    confirm = sum(tr(CONFIRM_COMMENT) in text_line for text_line in text.splitlines() if not text_line.startswith("#"))
    orders = tuple(entry.name for entry in entries if fold(tr(CHECK_ORDER_MARK)) in fold(entry.guess.why))
    dry_run = run_draft(text, tables)
    missing = tuple(describe_missing_parts(entries, outline, dry_run))
    rejected = tuple(describe_rejections(dry_run, entries))
    parts = tuple(entries), tuple(proposals), outline
    return Draft(text, missing, dry_run, rejected, spoken(), confirm, orders, *parts)


def is_surname_first(entries: Sequence[DraftEntry]) -> bool:
    """Return whether certain marks show that the column of names has the last name first."""
    name_entries = get_name_entries(entries)
    return len(name_entries) == 1 and bool(marked_order(name_entries[0], entries))


def relax_consents(first_draft: Draft, outline: DraftOutline) -> DraftOutline | None:
    """Return the fields with fewer required consents if over 60 % of the rows would be rejected for one; else None.

    The consents with the most refusals are relaxed first, no more than necessary; staff's decisions stay. The limit is
    high: a draft reports rejected rows, but people who refuse a consent that is only shown are paired.
    """
    consents = [entry for entry in outline.entries if entry.guess.use == "consent" and not entry.is_confirmed]
    refused_count = first_draft.dry_run.reasons[tr(NOT_ACCEPTED_MESSAGE)]
    max_refused = 0.6 * len(first_draft.dry_run.rows)
    if refused_count <= max_refused:
        return None
    relaxed: set[str] = set()
    for entry in sorted(consents, key=count_refusals, reverse=True):
        if refused_count > max_refused:
            relaxed.add(entry.name)
            refused_count = sum(count_refusals(other) for other in consents if other.name not in relaxed)
    why = tr("un accord ? Trop de lignes seraient rejetées s'il était exigé")
    entries = (
        replace(entry, guess=replace(entry.guess, use="display", why=why)) if entry.name in relaxed else entry
        for entry in outline.entries
    )
    return replace(outline, entries=tuple(entries)) if relaxed else None


def count_refusals(entry: DraftEntry) -> int:
    """Return the number of rows without a yes to a consent."""
    return sum(parse_yes_or_no(entry.question, row[0]) is not True for row in entry.sample.rows)


def with_typed_texts(questions: Sequence[QuestionSample]) -> Iterator[QuestionSample]:
    """Yield each question, then the question of the texts typed next to its options, if any and not sensitive."""
    for sample in questions:
        yield sample
        for index, item in enumerate(sample.items):
            cells = tuple((row[index],) for row in sample.rows)
            has_text = any(not is_yes_or_no(cell) for (cell,) in cells if cell)
            if fold(item) == fold(OTHER) and has_text and not is_sensitive(sample):
                header = sample.headers[index]
                yield QuestionSample(header, (header,), (), cells, sample.sides, people=sample.people)


def name_fields(questions: Sequence[QuestionSample], role: RoleQuestion | None) -> list[DraftEntry]:
    """Return a field for each question, with an id that differs from all other questions and headers."""
    used_names = {fold(header) for sample in questions for header in (*sample.headers, sample.question)}
    entries = []
    for sample in questions:
        role_question = role if role is not None and sample.question == role.sample.question else None
        name = make_field_id("role" if role_question else sample.question, used_names - {fold(sample.question)})
        used_names.add(name)
        why = tr("qui est mentor·e, qui est mentoré·e")
        guess = Guess("choice", why, {"options": role_question.options}) if role_question else guess_question(sample)
        entries.append(DraftEntry(name, sample, guess, only_side(sample)))
    return entries


def guess_question(sample: QuestionSample) -> Guess:
    """Return the guess for a question; texts typed next to the options of another question are free text."""
    question, item = split_part(sample.question) or (sample.question, "")
    is_numbered = item.isdigit() or not item
    is_typed_text = (
        fold(item) == fold(OTHER)
        or fold(sample.question) in OTHER_LABELS
        or (is_numbered and fold(question) in OTHER_LABELS)
    )
    if not is_typed_text or sample.items:
        result = guess_use(limit_rows(sample))
        return guess_use(sample) if result.use in ("key", "consent") else result
    return Guess("text", tr("tapé à côté des options, lu par l'équipe, jamais noté"), use="display")


def describe_missing_parts(entries: Sequence[DraftEntry], outline: DraftOutline, dry_run: DryRun) -> Iterator[str]:
    """Yield messages on parts of the files or the programme without which no row can be read."""
    if not outline.knows_sides:
        yield tr(
            "rien dans ce fichier ne dit qui est mentor·e et qui est mentoré·e : ajoutez « role » à [programme], ou"
            " donnez un fichier par côté (--mentors, --mentees)"
        )
    has_identity = email_of(entries) is not None or any(entry.guess.use == "key" for entry in entries)
    if dry_run.problems and not has_identity:
        yield tr("ni code ni courriel ne distingue les personnes : ajoutez une colonne de codes au fichier")


# The messages of rejected rows, and the advice, by the uses of the fields that cause them
MESSAGES_BY_USES: Mapping[tuple[Use, ...], tuple[str, ...]] = MappingProxyType(
    {("consent",): (NOT_ACCEPTED_MESSAGE,), ("key",): (NO_KEY_MESSAGE,), ("contact",): (NO_EMAIL_MESSAGE,)}
)
ADVICE_BY_USES: Mapping[tuple[Use, ...], str] = MappingProxyType(
    {
        ("consent",): mark('si ce oui n\'est pas exigé, écrivez use = "display" sous {names}'),
        ("key",): mark(
            'complétez {names} dans le fichier, ou prenez une autre question pour identifiant (use = "key")'
        ),
        ("contact",): mark('complétez l\'adresse dans le fichier, ou nommez un identifiant (use = "key")'),
    }
)


MIN_OPTIONS = 3  # of a question whose options explain the answers to another


def merge_side_questions(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields of two files, with questions of both files in different words merged into one field."""
    fields_by_name = {entry.name: entry for entry in entries}
    for first, second in find_same_questions(entries):
        del fields_by_name[second.name]
        rows, sides = (*first.sample.rows, *second.sample.rows), (*first.sample.sides, *second.sample.sides)
        sample = replace(first.sample, rows=rows, sides=sides, people=(*first.sample.people, *second.sample.people))
        result = guess_use(sample)
        result = result if result.use in (first.guess.use, second.guess.use) else first.guess
        fields_by_name[first.name] = replace(
            first,
            sample=sample,
            guess=result,
            side=only_side(sample),
            other_headers=(*first.other_headers, *second.sample.headers),
        )
    used_names, merged = set(fields_by_name), list[DraftEntry]()
    for entry in fields_by_name.values():
        merged.append(rename_plainly(entry, used_names))
        used_names.add(merged[-1].name)
    return merged


def rename_plainly(entry: DraftEntry, used_names: set[str]) -> DraftEntry:
    """Return a field of two files without the side in its id."""
    neutral = " ".join(words.plain_words(entry.question))
    return replace(entry, name=make_field_id(neutral, used_names)) if entry.other_headers and neutral else entry


def find_same_questions(entries: Sequence[DraftEntry]) -> Iterator[tuple[DraftEntry, DraftEntry]]:
    """Yield the pairs of questions of two files that are one: addresses, codes, or equal words without the side."""
    mentors, mentees = ([entry for entry in entries if is_only_of(entry, side)] for side in ("mentor", "mentee"))
    used_names: set[str] = set()
    for mentor in mentors:
        unused = (entry for entry in mentees if entry.name not in used_names)
        mentee = next((entry for entry in unused if ask_the_same(mentor, entry, entries)), None)
        if mentee:
            used_names.add(mentee.name)
            yield mentor, mentee


def is_only_of(entry: DraftEntry, side: Side) -> bool:
    return entry.per_side and set(entry.sample.sides) == {side} and not entry.sample.items


def ask_the_same(first: DraftEntry, second: DraftEntry, entries: Sequence[DraftEntry]) -> bool:
    """Return whether questions of two files are the same: both identify people, or only the side differs."""
    if is_email(first.sample) and is_email(second.sample):
        return first.guess.use == second.guess.use == "contact" and not share_email(entries)
    if is_code(first) and is_code(second):
        return True
    has_same_words = words.plain_words(first.question) == words.plain_words(second.question) != []
    # Two questions of these kinds are one if their words differ only by the side
    mergeable_kinds = ("choice", "scale", "choices", "place", "slots", "number")
    is_mergeable = first.guess.kind in mergeable_kinds and first.guess.kind == second.guess.kind
    asks_employers = asks_employer(first) and first.guess.use in ("match", "display")
    return (
        has_same_words and first.guess.use == second.guess.use and (asks_employers or (is_mergeable and first.scored))
    )


def share_email(entries: Sequence[DraftEntry]) -> bool:
    return any(is_email(entry.sample) and len(set(entry.sample.sides)) > 1 for entry in entries)


def with_shared_options(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields; one whose answers are almost all options of another question gets these options."""
    vocabularies = [entry for entry in entries if entry.guess.kind == "choices" and is_vocabulary(entry)]
    return [with_known_options(with_options_of_other(entry, vocabularies), entries) for entry in entries]


def with_known_options(entry: DraftEntry, entries: Sequence[DraftEntry]) -> DraftEntry:
    """Return a field with its single answers as options if they are options of another question."""
    other_options = {fold(option) for other in entries if other.name != entry.name for option in other.options}
    return with_options(entry, [text for text in entry.guess.single if fold(text) in other_options])


def with_options(entry: DraftEntry, texts: Iterable[str]) -> DraftEntry:
    """Return a field with further options, which are no longer single answers."""
    present = {fold(option) for option in entry.options}
    added = {fold(text): text for text in texts if fold(text) not in present}
    if not entry.takes_options or not added:
        return entry
    settings = {**entry.guess.settings, "options": [*entry.guess.settings["options"], *added.values()]}
    single = tuple(text for text in entry.guess.single if fold(text) not in added)
    return replace(entry, guess=replace(entry.guess, settings=settings, single=single))


def is_vocabulary(entry: DraftEntry) -> bool:
    return entry.guess.use in ("match", "display") and len(entry.options) >= MIN_OPTIONS


def with_options_of_other(entry: DraftEntry, vocabularies: Sequence[DraftEntry]) -> DraftEntry:
    """Return a field with the options of the first question that explains its answers better than its options."""
    can_change = (
        entry.guess.kind in ("text", "names", "choice", "choices")
        and entry.guess.use in ("match", "display")
        and not entry.sample.items
    )
    answers = distinct(limit_rows(entry.sample).answers)[:500] if can_change else []
    if len(answers) < MIN_OPTIONS:
        return entry
    own_options = {fold(option) for option in entry.options}
    others = (other for other in vocabularies if other is not entry and set(map(fold, other.options)) != own_options)
    match = next(
        (other for other in others if explains_answers(other, answers) and explains_better(other, entry)), None
    )
    if match is None:
        return entry
    why = tr("les options de « {question} » ; {seen}", question=match.question, seen=tr(OPTIONS_SEEN_COMMENT))
    kind = "choice" if entry.guess.kind == "choice" else "choices"
    joiner = {name: value for name, value in match.guess.settings.items() if name == "joiner"}
    settings = {"options": match.options} | joiner
    return replace(entry, guess=replace(entry.guess, kind=kind, why=why, settings=settings, use="match"))


def explains_answers(other: DraftEntry, answers: Sequence[str]) -> bool:
    """Return whether almost all answers consist of options of another question."""
    joiner = str(other.guess.settings.get("joiner", "")) or None
    unread_count = 0
    for answer in answers:
        unread_count += not find_options(other.options, answer, joiner)[1]
        if unread_count > 0.1 * len(answers):
            return False
    return True


def explains_better(other: DraftEntry, entry: DraftEntry) -> bool:
    """Return whether a question lacks options, or has some that another question does not have."""
    options, other_options = entry.options, [fold(option) for option in other.options]
    return not options or any(fold(option) not in other_options for option in options)


def link_rankings(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the fields; rankings of the items of a grid refer to the grid."""
    grids = {
        entry.name: set(map(fold, entry.guess.settings["items"])) for entry in entries if entry.guess.kind == "levels"
    }
    return [replace(entry, guess=ranking_of_grid(entry.guess, grids)) for entry in entries]


def ranking_of_grid(original: Guess, grids: Mapping[str, set[str]]) -> Guess:
    """Return a ranking of the items of a grid with a reference to it; another guess unchanged."""
    options = set(map(fold, original.settings.get("options", ())))
    grid = next((name for name, items in grids.items() if original.kind == "ranking" and options <= items), None)
    why = tr("un classement des lignes d'une grille")
    return original if grid is None else replace(original, settings={"items_of": grid}, why=why)


type Confidence = Literal["sure", "likely", "doubtful"]

# Kinds of questions with example answers; those of one person are among them
EXAMPLE_KINDS = (*CLOSED_KINDS, "number", "place", "names")


def find_examples(sample: QuestionSample, kind: str, use: str, joiner: str | None = None) -> tuple[str, ...]:
    """Return up to two most frequent short answers, or first boxes; empty for free texts and private questions."""
    is_code = use == "key" and words.asks_code(sample.question) and not is_email(sample)
    is_shown = is_code or (kind in EXAMPLE_KINDS and use in ("match", "display", "consent"))
    if not is_shown or words.asks_whom_to_avoid(sample.question) or is_sensitive(sample):
        return ()
    if kind == "choices" and sample.items:
        texts: Sequence[str] = get_boxes(sample)
    else:
        has_several = kind in ("choices", "ranking", "slots", "names")
        answers = sample.answers[:500]
        has_separator = any(separator in text for text in answers for separator in (";", "\n"))
        cells = (
            split_cells(answers, joiner or (";" if has_separator else ","))
            if has_several
            else [[text] for text in answers]
        )
        texts = [piece for cell in cells for piece in cell]
    counts = Counter(text for text in texts if len(text) <= 60)
    return tuple(text for text, _ in counts.most_common(2))


def get_field_confidence(entry: DraftEntry) -> Confidence:
    """Return the confidence that a question is guessed correctly."""
    entry_guess = entry.guess
    if entry.is_confirmed:
        return "sure"
    has_code_word = words.asks_code(entry.question)
    if (
        entry.unclear
        or fold(tr(CHECK_ORDER_MARK)) in fold(entry_guess.why)
        or (entry_guess.use == "key" and not has_code_word)
    ):
        return "doubtful"
    is_typed = entry_guess.kind == "names" or entry_guess.settings.get("joiner") is not None
    is_clear = entry.name != "role" or words.get_role_answers(entry.options) is not None
    return "likely" if is_typed or entry_guess.use in ("consent", "key") or not is_clear else "sure"


def get_column_confidence(sample: QuestionSample, field: AnyField) -> Confidence:
    """Return the confidence that a column in other words answers a question of a programme: never "sure"."""
    similarity = max(likenesses([sample.question], [field.question])[0][0], share_understood(sample, field))
    return "likely" if similarity >= 0.8 else "doubtful"

"""Files of answers -> a first programme, each guess marked for people to confirm, and tried on the files themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mentormatch.fields.single import NO, YES
from mentormatch.languages import language, mark, spoken, tr
from mentormatch.programme.drafts.document import CONFIRM, HEAD, fields, heading, mappings
from mentormatch.programme.drafts.entries import DraftEntry, identifier, only_side, thin
from mentormatch.programme.drafts.identity import choose_key, email_of, split_tool_columns, tool_headers
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.patterns import fold
from mentormatch.programme.drafts.proposals import adapt, choices
from mentormatch.programme.drafts.relations import link_rankings, unify, with_shared_options
from mentormatch.programme.drafts.roles import RoleQuestion, role_among
from mentormatch.programme.drafts.samples import QuestionSample, Tables, language_of, samples, with_sides
from mentormatch.programme.drafts.trial_run import DryRun, rejections, try_out
from mentormatch.programme.drafts.uses import guess, is_sensitive
from mentormatch.survey.entries import UNACCEPTED
from mentormatch.survey.headers import split_part
from mentormatch.survey.tool import OTHER, OTHERS

CHECK_ORDER = mark("ORDRE À VÉRIFIER")
"""What stands beside an order that nothing tells."""
MOSTLY = 0.5
"""Where more rows than this share would be rejected for want of consent, the question asks for something else."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme file in words, what it lacks to take the answers it was made from, and how it was tried on them.

    ``rejected`` says why rows would be rejected; ``confirm`` counts the lines to be confirmed, ``proposed`` the
    criteria and rules that stand in it as comments; ``orders`` are the fields whose order nothing tells.
    """

    text: str
    lacking: tuple[str, ...]
    dry_run: DryRun
    rejected: tuple[str, ...]
    language: str
    confirm: int
    orders: tuple[str, ...]
    proposed: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What a draft is made of: its fields, what tells the role, and whether each side has a file of its own."""

    entries: tuple[DraftEntry, ...]
    role: RoleQuestion | None
    apart: bool

    @property
    def told(self) -> bool:
        """Whether it is known who is mentor and who is mentee."""
        return self.apart or self.role is not None


def draft(tables: Tables, name: str = "") -> Draft:
    """Return a programme for these answers, each with the side that answered it, None where a question may tell.

    It is in the language of the files, unless one was asked for, and was tried on them; without a ``name`` it is one to
    be named.
    """
    with language(language_of(tables), unless_asked=True):
        outline = outline_of(tables)
        made = draft_of(outline, tables, name)
        refused = without_consents(made, outline)
        return draft_of(refused, tables, name) if refused else made


def outline_of(tables: Tables) -> Outline:
    """Return the fields that these answers seem to need, and what tells the role."""
    asked, aside = split_tool_columns(list(with_typed_texts(samples(tables))), tool_headers(tables))
    apart = all(side is not None for _, side in tables)
    role = None if apart else role_among(asked)
    if role is not None:
        asked, aside = with_sides(asked, role.sides), with_sides(aside, role.sides)
    total = sum(len(table.records) for table, _ in tables)
    entries = [replace(entry, apart=apart) for entry in name_fields(asked, role)]
    known = link_rankings(with_shared_options(unify(entries)))
    return Outline(tuple(choose_key(known, aside, total)), role, apart)


def draft_of(outline: Outline, tables: Tables, name: str) -> Draft:
    """Return a draft of these fields, tried on the files."""
    entries, proposals, hints = adapt(outline.entries, told=outline.told)
    text = "\n".join(
        [
            tr(HEAD),
            *heading(entries, outline.role, email_of(entries), name or tr("Programme à nommer")),
            "",
            *fields(entries),
            *mappings(entries),
            *choices(proposals, told=outline.told),
            *(f"#\n# # {hint}" for hint in hints),
        ]
    )
    text = text.rstrip("\n") + "\n"
    confirm = sum(tr(CONFIRM) in each for each in text.splitlines() if not each.startswith("#"))
    orders = tuple(entry.name for entry in entries if fold(tr(CHECK_ORDER)) in fold(entry.guess.why))
    dry_run = try_out(text, tables)
    lacking = tuple(missing_parts(entries, outline, dry_run))
    rejected = tuple(rejections(dry_run, entries))
    return Draft(text, lacking, dry_run, rejected, spoken(), confirm, orders, len(proposals))


def without_consents(made: Draft, outline: Outline) -> Outline | None:
    """Return the fields with no consent asked, where the draft would reject most rows for want of one; else None."""
    consents = [entry for entry in outline.entries if entry.guess.use == "consent"]
    refused = made.dry_run.reasons[tr(UNACCEPTED)]
    if not consents or refused <= MOSTLY * len(made.dry_run.rows):
        return None
    why = tr("un accord ? Trop de lignes seraient rejetées s'il était exigé")
    spared = [
        replace(entry, guess=replace(entry.guess, use="display", why=why)) if entry in consents else entry
        for entry in outline.entries
    ]
    return replace(outline, entries=tuple(spared))


def with_typed_texts(asked: Sequence[QuestionSample]) -> Iterator[QuestionSample]:
    """Yield the questions, each followed by what was typed beside its options, as a question of its own."""
    for sample in asked:
        yield sample
        for place, item in enumerate(sample.items):
            cells = tuple((row[place],) for row in sample.rows)
            typed = any(fold(cell) not in YES | NO for (cell,) in cells if cell)
            if fold(item) == fold(OTHER) and typed and not is_sensitive(sample):
                yield QuestionSample(sample.headers[place], (sample.headers[place],), (), cells, sample.sides)


def name_fields(asked: Sequence[QuestionSample], role: RoleQuestion | None) -> list[DraftEntry]:
    """Return a field for each question, under an id that no other question or header reads like."""
    taken = {fold(header) for sample in asked for header in (*sample.headers, sample.question)}
    entries = []
    for sample in asked:
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
    beside = fold(item) == fold(OTHER) or fold(sample.question) in OTHERS or (numbered and fold(question) in OTHERS)
    if not beside or sample.items:
        found = guess(thin(sample))
        return guess(sample) if found.use in ("key", "consent") else found
    return Guess("text", tr("tapé à côté des options, lu par l'équipe, jamais noté"), use="display")


def missing_parts(entries: Sequence[DraftEntry], outline: Outline, dry_run: DryRun) -> Iterator[str]:
    """Yield what nothing in the answers tells, and people must say before they can be taken; a dry run has shown it."""
    if not outline.told:
        yield tr(
            "rien dans ce fichier ne dit qui est mentor·e et qui est mentoré·e : ajoutez « role » à [programme], ou"
            " donnez un fichier par côté (--mentors, --mentees)"
        )
    known = email_of(entries) is not None or any(entry.guess.use == "key" for entry in entries)
    if dry_run.problems and not known:
        yield tr("ni code ni courriel ne distingue les personnes : ajoutez une colonne de codes au fichier")

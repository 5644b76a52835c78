"""A first programme for answers of which nobody has said what they ask: each guess is marked, for people to confirm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mentormatch.drafting.document import CONFIRM, HEAD, choices, fields, heading, mappings
from mentormatch.drafting.entries import Entry, answering, thinned
from mentormatch.drafting.guesses import Guess
from mentormatch.drafting.identity import asked_by_people, email_of, identified, tool_headers, unified
from mentormatch.drafting.idiom import language_of
from mentormatch.drafting.ids import identifier
from mentormatch.drafting.kinds import guess, sensitive
from mentormatch.drafting.proposals import adapted
from mentormatch.drafting.roles import Role, role_among
from mentormatch.drafting.samples import Sample, samples, with_sides
from mentormatch.drafting.trial import Tables, Trial, rejections, tried
from mentormatch.drafting.vocabulary import with_shared_options
from mentormatch.fields.single import NO, YES
from mentormatch.languages import language, mark, spoken, tr
from mentormatch.survey.entries import UNACCEPTED
from mentormatch.survey.headers import split_part
from mentormatch.survey.heading import OTHERS
from mentormatch.survey.tool import OTHER
from mentormatch.text import fold

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
    trial: Trial
    rejected: tuple[str, ...]
    language: str
    confirm: int
    orders: tuple[str, ...]
    proposed: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What a draft is made of: its fields, what tells the role, and whether each side has a file of its own."""

    entries: tuple[Entry, ...]
    role: Role | None
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
        parts = parts_of(tables)
        made = written(parts, tables, name)
        refused = consents_refused(made, parts)
        return written(refused, tables, name) if refused else made


def parts_of(tables: Tables) -> Parts:
    """Return the fields that these answers seem to need, and what tells the role."""
    asked, aside = asked_by_people(list(beside(samples(tables))), tool_headers(tables))
    apart = all(side is not None for _, side in tables)
    role = None if apart else role_among(asked)
    if role is not None:
        asked, aside = with_sides(asked, role.sides), with_sides(aside, role.sides)
    total = sum(len(table.records) for table, _ in tables)
    entries = [replace(entry, apart=apart) for entry in named(asked, role)]
    known = linked(with_shared_options(unified(entries)))
    return Parts(tuple(identified(known, aside, total)), role, apart)


def written(parts: Parts, tables: Tables, name: str) -> Draft:
    """Return a draft of these fields, tried on the files."""
    entries, proposals, hints = adapted(parts.entries, told=parts.told)
    text = "\n".join(
        [
            tr(HEAD),
            *heading(entries, parts.role, name or tr("Programme à nommer")),
            "",
            *fields(entries),
            *mappings(entries),
            *choices(proposals, told=parts.told),
            *(f"#\n# # {hint}" for hint in hints),
        ]
    )
    text = text.rstrip("\n") + "\n"
    confirm = sum(tr(CONFIRM) in each for each in text.splitlines() if not each.startswith("#"))
    orders = tuple(entry.name for entry in entries if fold(tr(CHECK_ORDER)) in fold(entry.guess.why))
    trial = tried(text, tables)
    lacking = tuple(lacks(entries, parts, trial))
    rejected = tuple(rejections(trial, entries))
    return Draft(text, lacking, trial, rejected, spoken(), confirm, orders, len(proposals))


def consents_refused(made: Draft, parts: Parts) -> Parts | None:
    """Return the fields with no consent asked, where the draft would reject most rows for want of one; else None."""
    consents = [entry for entry in parts.entries if entry.guess.use == "consent"]
    refused = made.trial.reasons[tr(UNACCEPTED)]
    if not consents or refused <= MOSTLY * len(made.trial.rows):
        return None
    why = tr("un accord ? Trop de lignes seraient rejetées s'il était exigé")
    spared = [
        replace(entry, guess=replace(entry.guess, use="display", why=why)) if entry in consents else entry
        for entry in parts.entries
    ]
    return replace(parts, entries=tuple(spared))


def beside(asked: Sequence[Sample]) -> Iterator[Sample]:
    """Yield the questions, each followed by what was typed beside its options, as a question of its own."""
    for sample in asked:
        yield sample
        for place, item in enumerate(sample.items):
            cells = tuple((row[place],) for row in sample.rows)
            typed = any(fold(cell) not in YES | NO for (cell,) in cells if cell)
            if fold(item) == fold(OTHER) and typed and not sensitive(sample):
                yield Sample(sample.headers[place], (sample.headers[place],), (), cells, sample.sides)


def named(asked: Sequence[Sample], role: Role | None) -> list[Entry]:
    """Return a field for each question, under an id that no other question or header reads like."""
    taken = {fold(header) for sample in asked for header in (*sample.headers, sample.question)}
    entries = []
    for sample in asked:
        telling = role if role is not None and sample.question == role.sample.question else None
        name = identifier("role" if telling else sample.question, taken - {fold(sample.question)})
        taken.add(name)
        found = telling and Guess("choice", tr("qui est mentor·e, qui est mentoré·e"), {"options": telling.options})
        entries.append(Entry(name, sample, found or taken_for(sample), answering(sample)))
    return entries


def taken_for(sample: Sample) -> Guess:
    """Return what a question looks like; what is typed beside the options of another is free text, however often."""
    question, item = split_part(sample.question) or (sample.question, "")
    numbered = item.isdigit() or not item
    beside = fold(item) == fold(OTHER) or fold(sample.question) in OTHERS or (numbered and fold(question) in OTHERS)
    if not beside or sample.items:
        found = guess(thinned(sample))
        return guess(sample) if found.use in ("key", "consent") else found
    return Guess("text", tr("tapé à côté des options, lu par l'équipe, jamais noté"), use="display")


def linked(entries: Sequence[Entry]) -> list[Entry]:
    """Return the fields, those that rank the lines of a grid with the grid that they rank."""
    grids = {
        entry.name: set(map(fold, entry.guess.settings["items"])) for entry in entries if entry.guess.kind == "levels"
    }
    return [replace(entry, guess=of_grid(entry.guess, grids)) for entry in entries]


def of_grid(found: Guess, grids: Mapping[str, set[str]]) -> Guess:
    """Return a ranking of the lines of one of ``grids`` as such, anything else as it is."""
    options = set(map(fold, found.settings.get("options", ())))
    grid = next((name for name, items in grids.items() if found.kind == "ranking" and options <= items), None)
    why = tr("un classement des lignes d'une grille")
    return found if grid is None else replace(found, settings={"items_of": grid}, why=why)


def lacks(entries: Sequence[Entry], parts: Parts, trial: Trial) -> Iterator[str]:
    """Yield what nothing in the answers tells, and people must say before they can be taken; a trial has shown it."""
    if not parts.told:
        yield tr(
            "rien dans ce fichier ne dit qui est mentor·e et qui est mentoré·e : ajoutez « role » à [programme], ou"
            " donnez un fichier par côté (--mentors, --mentees)"
        )
    known = email_of(entries) is not None or any(entry.guess.use == "key" for entry in entries)
    if trial.problems and not known:
        yield tr("ni code ni courriel ne distingue les personnes : ajoutez une colonne de codes au fichier")

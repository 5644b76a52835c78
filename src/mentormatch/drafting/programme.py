"""A first programme for answers of which nobody has said what they ask: each guess is marked, for people to confirm."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mentormatch.drafting import words
from mentormatch.drafting.answers import distinct, share
from mentormatch.drafting.columns import AT
from mentormatch.drafting.guesses import Guess
from mentormatch.drafting.kinds import guess, sensitive
from mentormatch.drafting.samples import Sample, samples, with_sides
from mentormatch.drafting.toml import array, line, plain, quoted
from mentormatch.fields import Side
from mentormatch.fields.single import NO, YES
from mentormatch.languages import mark, tr
from mentormatch.survey.table import Table
from mentormatch.survey.tool import OTHER
from mentormatch.text import canonical, fold

HEAD = mark("""\
# Brouillon de programme, déduit d'un fichier de réponses. Rien n'y est décidé : relisez chaque ligne, corrigez, puis
# effacez « à confirmer ». Ce que l'outil n'a pas vu dans les réponses (une option que personne n'a choisie) manque ici.
""")
CONFIRM = mark("à confirmer")
ALONE: dict[Side, str] = {
    "mentor": mark("seuls des mentor·es ont répondu"),
    "mentee": mark("seuls des mentoré·es ont répondu"),
}
CRITERIA = {
    "choices": ("overlap", mark("ce que les deux ont coché")),
    "ranking": ("overlap", mark("ce que les deux ont classé")),
    "slots": ("availability", mark("des créneaux communs")),
    "scale": ("closeness", mark("des réponses proches")),
    "choice": ("same", mark("la même réponse")),
    "place": ("same", mark("le même lieu")),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a draft: its id, the question as the file asks it, what it was taken for, who answers."""

    name: str
    sample: Sample
    guess: Guess
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme file in words, and what it lacks to take the answers that it was made from (French)."""

    text: str
    lacking: tuple[str, ...]


def draft(tables: Sequence[tuple[Table, Side | None]], name: str = "") -> Draft:
    """Return a programme for these answers, each with the side that answered it, None where a question may tell.

    Without a ``name`` it is one to be named.
    """
    asked = list(beside(samples(tables)))
    apart = all(side is not None for _, side in tables)
    role = None if apart else next((one for one in asked if role_in(one)), None)
    if role is not None:
        asked = with_sides(asked, [side_of(role, row[0]) for row in role.rows])
    entries = linked(identified(named(asked, role)))
    text = "\n".join(
        [
            tr(HEAD),
            *heading(entries, role, name or tr("Programme à nommer")),
            "",
            *fields(entries),
            *proposals(entries, role),
        ]
    )
    return Draft(text.rstrip("\n") + "\n", tuple(lacking(entries, role, apart=apart)))


def beside(asked: Sequence[Sample]) -> Iterator[Sample]:
    """Yield the questions, each followed by what was typed beside its options, as a question of its own."""
    for sample in asked:
        yield sample
        for place, item in enumerate(sample.items):
            cells = tuple((row[place],) for row in sample.rows)
            typed = any(fold(cell) not in YES | NO for (cell,) in cells if cell)
            if fold(item) == fold(OTHER) and typed and not sensitive(sample):
                yield Sample(sample.headers[place], (sample.headers[place],), (), cells, sample.sides)


def role_in(sample: Sample) -> tuple[str, str] | None:
    """Return the answers of mentors and of mentees where a question tells the role."""
    return None if sample.items else words.roles(distinct(sample.answers))


def side_of(role: Sample, answer: str) -> Side | None:
    """Return the side that an answer to the question of the role tells."""
    mentor, mentee = role_in(role) or ("", "")
    said = fold(answer)
    return "mentor" if said == fold(mentor) else "mentee" if said == fold(mentee) else None


def named(asked: Sequence[Sample], role: Sample | None) -> list[Entry]:
    """Return a field for each question, under an id that no other question or header reads like."""
    taken = {fold(header) for sample in asked for header in (*sample.headers, sample.question)}
    entries = []
    for sample in asked:
        is_role = role is not None and sample.question == role.question
        name = identifier("role" if is_role else sample.question, taken - {fold(sample.question)})
        taken.add(name)
        found = Guess("choice", tr("qui est mentor·e, qui est mentoré·e"), {"options": distinct(sample.answers)})
        entries.append(Entry(name, sample, found if is_role else guess(sample), answering(sample)))
    return entries


def identifier(question: str, taken: set[str]) -> str:
    """Return a short id for a question, other than those taken.

    >>> identifier("Quelles sont vos disciplines ?", {"disciplines"})
    'disciplines_2'
    """
    said = [word for word in re.findall(r"[a-z0-9]+", fold(question)) if word not in words.SMALL]
    short = "_".join(said[:3]) or "question"
    several = (f"{short}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (short, *several) if name not in taken)


def answering(sample: Sample) -> Side | None:
    """Return the only side that answered a question, None where both did, or nobody can tell."""
    sides = {side for side, row in zip(sample.sides, sample.rows, strict=True) if any(row)}
    return next(iter(sides)) if len(sides) == 1 else None


def identified(entries: Sequence[Entry]) -> list[Entry]:
    """Return the fields with one key at most; a name that no two people share where there is no code and no e-mail."""
    keys = [entry for entry in entries if entry.guess.use == "key"]
    if not keys and email_of(entries) is None:
        keys = [entry for entry in entries if entry.guess.use == "contact" and alone(entry.sample)]
    kept = keys[0] if keys else None
    return [replace(entry, guess=use_of(entry, is_key=entry is kept)) for entry in entries]


def use_of(entry: Entry, *, is_key: bool) -> Guess:
    """Return what a field is taken for, once it is known whether it is the key."""
    if is_key and entry.guess.use != "key":
        why = tr("faute de code et de courriel, ce qui distingue les personnes")
        return replace(entry.guess, use="key", why=why)
    if not is_key and entry.guess.use == "key":
        return replace(entry.guess, use="display", why=tr("un autre code, lu par l'équipe"))
    return entry.guess


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


def alone(sample: Sample) -> bool:
    """Say whether every row has an answer that no other row has."""
    return 0 < len({canonical(answer) for answer in sample.answers}) == len(sample.rows)


def email_of(entries: Sequence[Entry]) -> Entry | None:
    """Return the field that holds e-mail addresses."""
    contacts = [entry for entry in entries if entry.guess.use == "contact"]
    return next((entry for entry in contacts if share(entry.sample.answers, AT.fullmatch) > 0.7), None)


def heading(entries: Sequence[Entry], role: Sample | None, name: str) -> Iterator[str]:
    """Yield the lines of the heading."""
    yield "[programme]"
    yield line("name", quoted(name), tr(CONFIRM))
    answers = role_in(role) if role else None
    if answers:
        told = next(entry.name for entry in entries if role and entry.sample.question == role.question)
        mentor, mentee = map(quoted, answers)
        yield line("role", f'{{ field = "{told}", mentor = {mentor}, mentee = {mentee} }}', tr(CONFIRM))
    email = email_of(entries)
    if email:
        yield line("email", quoted(email.name), tr(CONFIRM))


def fields(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the lines of the fields."""
    for entry in entries:
        yield f"[fields.{entry.name}]"
        yield line("question", quoted(entry.sample.question))
        yield line("kind", quoted(entry.guess.kind), to_confirm(entry.guess.why))
        for setting, value in entry.guess.settings.items():
            yield line(setting, quoted(value) if isinstance(value, str) else array(value))
        if entry.side:
            yield line("side", quoted(entry.side), to_confirm(tr(ALONE[entry.side])))
        if words.AVOIDED.search(fold(entry.sample.question)):
            yield line("private", "true", to_confirm(tr("montré à l'équipe seule")))
        if entry.guess.use != "match":
            yield line("use", quoted(entry.guess.use), tr(CONFIRM))
        yield ""


def to_confirm(why: str) -> str:
    """Return that a line is to be confirmed, and why it was guessed."""
    return tr("à confirmer : {why}", why=why)


def proposals(entries: Sequence[Entry], role: Sample | None) -> Iterator[str]:
    """Yield criteria that could be, as comments: what makes a good pair is the programme's policy, not ours."""
    yield tr(
        "# Ce qui rend un binôme meilleur : à choisir et à peser en équipe. Exemples possibles avec ces questions :"
    )
    grids = {entry.name for entry in entries if entry.guess.kind == "levels" and entry.side == "mentor"}
    for entry in entries:
        grid = str(entry.guess.settings.get("items_of", ""))
        if grid in grids and entry.side == "mentee":
            why = of_question(tr("des besoins couverts"), entry)
            yield from criterion("coverage", why, mentee=entry.name, mentor=grid)
        elif scorable(entry) and entry.sample.question != (role.question if role else ""):
            kind, why = CRITERIA[entry.guess.kind]
            yield from criterion(kind, of_question(tr(why), entry), field=entry.name)


def of_question(why: str, entry: Entry) -> str:
    """Return what would make a pair better, and by which question."""
    return tr("{why} : {question}", why=why, question=plain(entry.sample.question))


def scorable(entry: Entry) -> bool:
    """Say whether a criterion can compare what both sides answered."""
    return entry.guess.use == "match" and entry.guess.kind in CRITERIA and entry.side is None


def criterion(kind: str, why: str, **settings: str) -> Iterator[str]:
    """Yield the lines of one criterion, each as a comment."""
    said = [line(setting, quoted(name)) for setting, name in settings.items()]
    yield from ("#", f"# # {why}", "# [[criteria]]", *(f"# {each}" for each in (line("kind", quoted(kind)), *said)))
    yield "# weight = 10"


def lacking(entries: Sequence[Entry], role: Sample | None, *, apart: bool) -> Iterator[str]:
    """Yield what nothing in the answers tells, and people must say before they can be taken."""
    if not apart and role is None:
        yield tr(
            "rien dans ce fichier ne dit qui est mentor·e et qui est mentoré·e : ajoutez « role » à [programme], ou"
            " donnez un fichier par côté (--mentors, --mentees)"
        )
    if email_of(entries) is None and not any(entry.guess.use == "key" for entry in entries):
        yield tr("ni code ni courriel ne distingue les personnes : ajoutez une colonne de codes au fichier")

"""One field of a draft: its id, the question as the files ask it, what it was taken for, and who answers it.

Fields of a draft -> the lines of a programme file, each guess with a comment that it is to be confirmed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mentormatch.base.immutable_models import FrozenDict
from mentormatch.fields import Side
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import mark, spoken, tr, tr_n
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.roles import RoleQuestion
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.words import get_content_words
from mentormatch.survey.headers import split_part
from mentormatch.survey.tool import OTHER

ENOUGH = 1000
"""So many rows tell what a question is, with as many more that hold an answer not yet seen twice."""
NO_WORDS: Mapping[str, str] = FrozenDict()
MOST_WORDS = 3
HOW_MANY = mark("à compléter : combien de personnes ?")
MAY_BE_ONE = mark("peut-être une seule structure : si c'est le cas, effacez « # »")
SINGLE = mark("{why} ; {answers}, à ajouter à la main si c'est une option")


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """One field of a draft: its id, the question as the file asks it, what it was taken for, who answers.

    ``side`` is None where both sides answer, or nobody can tell. ``also`` are headers of other words that ask the
    same; ``answers`` are texts of the file with the answer of the programme that each stands for, ``unclear`` those for
    which staff must give the number of people, ``doubles`` pairs of names that may be of one organisation. ``takes`` is
    the side that says by it how many people it takes; ``apart`` whether each side was asked in a file of its own;
    ``stated`` whether people said what is done with it, so that nothing of it is to be confirmed.
    """

    name: str
    sample: QuestionSample
    guess: Guess
    side: Side | None = None
    also: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default=NO_WORDS)
    unclear: tuple[str, ...] = ()
    doubles: tuple[tuple[str, str], ...] = ()
    takes: Side | None = None
    apart: bool = False
    stated: bool = False

    @property
    def question(self) -> str:
        """The words of the question."""
        return self.sample.question

    @property
    def options(self) -> list[str]:
        """The options of the question, or the lines of its grid, as typed."""
        settings = self.guess.settings
        return [str(text) for text in (*settings.get("options", ()), *settings.get("items", ()))]

    @property
    def why(self) -> str:
        """Why it was taken for that, with how many answers of one person alone are not among its options."""
        count = len(self.guess.single)
        return tr(SINGLE, why=self.guess.why, answers=single_answers(count)) if count else self.guess.why

    @property
    def takes_options(self) -> bool:
        """Whether options can be added to those it has, as their order says nothing."""
        return self.guess.kind in ("choice", "choices", "place", "ranking") and "options" in self.guess.settings

    @property
    def scored(self) -> bool:
        """Whether pairs may be compared by it: neither free text nor anything that is kept apart."""
        return self.guess.use == "match"

    def map_headers(self) -> Iterator[tuple[str, str]]:
        """Yield each header that does not say by itself which field it answers, or which item of it, and that name."""
        items = self.sample.items or ("",) * len(self.sample.headers)
        for header, item in zip(self.sample.headers, items, strict=False):
            if item and fold(item) != fold(OTHER) and not reads_as(header, self.question, item):
                yield header, f"{self.name} [{item}]"
            elif not item and fold(header) != fold(self.question):
                yield header, self.name
        yield from ((header, self.name) for header in self.also)


def single_answers(count: int) -> str:
    """Return how many answers were given by one person alone."""
    return tr_n(
        "{answers} donnée une seule fois",
        "{answers} données une seule fois",
        count,
        answers=counted(count, "réponse"),
    )


def reads_as(header: str, question: str, item: str) -> bool:
    """Say whether a header reads as this item of this question."""
    return tuple(map(fold, split_part(header) or (header, ""))) == (fold(question), fold(item))


def only_side(sample: QuestionSample) -> Side | None:
    """Return the only side that answered a question, None where both did, or nobody can tell."""
    sides = {side for side, row in zip(sample.sides, sample.rows, strict=True) if any(row)}
    return next(iter(sides)) if len(sides) == 1 else None


def by_side(sample: QuestionSample) -> Mapping[Side | None, Sequence[str]]:
    """Return the answers to a question of one column, empty ones too, of each side."""
    found: dict[Side | None, list[str]] = {}
    for side, row in zip(sample.sides, sample.rows, strict=True):
        found.setdefault(side, []).append(row[0])
    return found


def thin(sample: QuestionSample) -> QuestionSample:
    """Return a question with rows enough to tell what it is: the first, and later ones whose answers are rare."""
    if len(sample.rows) <= ENOUGH:
        return sample
    seen: dict[str, int] = {}
    kept: list[int] = []
    for place, row in enumerate(sample.rows):
        if place < ENOUGH or any(cell and seen.get(cell, 0) < 2 for cell in row):
            kept.append(place)
            for cell in row:
                seen[cell] = seen.get(cell, 0) + 1
        if len(kept) == 2 * ENOUGH:
            break
    rows = tuple(sample.rows[place] for place in kept)
    sides = tuple(sample.sides[place] for place in kept)
    people = tuple(sample.people[place] for place in kept) if sample.people else ()
    return replace(sample, rows=rows, sides=sides, people=people)


def identifier(question: str, taken: set[str]) -> str:
    """Return a short id for a question, other than those taken.

    >>> identifier("Quelles sont vos disciplines ?", {"disciplines"})
    'disciplines_2'
    """
    short = "_".join(get_content_words(question)[:MOST_WORDS]) or "question"
    several = (f"{short}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (short, *several) if name not in taken)


HEAD = mark("""\
# Brouillon de programme, déduit d'un fichier de réponses. Rien n'y est décidé : relisez chaque ligne, corrigez, puis
# effacez « à confirmer ». Ce que l'outil n'a pas vu dans les réponses (une option que personne n'a choisie) manque ici.
""")
CONFIRM = mark("à confirmer")
ALONE: dict[Side, str] = {
    "mentor": mark("seuls des mentor·es ont répondu"),
    "mentee": mark("seuls des mentoré·es ont répondu"),
}
MOST_WIDTH = 100
"""Characters; a longer list is written on several lines."""


def heading(
    entries: Sequence[DraftEntry], role: RoleQuestion | None, email: DraftEntry | None, name: str
) -> Iterator[str]:
    """Yield the lines of the heading."""
    yield "[programme]"
    yield line("name", quote_toml(name), tr(CONFIRM))
    yield line("language", quote_toml(spoken()), to_confirm(tr("la langue des documents et des messages")))
    if role:
        role_name = next(entry.name for entry in entries if entry.question == role.sample.question)
        mentor, mentee = quote_toml(role.mentor), quote_toml(role.mentee)
        yield line("role", f'{{ field = "{role_name}", mentor = {mentor}, mentee = {mentee} }}', tr(CONFIRM))
    if email:
        yield line("email", quote_toml(email.name), tr(CONFIRM))


def fields(entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield the lines of the fields."""
    for entry in entries:
        yield f"[fields.{entry.name}]"
        yield line("question", quote_toml(entry.question))
        why = entry.why if entry.stated else to_confirm(entry.why)
        yield line("kind", quote_toml(entry.guess.kind), why)
        for setting, value in entry.guess.settings.items():
            yield line(setting, quote_toml(value) if isinstance(value, str) else array(value))
        if entry.side:
            yield line("side", quote_toml(entry.side), to_confirm(tr(ALONE[entry.side])))
        if words.asks_whom_to_avoid(entry.question):
            yield line("private", "true", to_confirm(tr("montré à l'équipe seule")))
        if entry.guess.use != "match":
            yield line("use", quote_toml(entry.guess.use), "" if entry.stated else tr(CONFIRM))
        yield ""


def mappings(entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield which headers and which answers stand for others, where the words of the files do not say so."""
    headers = [pair for entry in entries if entry.guess.use != "forbidden" for pair in entry.map_headers()]
    if headers:
        yield "[mapping.questions]"
        yield from (line(quote_toml(header), quote_toml(meant), tr(CONFIRM)) for header, meant in headers)
        yield ""
    for entry in entries:
        if entry.answers or entry.unclear or entry.doubles:
            yield f"{'' if entry.answers or entry.unclear else '# '}[mapping.options.{entry.name}]"
            yield from (line(quote_toml(text), quote_toml(said), tr(CONFIRM)) for text, said in entry.answers.items())
            yield from (line(f"# {quote_toml(text)}", '""', tr(HOW_MANY)) for text in entry.unclear)
            yield from (line(f"# {quote_toml(one)}", quote_toml(other), tr(MAY_BE_ONE)) for one, other in entry.doubles)
            yield ""


def documents(entries: Sequence[DraftEntry], *, surname_first: bool) -> Iterator[str]:
    """Yield how people are called in letters, and what their partners could read of them: a comment until all agree."""
    asked, called = contacts_of(entries), names_called(entries)
    if not called:
        return
    yield "[documents]"
    names = [entry.name for entry in called]
    value = quote_toml(names[0]) if len(names) == 1 else array(names)
    yield line("name", value, to_confirm(tr("comment lettres et fiches appellent les personnes")))
    if surname_first:
        yield line("surname_first", "true", to_confirm(tr("le nom avant le prénom, d'après majuscules et adresses")))
    reached = [entry.name for entry in asked if not words.name_of_person(entry.question)]
    if reached:
        why = tr("ce que chaque personne lit de son ou sa binôme : à activer quand elles ont donné leur accord")
        yield f"# {line('contacts', f'[{", ".join(map(quote_toml, reached))}]', why)}"
    yield ""


def contacts_of(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the questions by which people are reached or called."""
    return [entry for entry in entries if entry.guess.use == "contact"]


def names_called(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the questions by which letters call people."""
    return names_asked(contacts_of(entries))


def names_asked(asked: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the questions whose answers, in this order, make the name of a person, of either side.

    For each side that was asked in words of its own: the whole name if there is such a question, else first and last.
    """
    own = [entry for entry in asked if words.name_of_person(entry.question)]
    own = [entry for entry in own if not words.name_of_somebody_else(entry.question)] or own
    sides = [{entry.side, None} for entry in own]
    called: list[DraftEntry] = []
    for side in [each for each in sides if len(each) == 2] or [{None}]:
        of_side = [entry for entry in own if entry.side in side]
        parts = {words.name_part(entry.question): entry for entry in reversed(of_side)}
        chosen = ("whole",) if "whole" in parts else ("first", "last")
        called += [parts[part] for part in chosen if part in parts and parts[part] not in called]
    return called


def to_confirm(why: str) -> str:
    """Return that a line is to be confirmed, and why it was guessed."""
    return tr("à confirmer : {why}", why=why)


def quote_toml(text: str) -> str:
    r"""Return ``text`` as a TOML string on one line.

    >>> quote_toml('L"été\n')
    '"L\\"été\\n"'
    """
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")


def array(texts: Iterable[str]) -> str:
    """Return a TOML array of strings, on several lines where it is long.

    >>> array(["Oui", "Non"])
    '["Oui", "Non"]'
    """
    items = [quote_toml(text) for text in texts]
    flat = f"[{', '.join(items)}]"
    return flat if len(flat) <= MOST_WIDTH else "[\n    " + ",\n    ".join(items) + ",\n]"


def line(key: str, value: str, comment: str = "") -> str:
    """Return ``key = value``, with a comment behind it where there is one."""
    return f"{key} = {value}{f'  # {plain(comment)}' if comment else ''}"


def plain(text: str) -> str:
    """Return ``text`` on one line, without characters that a comment may not hold."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())

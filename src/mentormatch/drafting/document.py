"""The text of a draft: the lines of a programme file, each guess with a comment that it is to be confirmed."""

from collections.abc import Iterator, Sequence

from mentormatch.drafting import words
from mentormatch.drafting.entries import Entry
from mentormatch.drafting.identity import email_of
from mentormatch.drafting.proposals import WEIGHT, Proposal
from mentormatch.drafting.roles import Role
from mentormatch.drafting.toml import array, line, quoted
from mentormatch.fields import Side
from mentormatch.languages import mark, spoken, tr
from mentormatch.text import fold

HEAD = mark("""\
# Brouillon de programme, déduit d'un fichier de réponses. Rien n'y est décidé : relisez chaque ligne, corrigez, puis
# effacez « à confirmer ». Ce que l'outil n'a pas vu dans les réponses (une option que personne n'a choisie) manque ici.
""")
CHOOSE = mark("""\
# Ce qui rend un binôme meilleur, ou l'interdit : à choisir et à peser en équipe. Voici ce que ces questions
# permettent ; pour en prendre un, effacez « # » devant ses lignes. Tous les poids sont égaux ({weight}) : à peser.
""")
NOTHING = mark("# Rien n'est proposé : {why}.")
ONE_SIDE = mark("tant que rien ne dit qui est mentor·e et qui est mentoré·e, les deux côtés ne peuvent être comparés")
NO_QUESTION = mark("aucune question ne se prête d'elle-même à comparer les deux côtés")
CONFIRM = mark("à confirmer")
ALONE: dict[Side, str] = {
    "mentor": mark("seuls des mentor·es ont répondu"),
    "mentee": mark("seuls des mentoré·es ont répondu"),
}


def heading(entries: Sequence[Entry], role: Role | None, name: str) -> Iterator[str]:
    """Yield the lines of the heading."""
    yield "[programme]"
    yield line("name", quoted(name), tr(CONFIRM))
    yield line("language", quoted(spoken()), to_confirm(tr("la langue des documents et des messages")))
    if role:
        told = next(entry.name for entry in entries if entry.question == role.sample.question)
        mentor, mentee = quoted(role.mentor), quoted(role.mentee)
        yield line("role", f'{{ field = "{told}", mentor = {mentor}, mentee = {mentee} }}', tr(CONFIRM))
    email = email_of(entries)
    if email:
        yield line("email", quoted(email.name), tr(CONFIRM))


def fields(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the lines of the fields."""
    for entry in entries:
        yield f"[fields.{entry.name}]"
        yield line("question", quoted(entry.question))
        yield line("kind", quoted(entry.guess.kind), to_confirm(entry.guess.why))
        for setting, value in entry.guess.settings.items():
            yield line(setting, quoted(value) if isinstance(value, str) else array(value))
        if entry.side:
            yield line("side", quoted(entry.side), to_confirm(tr(ALONE[entry.side])))
        if words.AVOIDED.search(fold(entry.question)):
            yield line("private", "true", to_confirm(tr("montré à l'équipe seule")))
        if entry.guess.use != "match":
            yield line("use", quoted(entry.guess.use), tr(CONFIRM))
        yield ""


def mappings(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield which headers and which answers stand for others, where the words of the files do not say so."""
    headers = [pair for entry in entries if entry.guess.use != "forbidden" for pair in entry.renamed()]
    if headers:
        yield "[mapping.questions]"
        yield from (line(quoted(header), quoted(meant), tr(CONFIRM)) for header, meant in headers)
        yield ""
    for entry in entries:
        if entry.answers:
            yield f"[mapping.options.{entry.name}]"
            yield from (line(quoted(text), quoted(said), tr(CONFIRM)) for text, said in entry.answers.items())
            yield ""


def to_confirm(why: str) -> str:
    """Return that a line is to be confirmed, and why it was guessed."""
    return tr("à confirmer : {why}", why=why)


def choices(proposals: Sequence[Proposal], *, told: bool) -> Iterator[str]:
    """Yield what could be proposed, as comments: what makes a good pair is the programme's policy, not ours."""
    if proposals:
        yield tr(CHOOSE, weight=WEIGHT).rstrip("\n")
    else:
        yield tr(NOTHING, why=tr(NO_QUESTION if told else ONE_SIDE))
    for proposal in proposals:
        yield from proposal.lines()

"""Fields of a draft -> the criteria and rules that they could make, each as comments with a word on why."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten

from mentormatch.fields import Side
from mentormatch.fields.single_answers import parse_number
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity, words
from mentormatch.programme.drafts.capacity import LONGEST_OPTION, distinct
from mentormatch.programme.drafts.entries import DraftEntry, array, line, plain, quote_toml
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.structures import pairs_that_may_be_one
from mentormatch.programme.drafts.twins import (
    LIST_KINDS,
    SINGLE_KINDS,
    QuestionPair,
    find_question_pairs,
    find_same_option_questions,
    is_comparable,
)
from mentormatch.programme.drafts.uses import are_moments

WEIGHT = 10
MOST_OF_A_NAME = 60
"""Characters of a question in the name of a criterion."""
SIMPLE: Mapping[str, tuple[str, str]] = {
    "choices": ("overlap", mark("ce que les deux ont coché")),
    "ranking": ("overlap", mark("ce que les deux ont classé")),
    "scale": ("closeness", mark("des réponses proches")),
    "choice": ("same", mark("la même réponse")),
    "place": ("same", mark("le même lieu")),
}
WHY = mark("{why} : {question}")
TAKES: Mapping[Side, str] = {
    "mentor": mark("règle, combien de mentoré·es prend chaque mentor·e (sans réponse : 1)"),
    "mentee": mark("règle, combien de mentor·es prend chaque mentoré·e (sans réponse : 1)"),
}
COVERED = mark("des besoins couverts, les deux questions ont les mêmes options : « {mentee} » / « {mentor} »")
UNLIKE = mark(
    "des besoins couverts, d'après les mots des deux questions : « {mentee} » / « {mentor} » ; leurs options"
    " diffèrent : donnez-leur les mêmes mots avec [mapping.options], sinon rien ne se couvre"
)
ONE_COVERED = mark("des besoins couverts, si chaque côté y dit l'un ce qu'il cherche, l'autre ce qu'il apporte")
NEVER_SAME = mark("règle, jamais deux personnes de la même structure, pour pouvoir parler librement")
MEETING = mark("règle, au moins un créneau commun, sans quoi le binôme ne se rencontre pas")
SPEAKING = mark("règle, au moins une langue commune")
AVOIDING = mark("règle, personne n'est avec qui elle a demandé d'éviter")
ECHO = mark(
    "« {mentor} » / « {mentee} » : les mêmes options, en d'autres mots. Pour les comparer, faites-en un seul champ :"
    " {mapped} dans [mapping.questions], effacez [fields.{mentee_field}] et la ligne « side » de {mentor_field}"
)
PLACES_UNSURE = mark(
    '« {question} » : si c\'est le nombre de personnes que chaque mentor·e peut accompagner, donnez kind = "number" à'
    " [fields.{name}], un nombre à chaque réponse dans [mapping.options.{name}], et ajoutez une règle : kind ="
    ' "capacity", field = "{name}". Sans cela, chaque mentor·e a une place'
)
LISTING = mark("une seule option, lue comme une liste pour être comparée à « {question} »")
HOUSES = mark("des noms de structures ou de personnes")
UNCLEAR = mark("combien de personnes ; à préciser dans [mapping.options] : quel nombre pour {answers} ?")
FIGURES = mark("combien de personnes ; ce qui n'est pas un nombre est rapproché plus bas, dans [mapping.options]")
SPANS = mark(
    "combien de personnes ; ce qui n'est pas un seul nombre n'est pas lu : donnez le sien à chacune de ces réponses"
    " dans [mapping.options]"
)
CHOOSE = mark("""\
# Ce qui rend un binôme meilleur, ou l'interdit : à choisir et à peser en équipe. Voici ce que ces questions
# permettent ; pour en prendre un, effacez « # » devant ses lignes. Tous les poids sont égaux ({weight}) : à peser.
""")
NOTHING = mark("# Rien n'est proposé : {why}.")
ONE_SIDE = mark("tant que rien ne dit qui est mentor·e et qui est mentoré·e, les deux côtés ne peuvent être comparés")
NO_QUESTION = mark("aucune question ne se prête d'elle-même à comparer les deux côtés")


@dataclass(frozen=True, slots=True)
class DraftedExtension:
    """One criterion or rule that could be: its kind, its settings as TOML writes them, and why.

    ``of_places``: it counts the places of people, and compares nobody. ``name`` is what reports call a criterion on one
    question: its words, and not the id of its field.
    """

    kind: str
    why: str
    settings: Mapping[str, str]
    rule: bool = False
    of_places: bool = False
    name: str = ""

    @property
    def key(self) -> str:
        """What tells it from the others of a draft."""
        return " ".join((self.kind, *self.settings.values()))

    def lines(self, *, taken: bool = False) -> Iterator[str]:
        """Yield its lines, each as a comment unless it was ``taken``."""
        table = "rules" if self.rule else "criteria"
        named = [line("name", quote_toml(self.name))] if self.name else []
        said = [line("kind", quote_toml(self.kind)), *(line(name, value) for name, value in self.settings.items())]
        weight = [] if self.rule else [line("weight", str(WEIGHT))]
        block = (f"# {plain(self.why)}", f"[[{table}]]", *said, *named, *weight)
        yield from ("", *block) if taken else ("#", *(f"# {each}" for each in block))


def adapt(
    entries: Sequence[DraftEntry], *, sides_known: bool
) -> tuple[list[DraftEntry], list[DraftedExtension], list[str]]:
    """Return some fields in the kinds that proposals need, the rules and then the criteria proposed, and hints.

    ``sides_known`` states whether it is known who is mentor and who is mentee. If it is not, only a capacity is
    proposed, and criteria for two questions whose words pair them.
    """
    kept = {entry.name: entry for entry in map(as_capacity, entries)}
    found = [*capacities(list(kept.values()))]
    pairs = find_question_pairs(list(kept.values()), sides_known=sides_known)
    for pair in pairs:
        kept |= {entry.name: entry for entry in as_lists(pair)}
        found.append(coverage(pair))
    used = {entry.name for pair in pairs for entry in (pair.mentee, pair.mentor)}
    used |= {proposal.settings["field"].strip('"') for proposal in found if "field" in proposal.settings}
    if sides_known:
        kept |= {name: as_house(entry) for name, entry in kept.items() if name not in used}
        shared = [entry for name, entry in kept.items() if name not in used]
        found += [proposal for entry in shared if (proposal := propose(entry))]
        found += [proposal for entry in shared if (proposal := veto(entry, list(kept.values())))]
    found.sort(key=lambda proposal: not proposal.rule)
    return list(kept.values()), found, [*hints(list(kept.values()), sides_known=sides_known)]


def hints(entries: Sequence[DraftEntry], *, sides_known: bool) -> Iterator[str]:
    """Yield hints on questions that may count places, and on two questions that could be compared as one field."""
    for entry in entries if all(entry.takes != "mentor" for entry in entries) else ():
        asked = entry.side == "mentor" and entry.guess.use in ("match", "display") and not entry.sample.items
        if asked and capacity.may_count_places(entry.question, entry.sample.answers):
            yield tr(PLACES_UNSURE, question=plain(entry.question), name=entry.name)
    for mentor, mentee in (
        find_same_option_questions([entry for entry in entries if not is_private(entry)]) if sides_known else ()
    ):
        questions = {"mentor": plain(mentor.question), "mentee": plain(mentee.question)}
        mapped = line(quote_toml(mentee.question), quote_toml(mentor.name))
        yield tr(ECHO, **questions, mapped=mapped, mentor_field=mentor.name, mentee_field=mentee.name)


def as_capacity(entry: DraftEntry) -> DraftEntry:
    """Return a question that asks how many people somebody takes as a number, any other as it is."""
    before = entry.sample.follows.question if entry.sample.follows else ""
    said = capacity.taking_side(entry.question, before, entry.side) or (
        capacity.asks_places(entry.question) and entry.side
    )
    used = entry.guess.use in ("match", "display") and not entry.sample.items
    if not said or not used or entry.side not in (None, said) or not capacity.are_counts(entry.sample.answers):
        return entry
    _, single = capacity.split_options(entry.sample.answers, entry.sample.givers)
    own = tuple(text for text in single if parse_number(text) is None and not capacity.is_impersonal(text))
    texts = [text for text in distinct(entry.sample.answers) if parse_number(text) is None and text not in own]
    known = capacity.figures_of(texts)
    unclear = tuple(text for text in texts if capacity.needs_number(text))
    rest = own or any(text not in known and text not in unclear for text in texts)
    why = tr(SPANS) if rest else tr(FIGURES)
    if unclear and not rest:
        why = tr(UNCLEAR, answers=listed([quoted(text) for text in unclear]))
    return replace(entry, guess=Guess("number", why, single=own), answers=known, unclear=unclear, takes=said)


def capacities(entries: Sequence[DraftEntry]) -> Iterator[DraftedExtension]:
    """Yield one capacity a side at most."""
    sides: tuple[Side, ...] = ("mentor", "mentee")
    for side in sides:
        entry = next((entry for entry in entries if entry.takes == side), None)
        if entry:
            settings = {"field": quote_toml(entry.name), **({"side": quote_toml(side)} if side == "mentee" else {})}
            yield DraftedExtension("capacity", of_question(TAKES[side], entry), settings, rule=True, of_places=True)


def as_lists(pair: QuestionPair) -> Iterator[DraftEntry]:
    """Yield two twins as questions that pairs are compared by, one that holds a single option as a list of options."""
    for entry, other in ((pair.mentee, pair.mentor), (pair.mentor, pair.mentee)):
        guess = replace(entry.guess, use="match")
        if guess.kind in SINGLE_KINDS:
            guess = replace(guess, kind="choices", why=tr(LISTING, question=plain(other.question)))
        yield replace(entry, guess=guess)


def coverage(pair: QuestionPair) -> DraftedExtension:
    """Return that what mentees need is to be met."""
    mentee, mentor = plain(pair.mentee.question), plain(pair.mentor.question)
    why = tr(COVERED if pair.same_options else UNLIKE, mentee=mentee, mentor=mentor)
    return DraftedExtension(
        "coverage", why, {"mentee": quote_toml(pair.mentee.name), "mentor": quote_toml(pair.mentor.name)}
    )


def as_house(entry: DraftEntry) -> DraftEntry:
    """Return a question on where both sides work as a list of names, with those that may be one; any other as it is."""
    used = entry.guess.use in ("match", "display") and not entry.sample.items
    short = all(len(answer) <= LONGEST_OPTION for answer in entry.sample.answers)
    if entry.guess.kind not in ("text", "choice", "names") or not used or entry.side or not short:
        return entry
    if not is_of_house(entry):
        return entry
    # A draft holds no text that one person alone typed.
    shared, _ = capacity.split_options(entry.sample.answers, entry.sample.givers)
    entry = replace(entry, doubles=tuple(pairs_that_may_be_one(shared)))
    return replace(entry, guess=Guess("names", tr(HOUSES))) if entry.guess.kind == "text" else entry


def is_of_house(entry: DraftEntry) -> bool:
    """Say whether a question asks where somebody works."""
    return words.asks_organisation(entry.question)


def propose(entry: DraftEntry) -> DraftedExtension | None:
    """Return what could be proposed with one question that both sides answer, None where nothing is plain."""
    if not entry.scored or entry.side or entry.takes:
        return None
    found = rule_of(entry)
    if found:
        kind, why = found
        return DraftedExtension(kind, of_question(why, entry), {"field": quote_toml(entry.name)}, rule=True)
    comparable = vocabulary().pairing.compared.search(fold(entry.question)) or is_untitled(entry)
    if not entry.stated and (is_private(entry) or not comparable):
        return None
    if is_need_and_offer(entry):
        named = {"mentee": quote_toml(entry.name), "mentor": quote_toml(entry.name)}
        return DraftedExtension("coverage", of_question(ONE_COVERED, entry), named)
    if entry.guess.kind in SIMPLE or (
        entry.guess.kind == "number" and vocabulary().meeting.often.search(fold(entry.question))
    ):
        kind, why = SIMPLE.get(entry.guess.kind, SIMPLE["scale"])
        named = {"field": quote_toml(entry.name)}
        return DraftedExtension(kind, of_question(why, entry), named, name=name_of(entry))
    return None


def name_of(entry: DraftEntry) -> str:
    """Return the words of a question as the name of a criterion, cut at a word where they are long."""
    return shorten(plain(entry.question), MOST_OF_A_NAME, placeholder="…")


def rule_of(entry: DraftEntry) -> tuple[str, str] | None:
    """Return the rule that a question could make, and why: a common slot or language, never the same house."""
    said, kind = fold(entry.question), entry.guess.kind
    timed = kind == "choices" and (vocabulary().meeting.when.search(said) or are_moments(entry.sample))
    if kind == "slots" or timed:
        return "common", MEETING
    if kind in ("choices", "names") and vocabulary().spoken.asked.search(said):
        return "common", SPEAKING
    if kind in ("names", "choice", "choices") and is_of_house(entry):
        return "different", NEVER_SAME
    return None


def is_need_and_offer(entry: DraftEntry) -> bool:
    """Say whether a list, asked of each side in a form of its own, is what one looks for and the other knows."""
    return entry.apart and entry.guess.kind in LIST_KINDS and is_comparable(entry)


def is_untitled(entry: DraftEntry) -> bool:
    """Say whether a list of boxes, asked of each side in a form of its own, bears no title but its first option."""
    return entry.apart and entry.guess.kind == "choices" and fold(entry.question) in map(fold, entry.options[:1])


def is_private(entry: DraftEntry) -> bool:
    """Say whether a question is about what nobody is paired by unasked: gender, age, school, how they heard of it."""
    said, pairing = {fold(option) for option in entry.options}, vocabulary().pairing
    unfit = not is_untitled(entry) and pairing.private.search(fold(entry.question))
    return bool(unfit) or len(said & pairing.genders.words) > 1


def veto(entry: DraftEntry, entries: Sequence[DraftEntry]) -> DraftedExtension | None:
    """Return that somebody is not paired with those they named, by their key or by their house."""
    if entry.guess.kind != "names" or not entry.scored or not words.asks_whom_to_avoid(entry.question):
        return None
    known = [each.name for each in entries if each.guess.use == "key" and each.guess.kind == "text"]
    known += [each.name for each in entries if each.guess.kind == "names" and each.scored and is_of_house(each)]
    settings = {"field": quote_toml(entry.name), "against": array(known)}
    return DraftedExtension("veto", of_question(AVOIDING, entry), settings, rule=True) if known else None


def of_question(why: str, entry: DraftEntry) -> str:
    """Return what would make a pair better, and by which question."""
    return tr(WHY, why=tr(why), question=plain(entry.question))


def choices(proposals: Sequence[DraftedExtension], taken: Container[str], *, sides_known: bool) -> Iterator[str]:
    """Yield what could be proposed, as comments: what makes a good pair is the programme's policy, not ours.

    What people have ``taken``, by its key, is no comment.
    """
    if proposals:
        yield tr(CHOOSE, weight=WEIGHT).rstrip("\n")
    else:
        yield tr(NOTHING, why=tr(NO_QUESTION if sides_known else ONE_SIDE))
    for proposal in proposals:
        yield from proposal.lines(taken=proposal.key in taken)

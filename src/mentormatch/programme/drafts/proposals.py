"""Fields of a draft -> criteria and rules that they allow, as commented TOML with reasons."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten

from mentormatch.fields import Side
from mentormatch.fields.single_answers import parse_number
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity, words
from mentormatch.programme.drafts.capacity import MAX_OPTION_LENGTH, distinct
from mentormatch.programme.drafts.entries import (
    DraftEntry,
    make_comment_text,
    make_toml_array,
    make_toml_line,
    quote_toml,
)
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

DEFAULT_WEIGHT = 10
CRITERION_BY_KIND: Mapping[str, tuple[str, str]] = {
    "choices": ("overlap", mark("ce que les deux ont coché")),
    "ranking": ("overlap", mark("ce que les deux ont classé")),
    "scale": ("closeness", mark("des réponses proches")),
    "choice": ("same", mark("la même réponse")),
    "place": ("same", mark("le même lieu")),
}
CAPACITY_REASONS: Mapping[Side, str] = {
    "mentor": mark("règle, combien de mentoré·es prend chaque mentor·e (sans réponse : 1)"),
    "mentee": mark("règle, combien de mentor·es prend chaque mentoré·e (sans réponse : 1)"),
}
COMMON_SLOT_REASON = mark("règle, au moins un créneau commun, sans quoi le binôme ne se rencontre pas")


@dataclass(frozen=True, slots=True)
class DraftedExtension:
    """A possible criterion or rule: its kind, its settings as TOML values (plain ids in an interview), and the reason.

    ``of_places``: it counts the places of people, and compares no pair. ``name`` is the name of a criterion in reports:
    the text of its question, not the id of the field.
    """

    kind: str
    why: str
    settings: Mapping[str, str]
    rule: bool = False
    of_places: bool = False
    name: str = ""

    @property
    def key(self) -> str:
        """A text that identifies it in a draft."""
        return " ".join((self.kind, *self.settings.values()))

    def lines(self, *, accepted: bool = False) -> Iterator[str]:
        """Yield its lines, as comments unless it was ``accepted``."""
        table = "rules" if self.rule else "criteria"
        settings = {"kind": quote_toml(self.kind), **self.settings}
        settings |= {"name": quote_toml(self.name)} if self.name else {}
        settings |= {} if self.rule else {"weight": str(DEFAULT_WEIGHT)}
        setting_lines = (make_toml_line(name, value) for name, value in settings.items())
        block = (f"# {make_comment_text(self.why)}", f"[[{table}]]", *setting_lines)
        yield from ("", *block) if accepted else ("#", *(f"# {text}" for text in block))


def adapt_fields(
    entries: Sequence[DraftEntry], *, sides_known: bool
) -> tuple[list[DraftEntry], list[DraftedExtension], list[str]]:
    """Return the fields with the kinds that proposals need, the proposals (rules first), and hints.

    ``sides_known`` states whether mentors and mentees are known. If not, only a capacity is proposed, and criteria for
    two questions whose words pair them.
    """
    fields_by_name = {entry.name: entry for entry in map(as_capacity, entries)}
    proposals = [*propose_capacities(list(fields_by_name.values()))]
    pairs = find_question_pairs(list(fields_by_name.values()), sides_known=sides_known)
    for pair in pairs:
        fields_by_name |= {entry.name: entry for entry in as_lists(pair)}
        proposals.append(propose_coverage(pair))
    used = {entry.name for pair in pairs for entry in (pair.mentee, pair.mentor)}
    used |= {proposal.settings["field"].strip('"') for proposal in proposals if "field" in proposal.settings}
    if sides_known:
        fields_by_name |= {name: as_employer_names(entry) for name, entry in fields_by_name.items() if name not in used}
        shared = [entry for name, entry in fields_by_name.items() if name not in used]
        proposals += [proposal for entry in shared if (proposal := propose_extension(entry))]
        proposals += [proposal for entry in shared if (proposal := propose_veto(entry, list(fields_by_name.values())))]
    proposals.sort(key=lambda proposal: not proposal.rule)
    fields = list(fields_by_name.values())
    return fields, proposals, [*find_hints(fields, sides_known=sides_known)]


def find_hints(entries: Sequence[DraftEntry], *, sides_known: bool) -> Iterator[str]:
    """Yield hints on questions that may count places, and on two questions that could be compared as one field."""
    for entry in entries if all(entry.capacity_side != "mentor" for entry in entries) else ():
        is_candidate = entry.side == "mentor" and entry.guess.use in ("match", "display") and not entry.sample.items
        if is_candidate and capacity.may_count_places(entry.question, entry.sample.answers):
            yield tr(
                "« {question} » : si c'est le nombre de personnes que chaque mentor·e peut accompagner, donnez kind ="
                ' "number" à [fields.{name}], un nombre à chaque réponse dans [mapping.options.{name}], et ajoutez une'
                ' règle : kind = "capacity", field = "{name}". Sans cela, chaque mentor·e a une place',
                question=make_comment_text(entry.question),
                name=entry.name,
            )
    for mentor, mentee in (
        find_same_option_questions([entry for entry in entries if not is_private(entry)]) if sides_known else ()
    ):
        questions = {"mentor": make_comment_text(mentor.question), "mentee": make_comment_text(mentee.question)}
        mapped = make_toml_line(quote_toml(mentee.question), quote_toml(mentor.name))
        yield tr(
            "« {mentor} » / « {mentee} » : les mêmes options, en d'autres mots. Pour les comparer, faites-en un seul"
            " champ : {mapped} dans [mapping.questions], effacez [fields.{mentee_field}] et la ligne « side » de"
            " {mentor_field}",
            **questions,
            mapped=mapped,
            mentor_field=mentor.name,
            mentee_field=mentee.name,
        )


def as_capacity(entry: DraftEntry) -> DraftEntry:
    """Return a question on capacity as a number; another question unchanged."""
    previous = entry.sample.follows[0].question if entry.sample.follows else ""
    side = capacity.get_capacity_side(entry.question, previous, entry.side) or (
        capacity.asks_places(entry.question) and entry.side
    )
    is_used = entry.guess.use in ("match", "display") and not entry.sample.items
    if not side or not is_used or entry.side not in (None, side) or not capacity.are_counts(entry.sample.answers):
        return entry
    _, single = capacity.split_options(entry.sample.answers, entry.sample.givers)
    typed = tuple(text for text in single if parse_number(text) is None and not capacity.is_impersonal(text))
    texts = [text for text in distinct(entry.sample.answers) if parse_number(text) is None and text not in typed]
    numbers = capacity.map_counts(texts)
    unclear = tuple(text for text in texts if capacity.needs_number(text))
    has_unread = typed or any(text not in numbers and text not in unclear for text in texts)
    if has_unread:
        why = tr(
            "combien de personnes ; ce qui n'est pas un seul nombre n'est pas lu : donnez le sien à chacune de ces"
            " réponses dans [mapping.options]"
        )
    elif unclear:
        why = tr(
            "combien de personnes ; à préciser dans [mapping.options] : quel nombre pour {answers} ?",
            answers=listed([quoted(text) for text in unclear]),
        )
    else:
        why = tr("combien de personnes ; ce qui n'est pas un nombre est rapproché plus bas, dans [mapping.options]")
    return replace(
        entry, guess=Guess("number", why, single=typed), answers=numbers, unclear=unclear, capacity_side=side
    )


def propose_capacities(entries: Sequence[DraftEntry]) -> Iterator[DraftedExtension]:
    """Yield at most one capacity rule per side."""
    sides: tuple[Side, ...] = ("mentor", "mentee")
    for side in sides:
        entry = next((entry for entry in entries if entry.capacity_side == side), None)
        if entry:
            settings = {"field": quote_toml(entry.name), **({"side": quote_toml(side)} if side == "mentee" else {})}
            yield DraftedExtension(
                "capacity", make_reason(CAPACITY_REASONS[side], entry), settings, rule=True, of_places=True
            )


def as_lists(pair: QuestionPair) -> Iterator[DraftEntry]:
    """Yield both questions of a pair as compared lists of options."""
    for entry, other in ((pair.mentee, pair.mentor), (pair.mentor, pair.mentee)):
        guess = replace(entry.guess, use="match")
        if guess.kind in SINGLE_KINDS:
            guess = replace(
                guess,
                kind="choices",
                why=tr(
                    "une seule option, lue comme une liste pour être comparée à « {question} »",
                    question=make_comment_text(other.question),
                ),
            )
        yield replace(entry, guess=guess)


def propose_coverage(pair: QuestionPair) -> DraftedExtension:
    """Return the criterion that the needs of mentees are covered."""
    mentee, mentor = make_comment_text(pair.mentee.question), make_comment_text(pair.mentor.question)
    why = (
        tr(
            "des besoins couverts, les deux questions ont les mêmes options : « {mentee} » / « {mentor} »",
            mentee=mentee,
            mentor=mentor,
        )
        if pair.same_options
        else tr(
            "des besoins couverts, d'après les mots des deux questions : « {mentee} » / « {mentor} » ; leurs options"
            " diffèrent : donnez-leur les mêmes mots avec [mapping.options], sinon rien ne se couvre",
            mentee=mentee,
            mentor=mentor,
        )
    )
    return DraftedExtension(
        "coverage", why, {"mentee": quote_toml(pair.mentee.name), "mentor": quote_toml(pair.mentor.name)}
    )


def as_employer_names(entry: DraftEntry) -> DraftEntry:
    """Return a question on the employer of both sides with similar names, a text as names; others unchanged."""
    is_used = entry.guess.use in ("match", "display") and not entry.sample.items
    are_short = all(len(answer) <= MAX_OPTION_LENGTH for answer in entry.sample.answers)
    if entry.guess.kind not in ("text", "choice", "names") or not is_used or entry.side or not are_short:
        return entry
    if not asks_employer(entry):
        return entry
    # A draft contains no text of a single person
    shared, _ = capacity.split_options(entry.sample.answers, entry.sample.givers)
    entry = replace(entry, similar_names=tuple(pairs_that_may_be_one(shared)))
    return (
        replace(entry, guess=Guess("names", tr("des noms de structures ou de personnes")))
        if entry.guess.kind == "text"
        else entry
    )


def asks_employer(entry: DraftEntry) -> bool:
    """Return whether a question is about the employer of a person."""
    return words.asks_organisation(entry.question)


def propose_extension(entry: DraftEntry) -> DraftedExtension | None:
    """Return the proposal for one question that both sides answer; None if there is no clear one."""
    if not entry.scored or entry.side or entry.capacity_side:
        return None
    rule = find_rule(entry)
    if rule:
        kind, why = rule
        return DraftedExtension(kind, make_reason(why, entry), {"field": quote_toml(entry.name)}, rule=True)
    comparable = vocabulary().pairing.compared.search(fold(entry.question)) or is_untitled(entry)
    if not entry.is_confirmed and (is_private(entry) or not comparable):
        return None
    if is_need_and_offer(entry):
        by_side = {"mentee": quote_toml(entry.name), "mentor": quote_toml(entry.name)}
        why = mark("des besoins couverts, si chaque côté y dit l'un ce qu'il cherche, l'autre ce qu'il apporte")
        return DraftedExtension("coverage", make_reason(why, entry), by_side)
    if entry.guess.kind in CRITERION_BY_KIND or (
        entry.guess.kind == "number" and vocabulary().meeting.often.search(fold(entry.question))
    ):
        kind, why = CRITERION_BY_KIND.get(entry.guess.kind, CRITERION_BY_KIND["scale"])
        settings = {"field": quote_toml(entry.name)}
        return DraftedExtension(kind, make_reason(why, entry), settings, name=name_criterion(entry))
    return None


def name_criterion(entry: DraftEntry) -> str:
    """Return the text of a question as the name of a criterion, shortened at a word to 60 characters."""
    return shorten(make_comment_text(entry.question), 60, placeholder="…")


def find_rule(entry: DraftEntry) -> tuple[str, str] | None:
    """Return the kind of the rule that a question allows, with the reason; None if it allows none."""
    folded, kind = fold(entry.question), entry.guess.kind
    is_list_of_moments = kind == "choices" and (vocabulary().meeting.when.search(folded) or are_moments(entry.sample))
    if kind == "slots" or is_list_of_moments:
        return "common", COMMON_SLOT_REASON
    if kind in ("choices", "names") and vocabulary().spoken.asked.search(folded):
        return "common", mark("règle, au moins une langue commune")
    if kind in ("names", "choice", "choices") and asks_employer(entry):
        return "different", mark("règle, jamais deux personnes de la même structure, pour pouvoir parler librement")
    return None


def is_need_and_offer(entry: DraftEntry) -> bool:
    """Return whether a list, in a separate form per side, may contain needs in one and offers in the other."""
    return entry.per_side and entry.guess.kind in LIST_KINDS and is_comparable(entry)


def is_untitled(entry: DraftEntry) -> bool:
    """Return whether the title of a checkbox list, in a separate form per side, is its first option."""
    return entry.per_side and entry.guess.kind == "choices" and fold(entry.question) in map(fold, entry.options[:1])


def is_private(entry: DraftEntry) -> bool:
    """Return whether the words or options of a question make it private, such as gender, age or school."""
    folded, pairing = {fold(option) for option in entry.options}, vocabulary().pairing
    has_private_word = not is_untitled(entry) and pairing.private.search(fold(entry.question))
    return bool(has_private_word) or len(folded & pairing.genders.words) > 1


def propose_veto(entry: DraftEntry, entries: Sequence[DraftEntry]) -> DraftedExtension | None:
    """Return the rule that people avoid the people or employers that they named.

    None for another question, or if no field contains the keys or the employers of people.
    """
    if entry.guess.kind != "names" or not entry.scored or not words.asks_whom_to_avoid(entry.question):
        return None
    references = [field.name for field in entries if field.guess.use == "key" and field.guess.kind == "text"]
    references += [
        field.name for field in entries if field.guess.kind == "names" and field.scored and asks_employer(field)
    ]
    settings = {"field": quote_toml(entry.name), "against": make_toml_array(references)}
    return (
        DraftedExtension(
            "veto",
            make_reason(mark("règle, personne n'est avec qui elle a demandé d'éviter"), entry),
            settings,
            rule=True,
        )
        if references
        else None
    )


def make_reason(why: str, entry: DraftEntry) -> str:
    """Return a reason, and the question that it is about."""
    return tr("{why} : {question}", why=tr(why), question=make_comment_text(entry.question))


def make_proposal_lines(
    proposals: Sequence[DraftedExtension], accepted: Container[str], *, sides_known: bool
) -> Iterator[str]:
    """Yield the proposals as comments, since staff decide; accepted ones, by their keys, are no comments."""
    if proposals:
        yield tr(
            """\
# Ce qui rend un binôme meilleur, ou l'interdit : à choisir et à peser en équipe. Voici ce que ces questions
# permettent ; pour en prendre un, effacez « # » devant ses lignes. Tous les poids sont égaux ({weight}) : à peser.
""",
            weight=DEFAULT_WEIGHT,
        ).rstrip("\n")
    else:
        yield tr(
            "# Rien n'est proposé : {why}.",
            why=tr("aucune question ne se prête d'elle-même à comparer les deux côtés")
            if sides_known
            else tr(
                "tant que rien ne dit qui est mentor·e et qui est mentoré·e, les deux côtés ne peuvent être comparés"
            ),
        )
    for proposal in proposals:
        yield from proposal.lines(accepted=proposal.key in accepted)

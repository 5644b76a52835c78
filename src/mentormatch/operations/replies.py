"""The days after a proposal: people accept or decline their pairs, and who is left is proposed another, in rounds.

A pair is settled once all who are asked have accepted it; it stays in every later round. A pair that somebody declined
never comes back. Who is without a pair then is matched again by ``repair``, and who is still asked keeps the partner.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, get_args

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr, translations
from mentormatch.operations.evaluation import given_plan
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.operations.proposal import COLUMNS, REASONS, Late, PairReply, Place, Proposal, Reason, ReplyRound
from mentormatch.operations.repair import keys_of, repair
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.survey.table_reader import read_table

type ReplyAnswer = Literal["accepted", "declined", "left"]
"""``left``: the person takes no part any more."""
ANSWERS: Mapping[ReplyAnswer, tuple[str, ...]] = {
    "accepted": (mark("oui"), mark("j'accepte"), mark("accepté"), mark("acceptée")),
    "declined": (mark("non"), mark("je décline"), mark("décliné"), mark("déclinée")),
    "left": (mark("je ne participe plus"), mark("retrait")),
}
"""How an answer is written, in any language."""
MISREAD = mark("Les réponses de « {name} » ne peuvent pas être lues.")


@dataclass(frozen=True, slots=True)
class Reply:
    """What one person answered to a proposal: ``partner`` is the key of whom they were proposed, where it is several.

    ``where`` says where it was read; it is told where two replies contradict each other.
    """

    made_by: ClassVar[str] = 'mm.Reply("M01", "declined")'

    person: str
    answer: ReplyAnswer
    partner: str = ""
    reason: Reason = ""
    side: Side | None = None
    where: str = field(default="", compare=False)


def reply(  # noqa: PLR0913 - all but two are keywords
    proposal: Matching | Proposal,
    replies: Iterable[Reply] = (),
    *,
    late: Late = "wait",
    arrived: Cohort | None = None,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    seed: int | None = None,
) -> Proposal:
    """Return the next round, once a round is closed with the replies that came.

    Settled pairs stay, also in every round after; a declined one never comes back; who left is gone. Who is without a
    pair is proposed another, with the fewest changes to the pairs that are still open.

    Parameters
    ----------
    proposal
        What was proposed: a matching in the first round, then what ``reply`` returned.
    replies
        What people answered; who did not is silent.
    late
        What silence is: ``wait`` asks the pair again in the next round, ``accept`` takes it for consent, ``decline``
        gives the pair up.
    arrived
        Newcomers, read with the same programme.
    pins, bans
        Pairs that must be, or must not be, proposed in the next round.
    seed
        Settles ties; None: that of the matching.

    Raises
    ------
    RequestError
        A reply is about nobody or about a pair that is not open, does not say about which of several pairs it is, or
        contradicts another; all of them are told.

    Examples
    --------
    >>> import mentormatch as mm
    >>> first = mm.match(mm.examples.cohort(), mm.examples.programme())
    >>> replies = [mm.Reply("M06", "accepted"), mm.Reply("E08", "accepted"), mm.Reply("E05", "declined")]
    >>> second = mm.reply(first, replies)
    >>> second, second.settled
    (Proposal(round 2: 1 settled, 11 open), {('M06', 'E08'): 1})
    """
    before = Proposal.of(proposal) if isinstance(proposal, Matching) else proposal
    closed = close_round(before, list(replies), late)
    after = replace(before, rounds=(*before.rounds, closed))
    given_up = {one.pair for one in after.declined}
    kept = [pair for pair in keys_of(before.matching) if pair not in given_up and not closed.was_left(pair)]
    refuse_returns(after, arrived)
    made = repair(
        replace(before.matching, programme=before.programme),
        withdrawn=dict.fromkeys(key for _, key in closed.left),
        arrived=arrived,
        keep=kept,
        pins=pins,
        bans=[*(one.pair for one in after.declined if has_both(before.matching.cohort, arrived, one.pair)), *bans],
        seed=seed,
    )
    matching = made.matching
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        matching = given_plan(matching.cohort, matching.programme, kept, seed=matching.seed)
    return replace(after, matching=matching, solved=made.status)


def close_round(proposal: Proposal, replies: Sequence[Reply], late: Late) -> ReplyRound:
    """Return the round that is closed by these replies; raises RequestError with all that cannot be taken."""
    problems = list(unknown_words(replies, late))
    places = person_places(proposal.matching.cohort)
    said: dict[tuple[KeyPair, Side], Reply] = {}
    left: dict[Place, Reply] = {}
    # Each reply is about one pair, or says that somebody left
    cohort = proposal.matching.cohort
    for one in [] if problems else (by_keys(one, cohort) for one in replies):
        found = [place for place in places[canonical(one.person)] if one.side in (None, place[0])]
        if found and one.answer == "left":
            left |= dict.fromkeys(places[canonical(one.person)], one)
        elif len(found) != 1 and not is_one_person(cohort, found):
            problems.append(whose(one, len(found)))
        else:
            about = replied_pair(proposal, one, found)
            problems += [about] if isinstance(about, Problem) else take(said, one, about)
    # Nobody accepts and leaves
    for (pair, side), one in said.items():
        if one.answer == "accepted" and (leaver := left.get((side, pair[SIDES.index(side)]))):
            problems.append(contradiction(leaver, one))
    if problems:
        raise RequestError(tr("Des réponses ne peuvent pas être prises ; aucune ne l'est"), problems)
    # What is settled stays as it was
    taken = [
        PairReply(pair, side, answer_of(one), one.reason)
        for (pair, side), one in said.items()
        if pair not in proposal.settled
    ]
    return ReplyRound(proposal.open, tuple(taken), tuple(left), late)


def by_keys(one: Reply, cohort: Cohort) -> Reply:
    """Return a reply whose people are named by their keys, whether they were by keys or codes."""
    return replace(one, person=cohort.key_of(one.side, one.person), partner=cohort.key_of(None, one.partner))


def answer_of(one: Reply) -> Literal["accepted", "declined"]:
    """Return what was answered to a pair."""
    return "accepted" if one.answer == "accepted" else "declined"


def unknown_words(replies: Sequence[Reply], late: Late) -> Iterator[Problem]:
    """Yield words that are none of those there are."""
    for name, given, known in (
        ("late", {"": late}, get_args(Late.__value__)),
        ("answer", {one.where: one.answer for one in replies}, get_args(ReplyAnswer.__value__)),
        ("reason", {one.where: one.reason for one in replies}, get_args(Reason.__value__)),
    ):
        yield from (
            Problem(where or name, quoted(word), listed([quoted(one) for one in known if one]))
            for where, word in given.items()
            if word not in known
        )


def person_places(cohort: Cohort) -> Mapping[str, list[Place]]:
    """Return the side and the key as the cohort spells it, by key; two where somebody, or two people, have it on both.

    Who is known to be on both sides under two keys has two as well.
    """
    places: dict[str, list[Place]] = defaultdict(list)
    for side in SIDES:
        for key in cohort.side(side).ids:
            places[canonical(key)].append((side, key))
    for i, k in zip(*(side.tolist() for side in cohort.both), strict=True):
        mentor, mentee = cohort.mentors.ids[i], cohort.mentees.ids[k]
        if canonical(mentor) != canonical(mentee):
            places[canonical(mentor)].append(("mentee", mentee))
            places[canonical(mentee)].append(("mentor", mentor))
    return places


def is_one_person(cohort: Cohort, places: Sequence[Place]) -> bool:
    """Say whether these are the two places of one person."""
    at = {side: cohort.side(side).find(key) for side, key in places}
    return len(places) == len(at) == 2 and (at["mentor"], at["mentee"]) in zip(*cohort.both, strict=True)


def whose(one: Reply, found: int) -> Problem:
    """Return that a reply is of nobody, or of either side."""
    sentence = tr("une personne inconnue") if found == 0 else tr("une personne des deux côtés")
    expected = tr("l'identifiant d'une personne de cette édition") if found == 0 else tr("le côté : mentor ou mentee")
    return Problem(one.where or quoted(one.person), sentence, expected)


def replied_pair(proposal: Proposal, one: Reply, places: Sequence[Place]) -> tuple[KeyPair, Side] | Problem:
    """Return the pair that a reply is about, and on which side its person is, or why that cannot be told."""
    where, pairs = one.where or quoted(one.person), keys_of(proposal.matching)
    own = [(pair, side) for side, person in places for pair in pairs if pair[SIDES.index(side)] == person]
    if one.partner:
        own = [each for each in own if canonical(partner_in(*each)) == canonical(one.partner)]
    waiting = [each for each in own if each[0] not in proposal.settled]
    if len(waiting) == 1 and (one.partner or len(own) == 1 or one.answer == "declined"):
        return waiting[0]
    if len(own) == 1 and one.answer == "accepted":
        return own[0]  # said once more
    if own and not waiting:
        advice = tr("pour qui ne participe plus, répondez « left »")
        return Problem(where, tr("un binôme que tous ont déjà accepté"), advice=advice)
    if not own:
        return Problem(where, tr("aucun binôme ne lui est proposé avec cette personne ou dans ce tour"))
    if one.partner:
        return whose(one, len(own))
    partners = listed([partner_in(*each) for each in own])
    return Problem(
        where, tr("plusieurs binômes lui sont proposés"), tr("le partenaire : {partners}", partners=partners)
    )


def partner_in(pair: KeyPair, side: Side) -> str:
    """Return the partner, in a pair, of who is on a side."""
    return pair[1 - SIDES.index(side)]


def take(said: dict[tuple[KeyPair, Side], Reply], one: Reply, about: tuple[KeyPair, Side]) -> list[Problem]:
    """Take in a reply; return that it contradicts another one, if it does."""
    first = said.setdefault(about, one)
    return [contradiction(first, one)] if first.answer != one.answer else []


def contradiction(first: Reply, second: Reply) -> Problem:
    """Return that two replies contradict each other, both of them."""
    places = [one.where or quoted(one.person) for one in (first, second)]
    found = tr(
        "{first} : {answer} ; {second} : {other}",
        first=places[0],
        answer=tr(ANSWERS[first.answer][0]),
        second=places[1],
        other=tr(ANSWERS[second.answer][0]),
    )
    return Problem(quoted(second.person), found, tr("une réponse, ou deux fois la même"))


def refuse_returns(proposal: Proposal, arrived: Cohort | None) -> None:
    """Raise RequestError where a newcomer has the key of somebody who left: what is told of one is not of the other."""
    gone = {canonical(key): number for number, one in enumerate(proposal.rounds, 1) for _, key in one.left}
    known = [] if arrived is None else [key for side in SIDES for key in arrived.side(side).ids]
    problems = [
        Problem(
            quoted(key),
            tr("cette personne est partie au tour {number}", number=gone[canonical(key)]),
            advice=tr("donnez un autre identifiant à qui revient"),
        )
        for key in known
        if canonical(key) in gone
    ]
    if problems:
        raise RequestError(tr("Qui est parti ne revient pas sous le même identifiant"), problems)


def has_both(cohort: Cohort, arrived: Cohort | None, pair: KeyPair) -> bool:
    """Return whether the two people of a pair are there, or arrive."""
    cohorts = [cohort] if arrived is None else [cohort, arrived]
    return any(one.mentors.has(pair[0]) for one in cohorts) and any(one.mentees.has(pair[1]) for one in cohorts)


def read_replies(source: AnswerSource, cohort: Cohort) -> tuple[Reply, ...]:
    """Return the replies in a table: the form of a proposal that was filled in, or an export with its questions.

    Columns: ``Votre code``, ``Partenaire proposé`` (may be missing), ``Votre réponse``, ``Pour quelle raison`` (may be
    missing), in any language and order; or person, partner, answer, reason. A row without an answer is silence.

    Raises SurveyError with every row that cannot be read, by its line.
    """
    table = read_table(source)
    places = {name: column_of(table.header, name) for name in COLUMNS}
    missing = [tr(COLUMNS[name]) for name in ("person", "answer") if places[name] is None]
    problems = [Problem(tr("colonnes"), tr("sans colonne {names}", names=listed(missing)))] if missing else []
    found = list[Reply]()
    for record in () if missing else table.records:
        cells = {name: "" if at is None else record.cells[at].strip() for name, at in places.items()}
        where = tr("{source}, ligne {line}", source=table.source, line=record.line)
        if not cells["answer"]:
            continue
        known = any(cohort.side(side).has(cells["person"]) for side in SIDES)
        read = read_reply(cells, where, known=known)
        if isinstance(read, Reply):
            found.append(by_keys(read, cohort))
        else:
            problems.append(read)
    problems += [Problem(str(row.line), row.reason) for row in table.refused]
    if problems:
        raise SurveyError(tr(MISREAD, name=table.source), problems)
    return tuple(found)


def column_of(header: Sequence[str], name: str) -> int | None:
    """Return the column of one question, by its words in any language or its name; None where there is none."""
    words = {fold(name), *map(fold, translations(COLUMNS[name]))}
    return next((at for at, title in enumerate(header) if fold(title) in words), None)


def read_reply(cells: Mapping[str, str], where: str, *, known: bool) -> Reply | Problem:
    """Return the reply in one row, or why it cannot be read; nobody's words are told again."""
    answer = next((one for one, words in ANSWERS.items() if fold(cells["answer"]) in spellings(one, words)), None)
    reason = next((one for one, words in REASONS.items() if fold(cells["reason"]) in spellings(one, (words,))), None)
    if not known:
        return Problem(where, tr("le code n'est celui de personne"), tr("un code de cette édition"))
    if answer is None:
        return Problem(
            where, tr("la réponse n'est ni oui ni non"), listed([tr(words[0]) for words in ANSWERS.values()])
        )
    if reason is None:
        return Problem(where, tr("une raison inconnue"), listed([tr(words) for words in REASONS.values() if words]))
    return Reply(cells["person"], answer, cells["partner"], reason, where=where)


def spellings(code: str, words: Iterable[str]) -> set[str]:
    """Return how a code may be written: as it is, or by its words in any language."""
    return {fold(code)}.union(*(map(fold, translations(word) if word else {""}) for word in words))

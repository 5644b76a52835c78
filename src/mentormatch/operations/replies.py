"""Replies to a proposal -> the next round, with new proposals for people without a pair.

A pair is settled once all required people have accepted it, and stays in every later round. A declined pair never
returns. People without a pair are matched again by ``repair``; people with an open pair keep their partner.
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
from mentormatch.operations.matching import KeyPair, Matching, keys_of
from mentormatch.operations.proposal import COLUMNS, REASONS, Late, PairReply, Place, Proposal, Reason, ReplyRound
from mentormatch.operations.repair import repair
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import AnswerSource
from mentormatch.survey.table_reader import read_table

type ReplyAnswer = Literal["accepted", "declined", "left"]
"""``left``: the person no longer takes part."""
ANSWER_SPELLINGS: Mapping[ReplyAnswer, tuple[str, ...]] = {
    "accepted": (mark("oui"), mark("j'accepte"), mark("accepté"), mark("acceptée")),
    "declined": (mark("non"), mark("je décline"), mark("décliné"), mark("déclinée")),
    "left": (mark("je ne participe plus"), mark("retrait")),
}
"""The spellings of each answer, to be translated."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply of one person to a proposal; ``partner`` is the key of the proposed partner, if there are several.

    ``where`` is the location of the reply in its source, for messages on contradictions.
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
    """Close a round with the replies so far, and return the next round.

    Settled pairs stay in every later round; a declined pair never returns; people who left are removed. Open pairs stay
    in the next round, and people without a pair are proposed one if the rules allow it. If no solution keeps the rules
    with these pairs, no pair is added; see ``Proposal.solved``.

    Parameters
    ----------
    proposal
        The proposed pairs: a matching in the first round, later the result of ``reply``.
    replies
        The replies; the other people count as silent, unless they accepted the pair in an earlier round.
    late
        The meaning of silence: ``wait`` keeps the pair open for the next round, ``accept`` counts as consent,
        ``decline`` gives the pair up.
    arrived
        Newcomers, read with the same programme.
    pins, bans
        Pairs that must be, or must not be, proposed in the next round.
    seed
        Breaks ties; None: that of the matching.

    Raises
    ------
    RequestError
        A reply names an unknown person or a pair that is not open, does not identify one of several pairs, or
        contradicts another; the error lists all of them, or first all unknown words. A newcomer has the key of a person
        who left, or ``repair`` refuses its arguments.

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
    given_up = {declined.pair for declined in after.declined}
    open_or_settled = [pair for pair in keys_of(before.matching) if pair not in given_up and not closed.was_left(pair)]
    check_returning_keys(after, arrived)
    repaired = repair(
        replace(before.matching, programme=before.programme),
        withdrawn=dict.fromkeys(key for _, key in closed.left),
        arrived=arrived,
        keep=open_or_settled,
        pins=pins,
        bans=[
            *(declined.pair for declined in after.declined if has_both(before.matching.cohort, arrived, declined.pair)),
            *bans,
        ],
        seed=seed,
    )
    matching = repaired.matching
    if matching.status not in (Status.PROVED, Status.FEASIBLE):
        matching = given_plan(matching.cohort, matching.programme, open_or_settled, seed=matching.seed)
    settled = (pair for pair in repaired.ended if pair in before.settled)  # the other pairs were only proposed
    matching = replace(matching, ended=(*before.matching.ended, *settled))
    return replace(after, matching=matching, solved=repaired.status)


def close_round(proposal: Proposal, replies: Sequence[Reply], late: Late) -> ReplyRound:
    """Return the round closed by these replies.

    Raises RequestError with every unknown word, or, if there is none, with every other reply that is invalid.
    """
    problems = list(unknown_words(replies, late))
    people_by_key = person_places(proposal.matching.cohort)
    reply_by_pair: dict[tuple[KeyPair, Side], Reply] = {}
    departures: dict[Place, Reply] = {}
    # Each reply concerns one pair, or the departure of its person
    cohort = proposal.matching.cohort
    for valid_reply in [] if problems else (by_keys(reply, cohort) for reply in replies):
        matches = [
            person for person in people_by_key[canonical(valid_reply.person)] if valid_reply.side in (None, person[0])
        ]
        if matches and valid_reply.answer == "left":
            departures |= dict.fromkeys(people_by_key[canonical(valid_reply.person)], valid_reply)
        elif len(matches) != 1 and not is_one_person(cohort, matches):
            problems.append(whose(valid_reply, len(matches)))
        else:
            about = replied_pair(proposal, valid_reply, matches)
            problems += [about] if isinstance(about, Problem) else take(reply_by_pair, valid_reply, about)
    # A person cannot accept and leave
    for (pair, side), valid_reply in reply_by_pair.items():
        if valid_reply.answer == "accepted" and (leaver := departures.get((side, pair[SIDES.index(side)]))):
            problems.append(contradiction(leaver, valid_reply))
    if problems:
        raise RequestError(tr("Des réponses ne peuvent pas être prises ; aucune ne l'est"), problems)
    # Settled pairs do not change
    pair_replies = [
        PairReply(pair, side, answer_of(valid_reply), valid_reply.reason)
        for (pair, side), valid_reply in reply_by_pair.items()
        if pair not in proposal.settled
    ]
    return ReplyRound(proposal.open, tuple(pair_replies), tuple(departures), late)


def by_keys(reply: Reply, cohort: Cohort) -> Reply:
    """Return a reply with keys in place of codes."""
    return replace(reply, person=cohort.key_of(reply.side, reply.person), partner=cohort.key_of(None, reply.partner))


def answer_of(reply: Reply) -> Literal["accepted", "declined"]:
    return "accepted" if reply.answer == "accepted" else "declined"


def unknown_words(replies: Sequence[Reply], late: Late) -> Iterator[Problem]:
    for name, words, known_codes in (
        ("late", [("", late)], get_args(Late.__value__)),
        ("answer", [(entry.where, entry.answer) for entry in replies], get_args(ReplyAnswer.__value__)),
        ("reason", [(entry.where, entry.reason) for entry in replies], get_args(Reason.__value__)),
    ):
        yield from (
            Problem(where or name, quoted(word), listed([quoted(code) for code in known_codes if code]))
            for where, word in words
            if word not in known_codes
        )


def person_places(cohort: Cohort) -> Mapping[str, list[Place]]:
    """Map each folded key to its people (side, key); several if people on both sides share it.

    A person who is on both sides under two keys has two entries for each key.
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
    """Return whether these two entries are the same person on both sides."""
    row_by_side = {side: cohort.side(side).find(key) for side, key in places}
    return len(places) == len(row_by_side) == 2 and (row_by_side["mentor"], row_by_side["mentee"]) in zip(
        *cohort.both, strict=True
    )


def whose(reply: Reply, match_count: int) -> Problem:
    """Return the problem of a reply whose person is unknown, or is on both sides."""
    sentence = tr("une personne inconnue") if match_count == 0 else tr("une personne des deux côtés")
    expected = (
        tr("l'identifiant d'une personne de cette édition") if match_count == 0 else tr("le côté : mentor ou mentee")
    )
    return Problem(reply.where or quoted(reply.person), sentence, expected)


def replied_pair(proposal: Proposal, reply: Reply, places: Sequence[Place]) -> tuple[KeyPair, Side] | Problem:
    """Return the pair and the side that a reply concerns, or the problem if there are none or several.

    A pair that is settled already can only be accepted again.
    """
    where, pairs = reply.where or quoted(reply.person), keys_of(proposal.matching)
    pairs_of_person = [(pair, side) for side, person in places for pair in pairs if pair[SIDES.index(side)] == person]
    if reply.partner:
        pairs_of_person = [
            candidate for candidate in pairs_of_person if canonical(partner_in(*candidate)) == canonical(reply.partner)
        ]
    waiting = [candidate for candidate in pairs_of_person if candidate[0] not in proposal.settled]
    if len(waiting) == 1 and (reply.partner or len(pairs_of_person) == 1 or reply.answer == "declined"):
        return waiting[0]
    if len(pairs_of_person) == 1 and reply.answer == "accepted":
        return pairs_of_person[0]  # a repeated acceptance
    if pairs_of_person and not waiting:
        advice = tr("pour qui ne participe plus, répondez « left »")
        return Problem(where, tr("un binôme que tous ont déjà accepté"), advice=advice)
    if not pairs_of_person:
        return Problem(where, tr("aucun binôme ne lui est proposé avec cette personne ou dans ce tour"))
    if reply.partner:
        return whose(reply, len(pairs_of_person))
    partners = listed([partner_in(*candidate) for candidate in pairs_of_person])
    return Problem(
        where, tr("plusieurs binômes lui sont proposés"), tr("le partenaire : {partners}", partners=partners)
    )


def partner_in(pair: KeyPair, side: Side) -> str:
    return pair[1 - SIDES.index(side)]


def take(reply_by_pair: dict[tuple[KeyPair, Side], Reply], reply: Reply, about: tuple[KeyPair, Side]) -> list[Problem]:
    """Record a reply; return a problem if it contradicts an earlier one."""
    first = reply_by_pair.setdefault(about, reply)
    return [contradiction(first, reply)] if first.answer != reply.answer else []


def contradiction(first: Reply, second: Reply) -> Problem:
    """Return the problem of two replies that contradict each other."""
    places = [reply.where or quoted(reply.person) for reply in (first, second)]
    text = tr(
        "{first} : {answer} ; {second} : {other}",
        first=places[0],
        answer=tr(ANSWER_SPELLINGS[first.answer][0]),
        second=places[1],
        other=tr(ANSWER_SPELLINGS[second.answer][0]),
    )
    return Problem(quoted(second.person), text, tr("une réponse, ou deux fois la même"))


def check_returning_keys(proposal: Proposal, arrived: Cohort | None) -> None:
    """Raise RequestError if a newcomer has the key of a person who left: their replies would be mixed up."""
    round_by_key = {
        canonical(key): number for number, closed in enumerate(proposal.rounds, 1) for _, key in closed.left
    }
    new_keys = [] if arrived is None else [key for side in SIDES for key in arrived.side(side).ids]
    problems = [
        Problem(
            quoted(key),
            tr("cette personne est partie au tour {number}", number=round_by_key[canonical(key)]),
            advice=tr("donnez un autre identifiant à qui revient"),
        )
        for key in new_keys
        if canonical(key) in round_by_key
    ]
    if problems:
        raise RequestError(tr("Qui est parti ne revient pas sous le même identifiant"), problems)


def has_both(cohort: Cohort, arrived: Cohort | None, pair: KeyPair) -> bool:
    """Return whether both people of a pair are present or arrive."""
    cohorts = [cohort] if arrived is None else [cohort, arrived]
    return any(people.mentors.has(pair[0]) for people in cohorts) and any(
        people.mentees.has(pair[1]) for people in cohorts
    )


def read_replies(source: AnswerSource, cohort: Cohort) -> tuple[Reply, ...]:
    """Return the replies in a table: a completed form of a proposal, or an export with its questions.

    Columns: ``Votre code``, ``Partenaire proposé`` (optional), ``Votre réponse``, ``Pour quelle raison`` (optional),
    in any language and order; or person, partner, answer, reason. Rows without an answer are ignored.

    Raises SurveyError if a column is missing, or with every row that cannot be read, by its line.
    """
    table = read_table(source)
    places = {name: column_of(table.header, name) for name in COLUMNS}
    missing = [tr(COLUMNS[name]) for name in ("person", "answer") if places[name] is None]
    problems = [Problem(tr("colonnes"), tr("sans colonne {names}", names=listed(missing)))] if missing else []
    replies = list[Reply]()
    for record in () if missing else table.records:
        cells = {name: "" if column is None else record.cells[column].strip() for name, column in places.items()}
        where = tr("{source}, ligne {line}", source=table.source, line=record.line)
        if not cells["answer"]:
            continue
        is_known = any(cohort.side(side).has(cells["person"]) for side in SIDES)
        row_reply = read_reply(cells, where, is_known=is_known)
        if isinstance(row_reply, Reply):
            replies.append(by_keys(row_reply, cohort))
        else:
            problems.append(row_reply)
    problems += [Problem(str(row.line), row.reason) for row in table.refused]
    if problems:
        raise SurveyError(tr("Les réponses de « {name} » ne peuvent pas être lues.", name=table.source), problems)
    return tuple(replies)


def column_of(header: Sequence[str], name: str) -> int | None:
    """Return the column of one question, by its title in any language or its name; None if it is missing."""
    words = {fold(name), *map(fold, translations(COLUMNS[name]))}
    return next((column for column, title in enumerate(header) if fold(title) in words), None)


def read_reply(cells: Mapping[str, str], where: str, *, is_known: bool) -> Reply | Problem:
    """Return the reply in one row, or the problem if it cannot be read, without the text of the person."""
    answer = next(
        (code for code, words in ANSWER_SPELLINGS.items() if fold(cells["answer"]) in spellings(code, words)), None
    )
    reason = next((code for code, words in REASONS.items() if fold(cells["reason"]) in spellings(code, (words,))), None)
    if not is_known:
        return Problem(where, tr("le code n'est celui de personne"), tr("un code de cette édition"))
    if answer is None:
        return Problem(
            where, tr("la réponse n'est ni oui ni non"), listed([tr(words[0]) for words in ANSWER_SPELLINGS.values()])
        )
    if reason is None:
        return Problem(where, tr("une raison inconnue"), listed([tr(words) for words in REASONS.values() if words]))
    return Reply(cells["person"], answer, cells["partner"], reason, where=where)


def spellings(code: str, words: Iterable[str]) -> set[str]:
    """Return the folded spellings of a code: the code itself, and its words in any language."""
    return {fold(code)}.union(*(map(fold, translations(word) if word else {""}) for word in words))

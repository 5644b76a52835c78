"""The rounds of a proposal at a desk: the same as those of the library, one step back, nothing lost by a refusal."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest
from openpyxl import Workbook

import mentormatch as mm
from mentormatch import Status
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.explanation.tables import ResultSheet
from mentormatch.operations.proposal import Late
from mentormatch.report.exporters.data_files import to_csv
from tests.doors import substitute
from tests.service.desk.session import ANSWERS, PROGRAMME, VALIDATION, Sitting, foreign

FORM = "Votre code;Votre réponse;Pour quelle raison\n"
SAID = (("M06", "E08", "accepted", ""), ("E08", "M06", "accepted", ""), ("E05", "M04", "declined", "schedule"))


@pytest.fixture
def sitting() -> Sitting:
    """Return a desk at which the pairs of the example are formed."""
    found = Sitting()
    found.formed()
    return found


def cells(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every person of a pair that is proposed, each with their partner."""
    for line in told["lines"]:
        for side, other in (("mentor", "mentee"), ("mentee", "mentor")):
            yield line[side] | {"partner": line[other]["name"], "partner_id": line[other]["id"]}


def pairs(told: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the pairs that are proposed."""
    return {(line["mentor"]["name"], line["mentee"]["name"]) for line in told["lines"]}


def noted(told: dict[str, Any]) -> dict[str, str]:
    """Return what was noted, by person."""
    return {cell["name"]: cell["answer"] for cell in cells(told) if cell["answer"]}


def note(sitting: Sitting, person: str, partner: str, answer: str, reason: str = "") -> dict[str, Any]:
    """Note what somebody replied, by their codes."""
    told = sitting.done("round")
    one = next(cell for cell in cells(told) if (cell["name"], cell["partner"]) == (person, partner))
    asked = {"person": one["id"], "partner": one["partner_id"], "answer": answer, "reason": reason}
    return sitting.done("note", round=told["round"], **asked)


def reply_all(sitting: Sitting) -> None:
    """Note the replies of the first round."""
    for said in SAID:
        note(sitting, *said)


def second(late: Late = "wait", **by_hand: Any) -> mm.Proposal:
    """Return the second round of the library, after the same replies."""
    first = mm.match(mm.examples.cohort(), mm.examples.programme())
    replies = [mm.Reply(person, answer, partner, reason) for person, partner, answer, reason in SAID]  # type: ignore[arg-type]  # answers and reasons by name
    return mm.reply(first, replies, late=late, **by_hand)


def test_the_second_round_is_that_of_the_library(sitting: Sitting) -> None:
    reply_all(sitting)
    plan = sitting.done("close", round=1)["plan"]
    expected = second()
    assert sitting.content("hand", "ou-en-est-chacun.csv") == to_csv(expected.people)
    assert sitting.content("hand", "refus.csv") == to_csv(expected.given_up)
    assert sitting.content("hand", "reponses-a-remplir.csv") == to_csv(expected.form)
    assert mm.ProposalRecord.from_json(sitting.content("hand", "propositions.json")) == expected.record
    told = sitting.done("round")
    assert pairs(told) == set(expected.open)
    assert [pair for pair in told["lines"] if pair["new"]]
    assert [one["name"] for one in plan["rounds"]] == [
        "propositions.json",
        "ou-en-est-chacun.csv",
        "refus.csv",
        "reponses-a-remplir.csv",
    ]
    shown = json.loads(sitting.content("hand", "binomes.json"))["pairs"]
    assert {(one["mentor"], one["mentee"]) for one in shown} == {*expected.open, *expected.settled}


@pytest.mark.parametrize("late", ["wait", "accept", "decline"])
def test_what_closing_will_do_is_told_before(late: Late, sitting: Sitting) -> None:
    reply_all(sitting)
    told = " ".join(sitting.done("round")["closing"][late]).replace("\xa0", " ")
    expected = second(late)
    assert f"{len(expected.settled)} binôme" in told
    assert f"{len(expected.declined)} binôme" in told
    sitting.done("close", round=1, late=late)
    assert sitting.content("hand", "ou-en-est-chacun.csv") == to_csv(expected.people)


def test_a_round_is_opened_again_as_it_was_until_something_else_is_done(sitting: Sitting) -> None:
    reply_all(sitting)
    before = sitting.done("round")
    sitting.done("close", round=1)
    assert sitting.done("round")["reopens"] == 1
    sitting.done("reopen")
    assert sitting.done("round") == before
    sitting.done("close", round=1)
    note(sitting, "M04", "E01", "accepted")
    assert sitting.done("round")["reopens"] == 0
    assert "ne peut plus être rouvert" in sitting.refused("reopen")["title"]
    assert "clos ou rouvert ailleurs" in sitting.refused("close", round=1)["title"]
    assert noted(sitting.done("round")) == {"M04": "accepted"}


def test_what_is_decided_on_the_board_holds_in_later_rounds(sitting: Sitting) -> None:
    sitting.moved(action="ban", mentor="m4", mentee="e1")
    sitting.moved(action="withdraw", person="m14")
    reply_all(sitting)
    assert ("M04", "E01") in second().new
    for number in (1, 2):
        sitting.done("close", round=number)
        told = sitting.done("round")
        assert ("M04", "E01") not in pairs(told)
        assert pairs(told) == set(second(bans=[("M04", "E01")]).open)
        assert ["mentor·e", "M14", "ne participe plus", "", "1"] in told["people"]


def test_a_form_is_noted_beside_what_is_on_the_screen_and_a_refusal_loses_nothing(sitting: Sitting) -> None:
    book = Workbook()
    rows = [FORM.strip().split(";"), ["E08", "oui", ""], ["M03", "non", "la distance"], ["M14", "retrait", ""]]
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    note(sitting, "M06", "E08", "accepted")
    told = sitting.done("gather", stream.getvalue(), name="r.xlsx")
    assert noted(told) == {"M06": "accepted", "E08": "accepted", "M03": "declined"}
    assert [one["name"] for one in told["others"] if one["left"]] == ["M14"]
    assert "3\xa0réponses reprises" in told["done"]
    contradiction = sitting.refused("gather", f"{FORM}M06;non;\n".encode(), name="s.csv")
    assert contradiction["problems"][0]["found"] == "à l’écran\xa0: oui\xa0; s.csv, ligne 2\xa0: non"
    assert "ce qui est noté à l’écran reste" in contradiction["title"]
    unknown = sitting.refused("gather", f"{FORM}M99;oui;\nM01;peut-être;\n".encode(), name="t.csv")
    assert [one["where"] for one in unknown["problems"]] == ["t.csv, ligne 2", "t.csv, ligne 3"]
    assert noted(sitting.done("round")) == noted(told)


def test_a_reply_is_taken_back_and_who_leaves_says_nothing_else(sitting: Sitting) -> None:
    assert noted(note(sitting, "M02", "E11", "accepted")) == {"M02": "accepted"}
    told = note(sitting, "M02", "E14", "left")
    assert [cell["answer"] for cell in cells(told) if cell["name"] == "M02"] == ["left", "left"]
    assert "2\xa0binômes défaits par un départ." in told["closing"]["wait"]
    told = note(sitting, "M02", "E14", "")
    assert noted(told) == {"M02": "accepted"}
    assert noted(note(sitting, "M02", "E11", "")) == {}
    assert (
        "n’est pas proposé" in sitting.refused("note", round=1, person="m1", partner="e2", answer="accepted")["title"]
    )


def test_noted_replies_are_in_codes_where_people_are_called_by_their_addresses() -> None:
    sitting, other = foreign(), foreign()
    mentor, mentee = next(iter(pairs(sitting.done("round"))))
    note(sitting, mentor, mentee, "declined", "distance")
    note(sitting, mentee, mentor, "left")
    content = sitting.content("hand", "reponses-notees.csv")
    assert b"@" not in content
    assert noted(other.done("gather", content, name="notees.csv")) == noted(sitting.done("round"))


def test_who_leaves_one_of_two_roles_leaves_both_and_the_round_stays_readable() -> None:
    header, *rows = csv.reader(StringIO(ANSWERS.decode("utf-8-sig")), delimiter=";")
    code, *identity = map(header.index, ("Code participant", "Courriel", "Nom et prénom", "Téléphone"))
    by_code = {row[code]: row for row in rows}
    for column in identity:  # E05 is M06 in the other role
        by_code["E05"][column] = by_code["M06"][column]
    text = StringIO()
    csv.writer(text, delimiter=";").writerows([header, *rows])
    sitting = Sitting()
    sitting.done("take", PROGRAMME, part="programme", name="programme.toml")
    sitting.done("take", text.getvalue().encode(), part="answers", name="reponses.csv")
    sitting.done("read")
    sitting.done("form")
    note(sitting, "E05", "M04", "accepted")
    assert noted(note(sitting, "M06", "E08", "left")) == {"E05": "left", "M06": "left"}
    assert noted(sitting.done("round")) == {"E05": "left", "M06": "left"}
    assert noted(note(sitting, "E05", "M04", "accepted")) == {"E05": "accepted"}


def test_a_proposal_of_an_earlier_day_goes_on(sitting: Sitting) -> None:
    reply_all(sitting)
    sitting.done("close", round=1)
    kept, table = (sitting.content("hand", name) for name in ("propositions.json", "ou-en-est-chacun.csv"))
    other = Sitting()
    other.done("example")
    other.done("take", kept, part="proposal", name="propositions.json")
    other.done("read")
    other.done("form")
    assert other.content("hand", "ou-en-est-chacun.csv") == table
    assert other.done("round") == sitting.done("round") | {"reopens": 0}
    note(sitting, "M04", "E01", "declined", "distance")
    note(sitting, "M02", "E11", "left")
    filled = sitting.content("hand", "reponses-notees.csv")
    assert noted(other.done("gather", filled, name="reponses-notees.csv")) == noted(sitting.done("round"))
    assert other.content("hand", "reponses-notees.csv") == filled
    other.confirmed("take", b'{"pairs": 1}', part="proposal", name="p.json")
    assert "celui d’une proposition" in other.refused("read")["title"]
    other.done("take", kept.replace(b'"M03"', b'"M33"'), part="proposal", name="p.json")
    other.done("read")
    assert "ne va pas avec ces réponses" in other.refused("form")["title"]


def test_who_has_to_accept_is_decided_in_the_first_round(sitting: Sitting) -> None:
    told = sitting.done("oblige", asked="mentee")
    assert {cell["asked"] for cell in cells(told)} == {True, False}
    note(sitting, "E08", "M06", "accepted")
    sitting.done("close", round=1)
    assert ("M06", "E08") not in pairs(sitting.done("round"))
    assert "au premier tour" in sitting.refused("oblige", asked="both")["title"]


def test_where_no_further_pair_keeps_the_rules_the_rule_is_named(sitting: Sitting) -> None:
    reply_all(sitting)
    note(sitting, "E11", "M02", "declined")
    sitting.done("close", round=1)
    told = " ".join(sitting.done("round")["told"])
    assert "Rien de nouveau n’est proposé" in told
    assert "quatre binômes au moins dans les départements ruraux" in told
    for mentee in range(1, 19):  # the board undoes no pair that all have accepted, whatever is decided there
        sitting.moved(action="pin", mentor="m6", mentee=f"e{mentee}")
    assert ("M06", "settled", "E08") in states(sitting)


def test_a_closing_that_is_stopped_before_any_answer_closes_nothing(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply_all(sitting)
    before = sitting.done("round")
    with monkeypatch.context() as patch:
        stopped = empty_solution(Status.STOPPED, "wide")
        substitute(patch, "operations", solve=lambda *asked, **settings: stopped)
        assert "avant une première réponse" in sitting.refused("close", round=1)["title"]
    assert sitting.done("round") == before


def test_suggestions_are_those_of_the_library(sitting: Sitting) -> None:
    sitting.moved(action="ban", mentor="m4", mentee="e1")
    lists = mm.suggest(mm.examples.cohort(), mm.examples.programme(), bans=[("M04", "E01")])
    assert sitting.content("hand", "suggestions.csv") == to_csv(lists.sheet)


def test_the_log_goes_on_from_round_to_round(sitting: Sitting) -> None:
    first = sitting.moved(**VALIDATION)
    sitting.confirmed("close", round=1)
    assert not sitting.done("look")["plan"]["final"]
    second = sitting.moved(**VALIDATION)
    lines = sitting.content("hand", "binomes.journal.jsonl").decode().splitlines()
    assert sum('"validation"' in line for line in lines) == 2
    assert first["head"] != second["head"]


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_noted_decided_and_closed_no_accepted_pair_is_lost_and_no_declined_one_comes_back(
    seed: int, sitting: Sitting
) -> None:
    draw = Random(seed)
    for _ in range(4):
        told = sitting.done("round")
        for cell in cells(told):
            answer = draw.choice(["accepted", "accepted", "", "declined", "left" if draw.random() < 0.2 else ""])
            if answer:
                asked = {"person": cell["id"], "partner": cell["partner_id"], "answer": answer}
                sitting.done("note", round=told["round"], **asked)
        for _ in range(draw.randrange(3)):
            decide(draw, sitting)
        late = draw.choice(["wait", "accept", "decline"])
        promised = " ".join(sitting.done("round")["closing"][late])
        before = states(sitting)
        sitting.done("close", round=told["round"], late=late)
        after = states(sitting)
        left = {person for person, state, _ in after if state == "left"}
        kept = {(person, partner) for person, state, partner in before if state == "settled"}
        lost = kept - {(person, partner) for person, state, partner in after if state == "settled"}
        assert all({person, partner} & left for person, partner in lost)
        record = mm.ProposalRecord.from_json(sitting.content("hand", "propositions.json"))
        again = mm.Proposal.read(record, mm.examples.cohort(), mm.examples.programme())
        given_up = {one.pair for one in again.declined}
        assert not given_up & {(pair.mentor, pair.mentee) for pair in record.pairs}
        assert states(sitting) == rows(again.people)
        refused = sum(one.round == told["round"] for one in again.declined)
        assert (f"{refused}\xa0binôme{'s' * (refused > 1)} refusé" in promised) == bool(refused)


def decide(draw: Random, sitting: Sitting) -> None:
    """Make a decision on the board, which may be refused."""
    mentor, mentee = f"m{draw.randrange(1, 15)}", f"e{draw.randrange(1, 19)}"
    what = draw.choice(["ban", "pin", "withdraw"])
    people = {"person": draw.choice([mentor, mentee])} if what == "withdraw" else {"mentor": mentor, "mentee": mentee}
    sitting.moved(action=what, **people)


def rows(people: ResultSheet) -> set[tuple[str, str, str]]:
    """Return person, state and partner of a table of everybody's state."""
    return {(str(row[1]), str(row[2]), str(row[4])) for row in people.rows}


def states(sitting: Sitting) -> set[tuple[str, str, str]]:
    """Return person, state and partner, as the desk hands them out."""
    text = sitting.content("hand", "ou-en-est-chacun.csv").decode("utf-8-sig")
    table = list(csv.reader(StringIO(text), delimiter=";"))[1:]
    return {(row[1], row[2], row[4]) for row in table}

"""Decisions that somebody forged, told against the answers: none that claims something false is called verified."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache
from itertools import combinations

import pytest

from mentormatch import Matching, Status, match
from mentormatch.contract.response import VerifyResponse
from mentormatch.languages.translation import tr
from mentormatch.record.decision import Decision
from mentormatch.record.verify import COMPARED_TEXT, FORMER_PAIRS_TEXT, verify_content
from tests.oracles.programmes import small
from tests.record.claims import Claims, Json, Pair, false_claims
from tests.record.decisions import example

pytestmark = pytest.mark.promise(29)

type Forgery = Callable[[Json], None]
"""Changes a decision in place."""

COMPUTATION = ("engine", "seed", "versions", "settled")
"""What the answers and the programme do not give."""
GROUND = ("digests", "goals", "pins", "mentors", "mentees")
UNLIKELY = 10**6


@cache
def matchings(count: int) -> Sequence[Matching]:
    """Return the example, and matchings of programmes that were drawn, each with pairs that are proved the best."""
    found = [example(), example("quota")]
    for seed in range(10_000):
        drawn = small(seed)
        matching = match(drawn.cohort, drawn.programme)
        rivals = matching.problem.scores.count > len(matching.solution.pairs) > 1
        if matching.status is Status.PROVED and rivals and matching.problem.rows:
            found.append(matching)
        if len(found) == count:
            break
    return found


def decided(matching: Matching) -> Json:
    return json.loads(Decision.of(matching).to_json())


def pairs_of(content: Json) -> list[Pair]:
    return [(i, k) for i, k in content["pairs"]]


def restated(content: Json) -> None:
    """State the values that the pairs have, each as the best there is."""
    claims = Claims(content)
    for tier in content["tiers"]:
        tier["value"] = tier["bound"] = claims.value(tier["goal"])
        tier["vector"] = sorted(claims.score[pair] for pair in claims.chosen) if tier["vector"] else []


def without(tables: Json, kept: Sequence[Pair]) -> None:
    """Drop all pairs but some from a table of numbers by pair."""
    for mentor in list(tables):
        tables[mentor] = {mentee: value for mentee, value in tables[mentor].items() if (mentor, mentee) in kept}
        if not tables[mentor]:
            del tables[mentor]


def rivals_scored_lower(content: Json) -> None:
    for mentor, line in content["scores"].items():
        for mentee in line:
            line[mentee] -= 0 if [mentor, mentee] in content["pairs"] else UNLIKELY


def rivals_left_out(content: Json) -> None:
    for table in (content["scores"], *(row["weights"] for row in content["rows"])):
        without(table, pairs_of(content))


def one_rival_left_out(content: Json) -> None:
    rival = next(pair for pair in Claims(content).pairs if pair not in pairs_of(content))
    kept = [pair for pair in Claims(content).pairs if pair != rival]
    for table in (content["scores"], *(row["weights"] for row in content["rows"])):
        without(table, kept)


def own_scores_raised(content: Json) -> None:
    for mentor, mentee in content["pairs"]:
        content["scores"][mentor][mentee] += UNLIKELY
    restated(content)


def all_pairs_imposed(content: Json) -> None:
    content["pins"] = content["pairs"]


def no_pair_imposed(content: Json) -> None:
    content["pins"] = content["pins"][1:]


def somebody_added(content: Json) -> None:
    content["mentees"].append({**content["mentees"][-1], "id": f"e{len(content['mentees']) + 1}", "least": 0})
    for stage in content["prices"]:
        stage["mentees"].append(0)


def somebody_taken_away(content: Json) -> None:
    gone = content["mentees"].pop()["id"]
    kept = [pair for pair in Claims(content).pairs if gone not in pair]
    for table in (content["scores"], *(row["weights"] for row in content["rows"])):
        without(table, kept)
    content["pairs"] = [pair for pair in content["pairs"] if gone not in pair]
    content["prices"] = []
    restated(content)


def two_people_exchanged(content: Json) -> None:
    """Give the answers of one mentor to another: all is as true as before, of other people."""
    text = json.dumps(content).replace('"m1"', '"m0"').replace('"m2"', '"m1"').replace('"m0"', '"m2"')
    content.update(json.loads(text))
    content["mentors"][:2] = content["mentors"][1::-1]
    content["pairs"].sort(key=lambda pair: [int(each[1:]) for each in pair])
    for stage in content["prices"]:
        stage["mentors"][:2] = stage["mentors"][1::-1]


def other_answers(content: Json) -> None:
    content["digests"]["answers"] = "0" * 64


def another_programme(content: Json) -> None:
    content["digests"]["programme"] = "0" * 64


def no_rules(content: Json) -> None:
    content["rows"], content["prices"] = [], []


def a_rule_without_bounds(content: Json) -> None:
    for row in content["rows"][:1]:
        row["least"] = row["most"] = None


def a_rule_that_excludes_rivals(content: Json) -> None:
    """Add a rule that all pairs but the chosen ones break."""
    rivals = {pair: 1 for pair in Claims(content).pairs if pair not in pairs_of(content)}
    weights: Json = {}
    for mentor, mentee in rivals:
        weights.setdefault(mentor, {})[mentee] = 1
    content["rows"].append({"id": f"r{len(content['rows']) + 1}", "weights": weights, "least": None, "most": 0})
    worse(content)


def places_as_used(content: Json) -> None:
    for side, people in enumerate((content["mentors"], content["mentees"])):
        for one in people:
            one["most"] = max(one["least"], sum(one["id"] == pair[side] for pair in content["pairs"]))


def places_added(content: Json) -> None:
    content["mentors"][0]["most"] += 1


def no_minimums(content: Json) -> None:
    for one in (*content["mentors"], *content["mentees"]):
        one["least"], one["idle"] = 0, False


def other_priorities(content: Json) -> None:
    content["mentees"][0]["priority"] += 1
    restated(content)


def last_goal_dropped(content: Json) -> None:
    goal = content["goals"].pop()
    content["tiers"] = [tier for tier in content["tiers"] if tier["goal"] != goal]
    content["prices"] = []


def goals_in_another_order(content: Json) -> None:
    content["goals"].reverse()
    content["tiers"].reverse()
    content["prices"] = []


def former_pairs_made_up(content: Json) -> None:
    """Have the pairs of a worse answer look like those of last year, none of which may change."""
    worse(content)
    content["former"] = content["pairs"]
    content["goals"].insert(0, "changes")
    content["tiers"].insert(0, {"goal": "changes", "value": 0, "bound": 0, "vector": []})


def a_repair_made_up(content: Json) -> None:
    """The same, where a repair counts its former pairs: among as many pairs, those of a worse answer."""
    former_pairs_made_up(content)
    for name in ("goals", "tiers"):
        content[name][:2] = content[name][1::-1]


def worse(content: Json) -> None:
    """Drop as few pairs as rules allow, and state what is left as the best."""
    before = content["pairs"]
    for count in range(1, len(before) + 1):
        for gone in combinations(range(len(before)), count):
            content["pairs"] = [pair for place, pair in enumerate(before) if place not in gone]
            restated(content)
            if not any(each.startswith("rule") for each in false_claims(content)):
                content["prices"] = []
                return
    content["pairs"] = before


def worse_with_the_old_prices(content: Json) -> None:
    prices = content["prices"]
    worse(content)
    content["prices"] = prices


def worse_and_imposed(content: Json) -> None:
    worse(content)
    content["pins"] = content["pairs"]


def worse_and_no_more_is_known(content: Json) -> None:
    worse(content)
    rivals_left_out(content)
    content["every_pair"] = False


def worse_and_stopped(content: Json) -> None:
    """State a worse answer as one that a time limit left, with bounds that only the best reaches."""
    bounds = [tier["bound"] - 1 for tier in content["tiers"]]
    worse(content)
    content["status"] = "feasible"
    for tier, bound in zip(content["tiers"], bounds, strict=True):
        tier["bound"] = max(bound, tier["value"])


def greater_values(content: Json) -> None:
    for tier in content["tiers"]:
        tier["value"] = tier["bound"] = tier["value"] + 1


def another_engine(content: Json) -> None:
    content["engine"] = "oracle"


def another_seed(content: Json) -> None:
    content["seed"] += 1


def another_version(content: Json) -> None:
    content["versions"] = {"mentormatch": "99.0"}


def ties_left_open(content: Json) -> None:
    content["settled"] = False


FORGERIES: Sequence[Forgery] = (
    rivals_scored_lower,
    rivals_left_out,
    one_rival_left_out,
    own_scores_raised,
    all_pairs_imposed,
    no_pair_imposed,
    somebody_added,
    somebody_taken_away,
    two_people_exchanged,
    other_answers,
    another_programme,
    no_rules,
    a_rule_without_bounds,
    a_rule_that_excludes_rivals,
    places_as_used,
    places_added,
    no_minimums,
    other_priorities,
    last_goal_dropped,
    goals_in_another_order,
    former_pairs_made_up,
    a_repair_made_up,
    worse,
    worse_with_the_old_prices,
    worse_and_imposed,
    worse_and_no_more_is_known,
    worse_and_stopped,
    greater_values,
    another_engine,
    another_seed,
    another_version,
    ties_left_open,
)


def kind_of(forged: Json, honest: Json) -> str:
    """Return what a forgery says that is not so: of the people and the rules, of the answer, of how it was computed.

    What a repair counts as former pairs nobody can know from answers.
    """
    if forged["goals"][1:2] == ["changes"]:
        return "former"
    stated = {**honest, "pairs": forged["pairs"], "tiers": forged["tiers"], "status": forged["status"]}
    if any(forged[name] != honest[name] for name in GROUND):
        return "false"
    alone = pairs_of(forged)
    for name in ("scores", "rows"):
        known = deepcopy(honest[name])
        for table in () if forged.get("every_pair", True) else [known] if name == "scores" else known:
            without(table if name == "scores" else table["weights"], alone)
        if forged[name] != known:
            return "false"
    if false_claims(stated):
        return "false"
    return "computation" if any(forged.get(name) != honest.get(name) for name in COMPUTATION) else "true"


def figures(count: int) -> Counter[tuple[str, str, str]]:
    """Return how forged decisions are called, by what they state: alone, and with the answers."""
    found: Counter[tuple[str, str, str]] = Counter()
    for matching in matchings(count):
        honest = decided(matching)
        for forgery in FORGERIES:
            forged = deepcopy(honest)
            forgery(forged)
            content, kind = json.dumps(forged).encode(), kind_of(forged, honest)
            for way, against in (("alone", None), ("answers", (matching.cohort, matching.programme))):
                told = verify_content(content, against=against)
                outcome = "verified" if VerifyResponse.of(told).verified else str(told.outcome)
                found[kind, way, outcome] += 1
                if way == "answers" and outcome == "verified":
                    assert kind != "false", forgery.__name__
                    assert tr(COMPARED_TEXT) in told.words
                    assert kind != "former" or tr(FORMER_PAIRS_TEXT) in told.words
    return found


@pytest.mark.parametrize("count", [3, pytest.param(12, marks=pytest.mark.proof)])
def test_no_forgery_that_claims_something_false_is_verified_with_the_answers(
    count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for matching in matchings(count):
        content, ground = json.dumps(decided(matching)).encode(), (matching.cohort, matching.programme)
        assert verify_content(content, against=ground).rules_hold
        assert not false_claims(json.loads(content))
    found = figures(count)
    with capsys.disabled():
        for (kind, way, outcome), times in sorted(found.items()) if count > 3 else ():
            sys.stdout.write(f"{kind:12} {way:8} {outcome:9} {times:4}\n")
    assert sum(times for (kind, way, _), times in found.items() if kind == "false" and way == "answers") >= 65
    assert not found["false", "answers", "verified"]
    assert found["false", "alone", "verified"], "nothing that only the answers reveal"

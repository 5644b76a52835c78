"""What is recorded of an answer, aspect by aspect, as text: pairs, tiers, certificate, messages, documents."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mentormatch as mm
from tests.golden.commands import done, normalised, text_of, written
from tests.golden.surveys import MENTEES, MENTORS, Table

type Aspects = dict[str, str]

SIDES = ("mentors", "mentees")
MOST_SCORES, MOST_TRIED = 100_000, 15
DIGEST = 16
"""So many hexadecimal digits of a digest are kept."""


@dataclass(frozen=True, slots=True)
class Case:
    """One programme: its name, how its aspects are found, and whether it is one of the fast suite."""

    name: str
    found: Callable[[], Aspects]
    fast: bool = False

    def digests(self) -> dict[str, str]:
        """Return a short digest of each aspect."""
        return {name: digest(text) for name, text in sorted(self.found().items())}


def digest(text: str) -> str:
    """Return the short digest of a text."""
    return sha256(text.encode()).hexdigest()[:DIGEST]


def said(error: mm.MentorMatchError) -> str:
    """Return all that an error says."""
    return f"{type(error).__name__}: {error}"


def of_solution(solution: mm.Solution) -> Aspects:
    """Return what is recorded of an answer to a problem of arrays."""
    tiers = [[tier.goal, int(tier.value), tier.bound, list(tier.vector)] for tier in solution.tiers]
    return {
        "pairs": json.dumps(solution.pairs.tolist()),
        "tiers": json.dumps(tiers),
        "status": json.dumps([str(solution.status), solution.canonical, solution.gap, list(solution.notes)]),
        "engine": solution.engine,
        "prices": json.dumps([prices_of(each) for each in solution.prices]),
    }


def prices_of(prices: Any) -> list[Any]:
    """Return the prices behind one stage of a proof."""
    people = [prices.mentors.tolist(), prices.mentees.tolist()]
    return [
        prices.weights,
        *people,
        prices.rows,
        prices.goal_duals,
        prices.linking_duals,
        prices.denominator,
        prices.score_threshold,
    ]


def of_matching(matching: mm.Matching) -> Aspects:
    """Return what is recorded of every matching."""
    frames, verdict = matching.frames, matching.certificate
    tiers = [[tier.goal, tier.value, tier.stated, tier.certified] for tier in verdict.tiers]
    return of_solution(matching.solution) | {
        "pairs": frames.pairs.to_csv(),
        "unmatched": frames.unmatched.to_csv(),
        "rejected": frames.rejected.to_csv(),
        "contributions": frames.contributions.to_csv(),
        "scores": scores_of(matching),
        "caveats": "\n".join(map(str, matching.caveats)),
        "certificate": json.dumps([str(verdict.verdict), tiers, list(map(str, verdict.problems)), verdict.why]),
    }


def records(request: Table) -> dict[str, list[Table]]:
    """Return the people of a request as a survey has them: a row a person, a column a question."""
    blank = dict.fromkeys(request["programme"]["fields"])
    return {side: [blank | {"code": one["id"]} | one["answers"] for one in request[side]] for side in SIDES}


def scores_of(matching: mm.Matching) -> str:
    """Return the scores of all pairs, of a large cohort those of some people."""
    mentors, mentees = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    if len(mentors) * len(mentees) <= MOST_SCORES:
        return matching.frames.scores.to_csv()
    some = [matching.explain(mentor, mentee) for mentor in mentors[:20] for mentee in mentees[-20:]]
    return json.dumps([pair.score for pair in some])


def cohort_of(request: Table, programme: mm.Programme) -> mm.Cohort:
    """Return the people of a request, read as records."""
    told = records(request)
    return mm.read_survey(programme, mentors=told["mentors"], mentees=told["mentees"])


def matching_of(request: Table) -> mm.Matching:
    """Return the matching of a request, by the library alone."""
    programme = mm.Programme.read(request["programme"])
    pins, bans = ([(pair["mentor"], pair["mentee"]) for pair in request.get(key, ())] for key in ("pins", "bans"))
    return mm.match(cohort_of(request, programme), programme, seed=request["seed"], pins=pins, bans=bans)


def asked(kind: str, request: Table) -> str:
    """Return what the command line answers to a request, and how it ended."""
    answer = done("ask", kind, "-", given=json.dumps(request))
    return normalised(answer.told())


def documents(matching: mm.Matching) -> Aspects:
    """Return the texts of the documents of a matching."""
    with TemporaryDirectory() as folder:
        found = {}
        for aspect, suffix in (("page", ".html"), ("workbook", ".xlsx"), ("csv", ".csv"), ("file", ".json")):
            (path,) = matching.save(Path(folder) / f"binomes{suffix}")
            found[aspect] = normalised(text_of(path), Path(folder))
        (path,) = matching.save(Path(folder) / "binomes.decision.json")
        found["decision"] = normalised(text_of(path), Path(folder))
        found["source"] = json.dumps(json.loads(path.read_text())["digests"])
    return found | {"notebook": normalised(str(matching._repr_html_()))}


def letters(request: Table, matching: mm.Matching) -> Aspects:
    """Return the texts of what participants are handed."""
    told = records(request)
    contacts = mm.read_contacts(matching.programme, mentors=told["mentors"], mentees=told["mentees"])
    with TemporaryDirectory() as folder:
        try:
            mm.write_handouts(matching, contacts, Path(folder) / "out")
        except mm.RequestError as refused:
            return {"letters": str(refused)}
        return {"letters": json.dumps(written(Path(folder) / "out"), ensure_ascii=False)}


def calendar(matching: mm.Matching) -> Aspects:
    """Return when pairs meet."""
    first, last = date(2026, 9, 1), date(2027, 6, 30)
    found = mm.meeting_dates(matching, 2, first=first, last=last, field="creneaux", zones=("A",))
    told = [
        [one.pair.mentor, one.pair.mentee, one.code, one.slot, one.reason, *(one.dates.sentences if one.dates else ())]
        for one in found
    ]
    return {"calendar": json.dumps(told, ensure_ascii=False)}


def further(request: Table, pairs: list[Mapping[str, Any]]) -> dict[str, Table]:
    """Return further requests on the same people, by operation."""
    former = [{"mentor": pair["mentor"], "mentee": pair["mentee"]} for pair in pairs]
    unseeded = {key: value for key, value in request.items() if key != "seed"}
    plain = {key: value for key, value in unseeded.items() if key not in ("pins", "bans")}
    first = {side: request[f"{side}s"][0]["id"] for side in (MENTORS, MENTEES)}
    last = request["mentees"][-1]["id"]
    gone = former[0]["mentor"] if former else first[MENTORS]
    there = [one for one in request["mentors"] if one["id"] != gone]
    return {
        "why-not": request | {"mentor": first[MENTORS], "mentee": last},
        "alternatives": request | {"person": last, "most": 3},
        "evaluate": unseeded | {"pairs": former[1:], "best": True},
        "plans": plain | {"n": 3, "differ_by": 1},
        "diagnose": unseeded,
        "repair": plain
        | {"former": former, "ladder": True, "reserves": True}
        | ({"mentors": there, "withdrawn": [gone]} if former else {}),
    }


def of_request(request: Table, *operations: str, whole: bool = False) -> Aspects:
    """Return what is recorded of a programme of pairs: the answer, by library and JSON, and further ``operations``."""
    try:
        matching = matching_of(request)
        told = mm.answer_json(request).to_json()
    except mm.MentorMatchError as error:
        return {"messages": said(error), "json": asked("match", request)}
    found = of_matching(matching) | {"json": normalised(told)}
    questions = further(request, json.loads(told)["pairs"])
    found |= {kind: asked(kind, questions[kind]) for kind in operations}
    if matching.diagnosis is not None:
        found["diagnosis"] = str(asdict(matching.diagnosis))
    if whole:
        found |= documents(matching) | letters(request, matching) | calendar(matching)
    if whole and len(matching.pairs) <= MOST_TRIED:
        found["robustness"] = str(matching.robustness(samples=5, seed=1))
    return found

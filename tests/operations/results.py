"""One result of every kind that a public function returns, made anew at each call from the same input."""

from collections.abc import Callable, Mapping
from datetime import date
from inspect import isclass, isfunction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import numpy as np
from pandas import DataFrame

import mentormatch as mm
from mentormatch.operations.matching import exporter_for
from mentormatch.programme.interview.interview import DraftInterview
from tests.contract.sent import request
from tests.operations.situations import edition
from tests.report.edition import CODES

REPLIES = DataFrame({"Votre code": ["M06"], "Votre réponse": ["oui"]})
SCARCE = mm.Programme.read(
    {
        "programme": {"name": "Mentorat"},
        "fields": {
            "id": {"kind": "text", "use": "key"},
            "moved": {"kind": "yesno"},
            "skills": {"kind": "choices", "options": ["a", "b"]},
        },
        "criteria": [{"kind": "same", "field": "moved", "weight": 4}, {"kind": "overlap", "field": "skills"}],
    }
)
"""A programme in which one mentee of two gains by leaving a question blank."""
ONE = [{"id": "M1", "moved": "Oui", "skills": ["a"]}]
TWO = [{"id": "E1", "moved": "Non", "skills": ["b"]}, {"id": "E2", "moved": "Non", "skills": ["a"]}]
DAYS = ["2026-03-03", "2026-03-10", "2026-03-17"]


def cohort(example: str = "mentorat") -> mm.Cohort:
    return mm.examples.cohort(example)


def programme(example: str = "mentorat") -> mm.Programme:
    return mm.examples.programme(example)


def match() -> mm.Matching:
    return mm.match(cohort(), programme())


def problem() -> mm.AssignmentProblem:
    row = mm.Row("few", np.array([[1], [0]]), most=1)
    return mm.AssignmentProblem.from_scores([[0.9, np.nan], [0.8, 0.7]], [[True, False], [True, True]], rows=[row])


def group_problem() -> mm.GroupProblem:
    return mm.GroupProblem.from_scores(np.arange(36).reshape(6, 6) + np.arange(36).reshape(6, 6).T, [3, 3])


def groups() -> mm.results.Grouping:
    return mm.form_groups(cohort("codeveloppement"), programme("codeveloppement"))


def watched() -> mm.Programme:
    """Return the example's programme, of which one question is watched."""
    data = programme().to_dict()
    data["fields"]["territoire"]["watch"] = True
    return mm.Programme.read(data)


def evenly() -> mm.Programme:
    """Return the example's programme with criteria of one weight."""
    data = programme().to_dict()
    return mm.Programme.read(data | {"criteria": [one | {"weight": 1.0} for one in data["criteria"]]})


def experiment() -> mm.Experiment:
    return mm.Experiment.of(programme(), evenly(), 7)


def in_folder[Made](make: Callable[[Path], Made]) -> Callable[[], Made]:
    """Return a maker that has a folder of its own."""

    def made() -> Made:
        with TemporaryDirectory() as folder:
            return make(Path(folder))

    return made


def year(folder: Path) -> mm.results.Year:
    return mm.follow_up(programme(), match().pairs, dict(mm.examples.copy_waves_to(folder)))


def decisions(folder: Path) -> mm.results.Decisions:
    path = folder / "binomes.xlsx"
    path.write_bytes(exporter_for(".xlsx").content(match()))
    return mm.read_decisions(path, cohort(), programme())


def verification(folder: Path) -> mm.results.Verification:
    path = folder / "binomes.decision.json"
    path.write_bytes(exporter_for(".decision.json").content(match()))
    return mm.verify(path)


def answers(folder: Path) -> Path:
    return mm.examples.copy_to(folder).answers


MADE: Mapping[type, Callable[[], Any]] = {
    mm.results.Access: lambda: mm.access(mm.match(cohort(), watched()), prices=False),
    mm.AssignmentProblem: problem,
    mm.CarryOver: lambda: mm.carry_over(match()),
    mm.results.Certificate: lambda: mm.certify(problem(), mm.solve(problem())),
    mm.Cohort: cohort,
    mm.results.Contacts: in_folder(lambda folder: mm.read_contacts(programme(), answers(folder))),
    mm.results.Dates: lambda: mm.choose_dates({"A": DAYS, "B": DAYS[:2]}, DAYS, 2),
    mm.results.Decisions: in_folder(decisions),
    mm.results.Diagnosis: lambda: mm.diagnose(cohort(), programme()),
    DraftInterview: in_folder(lambda folder: mm.draft_programme(mm.examples.copy_to(folder).answers)),
    mm.results.Draw: in_folder(lambda folder: mm.draw_experiment(cohort(), experiment().save(folder / "essai.json"))),
    mm.results.EditionResults: lambda: edition(sign=1),
    mm.results.Estimate: lambda: mm.estimate(cohort(), programme(), memory_mb=500),
    mm.results.Evaluation: lambda: mm.evaluate(cohort(), programme(), [("M06", "E11")]),
    mm.Experiment: experiment,
    mm.GroupProblem: group_problem,
    mm.results.GroupSolution: lambda: mm.form_groups(group_problem()),
    mm.results.Grouping: groups,
    mm.results.ExchangeCost: lambda: mm.cost_of_forcing(problem(), mm.solve(problem()), (1, 0)),
    mm.results.Incentives: lambda: mm.incentives(mm.read_survey(SCARCE, mentors=ONE, mentees=TWO), SCARCE),
    mm.results.Intake: in_folder(lambda folder: mm.intake(programme(), answers(folder))),
    mm.results.Learning: lambda: mm.learn(cohort(), programme(), [edition(sign=1)] * 2),
    mm.results.Lessons: lambda: mm.lessons([edition(sign=1)] * 2),
    mm.Matching: match,
    mm.results.Letter: lambda: mm.letters(match(), MADE[mm.results.Contacts](), "proposal")[0],
    mm.MatchResponse: lambda: mm.answer_json(request()),
    mm.results.MeetingDates: lambda: mm.meeting_dates(match(), 2, first=date(2026, 1, 5), last=date(2026, 3, 5))[0],
    mm.People: lambda: cohort().mentors,
    mm.results.PartnerOption: lambda: mm.partner_options(problem(), mm.solve(problem()), 1, 0)[0],
    mm.results.Profiles: lambda: mm.anonymous_profiles(cohort(), programme(), CODES),
    mm.Programme: programme,
    mm.Proposal: lambda: mm.reply(match()),
    type(CODES): lambda: type(CODES)(b"s" * 32),
    mm.results.Recruitment: lambda: mm.recruit(match(), 1),
    mm.Reply: lambda: mm.read_replies(DataFrame([["M06", "oui"]], columns=["Votre code", "Votre réponse"]), cohort())[
        0
    ],
    mm.results.Repair: lambda: mm.repair(match(), withdrawn=["M06"]),
    mm.results.Rotation: lambda: mm.rotate(groups()),
    mm.Row: lambda: problem().rows[0],
    mm.Solution: lambda: mm.solve(problem()),
    mm.results.Sturdiness: lambda: mm.sturdy(match()),
    mm.results.Suggestions: lambda: mm.suggest(cohort(), programme(), each=2),
    mm.results.Topics: lambda: mm.choose_topics({"A": ["x", "y"], "B": ["y"]}, 1),
    mm.results.Trial: lambda: mm.try_programme(cohort(), programme()),
    mm.results.Turns: lambda: mm.schedule_turns(["A", "B"], 2),
    mm.results.Verification: in_folder(verification),
    mm.results.Year: in_folder(year),
}


def returned() -> set[type]:
    """Return the classes of this package that its public functions return, one or several of them."""
    functions = [named for name in dir(mm) if isfunction(named := getattr(mm, name))]
    kinds = {function.__annotations__.get("return") for function in functions}
    whole = kinds | {part for kind in kinds for part in get_args(kind)}
    ours = {kind for kind in whole if isclass(kind) and kind.__module__.startswith("mentormatch.")}
    return {kind for kind in ours if not kind.__module__.startswith(("mentormatch.notebook", "mentormatch.widgets"))}

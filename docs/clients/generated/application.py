"""What a host writes with the client that openapi-python-client makes: each operation is called with its types.

MENTORMATCH_TOKEN=... python application.py requests.json     where that holds a request for each operation, by its name
"""

import json
import os
import sys
from pathlib import Path

import httpx
from mentormatch_client import AuthenticatedClient
from mentormatch_client.api.decisions import verify
from mentormatch_client.api.groups import dates, groups, rotate, topics, turns
from mentormatch_client.api.jobs import job, job_result
from mentormatch_client.api.pairs import alternatives, diagnose, evaluate, match, plans, repair, reply, suggest, why_not
from mentormatch_client.models import (
    AlternativesRequest,
    AlternativesResponse,
    ChoicesField,
    CoverageCriterion,
    DatesRequest,
    DatesResponse,
    DiagnoseRequest,
    DiagnoseResponse,
    EvaluateRequest,
    EvaluateResponse,
    GroupsRequest,
    GroupsResponse,
    Heading,
    Job,
    JobState,
    MatchRequest,
    MatchResponse,
    PlansRequest,
    PlansResponse,
    Problem,
    ProgrammeFile,
    ProgrammeFileFields,
    RepairRequest,
    RepairResponse,
    ReplyRequest,
    ReplyResponse,
    RotateRequest,
    RotateResponse,
    Submitted,
    SubmittedAnswers,
    SuggestRequest,
    SuggestResponse,
    TopicsRequest,
    TopicsResponse,
    TurnsRequest,
    TurnsResponse,
    VerifyRequest,
    VerifyResponse,
    WhyNotRequest,
    WhyNotResponse,
)

TOPICS = ["budget", "touring", "production"]


def person(key: str, field: str, topics: list[str]) -> Submitted:
    """Return somebody with one answer."""
    answers = SubmittedAnswers()
    answers[field] = topics
    return Submitted(id=key, answers=answers)


def request() -> MatchRequest:
    """Return a request made of typed parts: a checker finds a key that is misspelt, and a value of a wrong type."""
    fields = ProgrammeFileFields()
    fields["needs"] = ChoicesField(kind="choices", question="What do you need?", options=TOPICS)
    fields["skills"] = ChoicesField(kind="choices", question="What can you pass on?", options=TOPICS)
    return MatchRequest(
        programme=ProgrammeFile(
            programme=Heading(name="Mentoring"),
            fields=fields,
            criteria=[CoverageCriterion(kind="coverage", mentor="skills", mentee="needs", weight=1)],
        ),
        mentors=[person("M01", "skills", ["budget"]), person("M02", "skills", ["production"])],
        mentees=[person("E01", "needs", ["budget"]), person("E02", "needs", ["touring", "production"])],
    )


def told[Answer](answer: Answer | Job | Problem | None) -> Answer:
    """Return an answer that came at once; raises where there is none."""
    if answer is None or isinstance(answer, Job | Problem):
        raise ValueError(answer)
    return answer


def pairs(answer: MatchResponse) -> list[tuple[str, str, int]]:
    """Return the pairs of an answer."""
    return [(pair.mentor, pair.mentee, pair.score) for pair in answer.pairs]


def as_job(client: AuthenticatedClient, asked: MatchRequest) -> MatchResponse:
    """Return what a job answers, asked for until it is done."""
    taken = match.sync(client=client, body=asked, prefer="respond-async")
    while isinstance(taken, Job) and taken.state in (JobState.QUEUED, JobState.RUNNING):
        taken = job.sync(taken.id, client=client)
    if not isinstance(taken, Job):
        raise TypeError(taken)
    result = job_result.sync(taken.id, client=client)
    if not isinstance(result, MatchResponse):
        raise TypeError(result)
    return result


def problem_of(client: AuthenticatedClient) -> str:
    """Return what a request without mentees is refused with, and where it is wrong."""
    wrong = match.sync(client=client, body=MatchRequest(programme=request().programme, mentors=request().mentors))
    if not isinstance(wrong, Problem):
        raise TypeError(wrong)
    return f"{wrong.type_} {wrong.problems[0].where}"


def main(client: AuthenticatedClient, requests: Path) -> int:
    """Call every operation, and print what is in the answers."""
    print(pairs(told(match.sync(client=client, body=request()))))
    print(pairs(as_job(client, request())))
    asked = json.loads(requests.read_text("utf-8"))
    matched: MatchResponse = told(match.sync(client=client, body=MatchRequest.from_dict(asked["match"])))
    other: AlternativesResponse = told(
        alternatives.sync(client=client, body=AlternativesRequest.from_dict(asked["alternatives"]))
    )
    why: WhyNotResponse = told(why_not.sync(client=client, body=WhyNotRequest.from_dict(asked["why-not"])))
    worth: EvaluateResponse = told(evaluate.sync(client=client, body=EvaluateRequest.from_dict(asked["evaluate"])))
    several: PlansResponse = told(plans.sync(client=client, body=PlansRequest.from_dict(asked["plans"])))
    mended: RepairResponse = told(repair.sync(client=client, body=RepairRequest.from_dict(asked["repair"])))
    ideas: SuggestResponse = told(suggest.sync(client=client, body=SuggestRequest.from_dict(asked["suggest"])))
    settled: ReplyResponse = told(reply.sync(client=client, body=ReplyRequest.from_dict(asked["reply"])))
    cause: DiagnoseResponse = told(diagnose.sync(client=client, body=DiagnoseRequest.from_dict(asked["diagnose"])))
    formed: GroupsResponse = told(groups.sync(client=client, body=GroupsRequest.from_dict(asked["groups"])))
    rounds: RotateResponse = told(rotate.sync(client=client, body=RotateRequest.from_dict(asked["rotate"])))
    chosen: TopicsResponse = told(topics.sync(client=client, body=TopicsRequest.from_dict(asked["topics"])))
    days: DatesResponse = told(dates.sync(client=client, body=DatesRequest.from_dict(asked["dates"])))
    order: TurnsResponse = told(turns.sync(client=client, body=TurnsRequest.from_dict(asked["turns"])))
    checked: VerifyResponse = told(verify.sync(client=client, body=VerifyRequest.from_dict(asked["verify"])))
    print(matched.status, other.person, why.status, worth.schema_version, len(several.plans), len(mended.new))
    print(cause.status, len(formed.groups), len(rounds.rounds), chosen.topics, len(days.dates), len(order.turns))
    print(checked.outcome, ideas.schema_version, settled.schema_version)
    print(problem_of(client))
    return 0


if __name__ == "__main__":
    url, token = os.environ.get("MENTORMATCH_URL", "http://127.0.0.1:8000"), os.environ["MENTORMATCH_TOKEN"]
    service = AuthenticatedClient(base_url=url, token=token, timeout=httpx.Timeout(60))
    sys.exit(main(service, Path(sys.argv[1])))

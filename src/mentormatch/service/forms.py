"""What the service itself tells, beside the answers of operations: jobs, problems, and how it is."""

from typing import Literal

from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage


class ProgressForm(JsonMessage):
    """How far the work is: the first goal that is not proved, what was reached in it and what none goes beyond.

    ``proved`` counts the goals done with; ``part`` is the number of the problem that is being solved, of ``parts``;
    ``status`` is that of the last problem solved; ``over``: nothing further is told.
    ``looked`` of ``pairs`` have been in a look at very many, so many a second; 0 while there is none.
    """

    goal: str
    value: int | None
    bound: int | None
    proved: int
    part: int
    parts: int | None
    seconds: float
    status: str
    over: bool
    looked: int
    pairs: int
    pairs_per_second: float


class LinksForm(JsonMessage):
    """Where to ask further."""

    self: str
    events: str
    result: str


class JobForm(JsonMessage):
    """A job: the operation asked for, how it stands, how far it is, and where its result will be."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: ProgressForm | None
    links: LinksForm


class WrongForm(JsonMessage):
    """One thing that is wrong: where it stands, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    advice: str


class ProblemForm(JsonMessage):
    """Problem details (RFC 9457): ``type`` is stable, ``problems`` holds everything that is wrong with the request."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[WrongForm]
    request_id: str


class HealthForm(JsonMessage):
    """That the service is there, how many workers it has, how many are busy, and how many requests wait."""

    status: Literal["ok"]
    workers: int = Setting(ge=1)
    busy: int = Setting(ge=0)
    waiting: int = Setting(ge=0)

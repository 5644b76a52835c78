"""Where the plans of two programmes differ, a lot decides: the operation ``draw``."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Keys, Whole
from mentormatch.contract.examples import COHORT, PROGRAMME
from mentormatch.contract.match_response import Response
from mentormatch.contract.operation import Operation
from mentormatch.contract.operations.repair import pairs_out
from mentormatch.contract.requests import CohortRequest, ProgrammeTable, TimeLimit
from mentormatch.operations.experiment import Draw, DrawnPart, Experiment, draw_plan
from mentormatch.programme.programme import Programme


class DrawRequest(CohortRequest):
    """People, two programmes, and the ``seed`` of all lots.

    ``programme`` and ``second`` differ in their criteria alone. Record both and the seed before the answers are there.
    """

    second: ProgrammeTable
    seed: Whole
    time_limit_s: TimeLimit = None


class DrawnPartOut(JsonMessage):
    """A part in which the two plans differ: the pairs of either, and of which the lot is."""

    first: list[Keys]
    second: list[Keys]
    drawn: Literal["first", "second"]


class DrawResponse(Response):
    """The ``pairs`` that the lots give: those of both plans, and of each of the ``parts`` those on which the lot fell.

    ``digest`` is the SHA-256 of the record of the experiment, as the command ``experiment`` writes it.
    """

    status: Annotated[Status, Setting(strict=False)]
    digest: str
    pairs: list[Keys]
    parts: list[DrawnPartOut]
    sentences: list[str]

    @classmethod
    def of(cls, found: Draw) -> Self:
        """Return what was drawn."""
        return cls(
            status=found.matching.status,
            digest=found.experiment.digest,
            pairs=pairs_out((pair.mentor, pair.mentee) for pair in found.matching.pairs),
            parts=list(map(drawn_part_out, found.parts)),
            sentences=list(found.sentences),
        )


class DrawLots(Operation[DrawRequest, DrawResponse]):
    """The plan of two programmes between which a lot decides where they differ, part by part."""

    kind = "draw"
    request_type = DrawRequest
    response_type = DrawResponse

    def answer(self, request: DrawRequest) -> DrawResponse:
        """Return what the lots give."""
        cohort, programme = request.read()
        experiment = Experiment.of(programme, Programme.read(request.second), request.seed)
        return DrawResponse.of(draw_plan(cohort, experiment, time_limit_s=request.time_limit_s, **request.by_hand()))

    def example(self) -> dict[str, Any]:
        """Return the question of what a lot gives between two weights."""
        second = {**PROGRAMME, "criteria": [{**PROGRAMME["criteria"][0], "weight": 2}]}
        return {**COHORT, "second": second, "seed": 20261129}


def drawn_part_out(part: DrawnPart) -> DrawnPartOut:
    """Return one part as the contract has it."""
    first, second = pairs_out(part.first_pairs), pairs_out(part.second_pairs)
    return DrawnPartOut(first=first, second=second, drawn="second" if part.second else "first")

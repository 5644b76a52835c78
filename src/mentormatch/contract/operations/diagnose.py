"""Why there is no solution, and the ways out: the operation ``diagnose``."""

from typing import Annotated, Any, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.contract.examples import COHORT
from mentormatch.contract.match_response import (
    DiagnosisOut,
    RejectedOut,
    RemarkOut,
    Response,
    diagnosis_out,
    rejected_out,
    remarks_out,
)
from mentormatch.contract.operation import Operation
from mentormatch.contract.requests import CohortRequest, TimeLimit
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.operations.diagnosis import diagnose
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme


class DiagnoseRequest(CohortRequest):
    """A programme and its people; after ``time_limit_s`` seconds nothing more is tried, and ways out may be missing."""

    time_limit_s: TimeLimit = None


class DiagnoseResponse(Response):
    """Whether the rules can all hold, what stands in their way, and the ways out, cheapest first.

    ``status`` is ``feasible``, ``infeasible``, or ``stopped`` where the time ran out before either was known.
    """

    status: Annotated[Status, Setting(strict=False)]
    programme: str
    diagnosis: DiagnosisOut
    rejected: list[RejectedOut]
    remarks: list[RemarkOut]

    @classmethod
    def of(cls, cohort: Cohort, programme: Programme, found: Diagnosis) -> Self:
        """Return what a diagnosis says."""
        return cls(
            status=found.status,
            programme=programme.name,
            diagnosis=diagnosis_out(found),
            rejected=rejected_out(cohort),
            remarks=remarks_out(cohort),
        )


class Diagnose(Operation[DiagnoseRequest, DiagnoseResponse]):
    """Whether a programme has a solution, what stands in the way, and the ways out."""

    kind = "diagnose"
    request_type = DiagnoseRequest
    response_type = DiagnoseResponse

    def answer(self, request: DiagnoseRequest) -> DiagnoseResponse:
        """Return the diagnosis."""
        cohort, programme = request.read()
        found = diagnose(cohort, programme, time_limit_s=request.time_limit_s, **request.by_hand())
        return DiagnoseResponse.of(cohort, programme, found)

    def example(self) -> dict[str, Any]:
        """Return a pair that must be and must not be."""
        pair = [{"mentor": "M01", "mentee": "E01"}]
        return {**COHORT, "pins": pair, "bans": pair}

"""The intake as JSON, the same as ``mentormatch intake --json``."""

import json
from dataclasses import asdict, replace
from typing import ClassVar

from mentormatch.inspection.intake import Intake
from mentormatch.inspection.section import Writer


class IntakeData(Writer[Intake]):
    """One JSON object; keys that are e-mail addresses are left out, the lines stay."""

    kind: ClassVar[str] = ".json"
    filename: ClassVar[str] = "reponses.json"

    def content(self, intake: Intake) -> bytes:
        rows = intake.fates.rows if intake.fates.keyed else [replace(row, key="") for row in intake.fates.rows]
        told = {
            "schema_version": 1,
            "rows": [asdict(row) for row in rows],
            "remarks": [asdict(remark) for remark in intake.remarks.told],
            "reading": asdict(intake.reading),
            "questions": [asdict(question) for question in intake.questions.asked],
            "market": asdict(intake.market),
        }
        return (json.dumps(told, ensure_ascii=False, indent=1, default=str, allow_nan=False) + "\n").encode("utf-8")

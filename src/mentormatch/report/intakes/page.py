"""The intake as one page for the team, and part by part as a notebook shows it."""

from typing import ClassVar

from mentormatch.inspection.intake import Intake
from mentormatch.inspection.section import IntakeSection, Writer
from mentormatch.report import intake_words
from mentormatch.report.page_templates import rendered


class IntakePage(Writer[Intake]):
    """One HTML file without a script, which loads nothing and lets nothing be loaded."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "reponses.html"

    def content(self, intake: Intake) -> bytes:
        return rendered("intake.html", intake=intake, said=intake_words).encode("utf-8")

    def shown(self, part: IntakeSection) -> str:
        """Return one part as a notebook shows it."""
        return rendered("intake_part.html", part=part, said=intake_words)

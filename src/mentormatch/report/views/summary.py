"""The matching in plain words."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report import words
from mentormatch.report.decision_state import standing
from mentormatch.report.view import diagnosed
from mentormatch.report.views.piece import Piece


@dataclass(frozen=True, repr=False)
class Summary(Piece):
    """How many pairs, what is proved of them, what each goal reached; or why there is no answer and what would do."""

    kind: ClassVar[str] = "summary"
    call: ClassVar[str] = "summary()"
    purpose: ClassVar[str] = mark("Le résultat en quelques phrases, et ce qui en est démontré.")

    @property
    def title(self) -> str:
        return tr("Le résultat en bref")

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many people, pairs and answers, in sentences."""
        told = words.summary(self.matching), words.rows_in_words(self.matching)
        return tuple(sentence for sentence in told if sentence)

    @property
    def verdict(self) -> tuple[str, str]:
        """What is known of the pairs, in short and in a sentence."""
        return words.verdict(self.matching)

    @property
    def goals(self) -> tuple[words.ReachedGoal, ...]:
        """What each goal reached."""
        return tuple(words.goals(self.matching))

    @once_spoken
    def diagnosis(self) -> Diagnosis | None:
        """Why there is no answer, None where there is one."""
        return diagnosed(self.matching, self.labels)

    @property
    def standing(self) -> tuple[str, ...]:
        """That it is a proposal."""
        return standing(self.matching, None)

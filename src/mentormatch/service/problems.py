"""Problem details (RFC 9457) for every refused request.

Only ``detail`` and ``problems`` may quote the request, such as the key of a person; the log contains neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentormatch.errors import Problem
from mentormatch.languages.translation import language, mark, tr

PROBLEM_URN = "urn:mentormatch:problem:"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its HTTP status, and its title, to be translated."""

    status: int
    title: str

    def title_in(self, code: str) -> str:
        with language(code):
            return tr(self.title)


PROBLEM_KINDS = {
    "not-json": ProblemKind(400, mark("Le corps n'est pas du JSON")),
    "bad-request": ProblemKind(400, mark("La requête n'est pas du HTTP comme il faut")),
    "no-token": ProblemKind(401, mark("La requête ne porte aucun jeton valable")),
    "forbidden": ProblemKind(403, mark("La requête vient d'un autre site")),
    "no-scope": ProblemKind(403, mark("La clé n'est pas faite pour cela")),
    "not-found": ProblemKind(404, mark("Il n'y a rien ici")),
    "wrong-method": ProblemKind(405, mark("Cela ne se fait pas avec ce qui est ici")),
    "too-slow": ProblemKind(408, mark("La requête a mis trop de temps à arriver")),
    "contradiction": ProblemKind(409, mark("La requête se contredit, ou contredit ce dont elle parle")),
    "held": ProblemKind(409, mark("Quelqu'un d'autre tient ce travail")),
    "old-save": ProblemKind(409, mark("Le travail a été enregistré de nouveau après ce qui est ici")),
    "would-lose": ProblemKind(409, mark("Une chose décidée serait perdue")),
    "not-yet": ProblemKind(409, mark("La tâche n'est pas finie")),
    "too-large": ProblemKind(413, mark("La requête est trop grande")),
    "not-taken": ProblemKind(415, mark("Le corps est d'un genre qui n'est pas accepté")),
    "misdirected": ProblemKind(421, mark("Le service ne s'appelle pas ainsi")),
    "misfit": ProblemKind(422, mark("La requête ne suit pas le contrat")),
    "bad-programme": ProblemKind(422, mark("Le programme a des erreurs")),
    "other-request": ProblemKind(422, mark("Cet Idempotency-Key a déjà accompagné une autre requête")),
    "busy": ProblemKind(429, mark("Trop de demandes à la fois")),
    "head-too-large": ProblemKind(431, mark("L'en-tête de la requête est trop grand")),
    "failed": ProblemKind(500, mark("Le service a échoué")),
    "not-kept": ProblemKind(503, mark("Le service ne peut pas se servir de son fichier")),
    "stopping": ProblemKind(503, mark("Le service s'arrête")),
    "not-ready": ProblemKind(503, mark("Le service n'est pas prêt à travailler")),
    "worker-ended": ProblemKind(503, mark("Le processus qui travaillait a pris fin")),
    "out-of-memory": ProblemKind(503, mark("Le travail a demandé plus de mémoire que le service n'en permet")),
    "too-long": ProblemKind(503, mark("Le travail a duré plus que le service ne le permet")),
}
RETRYABLE_CODES = ("busy", "not-kept", "not-ready", "stopping", "worker-ended")


class RefusedError(Exception):
    """A refused request: a kind of problem, a message and its details.

    Parameters
    ----------
    code
        A key of ``PROBLEM_KINDS``.
    sentence
        A message marked for translation, formatted with ``values`` in the reader's language; a translated text if
        ``spoken`` is set.
    problems
        One entry per error, in the same language.
    headers
        Additional response headers.
    spoken
        The language of the texts, if they are already translated.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        /,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
        spoken: str | None = None,
        **values: str | float,
    ) -> None:
        super().__init__(code)
        self.code, self.sentence, self.problems, self.language = code, sentence, tuple(problems), spoken
        self.values = values
        retry = {"Retry-After": "2"} if code in RETRYABLE_CODES else {}
        self.headers = {**retry, **(headers or {})}

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEM_KINDS[self.code].status

    def detail_in(self, code: str) -> str:
        """Return the message in a language, or unchanged if it is already translated."""
        if self.language:
            return self.sentence
        with language(code):
            return tr(self.sentence, **self.values)

    def to_json(self, request_id: str, code: str = ENGLISH) -> dict[str, Any]:
        """Return the problem details as JSON, in a language unless they are already translated."""
        return {
            "type": f"{PROBLEM_URN}{self.code}",
            "title": PROBLEM_KINDS[self.code].title_in(self.language or code),
            "status": self.status,
            "detail": self.detail_in(code),
            "problems": [problem.to_dict() for problem in self.problems],
            "request_id": request_id,
        }

    def to_head(self) -> dict[str, Any]:
        """Return the head of a message to another process."""
        problems = [problem.to_dict() for problem in self.problems]
        message = {"detail": self.sentence, "values": self.values, "language": self.language}
        return {"code": self.code, "problems": problems, **message}

    @classmethod
    def from_head(cls, head: Mapping[str, Any]) -> "RefusedError":
        """Rebuild a refusal from the head of a message."""
        problems = [Problem(**problem) for problem in head["problems"]]
        message = {"spoken": head.get("language", ENGLISH), **head.get("values", {})}
        return cls(head["code"], head["detail"], problems, **message)


def lacks_scope(scopes: Iterable[str]) -> RefusedError:
    needed = mark("Il faut à la clé l'une de ces portées : {scopes}")
    return RefusedError("no-scope", needed, scopes=", ".join(sorted(scopes)))

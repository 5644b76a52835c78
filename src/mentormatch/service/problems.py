"""What is told where there is no answer: problem details as RFC 9457 has them, none of which holds what people said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentormatch.errors import Problem
from mentormatch.languages.translation import language, mark, tr

MEDIA_TYPE = "application/problem+json"
URN = "urn:mentormatch:problem:"
RETRY_S = 2
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: the status that it is sent with, and its title, to be translated."""

    status: int
    title: str

    def title_in(self, code: str) -> str:
        """Return the title in a language."""
        with language(code):
            return tr(self.title)


KINDS = {
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
"""Every kind of problem, by the code in its type."""
RETRIED = ("busy", "not-kept", "not-ready", "stopping", "worker-ended")


class RefusedError(Exception):
    """A request that is not answered: what kind of problem it is, in a sentence, and each thing that is wrong.

    Parameters
    ----------
    code
        A key of ``KINDS``.
    sentence
        A message that was marked for translation, told with ``values`` in the language of whoever reads it; a sentence
        in ``spoken``, if that is given.
    problems
        Each thing that is wrong, in the same language.
    headers
        Further headers of the answer.
    spoken
        The language in which all of it is told already.
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
        retry = {"Retry-After": str(RETRY_S)} if code in RETRIED else {}
        self.headers = {**retry, **(headers or {})}

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return KINDS[self.code].status

    def detail_in(self, code: str) -> str:
        """Return the sentence in a language, or as it was told already."""
        if self.language:
            return self.sentence
        with language(code):
            return tr(self.sentence, **self.values)

    def document(self, request_id: str, code: str = ENGLISH) -> dict[str, Any]:
        """Return the problem as JSON has it, in a language unless it was told in one already."""
        return {
            "type": f"{URN}{self.code}",
            "title": KINDS[self.code].title_in(self.language or code),
            "status": self.status,
            "detail": self.detail_in(code),
            "problems": [problem.to_dict() for problem in self.problems],
            "request_id": request_id,
        }

    def as_head(self) -> dict[str, Any]:
        """Return the same, to be sent from one process to another."""
        problems = [problem.to_dict() for problem in self.problems]
        told = {"detail": self.sentence, "values": self.values, "language": self.language}
        return {"code": self.code, "problems": problems, **told}

    @classmethod
    def from_head(cls, head: Mapping[str, Any]) -> "RefusedError":
        """Return what another process sent."""
        problems = [Problem(**problem) for problem in head["problems"]]
        told = {"spoken": head.get("language", ENGLISH), **head.get("values", {})}
        return cls(head["code"], head["detail"], problems, **told)


def lacks_scope(scopes: Iterable[str]) -> RefusedError:
    """Return that a key has none of the scopes that are needed."""
    needed = mark("Il faut à la clé l'une de ces portées : {scopes}")
    return RefusedError("no-scope", needed, scopes=", ".join(sorted(scopes)))

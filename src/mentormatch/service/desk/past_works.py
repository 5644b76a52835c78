"""Former states of a work: those that somebody validated, and those that an action replaced, for thirty days.

Each is stored as the parts of the work at that time. Parts that several states share are stored once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypedDict

from pydantic import AwareDatetime

from mentormatch.base.strict_json import JsonMessage
from mentormatch.languages.phrases import clock, moment
from mentormatch.languages.translation import mark, tr
from mentormatch.service.desk.desk_requests import FilePart
from mentormatch.service.desk.works import WorkParts, pack_files, unpack_files

PAST = "past"
"""The part of a work that contains its former states."""
PAST_DAYS = 30
MOST_PAST = 8  # states, the last validated one always among them
MOST_PAST_BYTES = 32 << 20  # of all states together; of these the oldest are dropped first
INDEX = "index"
TO_VALIDATED = mark("Revenir à la version validée de {when}")
TO_REPLACED = mark("Revenir à ce qui était décidé à {when}")
TO_VALIDATED_DAY = mark("Revenir à la version validée du {when}")
TO_REPLACED_DAY = mark("Revenir à ce qui était décidé le {when}")


class PastWork(JsonMessage):
    """A former state of a work.

    ``head`` identifies its validation and is empty if it has none; ``marks`` identify what staff had decided;
    ``files`` has for each file the digests that it is recognised by; ``parts`` the digest of each part.
    """

    id: str
    when: AwareDatetime
    head: str
    marks: list[str]
    files: dict[FilePart, list[str]]
    parts: dict[str, str]

    def has_files(self, files: Mapping[FilePart, str]) -> bool:
        """Return whether the state was reached with exactly these files, by digest."""
        return self.files.keys() == files.keys() and all(one in self.files[part] for part, one in files.items())

    @property
    def words(self) -> str:
        """How the page offers to bring the state back."""
        when = self.when.astimezone()
        if when.date() == datetime.now().astimezone().date():
            return tr(TO_VALIDATED if self.head else TO_REPLACED, when=clock(when))
        return tr(TO_VALIDATED_DAY if self.head else TO_REPLACED_DAY, when=moment(when))


class FormerState(TypedDict):
    """What ``PastWorks.add`` stores."""

    parts: WorkParts
    head: str
    marks: Iterable[str]
    files: Mapping[FilePart, list[str]]


class PastIndex(JsonMessage):
    """All former states, oldest first."""

    works: list[PastWork]


@dataclass(eq=False)
class PastWorks:
    """The former states of one work, oldest first, and the contents of their parts by digest."""

    works: list[PastWork] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    packed: bytes | None = None

    def add(self, parts: WorkParts, *, head: str, marks: Iterable[str], files: Mapping[FilePart, list[str]]) -> None:
        """Store a state; one with the same parts is stored once, under the later time."""
        digests = {name: digest_of(part) for name, part in parts.items()}
        ident = digest_of("".join(digests[name] for name in sorted(digests)).encode())[:24]
        work = PastWork(
            id=ident, when=datetime.now(UTC), head=head, marks=sorted(marks), files=dict(files), parts=digests
        )
        self.contents |= {digests[name]: part for name, part in parts.items()}
        self.works, self.packed = [*(one for one in self.works if one.id != ident), work], None
        self._drop_old()

    def _drop_old(self) -> None:
        """Drop states that have expired, then the oldest beyond the limits, never the last validated one."""
        since = datetime.now(UTC) - timedelta(days=PAST_DAYS)
        works = [one for one in self.works if one.when > since]
        while len(works) > 1 and (len(works) > MOST_PAST or self._size(works) > MOST_PAST_BYTES):
            last = next((one for one in reversed(works) if one.head), None)
            works.remove(next(one for one in works if one is not last))
        if works != self.works or self.contents.keys() != used_by(works):
            self.packed = None
        self.works = works
        self.contents = {digest: self.contents[digest] for digest in sorted(used_by(works))}

    def _size(self, works: Iterable[PastWork]) -> int:
        return sum(len(self.contents[digest]) for digest in used_by(works))

    def find(self, ident: str) -> PastWork | None:
        """Return a state by its id, None if there is none."""
        return next((one for one in self.works if one.id == ident), None)

    def of_files(self, files: Mapping[FilePart, str]) -> PastWork | None:
        """Return the last state that was reached with these files, by digest, None if there is none."""
        return next((one for one in reversed(self.works) if one.has_files(files)), None)

    def offered(self, head: str, marks: Iterable[str]) -> list[PastWork]:
        """Return the last validated state and the last other one that have something that is not here now.

        ``head`` identifies the validation of the plan at present, ``marks`` what is decided at present.
        """
        here = set(marks)
        found = [
            next((one for one in reversed(self.works) if bool(one.head) is validated), None)
            for validated in (True, False)
        ]
        return [one for one in found if one and (one.head != head if one.head else not set(one.marks) <= here)]

    def validated(self, head: str) -> list[PastWork]:
        """Return the last state of each validation, the last one first, without the validation with this head."""
        last = {one.head: one for one in self.works if one.head and one.head != head}
        return sorted(last.values(), key=lambda one: one.when, reverse=True)

    def parts(self, work: PastWork) -> dict[str, bytes]:
        """Return the parts of a state."""
        return {name: self.contents[digest] for name, digest in work.parts.items()}

    def pack(self) -> bytes:
        """Return all states as one part."""
        self._drop_old()
        if self.packed is None:
            index = PastIndex(works=self.works).model_dump_json().encode()
            self.packed = pack_files({INDEX: index, **self.contents})
        return self.packed

    @classmethod
    def unpack(cls, part: bytes) -> "PastWorks":
        """Return the states of a part; raises ValueError or KeyError if it is damaged."""
        contents = unpack_files(part)
        works = PastIndex.model_validate_json(contents.pop(INDEX)).works
        if used_by(works) - contents.keys():
            raise ValueError
        return cls(works, contents, part)


def used_by(works: Iterable[PastWork]) -> set[str]:
    """Return the digests of all parts of some states."""
    return {digest for one in works for digest in one.parts.values()}


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return sha256(content).hexdigest()

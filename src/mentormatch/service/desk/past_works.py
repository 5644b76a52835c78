"""Former states of a workspace, validated or discarded by an action, stored for up to 30 days within limits.

A state consists of its parts; parts shared by several states are stored once.
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
from mentormatch.service.desk.works import StateParts, decode_files, encode_files

PAST_DAYS = 30
MAX_PAST_STATES = 8  # always including the last validated one
MAX_PAST_BYTES = 32 << 20  # all states together


class PastWork(JsonMessage):
    """A former state.

    ``head`` identifies its validation (empty without one), ``marks`` the work of staff, ``files`` the digests of each
    file, ``parts`` the digest of each part.
    """

    id: str
    when: AwareDatetime
    head: str
    marks: list[str]
    files: dict[FilePart, list[str]]
    parts: dict[str, str]

    def has_files(self, files: Mapping[FilePart, str]) -> bool:
        return self.files.keys() == files.keys() and all(digest in self.files[part] for part, digest in files.items())

    @property
    def words(self) -> str:
        """The label of the button that brings the state back."""
        when = self.when.astimezone()
        if when.date() == datetime.now().astimezone().date():
            return tr(
                mark("Revenir à la version validée de {when}")
                if self.head
                else mark("Revenir à ce qui était décidé à {when}"),
                when=clock(when),
            )
        return tr(
            mark("Revenir à la version validée du {when}")
            if self.head
            else mark("Revenir à ce qui était décidé le {when}"),
            when=moment(when),
        )


class PastWorkArguments(TypedDict):
    """The arguments of ``PastWorks.add``."""

    parts: StateParts
    head: str
    marks: Iterable[str]
    files: Mapping[FilePart, list[str]]


class PastIndex(JsonMessage):
    """All former states, oldest first."""

    works: list[PastWork]


@dataclass(eq=False)
class PastWorks:
    """The former states of a workspace, oldest first, and the contents of parts by digest."""

    works: list[PastWork] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    packed: bytes | None = None

    def add(self, parts: StateParts, *, head: str, marks: Iterable[str], files: Mapping[FilePart, list[str]]) -> None:
        """Store a state; an equal one gets the new time."""
        digests = {name: digest_of(part) for name, part in parts.items()}
        ident = digest_of("".join(digests[name] for name in sorted(digests)).encode())[:24]
        work = PastWork(
            id=ident, when=datetime.now(UTC), head=head, marks=sorted(marks), files=dict(files), parts=digests
        )
        self.contents |= {digests[name]: part for name, part in parts.items()}
        self.works, self.packed = [*(state for state in self.works if state.id != ident), work], None
        self._drop_old()

    def merge(self, other: "PastWorks") -> None:
        """Add the states of another list; of equal ones, the later time counts."""
        latest = {state.id: state for state in sorted((*self.works, *other.works), key=lambda state: state.when)}
        self.works = sorted(latest.values(), key=lambda state: state.when)
        self.contents, self.packed = other.contents | self.contents, None
        self._drop_old()

    def _drop_old(self) -> None:
        """Drop expired states; above the limits, also the oldest of several, except the last validated one."""
        since = datetime.now(UTC) - timedelta(days=PAST_DAYS)
        works = [state for state in self.works if state.when > since]
        while len(works) > 1 and (len(works) > MAX_PAST_STATES or self._size(works) > MAX_PAST_BYTES):
            last = next((state for state in reversed(works) if state.head), None)
            works.remove(next(state for state in works if state is not last))
        if works != self.works or self.contents.keys() != used_digests(works):
            self.packed = None
        self.works = works
        self.contents = {digest: self.contents[digest] for digest in sorted(used_digests(works))}

    def _size(self, works: Iterable[PastWork]) -> int:
        return sum(len(self.contents[digest]) for digest in used_digests(works))

    def find(self, ident: str) -> PastWork | None:
        return next((state for state in self.works if state.id == ident), None)

    def find_by_files(self, files: Mapping[FilePart, str]) -> PastWork | None:
        """Return the last state with these files, by digest, None without one."""
        return next((state for state in reversed(self.works) if state.has_files(files)), None)

    def find_offered(self, head: str, marks: Iterable[str]) -> list[PastWork]:
        """Return the last validated and the last other state that contain work missing in the current state.

        ``head`` identifies the current validation, ``marks`` the current work of staff. Another validation counts as
        missing work.
        """
        current = set(marks)
        candidates = [
            next((state for state in reversed(self.works) if bool(state.head) is validated), None)
            for validated in (True, False)
        ]
        return [
            state
            for state in candidates
            if state and (state.head != head if state.head else not set(state.marks) <= current)
        ]

    def find_validated(self, head: str) -> list[PastWork]:
        """Return the last state of each validation except this one, newest first."""
        last = {state.head: state for state in self.works if state.head and state.head != head}
        return sorted(last.values(), key=lambda state: state.when, reverse=True)

    def parts(self, work: PastWork) -> dict[str, bytes]:
        """Return the parts of a state."""
        return {name: self.contents[digest] for name, digest in work.parts.items()}

    def pack(self) -> bytes:
        """Return all states as one part."""
        self._drop_old()
        if self.packed is None:
            index = PastIndex(works=self.works).model_dump_json().encode()
            self.packed = encode_files({"index": index, **self.contents})
        return self.packed

    @classmethod
    def unpack(cls, part: bytes) -> "PastWorks":
        """Restore the states from a part. Raises ValueError or KeyError if it is damaged."""
        contents = decode_files(part)
        works = PastIndex.model_validate_json(contents.pop("index")).works
        if used_digests(works) - contents.keys():
            raise ValueError
        return cls(works, contents, part)


def used_digests(works: Iterable[PastWork]) -> set[str]:
    return {digest for state in works for digest in state.parts.values()}


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()

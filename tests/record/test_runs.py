"""Each run, each edit and each validation is a line of the log, and the documents print its head."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mentormatch import Matching, RequestError, examples, match, read_survey, repair, verify
from mentormatch.errors import OutputError
from mentormatch.record.digests import digest
from mentormatch.record.log import LogEntry, check_chain
from tests.doors import substitute
from tests.record.decisions import example
from tests.report.readers import Outline, parts, sheets

pytestmark = pytest.mark.promise(29)

JOURNAL, DECISION = "binomes.journal.jsonl", "binomes.decision.json"
SAVER = """
import sys
from mentormatch import examples, match
from tests.doors import substitute
matching = match(examples.cohort(), examples.programme())
print("ready", flush=True)
sys.stdin.readline()
for _ in range(3):
    matching.save(sys.argv[1], who=sys.argv[2])
"""


def with_edits() -> Matching:
    """Return the example with its best pair imposed and its second best set aside."""
    first, second = [(pair.mentor, pair.mentee) for pair in example("quota").pairs[:2]]
    same = example("quota")
    return match(same.cohort, same.programme, pins=[first], bans=iter([second]))


def ids(matching: Matching, mentor: str, mentee: str) -> dict[str, str]:
    cohort = matching.cohort
    return {"mentor": f"m{cohort.mentors.find(mentor) + 1}", "mentee": f"e{cohort.mentees.find(mentee) + 1}"}


def entries(folder: Path) -> tuple[LogEntry, ...]:
    chain = check_chain(folder / JOURNAL)
    assert chain.is_intact
    return chain.entries


def heads_in(folder: Path) -> set[str]:
    """Return the heads that stand in the commands that the page and the workbook print."""
    page = "".join(text for _, text in Outline((folder / "binomes.html").read_text("utf-8")).texts)
    book = str(sheets((folder / "binomes.xlsx").read_bytes())["Journal"])
    printed = [
        re.findall(r"mentormatch verify binomes\.decision\.json --head ([0-9a-f]{64})", text) for text in (page, book)
    ]
    assert [len(found) for found in printed] == [1, 1]
    return {found[0] for found in printed}


def test_a_folder_keeps_who_made_the_pairs_and_why(tmp_path: Path) -> None:
    example("quota").save(tmp_path, who=" Camille Roux ", why="comité de mars")
    (entry,) = entries(tmp_path)
    assert (entry.kind, entry.who, entry.why) == ("matching", "Camille Roux", "comité de mars")
    assert entry.what == {"decision": digest((tmp_path / DECISION).read_bytes())}


def test_without_a_name_it_is_the_account_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "record", getuser=lambda: "croux")
    example("quota").save(tmp_path)

    def nobody() -> str:
        raise OSError("no account")

    substitute(monkeypatch, "record", getuser=nobody)
    example("quota").save(tmp_path)
    assert [entry.who for entry in entries(tmp_path)] == ["croux", "inconnu"]


def test_each_pin_and_ban_is_a_line_before_the_decision_in_opaque_ids(tmp_path: Path) -> None:
    matching = with_edits()
    matching.save(tmp_path, who="Camille")
    first, second, last = entries(tmp_path)
    pin, ban = matching.programme.rules[-2:]
    assert first.what == {"edit": "pin", **ids(matching, *named(pin)), "decision": last.what["decision"]}
    assert second.what == {"edit": "ban", **ids(matching, *named(ban)), "decision": last.what["decision"]}
    assert [entry.kind for entry in (first, second, last)] == ["edit", "edit", "matching"]


def named(rule: object) -> tuple[str, str]:
    return str(getattr(rule, "mentor", "")), str(getattr(rule, "mentee", ""))


def test_no_key_of_a_person_and_no_answer_is_in_the_log(tmp_path: Path) -> None:
    matching = with_edits()
    matching.save(tmp_path, who="Camille")
    text = (tmp_path / JOURNAL).read_text("utf-8")
    words = set(re.findall(r"\w+", text))
    assert not words & {*matching.cohort.mentors.ids, *matching.cohort.mentees.ids}


def test_who_left_who_arrived_and_what_had_begun_are_lines_of_a_repair(tmp_path: Path) -> None:
    before = example("quota")
    files = examples.copy_to(tmp_path / "nouveaux")
    header, *answers = files.answers.read_text("utf-8-sig").splitlines()
    late = next(answer for answer in answers if ";E08;" in answer).replace(";E08;", ";E50;")
    (tmp_path / "late.csv").write_text(f"{header}\n{late}\n", encoding="utf-8")
    arrived = read_survey(before.programme, tmp_path / "late.csv")
    kept = next((pair.mentor, pair.mentee) for pair in before.pairs if pair.mentor != "M04")
    after = repair(before, withdrawn=["M04"], arrived=arrived, keep=iter([kept])).matching
    after.save(tmp_path / "mars", who="Camille")
    told = [
        {name: said for name, said in entry.what.items() if name != "decision"} for entry in entries(tmp_path / "mars")
    ]
    assert told == [
        {"edit": "withdrawn", "mentor": f"m{before.cohort.mentors.find('M04') + 1}"},
        {"edit": "arrived", "mentee": f"e{len(after.cohort.mentees)}"},
        {"edit": "keep", **ids(after, *kept)},
        {},
    ]


def test_page_and_workbook_print_the_head_that_the_log_has_and_the_digest_of_the_decision(tmp_path: Path) -> None:
    example("quota").save(tmp_path)
    assert heads_in(tmp_path) == {check_chain(tmp_path / JOURNAL).head}
    sealed = digest((tmp_path / DECISION).read_bytes())
    assert sealed in (tmp_path / "binomes.html").read_text("utf-8")
    assert sealed in str(sheets((tmp_path / "binomes.xlsx").read_bytes())["Journal"])


def test_saving_again_goes_on_with_the_chain_and_the_former_head_still_holds(tmp_path: Path) -> None:
    example("quota").save(tmp_path)
    (first,) = heads_in(tmp_path)
    example("quota").save(tmp_path)
    (second,) = heads_in(tmp_path)
    assert first != second
    verification = verify(tmp_path / DECISION, head=first)
    assert verification.sound
    assert verification.chain
    assert verification.chain.lines_since_head == 1
    assert verify(tmp_path / DECISION, head=second).sound


def test_a_log_that_is_rewritten_as_a_whole_fails_against_the_head_that_is_printed(tmp_path: Path) -> None:
    example("quota").save(tmp_path, who="Camille")
    (head,) = heads_in(tmp_path)
    (tmp_path / JOURNAL).unlink()
    example("quota").save(tmp_path, who="Claude")
    assert verify(tmp_path / DECISION).sound
    assert not verify(tmp_path / DECISION, head=head).sound


def test_the_same_matching_gives_the_same_documents_but_for_the_head(tmp_path: Path) -> None:
    for name in ("a", "b"):
        example("quota").save(tmp_path / name, who="Camille", why=name)
    for document in ("binomes.csv", DECISION):
        assert (tmp_path / "a" / document).read_bytes() == (tmp_path / "b" / document).read_bytes()
    told = []
    for name in ("a", "b"):
        (head,) = heads_in(tmp_path / name)
        texts = dict(parts((tmp_path / name / "binomes.xlsx").read_bytes()))
        texts |= {one: (tmp_path / name / one).read_text("utf-8") for one in ("binomes.html", "binomes.json")}
        without = {part: text.replace(head, "head") for part, text in texts.items()}
        why = rf">{name}</t"
        told.append({part: re.sub(rf"{why}|\d+:\d\d|\d+\xa0h\xa0\d\d", "", text) for part, text in without.items()})
    assert told[0] == told[1]


def test_a_single_file_has_no_log_and_prints_no_head(tmp_path: Path) -> None:
    example("quota").save(tmp_path / "b.html", who="Camille")
    example("quota").save(tmp_path / "b.xlsx")
    assert {path.name for path in tmp_path.iterdir()} == {"b.html", "b.xlsx"}
    assert "--head" not in (tmp_path / "b.html").read_text("utf-8")
    assert "--head" not in str(sheets((tmp_path / "b.xlsx").read_bytes()))


@pytest.mark.parametrize("who", ["", "  ", "\udc80"])
def test_what_is_no_name_is_refused(tmp_path: Path, who: str) -> None:
    with pytest.raises(RequestError):
        example("quota").save(tmp_path, who=who)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"line":1', b'"line":2'), (b"Camille", b"Claude")],
    ids=["moved", "changed"],
)
def test_a_log_that_is_not_whole_is_told_and_nothing_is_written(tmp_path: Path, old: bytes, new: bytes) -> None:
    example("quota").save(tmp_path, who="Camille")
    example("quota", "minimum_score").save(tmp_path, who="Dominique")
    (tmp_path / JOURNAL).write_bytes((tmp_path / JOURNAL).read_bytes().replace(old, new))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(OutputError, match="ligne"):
        example("quota").save(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_line_whose_writing_was_interrupted_is_set_aside_when_the_folder_is_saved_again(tmp_path: Path) -> None:
    example("quota").save(tmp_path, who="Camille")
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes() + b'{"line":2,"prev')
    assert check_chain(path).is_truncated
    example("quota").save(tmp_path, who="Dominique")
    chain = check_chain(path)
    assert chain.is_intact
    assert [one.kind for one in chain.entries] == ["matching", "interruption", "matching"]


def test_a_log_that_was_changed_is_told_also_where_a_writing_was_interrupted(tmp_path: Path) -> None:
    example("quota").save(tmp_path, who="Camille")
    example("quota").save(tmp_path, who="Dominique")
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes().replace(b"Camille", b"Claude") + b'{"line":3,"prev')
    with pytest.raises(OutputError) as refused:
        example("quota").save(tmp_path)
    assert [problem.where for problem in refused.value.problems] == ["journal, ligne 2"]


@pytest.mark.proof
def test_two_processes_that_save_at_once_leave_one_whole_chain(tmp_path: Path) -> None:
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, str(tmp_path), who], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for who in ("Camille", "Dominique")
    ]
    assert [saver.stdout.readline() for saver in savers if saver.stdout] == [b"ready\n"] * 2
    assert [saver.communicate(b"go\n") and saver.returncode for saver in savers] == [0, 0]
    assert sorted(entry.who for entry in entries(tmp_path)) == ["Camille"] * 3 + ["Dominique"] * 3
    assert heads_in(tmp_path) <= heads_of(tmp_path / JOURNAL)


def heads_of(journal: Path) -> set[str]:
    return {digest(line) for line in journal.read_bytes().splitlines()}

"""The command ``replies``: from the pairs that are proposed to those that all accepted, round after round."""

import stat
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.contract.operations.replies import ReplyResponse
from tests.cli.commands import Done, Edition, done


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


def on(edition: Edition, command: str) -> Done:
    return done(*edition.words(f"{command} -p {{programme}}"))


def filled(form: Path, answers: dict[str, str]) -> Path:
    """Fill in the answers of some people in a form, and return where."""
    lines = form.read_text("utf-8-sig").splitlines()
    told = list[str]()
    for line in lines:
        code = line.split('"')[1]
        told.append(line.replace('"";', f'"{answers[code]}";', 1) if code in answers else line)
    target = form.with_name("remplies.csv")
    target.write_text("\n".join(told), "utf-8")
    return target


def test_rounds_go_on_from_their_own_file_and_end_with_all_settled(edition: Edition, tmp_path: Path) -> None:
    begun = on(edition, f"replies {{answers}} {{pairs}} -o {tmp_path}/1")
    assert begun.code == 0
    assert "Tour 1\xa0: 0\xa0binôme accepté, 12\xa0binômes en attente de réponse, 0\xa0binôme refusé." in begun.err
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "1").glob("*.csv"))
    form = filled(tmp_path / "1" / "reponses-a-remplir.csv", {"M06": "oui", "E08": "oui", "E05": "non"})
    second = on(edition, f"replies {{answers}} {tmp_path}/1/propositions.json --replies {form} -o {tmp_path}/2")
    assert "Tour 2\xa0: 1\xa0binôme accepté, 11\xa0binômes en attente de réponse, 1\xa0binôme refusé." in second.err
    last = on(edition, f"replies {{answers}} {tmp_path}/2/propositions.json --late accept --json")
    told = ReplyResponse.model_validate_json(last.out)
    assert (told.round, len(told.settled), told.declined[0].mentee) == (3, 12, "E05")
    assert {"mentor": "M04", "mentee": "E05"} not in [pair.model_dump() for pair in told.proposal.pairs]
    assert told == ReplyResponse.of(mm.reply(read(tmp_path / "2" / "propositions.json"), [], late="accept"))


def read(path: Path) -> mm.Proposal:
    record = mm.ProposalRecord.from_json(path.read_bytes())
    return mm.Proposal.read(record, mm.examples.cohort(), mm.examples.programme())


def test_without_a_folder_everybody_stands_on_the_terminal(edition: Edition) -> None:
    said = on(edition, "replies {answers} {pairs} --asked mentee")
    assert "mentoré·e\tE05\tasked\tbinôme proposé\tM04\t1" in said.out


def test_a_reply_that_cannot_be_taken_leaves_the_round_open(edition: Edition, tmp_path: Path) -> None:
    on(edition, f"replies {{answers}} {{pairs}} -o {tmp_path}/1")
    (tmp_path / "r.csv").write_text("Votre code;Votre réponse\nM06;oui\nM06;non\n", "utf-8")
    forms = f"--replies {tmp_path}/r.csv -o {tmp_path}/2"
    refused = on(edition, f"replies {{answers}} {tmp_path}/1/propositions.json {forms}")
    assert refused.code == 3
    assert "r.csv, ligne 2\xa0: oui\xa0; r.csv, ligne 3\xa0: non" in refused.err
    assert not (tmp_path / "2").exists()


def test_a_file_that_is_no_proposal_is_told_so(edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"rounds": [], "pairs": 3}', "utf-8")
    refused = on(edition, f"replies {{answers}} {tmp_path}/p.json")
    assert refused.code == 3
    assert "Ce fichier n’est pas celui d’une proposition" in refused.err


def test_a_form_that_was_filled_in_where_it_lies_is_not_overwritten(edition: Edition, tmp_path: Path) -> None:
    begin = f"replies {{answers}} {{pairs}} -o {tmp_path}/1"
    assert on(edition, begin).code == 0
    form = tmp_path / "1" / "reponses-a-remplir.csv"
    form.write_bytes(filled(form, {"M06": "oui"}).read_bytes())
    typed = form.read_bytes()
    refused = on(edition, begin)
    assert refused.code == 3
    assert "quelqu’un y a écrit" in refused.err
    assert form.read_bytes() == typed
    assert on(edition, f"{begin} --replace").code == 0
    assert typed in [path.read_bytes() for path in tmp_path.rglob("*.csv")]

"""The form of a programme as a widget, without a browser: gestures, and versions that are kept in the file."""

import re
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.notebook import FormWidget
from mentormatch.service.desk.assets import page_file
from mentormatch.widgets.form.texts import FORM_TEXTS
from mentormatch.widgets.form.texts import get_form_module as form_module
from tests.report.readers import Outline


@pytest.fixture
def form(tmp_path: Path) -> FormWidget:
    files = mm.open_files(tmp_path)
    files.programme.write_text("# à relire en mars\n" + files.programme.read_text("utf-8"), encoding="utf-8")
    return mm.open_form(files.programme, files.answers)


def weigh(form: FormWidget, weight: int) -> None:
    edits = [{"edit": "weight", "at": 0, "weight": weight, "others": True}]
    form.asked = {"turn": form.view["turn"] + 1, "what": {"action": "edit", "edits": edits}}


def test_a_gesture_is_tried_and_only_a_version_that_is_kept_is_in_the_file(form: FormWidget) -> None:
    before = form.path.read_bytes()
    weigh(form, 50)
    assert (form.view["turn"], form.view["refusal"], form.view["form"]["tried"]) == (1, "", True)
    assert form.path.read_bytes() == before
    assert form.programme.criteria[0].weight == 35
    form.asked = {"turn": 2, "what": {"action": "keep"}}
    assert form.view["form"]["version"] == 2
    assert mm.Programme.load(form.path) == form.programme
    assert form.programme.criteria[0].weight == 50
    assert form.path.read_text("utf-8").startswith("# à relire en mars\n")
    (kept,) = form.path.parent.glob("programme (*).toml")
    assert kept.read_bytes() == before
    assert len(mm.match(form.cohort, form.programme).pairs) == int(form.view["form"]["measures"][2]["now"])


@pytest.mark.parametrize("what", [{"action": "fly"}, {"action": "way", "number": 7}, None])
def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(form: FormWidget, what: object) -> None:
    before = form.view["form"]
    form.asked = {"turn": 1, "what": what}
    assert form.view["refusal"]
    assert form.view["form"] == before


def test_only_a_programme_of_pairs_has_a_form(tmp_path: Path) -> None:
    files = mm.open_files(tmp_path, example="codeveloppement")
    with pytest.raises(mm.RequestError):
        mm.open_form(files.programme, files.answers)


def test_without_a_kernel_the_form_is_a_table_of_weights_and_rules(form: FormWidget) -> None:
    found = Outline(form._repr_html_())
    assert found.balanced
    assert "Besoins couverts" in found.inside("td.")
    assert "application/vnd.jupyter.widget-view+json" in form._repr_mimebundle_()[0]


def test_page_and_notebook_draw_the_form_by_the_same_script() -> None:
    own = form_module().partition("\n")[2].rpartition("export {")[0]
    assert own in FormWidget._esm + "\n"
    asked = set(re.findall(r'"(form_\w+)"', FormWidget._esm + page_file("programme.js")))
    assert asked == {name for name in FORM_TEXTS if name.startswith("form_")}

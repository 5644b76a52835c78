"""Steps as trees: what a template may hold, and that what people typed stays text."""

import pytest

from mentormatch.languages.translation import language
from mentormatch.service.desk.step_tree import parse_tree


@pytest.mark.parametrize(
    "markup",
    [
        "<p>",
        "</p>",
        "<p><b></p></b>",
        "<script>1</script>",
        "<img src=x>",
        "<p style='color:red'>a</p>",
        "<button onclick='1'>a</button>",
        "<a href='https://exemple.org'>a</a>",
        "<a href='javascript:1'>a</a>",
        "<iframe src='x'></iframe>",
        "<!-- a -->",
        "<!doctype html>",
        "<?php 1 ?>",
        "<svg><path/></svg>",
        "<form action='/x'></form>",
    ],
)
def test_a_template_with_anything_but_plain_elements_is_refused(markup: str) -> None:
    with pytest.raises(ValueError, match=r"clos|allowed|alone"):
        parse_tree(markup)


def test_texts_are_texts_and_attributes_are_read_as_they_were_escaped() -> None:
    tree = parse_tree('<p class="a">&lt;b&gt; &amp;amp; <b data-do=\'{"a": "\\u0027"}\'>x</b><br>\n</p>\n')
    assert tree == [
        "div",
        {},
        ["p", {"class": "a"}, "<b> &amp; ", ["b", {"data-do": '{"a": "\\u0027"}'}, "x"], ["br", {}]],
    ]


def test_french_spaces_stand_in_what_people_read_and_in_nothing_else() -> None:
    markup = '<p aria-label="a : b" data-do="a : b">« a : b »</p><textarea>a : b</textarea><code>a : b</code>'
    with language("fr"):
        paragraph, area, code = parse_tree(markup)[2:]
    assert paragraph == ["p", {"aria-label": "a\u00a0: b", "data-do": "a : b"}, "«\u00a0a\u00a0: b\u00a0»"]
    assert (area[2], code[2]) == ("a : b", "a : b")

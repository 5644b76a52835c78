"""How the documentation site is built: `make docs`, then open build/site/index.html."""

import sys
from pathlib import Path
from shutil import copytree

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_ext"))
copytree(DOCS.with_name("notebooks"), DOCS / "carnets", dirs_exist_ok=True)  # run, and shown among the guides

project = "mentormatch"
language = "fr"
root_doc = "index"
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "two_languages"]
exclude_patterns = ["README.md", "decisions/README.md"]  # contents for readers of the files; the site has its own

english = [
    "contributing/*",
    "decisions/*",
    "explanation/*",
    "gallery",
    "guides/extend",
    "guides/solve-an-array",
    "guides/spread-the-scoring",
    "guides/use-the-library",
    "problems/*",
    "start",
]
english += ["reference/python/*", "reference/codes", "reference/criteria-and-rules", "reference/glossary"]
english += ["reference/places", "reference/promises", "reference/stability", "reference/changes"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_ipywidgets_js = {}
numpydoc_show_class_members = False
add_module_names = False
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "exclude-members": "model_config, model_post_init"}
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "mentormatch"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_context = {"default_mode": "auto"}
html_show_search_summary = False  # it would fetch each page, which a browser refuses where the site is a mere folder
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_search_scorer = str(DOCS / "search_order.js")
html_sidebars = {"index": [], "start": [], "tutoriel/*": []}
html_theme_options = {
    "header_links_before_dropdown": 6,
    "header_dropdown_text": "Plus",
    "footer_start": [],
    "footer_end": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app: Sphinx) -> None:
    """Have the blocks of answers shown as the text that they are."""
    app.add_lexer("csv", TextLexer)

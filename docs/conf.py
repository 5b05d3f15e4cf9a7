"""How the documentation is built: Sphinx with MyST, four kinds of page."""

project = "Commonweal"
author = "the Commonweal team"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Commonweal"
suppress_warnings = ["myst.header"]


def setup(app):
    """Drawings of states stay as text here; a reader that knows Mermaid draws them."""
    from pygments.lexers.special import TextLexer

    app.add_lexer("mermaid", TextLexer)

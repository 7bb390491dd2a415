"""Templates: every text is escaped, a missing value is an error, indentation is not shown."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError
from markupsafe import Markup

from shopwindow.serving import templating
from shopwindow.serving.templating import IndentationRemover, render_template

TEMPLATES = Path(templating.__file__).parent / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
NOTICE = "web/notice.html"


class Document(HTMLParser):
    """Collects the elements, attributes and texts of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: dict[str, str] = {}
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name: value or "" for name, value in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


TEXTS = st.text(st.sampled_from("<>&;\"'`={}%#/ abilmpt\u0645\u0646")) | st.text().filter(
    lambda text: "\x00" not in text and "\r" not in text
)


@given(TEXTS)
@example("<script>alert(1)</script>")
@example("&lt; {{ 1 + 1 }} {% if %} {# #}")
def test_any_text_is_shown_as_it_is(text: str) -> None:
    document = Document(render_template(NOTICE, text=text, help=text))
    assert document.elements == ["div", "strong", *(["p"] if text else [])]
    assert "".join(document.texts) == text + text


@given(TEXTS)
@example('" onerror="alert(1)')
def test_any_text_stays_in_its_attribute(text: str) -> None:
    photo = render_template("web/photo.html", url=text, title=text, badge="", no_photo="")
    document = Document(photo)
    assert document.elements == ["div", "span", *(["img"] if text else [])]
    if text:
        shown = {name: document.attributes[name] for name in ("src", "alt")}
        assert shown == {"src": text, "alt": text}


def test_what_a_template_rendered_is_not_escaped_again() -> None:
    notice = render_template(NOTICE, text="<b>", help="")
    assert isinstance(notice, Markup)
    nested = render_template("web/results.html", language="en", direction="ltr", screen="",
        components=[notice])  # fmt: skip
    assert notice in nested


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'help' is undefined"):
        render_template(NOTICE, text="Gone")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<p>\n  <b>a</b>\n  <i>b</i>\n</p>\n", "<p><b>a</b><i>b</i></p>"),
        ("<p>{% if true %}\n  a\n{% endif %}\n</p>", "<p>a</p>"),
        ('<a href="x"\n  title="y">a</a>', '<a href="x" title="y">a</a>'),
        ("<p>\n  two\n  words\n</p>", "<p>two\n  words</p>"),
        ("<b>a</b> <i>b</i>", "<b>a</b> <i>b</i>"),
    ],
)
def test_line_breaks_beside_markup_are_left_out(source: str, html: str) -> None:
    environment = Environment(extensions=[IndentationRemover], autoescape=True)
    assert environment.from_string(source).render() == html


def test_an_error_names_the_line_of_the_template() -> None:
    environment = Environment(extensions=[IndentationRemover], autoescape=True)
    template = environment.from_string("<p>\n  <b>a</b>\n  {{ 1 / nothing }}\n</p>")
    with pytest.raises(ZeroDivisionError) as failure:
        template.render(nothing=0)
    assert failure.traceback[-1].lineno == 2  # the third, counted from 0


@pytest.mark.parametrize("name", NAMES)
def test_templates_quote_attributes_and_switch_off_no_escaping(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|=\{\{", source)
    assert not re.search(r"<script|\son\w+=|javascript:", source)

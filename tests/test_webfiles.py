"""The browser's files as they are sent: few, small, and known by what is in them."""

import base64
import hashlib
from pathlib import Path

import pytest

from chat.webfiles import WEB, looks_source, read, tagged

PAGE = """<link rel="stylesheet" href="/css/app.css">
<link rel="stylesheet" href="/css/more.css">
<a href="/css">Looks</a> <a href="/nothing.js">Nothing</a>
<script type="module" src="/js/app.js"></script>"""


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Return a small web directory."""
    (tmp_path / "css").mkdir()
    (tmp_path / "js").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "other.html").write_text(PAGE)
    (tmp_path / "css" / "app.css").write_text("p { color: red }")
    (tmp_path / "css" / "more.css").write_text("b { color: red }")
    (tmp_path / "js" / "app.js").write_text('import { x } from "./x.js"\nx()\n')
    (tmp_path / "js" / "x.js").write_text("export const x = () => 1\n")
    return tmp_path


def body(web: Path, path: str) -> str:
    return read(web)[path].plain.body.decode()


def test_a_page_names_scripts_and_styles_by_what_is_in_them(web: Path):
    files = read(web)

    other = body(web, "/other.html")

    assert f'href="/css/app.css?{files["/css/app.css"].tag}"' in other
    assert f'src="/js/app.js?{files["/js/app.js"].tag}"' in other
    assert '<a href="/css">' in other
    assert '<a href="/nothing.js">' in other


def test_what_a_script_imports_changes_its_tag(web: Path):
    before = body(web, "/other.html")

    (web / "js" / "x.js").write_text("export const x = () => 2\n")

    assert body(web, "/other.html") != before


def test_a_script_comes_with_what_it_imports(web: Path):
    script = body(web, "/js/app.js")

    assert "import" not in script
    assert "() => 1" in script


def test_the_first_page_has_its_looks_inside_it(web: Path):
    first = body(web, "/")

    assert "<style>p { color: red }</style>" in first
    assert "/css/app.css" not in first
    assert "/css/more.css?" in first
    assert first == body(web, "/index.html")


def test_what_is_said_to_those_who_write_it_stays_at_home(web: Path):
    looks = "/* Looks.\n\n   Ours. */\n\np {\n  color: red /* as a lamp */\n}\n"
    (web / "css" / "app.css").write_text(looks)
    (web / "more.html").write_text("<ul>\n  <li>One\n\n  <li>two\n</ul>\n")

    assert body(web, "/css/app.css") == "p {\ncolor: red \n}\n"
    assert body(web, "/more.html") == "<ul>\n<li>One\n<li>two\n</ul>\n"


def test_the_policy_names_the_looks_that_are_in_the_checkouts_first_page():
    page = read(WEB)["/"].plain.body
    looks = page.split(b"<style>")[1].split(b"</style>")[0]

    digest = base64.b64encode(hashlib.sha256(looks).digest()).decode()

    assert looks_source() == f"'sha256-{digest}'"


def test_a_page_made_of_a_template_names_them_too():
    tag = read(WEB)["/css/app.css"].tag

    assert tagged('<link href="/css/app.css">') == f'<link href="/css/app.css?{tag}">'

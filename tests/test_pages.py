"""What is served over HTTP beside the rooms."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from mnemonic import Mnemonic
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from chat.desk import templates
from chat.pages import POLICY, Guarded, Pages, packed
from chat.webfiles import WEB, looks_source

A_PAGE = "<!doctype html><title>Porchlight</title>" + "<p>Come in.</p>" * 50


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Return a small web directory, beside which lies a secret."""
    (tmp_path / "secret.txt").write_text("secret")
    web = tmp_path / "web"
    (web / "js").mkdir(parents=True)
    (web / "index.html").write_text(A_PAGE)
    (web / "js" / "app.js").write_text("x()")
    (web / "nothing.html").write_text("<a href='/'>The rooms</a>")
    (web / "sun.svg").write_text("<svg/>")
    (web / "site.webmanifest").write_text("{}")
    (web / "notes.md").write_text("not for browsers")
    return web


@pytest.fixture
def readiness() -> list[bool]:
    """Return whether the service is ready, for a test to change."""
    return [True]


@pytest.fixture
def browser(web: Path, readiness: list[bool]) -> Iterator[TestClient]:
    async def fail(_: Request) -> Response:
        raise ValueError("what a member said")

    pages = Pages(ready=lambda: readiness[0], metrics=lambda: b"up 1\n", web=web)
    app = Starlette(routes=[Route("/fail", fail), *pages.routes()])
    with TestClient(
        Guarded(app), headers={"accept-encoding": ""}, raise_server_exceptions=False
    ) as browser:
        yield browser


async def test_whoever_leaves_while_they_send_is_no_fault_of_the_service():
    async def reads(request: Request) -> Response:
        return Response(await request.body())

    sent = list[Message]()
    coming: list[Message] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    app = Starlette(routes=[Route("/", reads, methods=["POST"])])
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [],
    }
    scope |= {"query_string": b"", "scheme": "http", "root_path": ""}

    await Guarded(app)(scope, receive, send)

    assert b"half" not in b"".join(each.get("body", b"") for each in sent)


def test_the_first_page_is_at_the_root_and_under_its_name(browser: TestClient):
    assert browser.get("/").text == browser.get("/index.html").text == A_PAGE


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/js/app.js", "text/javascript; charset=utf-8"),
        ("/sun.svg", "image/svg+xml"),
        ("/site.webmanifest", "application/manifest+json"),
        ("/words.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_says_what_it_is(browser: TestClient, path: str, type_: str):
    assert browser.get(path).headers["content-type"] == type_


def test_the_words_are_the_ones_that_everybody_else_uses(browser: TestClient):
    assert browser.get("/words.txt").text.split() == Mnemonic("english").wordlist


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/js",
        "/js/",
        "/notes.md",
        "/../secret.txt",
        "/js/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/js/..\\..\\secret.txt",
        "//etc/passwd",
        "/index.html%00",
    ],
)
def test_no_path_leads_anywhere_else(browser: TestClient, path: str):
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/staff/rota/zone", "/talk/over", "/no/room"])
def test_whoever_comes_where_nothing_is_finds_a_way_on(browser: TestClient, path: str):
    person = browser.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    program = browser.get(path, headers={"accept": "application/json"})

    assert (person.status_code, program.status_code) == (404, 404)
    assert "<a href='/'>" in person.text
    assert program.text == "There is nothing here.\n"


def test_the_checkouts_page_for_it_leads_to_the_rooms_the_desk_and_help():
    page = (WEB / "nothing.html").read_text()

    for way in ('href="/"', 'href="/staff"', 'href="/talk#lines"'):
        assert way in page


def test_only_reading_is_allowed(browser: TestClient):
    assert browser.post("/").status_code == 405


@pytest.mark.parametrize(
    ("accepted", "coding", "unpacked"),
    [
        ("gzip, deflate", "gzip", gzip.decompress),
        ("GZIP;q=0.5", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
    ],
)
def test_a_browser_that_can_unpack_gets_less_to_carry(
    browser: TestClient,
    accepted: str,
    coding: str,
    unpacked: Callable[[bytes], bytes],
):
    with browser.stream("GET", "/", headers={"accept-encoding": accepted}) as answer:
        packed = b"".join(answer.iter_raw())

    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert len(packed) < len(A_PAGE)
    assert unpacked(packed).decode() == A_PAGE


@pytest.mark.parametrize("accepted", ["", "zstd", "gzip;q=0", "br; q=0.0", "gzipped"])
def test_a_browser_that_cannot_gets_it_as_it_is(browser: TestClient, accepted: str):
    answer = browser.get("/", headers={"accept-encoding": accepted})

    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(("accepted", "coding"), [("gzip", "gzip"), ("br", None)])
def test_what_all_are_told_alike_is_packed_for_who_can_unpack_it(
    accepted: str, coding: str | None
):
    async def rooms(request: Request) -> Response:
        return packed(request, b"rooms" * 100, "application/json")

    with TestClient(Starlette(routes=[Route("/", rooms)])) as browser:
        answer = browser.get("/", headers={"accept-encoding": accepted})

    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.content == b"rooms" * 100


async def rooms_at(request: Request) -> Response:
    return packed(request, b"rooms" * len(request.url.query), "application/json")


def test_what_all_are_told_alike_is_not_told_again_until_it_changes():
    with TestClient(Starlette(routes=[Route("/", rooms_at)])) as browser:
        first = browser.get("/?now")
        known = {"if-none-match": first.headers["etag"]}

        same, later = (browser.get(f"/?{at}", headers=known) for at in ("now", "later"))

    assert (same.status_code, same.content) == (304, b"")
    assert (later.status_code, later.content) == (200, b"rooms" * 5)
    assert later.headers["cache-control"] == "no-cache"


def test_what_packing_would_not_make_smaller_is_not_packed(browser: TestClient):
    answer = browser.get("/js/app.js", headers={"accept-encoding": "br, gzip"})

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["", "gzip", "br"])
def test_what_a_browser_has_is_not_sent_again(browser: TestClient, accepted: str):
    headers = {"accept-encoding": accepted}
    first = browser.get("/", headers=headers)
    assert first.headers["cache-control"] == "no-cache"

    again = browser.get(
        "/", headers={**headers, "if-none-match": f'"x", W/{first.headers["etag"]}'}
    )

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


def test_what_a_page_names_by_its_tag_is_asked_for_once(browser: TestClient):
    tag = browser.get("/js/app.js").headers["etag"].strip('"')

    named, older = browser.get(f"/js/app.js?{tag}"), browser.get("/js/app.js?older")

    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert older.headers["cache-control"] == "no-cache"
    assert named.text == older.text == "x()"


def test_only_the_first_page_has_its_looks_inside_it(browser: TestClient):
    def styles(path: str) -> str:
        policy = browser.get(path).headers["content-security-policy"]
        return policy.split("style-src ")[1].split(";")[0]

    assert styles("/") == f"'self' {looks_source()}"
    assert styles("/talk") == styles("/staff") == "'self'"


def test_what_has_changed_is_sent_again(browser: TestClient):
    assert browser.get("/", headers={"if-none-match": '"old"'}).status_code == 200


def test_a_head_is_a_get_without_its_body(browser: TestClient):
    whole, head = browser.get("/"), browser.head("/")

    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    "path", ["/", "/words.txt", "/nothing", "/healthz", "/metrics", "/fail"]
)
def test_every_answer_keeps_the_page_to_itself(browser: TestClient, path: str):
    headers = browser.get(path).headers

    policy = headers["content-security-policy"].replace(f" {looks_source()}", "")
    assert policy.startswith(POLICY)
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers


def test_what_a_page_is_made_of_says_nothing_of_powers(browser: TestClient):
    headers = browser.get("/js/app.js").headers

    assert "permissions-policy" not in headers
    assert headers["content-security-policy"].startswith(POLICY)


@pytest.mark.parametrize(
    "head",
    [
        WEB / "index.html",
        templates.PLACE / "base.html",
        templates.PLACE / "plain.html",
    ],
    ids=lambda head: head.name,
)
def test_a_form_says_that_it_is_ours_and_other_sites_learn_nothing(head: Path):
    told = '<meta name="referrer" content="same-origin">'

    assert told in head.read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "()"),
        ("/staff", "(self)"),
        ("/staff/sign-in", "(self)"),
        ("/staffing", "()"),
        ("/x/staff/", "()"),
    ],
)
def test_only_the_room_teams_pages_may_ask_for_passkeys(
    browser: TestClient, path: str, allowed: str
):
    powers = browser.get(path).headers["permissions-policy"].split(", ")

    assert f"publickey-credentials-get={allowed}" in powers
    assert f"publickey-credentials-create={allowed}" in powers
    assert "camera=()" in powers


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("chat.example", "connect-src 'self' ws://chat.example"),
        ("localhost:8000", "connect-src 'self' ws://localhost:8000"),
        ("[::1]:8000", "connect-src 'self' ws://[::1]:8000"),
        ("evil; script-src *", "connect-src 'self'"),
        ("evil *", "connect-src 'self'"),
    ],
)
def test_a_page_may_talk_to_its_own_host_only(
    browser: TestClient, host: str, allowed: str
):
    headers = browser.get("/", headers={"host": host}).headers

    assert headers["content-security-policy"].endswith(f"; {allowed}")


def test_over_tls_only_over_tls(browser: TestClient):
    headers = browser.get("https://chat.example/").headers

    assert headers["content-security-policy"].endswith(" 'self' wss://chat.example")


def test_it_is_healthy_even_when_it_is_not_ready(
    browser: TestClient, readiness: list[bool]
):
    assert browser.get("/readyz").status_code == 200

    readiness[0] = False

    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200


def test_the_numbers_are_told_as_prometheus_reads_them(browser: TestClient):
    answer = browser.get("/metrics")

    assert answer.text == "up 1\n"
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"


def test_what_went_wrong_is_not_told(browser: TestClient):
    answer = browser.get("/fail")

    assert answer.status_code == 500
    assert "what a member said" not in answer.text


def test_the_checkout_has_a_first_page():
    assert (WEB / "index.html").is_file()

"""Mail: a line and a link, to an address that its owner confirmed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from chat.oncall.notify import Note, Outcome
from chat.oncall.notifying.mail import Mail
from chat.settings import Settings, house_url
from tests.support.clock import FakeClock
from tests.support.mail_server import MailServer

ALERT = "a1" * 16


def a_note(**changes: Any) -> Note:
    values: dict[str, Any] = {
        "id": ALERT,
        "kind": "need",
        "need_id": "beef" * 8,
        "staff_id": "wren-id",
        "way_id": "c3" * 16,
        "address": {"to": "wren@post.example"},
        "expires_in": timedelta(seconds=40),
    }
    return Note(**values | changes)


class Post:
    """A house that sends mail, and the server that takes it."""

    def __init__(self, url: str, clock: FakeClock) -> None:
        self.failures: dict[str, str] = {}
        self.mail = Mail(
            smtp_url=url,
            mail_from="porch@chat.example",
            public_url="https://chat.example/",
            clock=clock,
            failed=self._failed,
        )

    async def _failed(self, note: Note, why: str) -> None:
        self.failures[note.way_id] = why


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer.open() as server:
        yield server


@pytest.fixture
def post(server: MailServer, clock: FakeClock) -> Post:
    return Post(server.url, clock)


async def test_a_mail_is_a_line_and_a_link_and_nothing_else(
    post: Post, server: MailServer
):
    assert await post.mail.send(a_note()) is Outcome.SENT

    (mail,) = server.mails
    assert server.to == ["wren@post.example"]
    assert mail["Subject"] == "Porchlight: someone needs to talk"
    assert mail["From"] == "Porchlight <porch@chat.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == [
        "Someone needs to talk.",
        "",
        f"https://chat.example/staff/calls?alert={ALERT}",
    ]


@pytest.mark.parametrize("kind", ["canary", "test"])
async def test_a_mail_that_only_asks_whether_it_arrived_asks_for_its_link(
    post: Post, server: MailServer, kind: str
):
    await post.mail.send(a_note(kind=kind))

    (mail,) = server.mails
    assert "open this link" in mail["Subject"]
    assert "nothing to do" not in mail.get_content()


async def test_nothing_in_a_mail_tells_of_whom_it_is(post: Post, server: MailServer):
    note = a_note()

    await post.mail.send(note)

    whole = server.mails[0].as_string()
    for private in (note.need_id, note.staff_id, note.way_id):
        assert private not in whole


async def test_the_first_mail_leads_to_where_an_address_is_confirmed(
    post: Post, server: MailServer
):
    await post.mail.send(a_note(kind="confirm"))

    link = f"https://chat.example/staff/confirm?alert={ALERT}"
    assert link in server.mails[0].get_content()


@pytest.mark.parametrize(
    ("set_", "leads_to"),
    [
        # Pages at an address of this machine have no passkeys to sign in with.
        ({}, "http://localhost:8000"),
        ({"host": "0.0.0.0"}, "http://localhost:8000"),
        ({"host": "192.168.7.7"}, "http://192.168.7.7:8000"),
        ({"origins": "https://chat.example/, http://x"}, "https://chat.example"),
        ({"public_url": "https://peers.example"}, "https://peers.example"),
    ],
)
def test_a_link_leads_to_where_a_peer_can_sign_in(
    settings: Settings, set_: dict[str, str], leads_to: str
):
    assert house_url(settings.model_copy(update=set_)) == leads_to


async def test_an_address_cannot_put_lines_into_a_mail(post: Post, server: MailServer):
    # No such address is ever kept: this is the second door.
    note = a_note(address={"to": "wren@post.example\r\nBcc: other@post.example"})

    with pytest.raises(ValueError, match=r"linefeed|newline"):
        await post.mail.send(note)

    assert server.mails == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("550 no such mailbox", Outcome.NO), ("450 mailbox busy", Outcome.LATER)],
)
async def test_a_server_may_refuse_an_address(
    post: Post, server: MailServer, answer: str, outcome: Outcome
):
    server.refuses_recipient = answer

    assert await post.mail.send(a_note()) is outcome
    assert ("this address" in post.failures.get("c3" * 16, "")) is (
        outcome is Outcome.NO
    )


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("554 not from you", Outcome.AMISS), ("452 disk full", Outcome.LATER)],
)
async def test_a_server_may_refuse_us(
    post: Post, server: MailServer, answer: str, outcome: Outcome
):
    server.refuses_mail = answer

    assert await post.mail.send(a_note()) is outcome
    refused = "this house" in post.failures.get("c3" * 16, "")
    assert refused is (outcome is Outcome.AMISS)


async def test_it_signs_in_where_a_name_is_set(clock: FakeClock):
    async with MailServer.open(password="a@b") as server:
        with_it = Post(server.url.replace("//", "//robin:a%40b@"), clock)
        mistyped = Post(server.url.replace("//", "//robin:other@"), clock)

        assert await with_it.mail.send(a_note()) is Outcome.SENT
        assert await mistyped.mail.send(a_note()) is Outcome.AMISS
        assert "this house" in mistyped.failures["c3" * 16]


async def test_a_password_goes_to_no_other_machine_in_the_clear(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    found = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda _host, *told, **more: found("127.0.0.1", *told, **more),
    )
    async with MailServer.open(password="a@b") as server:
        url = server.url.replace("//127.0.0.1", "//robin:a%40b@mail.example")
        post = Post(url, clock)

        assert await post.mail.send(a_note()) is Outcome.AMISS

        assert server.mails == []


async def test_whoever_runs_the_house_reads_that_it_is_refused_and_nothing_else(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    async with MailServer.open(password="a@b") as server:
        post = Post(server.url.replace("//", "//robin:opensesame@"), clock)

        await post.mail.send(a_note())

    ours = [each for each in caplog.records if each.name == Mail.__module__]
    (told,) = ours
    assert (told.levelname, vars(told)["code"]) == ("WARNING", 535)
    for private in ("opensesame", "robin", "wren@post.example", ALERT):
        assert private not in repr(vars(told))


async def test_an_address_that_is_refused_is_no_news_for_whoever_runs_the_house(
    post: Post, server: MailServer, caplog: pytest.LogCaptureFixture
):
    server.refuses_recipient = "550 no such mailbox"

    await post.mail.send(a_note())

    assert not [each for each in caplog.records if each.name == Mail.__module__]


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:9", "smtps://127.0.0.1:9"])
async def test_a_server_that_is_not_there_is_tried_again(clock: FakeClock, url: str):
    post = Post(url, clock)

    assert await post.mail.send(a_note()) is Outcome.LATER
    assert post.failures == {}


async def test_a_server_that_says_nothing_is_tried_again(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chat.oncall.notifying.smtp.ANSWER_SECONDS", 0.1)
    silent = list[asyncio.StreamWriter]()
    server = await asyncio.start_server(
        lambda _reader, writer: silent.append(writer), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    post = Post(f"smtp://127.0.0.1:{port}", clock)

    assert await post.mail.send(a_note()) is Outcome.LATER

    for writer in silent:
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()

"""Staffing: who is asked, who is there and who is out, from the command line."""

import asyncio
from pathlib import Path

import pytest

from chat import staffing
from chat.clock import Clock
from chat.doorbell import CHANNEL, Doorbell
from chat.frontdesk import Accounts
from chat.identity import key_from
from chat.passkeys import Site
from chat.redis import Lines, servers
from chat.roles import Role
from chat.settings import Settings
from chat.signing.sittings import ended
from chat.staffing import NotDone
from chat.standing import NEWS
from chat.store.database import Database
from tests.support.authenticator import Authenticator
from tests.support.eventually import eventually
from tests.support.own_scripts import scripts_on

SITE = Site("https://chat.example", "chat.example")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"origins": f"{SITE.origin}, http://other"})


async def enrol(settings: Settings, link: str, desk_name: str) -> None:
    """Take up an invitation, on another process."""
    key = key_from(settings.secret_key, settings.data_dir / "secret.key")
    database = Database(None, settings.data_dir)

    async def ring(_news: bytes) -> None: ...

    async with scripts_on(settings.redis_url or "") as scripts:
        desk = Accounts(
            database=database, scripts=scripts, clock=Clock(), key=key, ring=ring
        )
        token = await desk.enrolments.begin(link.partition("#")[2], desk_name, None)
        asked = desk.enrolments.asked(await desk.enrolments.find(token), SITE)
        said = Authenticator(SITE.origin).create(asked)
        account = await desk.enrolments.finish_with_passkey(token, SITE, said)
        await desk.staff.seat(account)
    await database.aclose()


async def test_the_first_link_is_where_browsers_reach_the_service(settings: Settings):
    link = await staffing.first_invitation(settings)

    assert link is not None
    assert link.startswith("https://chat.example/staff/enrol#")


@pytest.mark.parametrize(
    ("set_", "begins"),
    [
        # Pages at an address of this machine have no passkeys.
        ({"origins": ""}, "http://localhost:8000"),
        ({"origins": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000"),
        ({"public_url": "https://peers.example/"}, "https://peers.example"),
    ],
)
async def test_every_link_leads_to_a_page_that_lets_somebody_in(
    settings: Settings, set_: dict[str, str], begins: str
):
    chosen = settings.model_copy(update=set_)

    for invitation in (
        await staffing.first_invitation(chosen),
        await staffing.invite(chosen, Role.PEER),
    ):
        assert invitation is not None
        assert invitation.startswith(f"{begins}/staff/enrol#")


async def test_once_there_is_somebody_there_is_no_first(settings: Settings):
    link = await staffing.first_invitation(settings)
    assert link is not None
    await enrol(settings, link, "Robin")

    assert await staffing.first_invitation(settings) is None
    (line,) = await staffing.team(settings)
    assert line.startswith("Robin\tcoordinator\tsince 20")


async def test_needs_no_redis_to_invite(settings: Settings):
    alone = settings.model_copy(update={"redis_url": None})

    assert await staffing.first_invitation(alone)
    assert await staffing.invite(alone, Role.PEER)


async def test_whoever_is_disabled_is_told_to_every_process(settings: Settings):
    first = await staffing.first_invitation(settings)
    assert first is not None
    await enrol(settings, first, "Robin")
    await enrol(settings, await staffing.invite(settings, Role.PEER), "Wren")
    heard: list[bytes] = []
    there = servers(settings.redis_url or "")

    async with scripts_on(settings.redis_url or "") as scripts:
        lines = Lines(servers=there, node="aa", tell=scripts.tell)
        bell = Doorbell(scripts=scripts, lines=lines, fan_out=lambda _t, _f: None)
        bell.answer = heard.append
        lines.heard = lambda _channel, data: bell.heard(data.removeprefix(NEWS))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(lines.run())
            await lines.follows(CHANNEL)

            said = await staffing.disable(settings, "wren")

            await eventually(lambda: heard)
            running.cancel()
    await there.aclose()

    assert said == "Wren is signed out everywhere, and let in no more."
    told = ended(heard[0])
    assert told is not None
    assert told[1] == ""
    (line,) = [x for x in await staffing.team(settings) if x.startswith("Wren\t")]
    assert ", left 20" in line


async def test_what_cannot_be_is_refused(settings: Settings):
    first = await staffing.first_invitation(settings)
    assert first is not None
    await enrol(settings, first, "Robin")

    with pytest.raises(NotDone, match="nobody of the room team"):
        await staffing.disable(settings, "Nobody")
    with pytest.raises(NotDone, match="the only coordinator"):
        await staffing.disable(settings, "Robin")


async def test_without_redis_it_says_that_it_is_to_be_done_again(
    settings: Settings, tmp_path: Path
):
    first = await staffing.first_invitation(settings)
    assert first is not None
    await enrol(settings, first, "Robin")
    await enrol(settings, await staffing.invite(settings, Role.PEER), "Wren")
    away = settings.model_copy(update={"redis_url": f"unix://{tmp_path}/no-server"})

    with pytest.raises(NotDone, match="do it again"):
        await staffing.disable(away, "Wren")

    assert await staffing.disable(settings, "Wren")

"""The doctor: what would keep anybody from being called is found before they are."""

from pathlib import Path
from typing import Any

import pytest

from chat.doctor import calls
from chat.doctor.finding import Finding
from chat.settings import Settings
from tests.support.mail_server import MailServer

PUBLIC = {"origins": "https://chat.example"}


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path


async def found(var: Path, **chosen: Any) -> list[Finding]:
    return [each async for each in calls.look(Settings(data_dir=var, **chosen))]


async def about(what: str, var: Path, **chosen: Any) -> list[str]:
    """Return what the doctor says about something."""
    lines = [str(finding) for finding in await found(var, **chosen)]
    return [line for line in lines if line[2:].startswith(what)]


async def test_at_home_all_is_well(var: Path):
    assert {finding.well for finding in await found(var)} == {True}


async def test_a_policy_that_would_stop_the_service_is_found(var: Path):
    file = var / "policy.toml"
    file.write_text("repeat_after_seconds = 60\n")

    (line,) = await about("policy", var, policy_file=file)

    assert line.startswith("✘ policy: policy.toml: ")
    assert "calls nobody" in line


@pytest.mark.parametrize("damaged", [True, False])
async def test_a_key_that_cannot_be_used_is_found(var: Path, damaged: bool):
    if damaged:
        (var / "vapid.pem").touch(0o600)
    chosen = {} if damaged else {"vapid_key": "opensesame"}

    (line,) = await about("push key", var, **chosen)

    source = "vapid.pem" if damaged else "VAPID_KEY"
    assert line == f"✘ push key: {source}: no key for Web Push"


async def test_a_push_key_that_others_may_read_is_found(var: Path):
    (var / "vapid.pem").touch()
    (var / "vapid.pem").chmod(0o644)

    (line,) = await about("push key", var)

    assert line.startswith("✘")
    assert "chmod 600" in line


@pytest.mark.parametrize("setting", ["HEARTBEAT_URL", "PUSH_SUBJECT"])
async def test_what_a_public_house_lacks_is_worth_a_thought(var: Path, setting: str):
    plain = {"host": "0.0.0.0", "public_url": "http://chat.example"}

    (line,) = await about(setting, var, **plain)

    assert line.startswith(f"! {setting} is empty")


async def test_links_that_lead_to_where_pages_are_refused_are_found(var: Path):
    elsewhere = PUBLIC | {"public_url": "https://peers.example/"}

    (line,) = await about("PUBLIC_URL", var, **elsewhere)

    assert line == (
        "! PUBLIC_URL is not among ORIGINS: its pages are refused, and links lead there"
    )
    assert not await about("PUBLIC_URL", var, **PUBLIC)
    alike = PUBLIC | {"public_url": "https://chat.example/"}
    assert not await about("PUBLIC_URL", var, **alike)


async def test_what_a_public_house_has_is_not(var: Path):
    chosen = PUBLIC | {"heartbeat_url": "https://watch.example/1"}

    assert {finding.well for finding in await found(var, **chosen)} == {True}


async def test_a_mail_server_that_lets_us_in_is_well(var: Path):
    async with MailServer.open(password="a@b") as server:
        url = server.url.replace("//", "//robin:a%40b@")

        lines = await about("mail", var, smtp_url=url, mail_from="a@chat.example")

    assert lines == ["✔ mail: its server lets us in"]
    assert server.mails == []


async def test_a_mail_server_that_refuses_us_is_found(var: Path):
    async with MailServer.open(password="a@b") as server:
        url = server.url.replace("//", "//robin:opensesame@")

        (line,) = await about("mail", var, smtp_url=url, mail_from="a@chat.example")

    assert line == "✘ mail: its server refuses us (535): look at SMTP_URL"


async def test_a_mail_server_that_is_not_there_is_found(var: Path):
    url = "smtp://robin:opensesame@127.0.0.1:9"

    (line,) = await about("mail", var, smtp_url=url, mail_from="a@chat.example")

    assert line.startswith("✘ mail: its server does not answer (")
    assert "opensesame" not in line

"""Push: to a peer's browser and nowhere else, and nobody on the way learns a thing."""

import asyncio
import base64
import json
import os
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import ResolveResult
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from py_vapid import Vapid02  # type: ignore[import-untyped]

from chat.identity import BadKey
from chat.oncall.notify import WORDS, Note, Outcome, words_of
from chat.oncall.notifying import push as pushing
from chat.oncall.notifying.doors import Doors, is_outside
from chat.oncall.notifying.outside import LeadsInside, Outside, Resolver
from chat.oncall.notifying.push import Push
from chat.oncall.notifying.sealing import sealed
from chat.oncall.notifying.subscriptions import address_of, unpadded
from chat.oncall.notifying.vapid import FILE, Vapid, key_from
from chat.oncall.refusals import BadWay
from tests.support.clock import FakeClock
from tests.support.push_service import Browser, PushService

FIREFOX = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"
SUBJECT = "mailto:porch@chat.example"


def a_note(browser: Browser, **changes: Any) -> Note:
    values: dict[str, Any] = {
        "id": "a1" * 16,
        "kind": "need",
        "need_id": "beef" * 8,
        "staff_id": "wren-id",
        "way_id": "c3" * 16,
        "address": browser.address,
        "expires_in": timedelta(seconds=40),
    }
    return Note(**values | changes)


class House:
    """A house that pushes, to a service of the test's own."""

    def __init__(self, service: PushService, clock: FakeClock, vapid: Vapid) -> None:
        self.service = service
        self.vapid = vapid
        self.failures: dict[str, str] = {}
        self.push = Push(
            vapid=vapid,
            doors=Doors([service.host]),
            clock=clock,
            failed=self._failed,
        )

    async def _failed(self, note: Note, why: str) -> None:
        self.failures[note.way_id] = why


@pytest.fixture
def vapid(tmp_path: Path) -> Vapid:
    return Vapid(key=key_from(None, tmp_path / FILE), subject=SUBJECT)


@pytest.fixture
async def house(clock: FakeClock, vapid: Vapid) -> AsyncIterator[House]:
    async with PushService.open() as service:
        house = House(service, clock, vapid)
        yield house
        await house.push.aclose()


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser(house.service.endpoint())


# What a push says


def test_it_is_sealed_as_the_standard_has_it():
    """The example of RFC 8291, section 5 and appendix A."""
    found = sealed(
        b"When I grow up, I want to be a watermelon",
        {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyP"
            "js7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
        salt=unpadded("DGv6ra1nlYgDCS1FRnbzlw"),
        private_key=derive_private_key(
            int.from_bytes(unpadded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
            SECP256R1(),
        ),
    )

    assert found == unpadded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYL"
        "ocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyou"
        "BWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


async def test_a_browser_is_told_an_opaque_id_and_that_someone_needs_to_talk(
    house: House, browser: Browser
):
    assert await house.push.send(a_note(browser)) is Outcome.SENT

    (pushed,) = house.service.pushed
    assert browser.reads(pushed.body) == {
        "id": "a1" * 16,
        "text": "Someone needs to talk",
    }


async def test_nothing_on_the_way_tells_of_whom_or_what_it_is(
    house: House, browser: Browser
):
    note = a_note(browser)
    await house.push.send(note)
    (first,) = house.service.pushed
    await house.push.send(a_note(browser, way_id="d4" * 16))
    second = house.service.pushed[1]

    seen = json.dumps([first.path, *first.headers.items()]) + repr(first.body)
    for private in (note.id, note.need_id, note.staff_id, note.way_id, "need"):
        assert private not in seen
    # Nor that two browsers are called about the same person.
    assert first.headers["Topic"] != second.headers["Topic"]


async def test_a_push_service_cannot_tell_a_call_from_a_canary_by_its_length(
    house: House, browser: Browser
):
    for kind in (*WORDS, "of a later version"):
        await house.push.send(a_note(browser, kind=kind))

    assert len({len(pushed.body) for pushed in house.service.pushed}) == 1


def test_an_address_is_not_in_what_is_logged_of_a_note():
    browser = Browser(FIREFOX)

    assert "mozilla" not in repr(a_note(browser))
    assert browser.address["auth"] not in repr(a_note(browser))


async def test_it_is_urgent_and_worth_arriving_until_the_next_step(
    house: House, browser: Browser
):
    await house.push.send(a_note(browser))

    headers = house.service.pushed[0].headers
    assert headers["Urgency"] == "high"
    assert headers["TTL"] == "40"
    assert headers["Content-Encoding"] == "aes128gcm"


async def test_a_second_push_about_the_same_need_replaces_the_first(
    house: House, browser: Browser
):
    await house.push.send(a_note(browser))
    await house.push.send(a_note(browser, id="b2" * 16, kind="need_again"))
    await house.push.send(a_note(browser, need_id="f00d" * 8))

    one, two, other = (each.headers["Topic"] for each in house.service.pushed)
    assert one == two != other
    assert len(one) == 32


async def test_the_push_service_knows_the_house_by_its_key(
    house: House, browser: Browser, clock: FakeClock
):
    await house.push.send(a_note(browser))

    authorization = house.service.pushed[0].headers["Authorization"]
    assert Vapid02.verify(authorization)
    assert authorization.endswith(f"k={house.vapid.public}")
    claims = json.loads(unpadded(authorization.split(".")[1]))
    assert claims["aud"] == f"http://{house.service.host}"
    assert claims["sub"] == SUBJECT
    assert 0 < claims["exp"] - clock.seconds() <= 24 * 60 * 60


def test_it_signs_anew_before_a_signature_is_over(vapid: Vapid):
    first = vapid.authorization("https://push.example", 1_790_000_000)

    assert vapid.authorization("https://push.example", 1_790_000_060) == first
    assert vapid.authorization("https://push.example", 1_790_003_600) != first
    # A clock that was set back must not leave us with a signature of the future.
    assert vapid.authorization("https://push.example", 1_789_990_000) != first


# What becomes of it


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.SENT),
        (200, Outcome.SENT),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
        (503, Outcome.LATER),
        (400, Outcome.NO),
        (401, Outcome.NO),
        (403, Outcome.NO),
        (413, Outcome.NO),
        (307, Outcome.NO),
    ],
)
async def test_what_a_push_service_answers_decides(
    house: House, browser: Browser, status: int, outcome: Outcome
):
    house.service.status = status

    assert await house.push.send(a_note(browser)) is outcome

    assert len(house.service.pushed) == 1
    why = house.failures.get("c3" * 16, "")
    assert (str(status) in why) == (outcome is Outcome.NO)


async def test_a_push_service_that_does_not_answer_is_tried_again(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chat.oncall.notifying.outside.ANSWER_SECONDS", 0.1)
    house.service.delay = 0.5

    assert await house.push.send(a_note(browser)) is Outcome.LATER


async def test_a_push_service_that_is_not_there_is_tried_again(house: House):
    nobody = Browser(house.service.endpoint())
    house.push._doors = Doors(["localhost:9"])
    nobody.endpoint = "http://localhost:9/push"

    assert await house.push.send(a_note(nobody)) is Outcome.LATER


async def test_keys_that_are_none_never_work(house: House, browser: Browser):
    broken = browser.address | {"p256dh": "AAAA"}

    assert await house.push.send(a_note(browser, address=broken)) is Outcome.NO
    assert "set it up again" in house.failures["c3" * 16]


async def test_where_alerts_are_not_handed_to_is_found_when_sending_too(house: House):
    strange = Browser("https://127.0.0.1/push")

    assert await house.push.send(a_note(strange)) is Outcome.NO
    assert house.failures


def test_every_kind_of_alert_has_words_and_says_no_more():
    for kind in ("need", "need_again", "canary", "test", "gap", "swap", "other"):
        told = json.loads(pushing.payload(a_note(Browser(FIREFOX), kind=kind)))

        assert told == {"id": "a1" * 16, "text": words_of(kind)}


# Where it may go


@pytest.mark.parametrize(
    "endpoint",
    [
        FIREFOX,
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://eu.push.services.mozilla.com:443/wpush/v2/x",
    ],
)
def test_the_push_services_of_browsers_are_known(endpoint: str):
    assert not Doors().door(endpoint).named


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/x",
        "https://fcm.googleapis.com:8443/fcm/send/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com.example/x",
        "https://notfcm.googleapis.com/x",
        "https://notify.windows.com/x",
        "https://.notify.windows.com.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "http://localhost:6379/x",
        "file:///etc/passwd",
        "gopher://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x#fragment",
        "https://fcm.googleapis.com:port/x",
        "https://fcm.googleapis.com/\r\nX-Other: 1",
        "https://fcm.googleapis.com\\@127.0.0.1/x",
        "https://fcm.googleapis.com/" + "x" * 2000,
        "https://fcm.go\u043egleapis.com/x",
        "https://127.0.0.1 .notify.windows.com/x",
        "https://127.0.0.1%2f.notify.windows.com/x",
        "https://127.0.0.1\\.push.services.mozilla.com/x",
        "https:///x",
        "",
    ],
)
def test_alerts_are_handed_to_nobody_else(endpoint: str):
    with pytest.raises(BadWay, match="push service"):
        Doors(["push.example"]).door(endpoint)


@pytest.mark.parametrize(
    ("named", "endpoint"),
    [
        ("push.example", "https://push.example/x"),
        ("push.example:8443", "https://push.example:8443/x"),
        ("localhost:9120", "http://localhost:9120/x"),
    ],
)
def test_an_operator_may_name_others(named: str, endpoint: str):
    assert Doors([named]).door(endpoint).named


@pytest.mark.parametrize(
    ("named", "endpoint"),
    [
        ("push.example", "https://push.example:8443/x"),
        ("push.example", "http://push.example/x"),
        ("localhost", "http://localhost:6379/x"),
        ("localhost:9120", "http://localhost:6379/x"),
    ],
)
def test_what_is_named_is_no_more_than_that(named: str, endpoint: str):
    with pytest.raises(BadWay):
        Doors([named]).door(endpoint)


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("142.250.1.1", True),
        ("2a00:1450:4001::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.5.5", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::8efa:101", True),
        ("64:ff9b:1::a00:1", False),
        ("::10.0.0.1", False),
        ("::ffff:0:10.0.0.1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
        ("nonsense", False),
    ],
)
def test_which_addresses_are_on_the_internet(address: str, outside: bool):
    assert is_outside(address) is outside


class Names:
    """A name server that says what the test wants."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str, *_: object) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=each, port=443, family=2, proto=0, flags=0
            )
            for each in self.addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_known_name_that_leads_inside_is_not_called():
    resolver = Resolver(lambda _host: False)
    resolver._names = Names("10.0.0.1", "142.250.1.1")  # type: ignore[assignment]

    found = await resolver.resolve("fcm.googleapis.com", 443)
    assert [each["host"] for each in found] == ["142.250.1.1"]

    resolver._names = Names("10.0.0.1")  # type: ignore[assignment]
    with pytest.raises(LeadsInside):
        await resolver.resolve("fcm.googleapis.com", 443)


async def test_no_connection_is_opened_to_where_a_name_leads_inside(
    house: House, browser: Browser
):
    outside = Outside(lambda _host: False)

    with pytest.raises(LeadsInside):
        await outside.post(house.service.endpoint(), b"", {})

    await outside.aclose()
    assert house.service.pushed == []


# What a browser gives us


@pytest.mark.parametrize(
    "damage",
    [
        None,
        [],
        {},
        {"endpoint": FIREFOX},
        {"endpoint": FIREFOX, "keys": 5},
        {"endpoint": FIREFOX, "keys": {"p256dh": 5, "auth": "x"}},
        {"endpoint": FIREFOX, "keys": {"p256dh": "AAAA", "auth": "A" * 22}},
        {"endpoint": FIREFOX, "keys": {"p256dh": "B" * 87, "auth": "A" * 22}},
        {"endpoint": FIREFOX, "keys": {"p256dh": "ü!", "auth": "A" * 22}},
    ],
)
def test_a_damaged_subscription_is_refused_in_plain_words(damage: object):
    with pytest.raises(BadWay, match="try once more"):
        address_of(damage, Doors())


def test_a_subscription_is_kept_without_what_is_not_needed():
    browser = Browser(FIREFOX)

    assert address_of(browser.subscription | {"more": "x"}, Doors()) == browser.address


def test_a_short_secret_is_refused():
    given = Browser(FIREFOX).subscription
    given["keys"]["auth"] = "AAAA"

    with pytest.raises(BadWay):
        address_of(given, Doors())


# The key of the house


async def test_processes_that_start_together_agree_on_one_key(tmp_path: Path):
    path = tmp_path / "new" / FILE

    keys = await asyncio.gather(
        *(asyncio.to_thread(key_from, None, path) for _ in range(8))
    )

    numbers = {key.private_numbers().private_value for key in keys}
    assert len(numbers) == 1
    assert os.listdir(path.parent) == [FILE]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_key_may_be_a_setting_in_each_of_its_forms(tmp_path: Path):
    key = key_from(None, tmp_path / FILE)
    number = key.private_numbers().private_value
    pem = (tmp_path / FILE).read_text()
    raw = base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()

    for form in (pem, pem.replace("\n", "\\n"), raw):
        given = key_from(form, tmp_path / "nothing")
        assert given.private_numbers().private_value == number


@pytest.mark.parametrize("text", ["", "secret", "A" * 60, "-----BEGIN nonsense"])
def test_a_key_that_is_none_is_refused_without_being_quoted(text: str, tmp_path: Path):
    with pytest.raises(BadKey, match="VAPID_KEY: no key for Web Push") as refused:
        key_from(text, tmp_path / FILE)
    assert not text or text not in str(refused.value)


def test_a_damaged_file_is_named(tmp_path: Path):
    (tmp_path / FILE).write_text("broken")

    with pytest.raises(BadKey, match=FILE):
        key_from(None, tmp_path / FILE)

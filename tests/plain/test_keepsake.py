"""The secret of a plain page: ours alone, and not too many to one place."""

import pytest
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chat.identity import Identity
from chat.plain.keepsake import NEW_PER_MINUTE, Keepsakes, is_marked, mark
from tests.support.clock import FakeClock

PROXY = "127.0.0.1"
SECRET = bytes(range(16))


@pytest.fixture
def keepsakes(clock: FakeClock) -> Keepsakes:
    return Keepsakes(
        identity=Identity(bytes(32)), clock=clock, trusted=frozenset({PROXY})
    )


def a_request(address: str = "203.0.113.7", cookie: str = "") -> Request:
    return Request(
        {
            "type": "http", "method": "GET", "path": "/talk", "scheme": "http",
            "query_string": b"", "client": (address, 1),
            "headers": [(b"cookie", f"talk={cookie}".encode())],
        }
    )  # fmt: skip


def kept(keepsakes: Keepsakes) -> str:
    answer = Response()
    keepsakes.put(a_request(), answer, SECRET)
    return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]


def test_a_secret_of_ours_comes_back(keepsakes: Keepsakes):
    assert keepsakes.of(a_request(cookie=kept(keepsakes))) == SECRET


@pytest.mark.parametrize("cookie", ["", "zz", "00" * 24, SECRET.hex(), "aabb"])
def test_no_other_is_taken(keepsakes: Keepsakes, cookie: str):
    assert keepsakes.of(a_request(cookie=cookie)) is None


def test_one_of_another_house_is_not_taken(keepsakes: Keepsakes, clock: FakeClock):
    other = Keepsakes(identity=Identity(b"x" * 32), clock=clock, trusted=frozenset())

    assert keepsakes.of(a_request(cookie=kept(other))) is None


def test_one_part_of_the_network_is_not_given_thousands(
    keepsakes: Keepsakes, clock: FakeClock
):
    given = [keepsakes.new(a_request(f"203.0.113.{n}")) for n in range(99)]
    assert len([secret for secret in given if secret]) == NEW_PER_MINUTE
    assert keepsakes.new(a_request("192.0.2.1")) is not None

    clock.advance(60)

    assert keepsakes.new(a_request("203.0.113.99")) is not None


def test_a_proxy_of_ours_is_everybodys_address(keepsakes: Keepsakes):
    assert all(keepsakes.new(a_request(PROXY)) for _ in range(2 * NEW_PER_MINUTE))


def test_a_form_is_marked_for_one_secret():
    assert is_marked(FormData({"mark": mark(SECRET)}), SECRET)
    assert not is_marked(FormData({"mark": mark(SECRET)}), SECRET[::-1])
    assert not is_marked(FormData({"mark": ""}), None)
    assert not is_marked(FormData({}), SECRET)

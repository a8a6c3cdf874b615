"""Which servers a URL names, and which of them has a key."""

import pytest
from redis.exceptions import RedisError

from chat.redis import servers
from chat.redis.servers import Cluster, Single, Watched
from tests.support.cluster import Node
from tests.support.redis_server import RedisServer


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://localhost", Single),
        ("rediss://:secret@localhost:6380/2", Single),
        ("unix:///run/redis.sock?db=1", Single),
        ("redis+sentinel://one:26379,two:26379/talk", Watched),
        ("redis+sentinel://user:secret@one/talk/3", Watched),
        ("redis+cluster://one:7000,two:7001,three", Cluster),
        ("redis+cluster://:secret@one:7000", Cluster),
    ],
)
async def test_the_scheme_says_what_kind_of_servers_there_are(url: str, kind: type):
    found = servers(url)

    assert isinstance(found, kind)
    await found.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://localhost",
        "localhost:6379",
        "redis+sentinel://one:26379",
        "redis+sentinel:///talk",
        "redis+sentinel://one:port/talk",
        "redis+cluster://",
        "redis+cluster://one:7000,",
    ],
)
def test_a_url_that_names_none_is_refused(url: str):
    with pytest.raises(ValueError, match=r"\S"):
        servers(url)


@pytest.mark.parametrize(
    ("url", "user", "password"),
    [
        ("redis+sentinel://one/talk", None, None),
        ("redis+sentinel://:p%40ss@one/talk", None, "p@ss"),
        ("redis+sentinel://peer:secret@one/talk", "peer", "secret"),
    ],
)
def test_a_password_is_for_the_servers(
    url: str, user: str | None, password: str | None
):
    connection = servers(url).connection_to("")

    assert connection.credential_provider is None
    assert (connection.username, connection.password) == (user, password)


@pytest.mark.parametrize(
    "url", ["redis://localhost:1", "redis+sentinel://localhost:1/talk"]
)
async def test_one_server_has_every_key(url: str):
    found = servers(url)
    await found.refresh()

    assert found.server_of("one") == found.server_of("another")
    await found.aclose()


@pytest.mark.parametrize("url", ["redis://localhost:1", "unix:///nowhere"])
def test_no_connection_is_mended_behind_our_back(url: str):
    connection = servers(url).connection_to("")

    assert connection.retry.get_retries() == 0
    assert connection.health_check_interval == 0
    assert not connection.retry_on_error


async def test_each_connection_is_its_own(own_redis: RedisServer):
    found = servers(own_redis.url)
    one, other = found.connection_to(""), found.connection_to("")
    await one.connect()  # type: ignore[no-untyped-call]

    assert one.is_connected
    assert not other.is_connected
    await one.disconnect()


async def test_nobody_has_a_key_before_the_cluster_was_asked():
    found = servers("redis+cluster://localhost:1")

    with pytest.raises(RedisError):
        found.server_of("a key")
    with pytest.raises(RedisError):
        found.connection_to("localhost:1")
    await found.aclose()


async def test_a_cluster_that_does_not_answer_is_no_surprise():
    found = servers("redis+cluster://localhost:1")

    with pytest.raises(RedisError):
        await found.refresh()
    await found.aclose()


async def test_a_server_that_is_no_cluster_is_no_surprise():
    with Node() as alone:
        found = servers(f"redis+cluster://{alone.address}")
        with pytest.raises(RedisError):
            await found.refresh()
        await found.aclose()

"""A private Redis for one machine."""

from chat.embedded import server_binary


def test_a_server_program_is_found():
    assert server_binary().name in {"valkey-server", "redis-server"}

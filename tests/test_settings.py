"""Settings: what is wrong with one is said in words, and what it was set to is not."""

import pytest
import typer

from chat.beginning import decided

PASSWORD = "opensesame"


class Shell:
    """The environment of an operator, and what they read in it."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def refused(self, **env: str) -> list[str]:
        """Return the lines in which a command says why it does not start."""
        self._set(env)
        with pytest.raises(typer.Exit):
            decided()
        return self._capsys.readouterr().err.splitlines()

    def takes(self, **env: str) -> None:
        self._set(env)
        decided()

    def _set(self, env: dict[str, str]) -> None:
        for name, value in env.items():
            self._monkeypatch.setenv(name, value)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SMTP_URL", "mail.example:587", "must begin with smtp:// or smtps://"),
        ("SMTP_URL", f"smtp://robin:{PASSWORD}@mail.example:abc", "names no server"),
        ("SMTP_URL", "smtp://mail.example:99999", "names no server"),
        ("SMTP_URL", "smtp://", "names no server"),
        ("SMTP_URL", f"smtp://robin:{PASSWORD}@[mail", "names no server"),
        ("HEARTBEAT_URL", "watch.example/1", "must begin with http:// or https://"),
        ("HEARTBEAT_URL", "https:///1", "names no server"),
        ("WEBHOOK_URL", "ftp://bridge.example", "must begin with http:// or https://"),
        ("PUBLIC_URL", "https://chat.example/desk", "https:// and a host, no path"),
        ("PUSH_SUBJECT", "you@chat.example", "must be mailto: and an address"),
        ("PUSH_HOSTS", "https://push.example", "must be hosts, or host:port"),
        ("PUSH_HOSTS", "push.example other.example", "must be hosts, or host:port"),
        ("MAIL_FROM", "porch", "must be an address"),
        ("COUNTRY", "za", "must be two capital letters"),
    ],
)
def test_what_a_setting_must_be_is_said_in_words(
    shell: Shell, name: str, value: str, told: str
):
    line = shell.refused(**{name: value})[0]

    assert line.startswith(f"porchlight: {name}: ")
    assert told in line
    assert "Value error" not in line
    assert PASSWORD not in line


@pytest.mark.parametrize(
    ("missing", "env"),
    [
        ("MAIL_FROM", {"SMTP_URL": "smtp://mail.example"}),
        ("WEBHOOK_SECRET", {"WEBHOOK_URL": "https://bridge.example"}),
    ],
)
def test_half_of_what_only_works_together_is_refused(
    shell: Shell, missing: str, env: dict[str, str]
):
    (line,) = shell.refused(**env)

    (name,) = env
    assert line == f"porchlight: {missing}: is needed where {name} is set"


def test_what_is_right_is_taken(shell: Shell):
    shell.takes(
        SMTP_URL="smtps://robin:a%40b@[::1]:465",
        MAIL_FROM="porch@chat.example",
        HEARTBEAT_URL="https://watch.example/ping/1?a=b",
        WEBHOOK_URL="http://127.0.0.1:9000/ring",
        WEBHOOK_SECRET="a secret of the two of us",
        PUBLIC_URL="https://chat.example/",
        PUSH_SUBJECT="mailto:you@chat.example",
        PUSH_HOSTS="push.example, localhost:8443,",
    )

"""Calls: whether peers could be called as the house is set up."""

from collections.abc import AsyncIterator, Iterator

from chat.doctor.finding import Finding, is_public, key
from chat.oncall import policy
from chat.oncall.notifying.chosen import vapid_of
from chat.oncall.notifying.smtp import Away, Refused, Server
from chat.oncall.notifying.vapid import FILE
from chat.settings import Settings, house_url, listed


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """Look at the policy, and at the ways out of the house."""
    yield _policy(settings)
    yield _push_key(settings)
    for finding in _remarks(settings):
        yield finding
    if settings.smtp_url:
        yield await _mail(Server(settings.smtp_url, settings.mail_from))


def _policy(settings: Settings) -> Finding:
    try:
        steps = policy.load(settings.policy_file).steps
    except policy.BadPolicy as error:
        return Finding(False, f"policy: {error}")
    return Finding(True, f"policy: {len(steps)} steps")


def _push_key(settings: Settings) -> Finding:
    path = None if settings.vapid_key else settings.data_dir / FILE
    return key("push key", "VAPID_KEY", path, lambda: vapid_of(settings))


def _remarks(settings: Settings) -> Iterator[Finding]:
    """Tell what a house lacks to which others come."""
    if not is_public(settings):
        return
    if not settings.push_subject and not house_url(settings).startswith("https://"):
        yield Finding(None, "PUSH_SUBJECT is empty: Apple refuses who names nobody")
    if settings.public_url and house_url(settings) not in listed(settings.origins):
        told = "its pages are refused, and links lead there"
        yield Finding(None, f"PUBLIC_URL is not among ORIGINS: {told}")
    if not settings.heartbeat_url:
        yield Finding(
            None, "HEARTBEAT_URL is empty: a machine that is off tells nobody"
        )


async def _mail(server: Server) -> Finding:
    try:
        await server.greet()
    except Refused as error:
        told = f"refuses us ({error.code}): look at SMTP_URL"
        return Finding(False, f"mail: its server {told}")
    except Away as error:
        return Finding(False, f"mail: its server does not answer ({error})")
    return Finding(True, "mail: its server lets us in")

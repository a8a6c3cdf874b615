"""Chosen: the notifiers that the settings call for."""

from typing import Final

from chat.clock import Clock
from chat.oncall.notify import Failed, Notifier, Notify
from chat.oncall.notifying.doors import Doors
from chat.oncall.notifying.mail import Mail
from chat.oncall.notifying.push import Push
from chat.oncall.notifying.vapid import FILE, Vapid, key_from
from chat.oncall.notifying.webhook import Webhook
from chat.settings import Settings, house_url

_NOBODY: Final = "mailto:nobody@localhost"


def vapid_of(settings: Settings) -> Vapid:
    """Return the key for push services.

    Raises:
        BadKey: If it cannot be read or made; the message says what to do about it.

    """
    key = key_from(settings.vapid_key, settings.data_dir / FILE)
    public = house_url(settings)
    ours = public if public.startswith("https://") else _NOBODY
    return Vapid(key=key, subject=settings.push_subject or ours)


def doors_of(settings: Settings) -> Doors:
    """Return which push services may be called."""
    return Doors(settings.push_hosts.split(","))


def notify_of(
    settings: Settings, *, vapid: Vapid, doors: Doors, clock: Clock, failed: Failed
) -> Notify:
    """Return what sends alerts: Web Push always, the others where they are set up."""
    push = Push(vapid=vapid, doors=doors, clock=clock, failed=failed)
    found: list[Notifier] = [push]
    closing = [push.aclose]
    if settings.smtp_url:
        found.append(_mail(settings, settings.smtp_url, clock, failed))
    if settings.webhook_url and settings.webhook_secret:
        webhook = Webhook(
            url=settings.webhook_url,
            secret=settings.webhook_secret,
            clock=clock,
            failed=failed,
        )
        found.append(webhook)
        closing.append(webhook.aclose)
    return Notify(found, closing)


def _mail(settings: Settings, smtp_url: str, clock: Clock, failed: Failed) -> Mail:
    return Mail(
        smtp_url=smtp_url,
        mail_from=settings.mail_from,
        public_url=house_url(settings),
        clock=clock,
        failed=failed,
    )

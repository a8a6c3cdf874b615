"""Terms: on which somebody may be called, beside any shift that they have."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Row

from chat.oncall.asking import SHARES
from chat.oncall.audiences import CAPACITY
from chat.oncall.hours import LONGEST_SHIFT, QuietHours, zone_of
from chat.oncall.refusals import BadTerms, UnknownZone
from chat.store.instants import moment

LONGEST_ON_DUTY: Final = timedelta(hours=12)
"""Whoever is ready to be called for longer says so again."""

CHECK_IN_LASTS: Final = LONGEST_SHIFT + timedelta(hours=1)
"""Whoever forgot to say that their shift was over is asked again before the next."""

MOST_TALKS: Final = 5

LANGUAGES: Final = {
    "af": "Afrikaans", "ar": "العربية", "bn": "বাংলা", "de": "Deutsch",
    "en": "English", "es": "Español", "fa": "فارسی", "fr": "Français",
    "ga": "Gaeilge", "hi": "हिन्दी", "it": "Italiano", "nl": "Nederlands",
    "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский",
    "so": "Soomaali", "st": "Sesotho", "sw": "Kiswahili", "tl": "Tagalog",
    "tn": "Setswana", "tr": "Türkçe", "uk": "Українська", "ur": "اردو",
    "vi": "Tiếng Việt", "xh": "isiXhosa", "zh": "中文", "zu": "isiZulu",
}  # fmt: skip
"""What a talk can be in, by its ISO code, as those write it who speak it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """How somebody may be called."""

    on_duty_until: datetime | None = None
    """Ready to be called until then without a shift: "I can take it"."""
    capacity: int = CAPACITY
    quiet: QuietHours | None = None
    shares: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """None: any."""
    ready_at: datetime | None = None
    """When their course was done."""
    checked_in_at: datetime | None = None
    has_calendar: bool = False
    """Whether there is a link to their calendar."""

    @property
    def ready(self) -> bool:
        """Whether their course is done."""
        return self.ready_at is not None

    def on_duty(self, now: datetime) -> bool:
        """Tell whether they may be called now without a shift."""
        return self.on_duty_until is not None and now < self.on_duty_until

    def on_duty_longer(self, more: timedelta, after: int, now: datetime) -> datetime:
        """Return until when they are on duty, if they say so for some time more.

        That follows the end they have seen, in seconds since 1970. Where there is
        another by now it was said before, or elsewhere: then it counts from now. Nobody
        is on duty for less long by it.
        """
        if self.on_duty_until is None or not self.on_duty(now):
            return now + more
        ends = self.on_duty_until
        begins = ends if int(ends.timestamp()) == after else now
        return min(max(begins + more, ends), now + LONGEST_ON_DUTY)

    def checked_in(self, now: datetime) -> bool:
        """Tell whether they said that they are there for their shift."""
        at = self.checked_in_at
        return at is not None and now < at + CHECK_IN_LASTS

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether they do not want to be called now."""
        return self.quiet is not None and self.quiet.cover(now)


def terms(row: Row[Any] | None) -> Terms:
    """Return the terms of which this is what is kept, if anything is."""
    if row is None or row.capacity is None:
        return Terms()
    return Terms(
        moment(row.on_duty_until),
        row.capacity,
        _quiet(row),
        tuple(row.shares),
        tuple(row.languages),
        moment(row.ready_at),
        moment(row.checked_in_at),
        bool(row.calendar),
    )


def _quiet(row: Row[Any]) -> QuietHours | None:
    """Return somebody's quiet hours; none where they cannot be read any more.

    Zones are renamed and taken away; whoever needs somebody is not to wait for that.
    """
    if not row.quiet_starts:
        return None
    try:
        return quiet_hours(row.quiet_zone, row.quiet_starts, row.quiet_ends)
    except (BadTerms, UnknownZone):
        logger.warning("the quiet hours of a peer cannot be read: they have none")
        return None


def quiet_hours(zone: str, starts: str, ends: str) -> QuietHours | None:
    """Return quiet hours as they were entered; None: none were.

    Raises:
        BadTerms: If only one of the two times was, or one is no time of day.
        UnknownZone: If there is no such zone.

    """
    if not starts and not ends:
        return None
    zone_of(zone)
    return QuietHours(zone, _time(starts, "quiet_starts"), _time(ends, "quiet_ends"))


def _time(text: str, field: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise BadTerms("a time such as 22:30 is meant", field) from error


def check(
    capacity: int,
    shares: Collection[str],
    languages: Collection[str],
) -> None:
    """See that somebody can be called on such terms.

    Raises:
        BadTerms: If not; it says at which field.

    """
    if not 1 <= capacity <= MOST_TALKS:
        raise BadTerms(f"choose 1 to {MOST_TALKS} talks at once", "capacity")
    if unknown := sorted(set(shares) - SHARES.keys()):
        raise BadTerms(f'nobody chooses "{_shown(unknown[0])}" here', "shares")
    if unknown := sorted(set(languages) - LANGUAGES.keys()):
        told = f'there is no language "{_shown(unknown[0])}" in the list'
        raise BadTerms(told, "languages")


def _shown(text: str) -> str:
    return text[:24] if text.isprintable() else "?"

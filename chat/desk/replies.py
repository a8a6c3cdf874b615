"""Replies: ready-made words for the member, with places that must be filled.

They are read by somebody who may be ashamed or afraid: first what is seen in them, then
what was done and for how long, then the way on. No blame, no rule numbers.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import re2

_PLACE: Final = re2.compile(r"\{[^{}]*\}")


class Reply(NamedTuple):
    """Words that suit a situation which comes up again and again."""

    id: str
    name: str
    text: str


REPLIES: Final = (
    Reply(
        "with-you",
        "In danger: we have seen you",
        "We read what you wrote, and we are glad that you said it. {one sentence of "
        "your own} If you may be in danger now, please call your emergency number or a "
        "help line: the page shows those for your country. We are here, and reading.",
    ),
    Reply(
        "details",
        "Something that could identify somebody",
        "Your message had {what it was, e.g. a phone number} in it. People nearby could "
        "recognise you or somebody else by it, so we took it down. You are welcome to "
        "say the same again without it.",
    ),
    Reply(
        "sourcing",
        "Where to get something, amounts, prices",
        "We took your message down, because words about where to get things, amounts or "
        "prices can pull others back. You yourself are welcome here, whatever today was "
        "like. What made you think of {what they asked about}?",
    ),
    Reply(
        "methods",
        "How something is done that can kill",
        "We took your message down, because it told how {nothing more exact than “it is "
        "done”}, and somebody else in the room may be close to the edge. How you feel "
        "belongs here, and we want to hear it.",
    ),
    Reply(
        "kinder",
        "Harsh to somebody",
        "Your words to {the other member's name} were harsh. It may be a hard night for "
        "you as well. Please step back for a minute, and come back kinder.",
    ),
    Reply(
        "hate",
        "Against what somebody is",
        "We took your message down, because it was against people for what they are. "
        "Everyone in recovery has a seat here. You cannot write for {how long}, and you "
        "can ask another of us to look again.",
    ),
    Reply(
        "private",
        "Asked somebody to talk elsewhere",
        "Please do not ask people here for private contact, or {what was asked for}. It "
        "is the first thing that those do who mean harm, and newcomers cannot tell. Talk "
        "here in the room: somebody is nearly always there.",
    ),
    Reply(
        "preaching",
        "One way for everybody",
        "What helped you is welcome when you tell it as your own: “for me, it was …”. "
        "Please leave room for others' ways: {what was said of them}.",
    ),
    Reply(
        "medicine",
        "Advice about medicines",
        "Stopping or changing {the medicine} can be dangerous, so we leave that to "
        "doctors and nurses. Telling what it was like for you is fine.",
    ),
    Reply(
        "spam",
        "Advertising",
        "This is a place to talk, not to offer {what was offered}. We took the message "
        "down.",
    ),
    Reply(
        "released",
        "Held by mistake: it is in the room now",
        "We looked at your message and it is in the room now. Sorry that it had to wait.",
    ),
    Reply(
        "sorry",
        "We were wrong",
        "We looked again, and we were wrong. {what we undid} Thank you for telling us.",
    ),
)


def unfilled(words: str) -> Sequence[str]:
    """Return the places in words to a member that nobody has filled yet."""
    return [str(place) for place in _PLACE.findall(words)]


def words_of(canned: str) -> str:
    """Return the text of a ready-made reply; empty: there is none of that id."""
    return next((reply.text for reply in REPLIES if reply.id == canned), "")

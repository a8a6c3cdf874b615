"""Talk words: how it stands with a talk, and why something about it was not done."""

from typing import Final

from chat.desk.callrows import Reader
from chat.errors import ChatError
from chat.oncall import stages
from chat.oncall.need import Need

ENDINGS: Final = stages.ENDINGS

ELSEWHERE: Final = "Somebody else is with them now. Thank you for coming."

REASONS: Final = {
    "risk_to_self": "Somebody may be in danger",
    "harassment": "They were unkind, or attacked me",
    "predatory": "They want something else than to talk",
    "sourcing": "Buying or selling",
    "other": "Something else",
}
"""What a peer shows a talk to the room team for."""

NOTES: Final = {
    "said": "It is said.",
    "company": "Coordinators are told that you would like company.",
    "joined": "You sit in. Say hello, so that they know who came.",
    "over": "You have taken over. They wait for your first line.",
    "blocked": "You will not be called about them again. Nobody else is told. If you "
    "are with them, you stay until another comes, or you say that you cannot go on.",
    "noted": "It is kept. You find it beside the calls, and nobody else does.",
    "reported": "The room team will look at it. Thank you.",
}


def standing(need: Need, reader: Reader, *, helped: bool = False) -> str:
    """Return what somebody should know of how a talk stands; empty: it goes on."""
    if not need.is_open:
        return "This talk is over. What was said in it fades within the hour."
    if need.handing_to == reader.peer:
        return "You are asked to take over. They stay with whom they have until you do."
    if reader.peer in need.helpers:
        return _of_helper(need, reader)
    if reader.peer in need.went_silent:
        return _OTHERS_ARE_CALLED if need.is_calling else ELSEWHERE
    if need.is_calling:
        return "Nobody is with them yet."
    return ELSEWHERE if helped else ""


def _of_helper(need: Need, reader: Reader) -> str:
    if need.handing_to and need.peer == reader.peer:
        asked = reader.names.get(need.handing_to, "A peer")
        return f"{asked} was asked to take over. You stay until they say yes."
    return ""


_OTHERS_ARE_CALLED: Final = (
    "Others are called now, because it was quiet here or you could not go on. Nobody "
    "minds. Say something, and they are with you again."
)


def refusal(error: ChatError) -> str:
    """Return why nothing was changed, in plain words."""
    return _REFUSALS.get(error.code, "That could not be done. Nothing was changed.")


_REFUSALS: Final = {
    "need_over": "This talk is over. Nothing was changed.",
    "need_taken": "Somebody else is with them already.",
    "not_your_need": "This talk is not yours to change. Nothing was changed.",
    "not_spoken_yet": "Nobody has said a line yet. If you cannot, let others come.",
    "nobody_to_hand_to": "Choose somebody else who can be reached now.",
    "unknown_ending": "Choose how it ended, please.",
    "text_too_long": "That is too long.",
    "bad_text": "That has characters which cannot be kept, or nothing in it.",
    "blocked": "That cannot be said here. You can say it in other words.",
    "too_fast": "A little slower, please. Send it again in a moment.",
    "unavailable": "It could not be sent just now. Please send it again.",
    "store_down": "It could not be sent just now. Please send it again.",
    "gone": "They have not said anything that could be shown.",
    "unknown_reason": "Choose why, please.",
}

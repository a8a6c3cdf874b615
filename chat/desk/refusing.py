"""Refusing: why something about a case could not be done, in plain words."""

from collections.abc import Mapping
from typing import Final

from chat.casework.casebook import Case
from chat.casework.ladder import MOST_NOTE, MOST_WORDS
from chat.errors import ChatError

_WORDS: Final[Mapping[str, str]] = {
    "case_resolved": "Somebody was quicker: the case is done. Nothing was changed.",
    "not_allowed": "Your role does not have that. Nothing was changed.",
    "unknown_act": "That cannot be done, or not both at once. Please choose again.",
    "unknown_reason": "That reason does not go with what you chose.",
    "note_missing": "“Other” needs a note for the team that says what it is.",
    "note_too_long": f"The note is too long: {MOST_NOTE} characters at most.",
    "words_missing": "A friendly word or a warning needs words to the member.",
    "words_too_long": f"The words are too long: {MOST_WORDS} characters at most.",
    "words_unfilled": "A {place} in the words to the member is still to be filled.",
    "bad_duration": "Nobody is suspended for that long.",
    "held_waits": "The message is held: say what becomes of it first.",
    "not_held": "The message is not held any more.",
    "nothing_to_take_down": "The message is not in the room any more.",
    "nobody_to_tell": "Nobody knows whom this case is about, so nobody can be told.",
    "nothing_to_undo": "That is undone already.",
    "decide_first": "Somebody must decide first: see above.",
    "nothing_to_decide": "That is decided already.",
    "same_moderator": "You acted here yourself: somebody else decides.",
    "no_such_rule": "That rule did not fire here.",
    "reason_missing": "Say why, please: it is kept with the case.",
}


def refusal(error: ChatError, case: Case) -> str:
    """Return why nothing was changed."""
    if error.code == "case_taken":
        by = case.names.get(case.state.claimed_by, "somebody else")
        return f"The case is taken by {by}. Nothing was changed."
    return _WORDS.get(error.code, "That could not be done. Nothing was changed.")

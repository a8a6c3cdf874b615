"""Every way in which something asked about a case can be refused."""

from chat.errors import ChatError


class NoSuchCase(ChatError):
    """There is no case of that id."""

    code = "no_such_case"


class CaseTaken(ChatError):
    """Somebody else of the room team has the case."""

    code = "case_taken"


class CaseResolved(CaseTaken):
    """Somebody was quicker: the case is resolved."""

    code = "case_resolved"


class NotAllowed(ChatError):
    """This role may not do that, or whoever asks is on the team no more."""

    code = "not_allowed"


class UnknownAct(ChatError):
    """The room team has no such act, or not beside that one."""

    code = "unknown_act"


class UnknownReason(ChatError):
    """There is no such reason, or it is none for that act."""

    code = "unknown_reason"


class NoteMissing(ChatError):
    """`other` says nothing without a note."""

    code = "note_missing"


class NoteTooLong(ChatError):
    """The note is longer than a note may be."""

    code = "note_too_long"


class WordsMissing(ChatError):
    """This act is nothing but its words, and there are none."""

    code = "words_missing"


class WordsTooLong(ChatError):
    """The words for the member are longer than they may be."""

    code = "words_too_long"


class WordsUnfilled(ChatError):
    """A place in the words for the member is left to be filled: `{...}`."""

    code = "words_unfilled"


class BadDuration(ChatError):
    """Nobody is suspended for that long."""

    code = "bad_duration"


class HeldWaits(ChatError):
    """The message is held: it is released, or refused, before anything is over."""

    code = "held_waits"


class NotHeld(ChatError):
    """Only what is held can be released or refused."""

    code = "not_held"


class NothingToTakeDown(ChatError):
    """There is no message of this case in the room."""

    code = "nothing_to_take_down"


class NobodyToTell(ChatError):
    """The case is not about somebody who could be told anything."""

    code = "nobody_to_tell"


class NothingToUndo(ChatError):
    """There is no such act in the case, or it is undone already."""

    code = "nothing_to_undo"


class DecideFirst(ChatError):
    """The case waits for a decision: an appeal, or a second pair of eyes."""

    code = "decide_first"


class NothingToDecide(ChatError):
    """Nobody appealed, or nobody asked for a second pair of eyes."""

    code = "nothing_to_decide"


class SameModerator(ChatError):
    """Whoever acted does not judge their own act."""

    code = "same_moderator"


class NoAppeal(ChatError):
    """These words are not there, or not for whoever asks, or allow no appeal."""

    code = "no_appeal"


class AppealedAlready(ChatError):
    """Words are appealed against once."""

    code = "appealed_already"


class NoSuchRule(ChatError):
    """No such rule fired in this case."""

    code = "no_such_rule"


class ReasonMissing(ChatError):
    """What was said is shown to nobody who does not say why they look."""

    code = "reason_missing"

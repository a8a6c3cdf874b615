"""Every way in which something asked about a need, or the rota, can be refused."""

from chat.errors import ChatError


class NoSuchNeed(ChatError):
    """There is no need of that id."""

    code = "no_such_need"


class NeedTaken(ChatError):
    """Somebody was quicker; they are thanked for coming."""

    code = "need_taken"


class NeedOver(ChatError):
    """The need has ended."""

    code = "need_over"


class NotYourNeed(ChatError):
    """The need is not in the care of whoever asks."""

    code = "not_your_need"


class NotSpokenYet(ChatError):
    """Nobody has said a first line yet, and a need does not end unheard."""

    code = "not_spoken_yet"


class LeaseHolds(ChatError):
    """The peer who accepted is not silent for long enough."""

    code = "lease_holds"


class NobodyToHandTo(ChatError):
    """No hand-over waits for whoever answers it, or it is offered to its own peer."""

    code = "nobody_to_hand_to"


class BadCallBack(ChatError):
    """Nobody is called back at that time: it is over, or too far away."""

    code = "bad_call_back"


class TooEarly(ChatError):
    """The time at which to call back has not come."""

    code = "too_early"


class UnknownEnding(ChatError):
    """There is no such reason for a talk to be over."""

    code = "unknown_ending"


class UnknownShare(ChatError):
    """There is no such word for what somebody has lived through."""

    code = "unknown_share"


class UnknownWish(ChatError):
    """There is no such word for what would help."""

    code = "unknown_wish"


class Mistaken(ChatError):
    """Something was entered that cannot be; `told` says what, in one line."""

    def __init__(self, told: str, field: str = "") -> None:
        super().__init__()
        self.told = told
        self.field = field
        """Where it was entered."""

    def __str__(self) -> str:
        return self.told


class RotaMistake(Mistaken):
    """Something in the rota cannot be."""


class UnknownZone(RotaMistake):
    """There is no time zone of that name, or no time zones on this machine."""

    code = "unknown_zone"


class BadShift(RotaMistake):
    """Something that every shift has is missing, or is not what it must be."""

    code = "bad_shift"


class ShiftInverted(RotaMistake):
    """The shift ends before it starts, or when it starts, or is longer than any."""

    code = "shift_inverted"


class ShiftOverlaps(RotaMistake):
    """Somebody would have two shifts at once."""

    code = "shift_overlaps"


class NotOnShift(RotaMistake):
    """Whose hours are given away has none then."""

    code = "not_on_shift"


class NoSuchShift(RotaMistake):
    """There is no such line in the rota."""

    code = "no_such_shift"


class SwapOver(RotaMistake):
    """The swap was taken, or withdrawn, or its hours are over."""

    code = "swap_over"


class NotYourSwap(ChatError):
    """The swap was offered by, or to, somebody else."""

    code = "not_your_swap"


class BadWay(Mistaken):
    """Somebody cannot be reached in that way."""

    code = "bad_way"


class NotReady(ChatError):
    """Whoever wants to be called has not done the course yet."""

    code = "not_ready"


class BadTerms(RotaMistake):
    """Somebody cannot be called in that way."""

    code = "bad_terms"


class NotYourShift(ChatError):
    """The shift is somebody else's."""

    code = "not_your_shift"


class MomentOver(ChatError):
    """A peer had a moment to think, and has not written since."""

    code = "moment_over"


class CardToOneself(ChatError):
    """Nobody asks themselves to talk."""

    code = "card_to_oneself"


class NotHere(ChatError):
    """Whoever said it is not in the room any more."""

    code = "not_here"

"""A message on its way to a room, and what screening said about it."""

from typing import NamedTuple

from chat import triage
from chat.flagged import case_key
from chat.identity import Identity
from chat.model import Handle, Member, RoomName, Verdict
from chat.opening import Opening
from chat.requests import Say


class Judged(NamedTuple):
    """A message on its way, and what screening said about it."""

    room: RoomName
    member: Member
    said: Say
    verdict: Verdict
    held: bool
    """Whether the room team reads it before anybody else."""

    @property
    def is_for_the_team(self) -> bool:
        """Whether a human should look at it."""
        return self.held or triage.needs_a_human(self.verdict)

    @property
    def spoken(self) -> Say:
        """What is said, as the room may read it."""
        masked = self.verdict.masked
        return (
            self.said if masked == self.said.text else self.said._replace(text=masked)
        )

    def opening(self, handle: Handle, identity: Identity, at: int) -> Opening:
        """Return what the room team is to see; a peer has no device's handle."""
        room, member, said, verdict, held = self
        key = case_key(room, member.id, said.id)
        return Opening(
            key=key,
            source="rule",
            room=room,
            at=at,
            held=held,
            member=member.id,
            who=member.who,
            sealed=identity.seal(handle, key) if handle else b"",
            id=said.id,
            text=said.text,
            masked=verdict.masked,
            reply=said.reply,
            action=verdict.action,
            grade=verdict.grade,
            flags=verdict.flags,
        )

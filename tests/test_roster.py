"""Who is in a room: whatever is told, those who listen know who is there."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from chat.model import MemberId, Who
from chat.roster import (
    MOST_LISTED,
    RETURN_SECONDS,
    TYPING_SECONDS,
    Change,
    News,
    Roster,
    State,
)

HERE, AWAY, LEFT = State.HERE, State.AWAY, State.LEFT

NOON = 43_200.0
OUR_NODE, OTHER_NODE, THIRD_NODE = b"ours", b"more", b"last"

OTTER, WREN = MemberId(b"otter"), MemberId(b"wren")
WHO = {OTTER: Who(b"OTT01"), WREN: Who(b"WRE01")}
RENAMED = Who(b"FOX01")


@pytest.fixture
def roster() -> Roster:
    return Roster()


def hear(
    roster: Roster,
    state: State,
    member: MemberId = OTTER,
    *,
    node: bytes = OUR_NODE,
    who: Who | None = None,
) -> None:
    roster.hear(node, [Change(member, who or WHO[member], state)])


def told(roster: Roster, now: float = NOON) -> list[tuple[bytes, int, bool]]:
    """Return what the room is told of comings and goings."""
    news = roster.news(now)
    return news.changes if news else []


def crowd(size: int) -> list[Change]:
    return [Change(MemberId(b"m%d" % n), Who(b"%5d" % n), HERE) for n in range(size)]


# A snapshot


def test_a_snapshot_holds_everyone_and_who_looks_away(roster: Roster):
    hear(roster, HERE, OTTER)
    hear(roster, AWAY, WREN)

    assert roster.people() == [(WHO[OTTER], False), (WHO[WREN], True)]
    assert len(roster) == 2


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        (HERE, HERE, [(WHO[OTTER], False)]),
        (HERE, AWAY, [(WHO[OTTER], False)]),
        (AWAY, HERE, [(WHO[OTTER], False)]),
        (AWAY, AWAY, [(WHO[OTTER], True)]),
        (LEFT, AWAY, [(WHO[OTTER], True)]),
        (LEFT, LEFT, []),
    ],
)
def test_a_member_on_two_processes_is_one_presence(
    roster: Roster, one: State, other: State, shown: list[tuple[bytes, bool]]
):
    hear(roster, one, node=OUR_NODE)
    hear(roster, other, node=OTHER_NODE)

    assert roster.people() == shown


def test_whoever_is_still_on_another_process_has_not_left(roster: Roster):
    hear(roster, HERE, node=OUR_NODE)
    hear(roster, HERE, node=OTHER_NODE)
    told(roster)

    hear(roster, LEFT, node=OUR_NODE)

    assert told(roster) == []


@pytest.mark.parametrize(
    ("face", "asking", "taken"),
    [
        (b"OTT", WREN, True),
        (b"OTT", OTTER, False),
        (b"FOX", WREN, False),
    ],
)
def test_a_name_is_taken_by_somebody_else_who_is_here(
    roster: Roster, face: bytes, asking: MemberId, taken: bool
):
    hear(roster, HERE, OTTER)

    assert roster.taken(face, asking) is taken


def test_a_name_is_free_once_its_holder_has_gone(roster: Roster):
    hear(roster, HERE, OTTER)
    told(roster)
    hear(roster, LEFT, OTTER)

    assert not roster.taken(b"OTT", WREN)


# Changes


def test_a_coming_is_announced_once(roster: Roster):
    hear(roster, HERE)

    assert told(roster) == [(WHO[OTTER], HERE, True)]
    assert roster.news(NOON + 1) is None


def test_hearing_the_same_again_is_no_news(roster: Roster):
    hear(roster, HERE)
    told(roster)

    hear(roster, HERE)

    assert roster.news(NOON) is None


def test_a_leave_is_told(roster: Roster):
    hear(roster, HERE)
    told(roster)

    hear(roster, LEFT)

    assert roster.news(NOON) == News(0, [(WHO[OTTER], LEFT, True)], [])


def test_a_stranger_who_leaves_is_no_news(roster: Roster):
    hear(roster, LEFT)

    assert roster.news(NOON) is None


def test_looking_away_and_back_is_told_without_a_word(roster: Roster):
    hear(roster, HERE)
    told(roster)

    hear(roster, AWAY)
    assert told(roster) == [(WHO[OTTER], AWAY, False)]

    hear(roster, HERE)
    assert told(roster) == [(WHO[OTTER], HERE, False)]


def test_what_cancels_itself_out_is_not_told(roster: Roster):
    hear(roster, HERE, WREN)
    told(roster)

    hear(roster, HERE, OTTER)
    hear(roster, LEFT, OTTER)
    hear(roster, LEFT, WREN)
    hear(roster, HERE, WREN)

    assert roster.news(NOON) is None


def test_who_was_seen_by_a_newcomer_and_left_again_is_told_as_left(roster: Roster):
    hear(roster, HERE)
    roster.people()

    hear(roster, LEFT)

    assert told(roster) == [(WHO[OTTER], LEFT, False)]


def test_who_was_missed_by_a_newcomer_and_is_back_again_is_told_as_here(roster: Roster):
    hear(roster, HERE)
    told(roster)
    hear(roster, LEFT)
    roster.people()

    hear(roster, HERE)

    assert told(roster) == [(WHO[OTTER], HERE, False)]


def test_another_name_is_told_as_one_who_went_and_one_who_came(roster: Roster):
    hear(roster, HERE)
    told(roster)

    hear(roster, HERE, who=RENAMED)

    assert sorted(told(roster)) == [(RENAMED, HERE, True), (WHO[OTTER], LEFT, True)]


@pytest.mark.parametrize(
    ("away_for", "announced"),
    [
        (1, False),
        (RETURN_SECONDS, False),
        (RETURN_SECONDS + 1, True),
    ],
)
def test_whoever_comes_back_soon_is_not_announced(
    roster: Roster, away_for: float, announced: bool
):
    hear(roster, HERE)
    told(roster)
    hear(roster, LEFT)
    told(roster, NOON)

    hear(roster, HERE)

    back = told(roster, NOON + away_for)
    assert back == [(WHO[OTTER], HERE, announced)]


# What processes say


def test_a_process_that_is_gone_takes_its_members_with_it(roster: Roster):
    hear(roster, HERE, OTTER, node=OUR_NODE)
    hear(roster, HERE, WREN, node=OTHER_NODE)
    told(roster)

    roster.keep_only({OUR_NODE})

    assert told(roster) == [(WHO[WREN], LEFT, True)]


def test_a_snapshot_replaces_what_was_heard(roster: Roster):
    hear(roster, HERE, OTTER)
    told(roster)

    roster.replace([(OTHER_NODE, Change(WREN, WHO[WREN], AWAY))])

    assert sorted(told(roster)) == [(WHO[OTTER], LEFT, True), (WHO[WREN], AWAY, True)]


def test_a_snapshot_that_says_the_same_is_no_news(roster: Roster):
    hear(roster, HERE, OTTER)
    told(roster)

    roster.replace([(OUR_NODE, Change(OTTER, WHO[OTTER], HERE))])

    assert roster.news(NOON) is None


# Typing


def test_typing_is_told_until_it_stops(roster: Roster):
    roster.typing(WHO[OTTER], NOON)

    assert roster.news(NOON) == News(0, [], [WHO[OTTER]])
    assert roster.news(NOON + TYPING_SECONDS - 1) is None
    assert roster.news(NOON + TYPING_SECONDS) == News(0, [], [])


def test_going_on_typing_is_no_news(roster: Roster):
    roster.typing(WHO[OTTER], NOON)
    roster.news(NOON)

    roster.typing(WHO[OTTER], NOON + TYPING_SECONDS - 1)

    assert roster.news(NOON + TYPING_SECONDS) is None


# Large rooms


@pytest.mark.parametrize(
    ("size", "large"), [(MOST_LISTED, False), (MOST_LISTED + 1, True)]
)
def test_above_a_hundred_a_room_is_large(roster: Roster, size: int, large: bool):
    roster.hear(OUR_NODE, crowd(size))

    assert roster.large is large
    assert (roster.people() == size) is large


def test_of_a_large_room_only_the_number_and_who_types_are_told(roster: Roster):
    roster.hear(OUR_NODE, crowd(MOST_LISTED + 1))
    roster.typing(WHO[OTTER], NOON)

    assert roster.news(NOON) == News(MOST_LISTED + 1, [], [WHO[OTTER]])


def test_a_room_that_is_small_again_is_told_whole_and_without_a_word(roster: Roster):
    roster.hear(OUR_NODE, crowd(MOST_LISTED + 1))
    told(roster)

    hear(roster, LEFT, MemberId(b"m0"), who=Who(b"    0"))

    changes = told(roster)
    assert sorted(changes) == [(c.who, HERE, False) for c in crowd(MOST_LISTED + 1)[1:]]


def test_who_left_while_the_room_was_large_is_told_as_left_in_the_end(roster: Roster):
    hear(roster, HERE, OTTER)
    told(roster)
    roster.hear(OUR_NODE, crowd(MOST_LISTED))
    told(roster)

    hear(roster, LEFT, OTTER)

    assert (WHO[OTTER], LEFT, False) in told(roster)


# All of it together

NODES = st.sampled_from([OUR_NODE, OTHER_NODE, THIRD_NODE])
MEMBERS = [MemberId(b"member%d" % n) for n in range(5)]
CHANGES = st.builds(
    lambda n, roll, state: Change(MEMBERS[n], Who(b"%d-%d--" % (n, roll)), state),
    st.integers(0, len(MEMBERS) - 1),
    st.integers(0, 1),
    st.sampled_from(State),
)


class Listener:
    """A page: it takes a snapshot, and from then on what the room is told."""

    def __init__(self, people: list[tuple[bytes, bool]] | int) -> None:
        self.known = None if isinstance(people, int) else dict(people)

    def take(self, news: News) -> None:
        if self.known is None and news.here <= MOST_LISTED:
            self.known = {}
        for who, state, _ in news.changes:
            assert self.known is not None, "a page that has only a number was told more"
            if state == LEFT:
                self.known.pop(who, None)
            else:
                self.known[who] = state == AWAY


class ARoomAndItsListeners(RuleBasedStateMachine):
    """Whatever happens: a snapshot and the changes told make a fresh snapshot."""

    crowd_size = 0

    @initialize()
    def begin(self):
        self.roster, self.now = Roster(), NOON
        # A crowd brings the room near the point from which it is only counted.
        self.roster.hear(b"hall", crowd(self.crowd_size))
        self.roster.news(self.now)
        self.here: list[Listener] = []

    @rule()
    def somebody_begins_to_listen(self):
        self.here.append(Listener(self.roster.people()))

    @rule(node=NODES, changes=st.lists(CHANGES, max_size=4))
    def a_process_says(self, node: bytes, changes: list[Change]):
        self.roster.hear(node, changes)

    @rule(nodes=st.sets(NODES))
    def processes_die(self, nodes: set[bytes]):
        self.roster.keep_only({*nodes, b"hall"})

    @rule(everyone=st.lists(st.tuples(NODES, CHANGES), max_size=6))
    def a_snapshot_is_read(self, everyone: list[tuple[bytes, Change]]):
        crowded = [(b"hall", change) for change in crowd(self.crowd_size)]
        self.roster.replace([*crowded, *everyone])

    @rule(seconds=st.sampled_from([1, RETURN_SECONDS + 1]))
    def the_room_is_told(self, seconds: int):
        self.now += seconds
        if news := self.roster.news(self.now):
            for listener in self.here:
                listener.take(news)
        self.all_know()
        assert self.roster.news(self.now) is None, "told twice"

    def all_know(self) -> None:
        fresh = self.roster.people()
        for listener in self.here:
            if not isinstance(fresh, int):
                assert listener.known == dict(fresh)


class ACrowdedRoom(ARoomAndItsListeners):
    """The same, where a few more make it too large to be listed."""

    crowd_size = MOST_LISTED - 2


TestARoomAndItsListeners = ARoomAndItsListeners.TestCase
TestARoomAndItsListeners.settings = settings(max_examples=150, deadline=None)
TestACrowdedRoom = ACrowdedRoom.TestCase
TestACrowdedRoom.settings = settings(max_examples=25, deadline=None)

"""Whom a step reaches: on shift for these rooms, free, and truly reachable."""

from chat.oncall.audiences import Standby, alone, reachable
from chat.oncall.policy import Audience
from chat.oncall.stages import PeerId
from tests.oncall.needs import HERON, OTTER, WREN

OPEN = ("open", "secular")


def on_shift(peer: PeerId = WREN, **more: object) -> Standby:
    return Standby(peer, reachable=True, on_shift=True, **more)  # type: ignore[arg-type]


def who(
    *team: Standby, audience: Audience = Audience.ON_SHIFT, **about: object
) -> tuple[PeerId, ...]:
    return reachable(team, OPEN, **about)[audience]  # type: ignore[arg-type]


def test_a_shift_without_tags_is_for_every_room():
    assert who(on_shift()) == (WREN,)


def test_a_shift_is_for_the_rooms_with_one_of_its_tags():
    assert who(on_shift(shift_tags=("women", "open"))) == (WREN,)
    assert who(on_shift(shift_tags=("women",))) == ()


def test_somebody_on_shift_for_other_rooms_is_on_duty_for_all():
    one = on_shift(shift_tags=("women",))

    assert who(one, audience=Audience.ON_DUTY) == (WREN,)


def test_a_need_goes_to_who_speaks_its_language():
    one = on_shift(languages=("en", "xh"))

    assert who(one, language="xh") == (WREN,)
    assert who(one, language="af") == ()
    assert who(one) == (WREN,)
    assert who(on_shift(), language="af") == (WREN,)


def test_a_backup_is_on_shift_as_backup():
    one = Standby(OTTER, reachable=True, backup=True)

    assert who(one) == ()
    assert who(one, audience=Audience.BACKUP) == (OTTER,)
    assert who(one, audience=Audience.ON_DUTY) == (OTTER,)


def test_i_can_take_it_is_on_duty_without_a_shift():
    one = Standby(HERON, reachable=True, on_duty=True)

    assert who(one) == ()
    assert who(one, audience=Audience.ON_DUTY) == (HERON,)


def test_a_coordinator_is_called_as_one():
    one = Standby(HERON, reachable=True, coordinator=True)

    assert who(one, audience=Audience.COORDINATOR) == (HERON,)
    assert who(one, audience=Audience.ON_DUTY) == ()


def test_rostered_is_not_reachable():
    assert who(Standby(WREN, reachable=False, on_shift=True)) == ()


def test_nobody_is_called_beyond_their_capacity():
    assert who(on_shift(talks=1)) == (WREN,)
    assert who(on_shift(talks=2)) == ()
    assert who(on_shift(talks=2, capacity=3)) == (WREN,)


def test_quiet_hours_hold_except_for_who_took_a_shift_or_says_that_they_can_take_it():
    assert who(on_shift(quiet=True)) == (WREN,)
    ready = Standby(OTTER, reachable=True, on_duty=True, quiet=True)
    assert who(ready, audience=Audience.ON_DUTY) == (OTTER,)
    resting = Standby(HERON, reachable=True, coordinator=True, quiet=True)
    assert who(resting, audience=Audience.COORDINATOR) == ()


def test_who_shares_most_comes_first_then_who_has_fewer_talks():
    team = (
        on_shift(WREN, talks=1),
        on_shift(OTTER),
        on_shift(HERON, shares=("veteran", "alcohol"), talks=1),
    )

    assert who(*team, shares=("veteran", "alcohol")) == (HERON, OTTER, WREN)


def test_one_peer_is_alone_and_two_are_not():
    assert alone({})
    assert alone({Audience.ON_DUTY: (WREN,), Audience.COORDINATOR: (HERON,)})
    assert not alone({Audience.ON_DUTY: (WREN, OTTER)})

"""Health: a need that nobody looks after is noticed."""

from dataclasses import replace

from chat.oncall.health import Looked, Trouble, troubles
from chat.oncall.stages import Climb
from tests.oncall.needs import NOW, WREN, a_need, a_talk, minutes, seconds


def test_a_need_with_a_step_ahead_is_well():
    assert not troubles([Looked(a_need(), NOW + seconds(40))], NOW)


def test_a_need_that_calls_and_has_no_next_step_is_not():
    assert troubles([Looked(a_need(), None)], NOW) == {Trouble.NO_NEXT_STEP: 1}


def test_an_accepted_need_without_an_end_of_its_lease_is_not():
    accepted = a_need().accept(WREN, NOW)

    assert troubles([Looked(accepted, None)], NOW) == {Trouble.NO_NEXT_STEP: 1}


def test_a_quiet_talk_in_which_nobody_waits_is_well():
    assert not troubles([Looked(a_talk(), None)], NOW)


def test_a_talk_in_which_the_member_waits_is_not():
    waiting = a_talk().wrote(NOW)

    assert troubles([Looked(waiting, None)], NOW) == {Trouble.NO_NEXT_STEP: 1}


def test_a_step_is_overdue_after_five_seconds():
    due = Looked(a_need(), NOW)

    assert not troubles([due], NOW + seconds(5))
    assert troubles([due, due], NOW + seconds(5.001)) == {Trouble.OVERDUE: 2}


def test_a_need_about_which_nobody_was_called_for_three_minutes_is_not_well():
    later = NOW + minutes(3) + seconds(1)
    in_vain = Looked(a_need().offered(Climb(later, 1)), later, heard=False)

    assert not troubles([in_vain], NOW + minutes(3))
    assert troubles([in_vain], later) == {Trouble.UNHEARD: 1}
    assert not troubles([in_vain._replace(heard=True)], later)


def test_a_need_that_is_called_for_again_has_its_three_minutes_again():
    again = NOW + minutes(60)
    later = again + minutes(3) + seconds(1)
    need = a_need().offered(Climb(later, 1))
    in_vain = Looked(need, later, heard=False, since=again)

    assert not troubles([in_vain], again + minutes(3))
    assert troubles([in_vain], later) == {Trouble.UNHEARD: 1}


def test_that_there_is_nobody_to_call_is_no_fault_of_ours():
    climb = Climb(NOW + minutes(6), 0, 6, nobody=True)
    nobody = Looked(a_need().waiting(climb), climb.due, heard=False)

    assert not troubles([nobody], NOW + minutes(5))


def test_a_drill_that_was_forgotten_is_noticed():
    drill = replace(a_need(), drill=True)
    now = NOW + minutes(15)

    assert not troubles([Looked(drill, now)], now)
    later = now + seconds(1)
    assert troubles([Looked(drill, later)], later) == {Trouble.OLD_DRILL: 1}
    assert not troubles([Looked(a_need(), later)], later)

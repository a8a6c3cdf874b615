"""The escalation policy: ours, another one, and every mistake in it with its place."""

from datetime import timedelta
from pathlib import Path

import pytest

from chat.oncall.policy import Audience, BadPolicy, Step, load, read

GOOD = """
repeat_after_seconds = 60
[[step]]
after_seconds = 0
whom = "on_shift"
[[step]]
after_seconds = 45
whom = ["coordinator", "on_duty"]
"""


def test_a_policy_is_steps_and_a_pause():
    policy = read(GOOD)

    assert policy.steps == (
        Step(timedelta(0), (Audience.ON_SHIFT,)),
        Step(timedelta(seconds=45), (Audience.ON_DUTY, Audience.COORDINATOR)),
    )
    assert policy.repeat_after == timedelta(seconds=60)


def test_ours_calls_wider_and_wider_and_ends_with_a_coordinator():
    policy = load()

    assert policy.steps[0] == Step(timedelta(0), (Audience.ON_SHIFT,))
    assert Audience.BACKUP in policy.steps[1].whom
    assert Audience.ON_DUTY in policy.steps[2].whom
    assert Audience.COORDINATOR in policy.steps[-1].whom
    assert policy.longest_wait <= timedelta(minutes=1)


def test_how_long_a_step_lasts():
    policy = read(GOOD)

    assert policy.wait_after(0) == timedelta(seconds=45)
    assert policy.wait_after(1) == timedelta(0)
    assert policy.longest_wait == timedelta(seconds=60)


STEP = '[[step]]\nafter_seconds = 0\nwhom = "on_shift"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.toml: a policy without steps calls nobody: each begins with [[step]]"),
        (
            "repeat_after_seconds = 60\nstep = []",
            "x.toml: a policy without steps calls nobody: each begins with [[step]]",
        ),
        (STEP, "x.toml: repeat_after_seconds is missing"),
        (GOOD.replace("60", "9"), "x.toml: repeat_after_seconds is less than 10"),
        (GOOD.replace("60", "-1"), "x.toml: repeat_after_seconds is negative"),
        (
            GOOD.replace("60", "true"),
            "x.toml: repeat_after_seconds must be a whole number of seconds",
        ),
        ("tempo = 3\n" + GOOD, 'x.toml: unknown key "tempo"'),
        (GOOD.replace("45", "-45"), "x.toml, step 2: after_seconds is negative"),
        (
            GOOD.replace("45", "45.5"),
            "x.toml, step 2: after_seconds must be a whole number of seconds",
        ),
        (
            GOOD.replace("45", "4500"),
            "x.toml, step 2: after_seconds is longer than 3600 seconds",
        ),
        (
            GOOD.replace("= 0", "= 5"),
            "x.toml, step 1: after_seconds of the first step must be 0: somebody waits",
        ),
        (
            GOOD + STEP,
            "x.toml, step 3: after_seconds is less than that of the step before",
        ),
        (
            GOOD.replace("on_shift", "boss"),
            'x.toml, step 1: unknown audience "boss": '
            "one of on_shift, backup, on_duty, coordinator",
        ),
        (
            GOOD.replace('"on_duty"', "3"),
            'x.toml, step 2: unknown audience "3": '
            "one of on_shift, backup, on_duty, coordinator",
        ),
        (
            GOOD.replace('"on_shift"', "[]"),
            "x.toml, step 1: whom must be an audience, or a list of them",
        ),
        (
            GOOD.replace('"on_shift"', "3"),
            "x.toml, step 1: whom must be an audience, or a list of them",
        ),
        (GOOD + "whim = 1", 'x.toml, step 2: unknown key "whim"'),
        (
            GOOD.replace('whom = "on_shift"', ""),
            "x.toml, step 1: whom is missing",
        ),
        (
            "repeat_after_seconds = 60\nstep = 3",
            "x.toml: step must be 1 to 20 times [[step]]",
        ),
        (
            "repeat_after_seconds = 60\nstep = [3]",
            "x.toml, step 1: must be [[step]]",
        ),
        (
            "repeat_after_seconds = 60\n" + STEP * 21,
            "x.toml: step must be 1 to 20 times [[step]]",
        ),
        (
            GOOD + '"a\\nb" = 1',
            'x.toml, step 2: unknown key "a?b"',
        ),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(text: str, told: str):
    with pytest.raises(BadPolicy) as refused:
        read(text, "x.toml")

    assert str(refused.value) == told


def test_what_is_not_toml_is_told_with_its_line():
    with pytest.raises(BadPolicy, match=r"^x.toml: not TOML: .*line 2"):
        read("repeat_after_seconds = 60\n[[step]", "x.toml")


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path):
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"a = 1\n# \xff")

    with pytest.raises(BadPolicy, match="cannot be read: No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(BadPolicy, match=r"broken.toml, line 2: not UTF-8"):
        load(broken)

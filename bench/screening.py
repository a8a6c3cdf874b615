"""How long screening takes: of messages as people write them, and of the worst.

Runs alone too: `.venv/bin/python bench/screening.py` also says what each rule costs.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from time import thread_time

from chat.model import Message
from chat.moderation import RULES, screen
from chat.rules import canonical
from chat.rules.spam.recent import Recent
from chat.screening import Screening

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
LINES, OTHERS = DATA / "dev.jsonl", DATA / "pii_phone_world.jsonl"
LONGEST = 200
HOSTILE = 4096

TIMES_HOSTILE = 5

HOSTILE_TEXTS = {
    "one letter": "a",
    "leetspeak": "s3ll k!ll 5u1c1d3 m355493 ",
    "unreadable leetspeak": "1!1!|1!1 a1b2c3 ",
    "letters apart": "k i l l  m y s e l f ",
    "letters on threads": "k.i.l.l m_y_s_e_l_f ",
    "split words": "su icide fen tanyl ",
    "stretched": "aaaabbbbooookiiillll ",
    "stars": "f**k sh*t *** k*ll ",
    "accents": "e\u0301\u0336k\u0308\u0301",
    "unseen": "k\u200bi\u200dl\u2060l ",
    "look-alikes": "\u0456 wa\u0578\u0442 \u0442\u043e ",
    "emoji": "\U0001f525\U0001f389 ",
    "digits": "0825550199 ",
    "digits apart": "0 8 2 5 5 5 0 1 9 9 ",
    "numbers in words": "oh eight two five five five oh one ",
    "signs": "@.@.@.:// ",
    "addresses": "a@b.co/c?d=e http://a.b/c ",
    "streets": "12 main road, 45 park street, ",
    "cues": "i want to kill myself and you should die tonight with pills ",
    "negated cues": "i do not never want to not die or kill nobody no more ",
    "insults": "you stupid worthless junkie idiot ",
    "offers": "dm me selling xanax pills cheap price join click link now ",
    "scams": "send me money and your account pin to claim the prize loan ",
    "preaching": "repent you sinners jesus church hell prophet demon join us ",
    "brackets": "([{<([{<",
    "quotes": "'\"'`\"",
    "lines": "lol\n",
    "gaps": " \t  .",
    "one long word": "kil" + "lable" * 7,
}


def screening(_contender: object, _seconds: float) -> list[dict[str, float]]:
    """Screen each text once, in a process that never met it: as it is in a room.

    Patterns learn from the texts they meet; of one met before, anything is quick.
    """
    command = [sys.executable, __file__, "--figures"]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(told.stdout)]


def _figures() -> dict[str, float]:
    times = sorted(_ordinary())
    worst = {name: _hostile(text) for name, text in HOSTILE_TEXTS.items()}
    return {
        "screening_us": times[len(times) // 2],
        "screening_p99_us": times[len(times) * 99 // 100],
        "hostile_ms": max(worst.values()),
        "messages": len(times),
    }


def _ordinary() -> Iterator[float]:
    """Yield the microseconds of each message, from one device after the other."""
    recent = Recent()
    Screening(None).warm_up()  # as the service does before its first message
    for number, text in enumerate([*_texts(OTHERS), *_texts(LINES)]):
        author = number.to_bytes(4)
        said = Message(text, country="ZA", author=author, at=number)
        took = _timed(lambda said=said: screen(said, recent)) * 1e6
        if number >= len(_texts(OTHERS)):
            yield took


def _texts(file: Path) -> list[str]:
    lines = file.read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return [text for text in texts if len(text) <= LONGEST]


def _hostile(text: str) -> float:
    """Return the milliseconds that 4 KB of a text take."""
    whole = Message((text * HOSTILE)[:HOSTILE], country="ZA")
    return median(_timed(lambda: screen(whole)) for _ in range(TIMES_HOSTILE)) * 1e3


def _timed(act: Callable[[], object]) -> float:
    """Return the seconds of a core that an act takes, whoever else is on it."""
    began = thread_time()
    act()
    return thread_time() - began


def _costs() -> Iterator[tuple[str, list[float]]]:
    """Yield what reading a message costs, and each rule alone."""
    messages = [Message(text, country="ZA") for text in _texts(LINES)]
    yield "canonical", _times(canonical.read, messages)
    read = [canonical.read(message) for message in messages]
    for concern in RULES:
        yield (
            concern.name,
            _times(lambda text, rule=concern.rule: list(rule(text)), read),
        )


def _times(act: Callable[..., object], things: Iterable[object]) -> list[float]:
    return sorted(_timed(lambda thing=thing: act(thing)) * 1e6 for thing in things)


def main() -> None:
    if "--figures" in sys.argv:
        print(json.dumps(_figures()))
        return
    (figures,) = screening(None, 0)
    for name, figure in figures.items():
        print(f"{name:18s} {figure:10.1f}")
    print("\nof it, canonical and each rule by itself:")
    for name, times in _costs():
        late = times[len(times) * 99 // 100]
        print(f"{name:12s} {median(times):8.1f} µs, p99 {late:8.1f} µs")
    print("\n4 KB of:")
    for name, text in HOSTILE_TEXTS.items():
        print(f"{name:22s} {_hostile(text):8.2f} ms")


if __name__ == "__main__":
    main()

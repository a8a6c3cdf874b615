"""Warmth: what somebody needs, in the words of staff pages, and words to begin with."""

from collections.abc import Iterable
from typing import Final

from chat.model import Grade
from chat.oncall.asking import SHARES

DANGER: Final = {
    Grade.NONE: "",
    Grade.LOW: "low in spirits",
    Grade.MEDIUM: "carries something heavy",
    Grade.HIGH: "may be in danger",
    Grade.IMMINENT: "in danger now",
}
"""How grave it is, as far as we can tell."""

WISHES: Final = {
    "listen": "Somebody to listen",
    "think": "Somebody to think it through with",
    "distract": "To think of something else for a while",
    "information": "To know something",
}
"""What they said would help."""

SOURCES: Final = {
    "pressed": "They pressed “I need to talk”",
    "pressed_by_many": "They pressed “I need to talk”, as very many did just then",
    "crisis": "What they wrote in a room sounded like danger",
    "report": "Somebody in their room was worried about them",
    "stay": "They asked us to stay with them, and a check-in was missed",
    "drill": "A fire drill: nobody is in need",
}
"""How we came to know of it."""

SUGGESTIONS: Final = {
    "": (
        "Hello. I am glad you pressed that button. I am here, and I have time.",
        "Hi. You do not have to know where to begin. What is on your mind?",
        "Hello, I am one of the peers here. How is it for you right now?",
    ),
    "listen": (
        "Hello. I am here to listen. Take all the time you need.",
        "Hi. Tell me as much or as little as you like. I am not going anywhere.",
        "Hello. What is the heaviest part of it just now?",
    ),
    "think": (
        "Hello. I am here. Shall we look at it together, one piece at a time?",
        "Hi. What have you already thought of, even if it seems no use?",
        "Hello. If tonight went a little better, what would be different?",
    ),
    "distract": (
        "Hello. I am here. We can talk of anything at all. What have you seen today?",
        "Hi. Good that you came. What can you hear around you right now?",
        "Hello. What do you like to do on a day that is kind to you?",
    ),
    "information": (
        "Hello. I am here. What would you like to know?",
        "Hi. Ask me anything. If I do not know, we find out who does.",
    ),
}
"""Words to begin with, by what would help."""

SAFETY: Final = (
    "Are you safe where you are right now?",
    "I would like to ask you plainly: are you thinking of ending your life?",
    "Is there somebody near you who could sit with you now?",
)
"""What to ask when they may be in danger; asking does not make it worse."""

MOMENT: Final = "I am here, and I am thinking about what you said. Give me a moment."
"""What to say when one needs a moment."""


def grade_key(grade: Grade) -> str:
    """Return how grave it is, as styles name it."""
    return {Grade.HIGH: "high", Grade.IMMINENT: "imminent"}.get(grade, "")


def suggestions(wish: str) -> tuple[str, ...]:
    """Return words to begin with."""
    return SUGGESTIONS.get(wish, SUGGESTIONS[""])


def safety(grade: Grade) -> tuple[str, ...]:
    """Return what to ask somebody about their safety, where that is called for."""
    return SAFETY if grade >= Grade.HIGH else ()


def shares(codes: Iterable[str]) -> str:
    """Return what somebody has lived through, as one says it."""
    return ", ".join(SHARES[code] for code in codes if code in SHARES)

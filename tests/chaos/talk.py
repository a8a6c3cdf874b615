"""What pages say in a trial: a few words, or what somebody tells of their day."""

_OF_A_DAY = (
    "The bus was late again, so I walked along the canal and counted the boats. "
    "My sister rang while I was there, and we spoke about the garden and the rain. "
    "In the evening I cooked soup for two days and read until the house was quiet. "
    "It is easier when there is something to do with my hands before it gets dark. "
    "Tomorrow I will mend the gate, if the neighbour can spare his ladder. "
    "At the meeting a man told how he began to bake bread, badly at first, and gave "
    "every loaf away; now half the street knocks on Saturdays. We laughed a lot. "
    "I still find mornings hard, most of all those without a plan, and I keep a list "
    "on the fridge: water, coat, shoes, out of the door. Nobody else needs to see it. "
    "What helps you others on such days? Somebody here once wrote that she sings in "
    "the kitchen, loudly and out of tune, and I have tried that since. It works. "
)


def said(number: int, *, long: bool = False) -> str:
    """Return what is said as the so many-th, some 20 or 1,700 characters."""
    text = f"This is number {number}. "
    return text + _OF_A_DAY * 2 if long else text

"""Wording: patterns written as lists of words, so that they can be read."""


def one_of(*lists: str) -> str:
    """Return a pattern for any of the words listed; `_` stands for a space in one."""
    words = [word.replace("_", "[ ]") for words in lists for word in words.split()]
    return f"(?:{'|'.join(words)})"

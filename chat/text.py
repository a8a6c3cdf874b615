"""Text: what may be said at all, before anybody judges what it says."""

from unicodedata import category

from chat.errors import BadText, TextTooLong

MAX_CHARACTERS = 2000
"""Unicode code points; a browser counts them as `[...text].length`."""

_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def check(text: str) -> None:
    """Refuse what is not a message: empty, too long, or with control characters.

    Raises:
        TextTooLong: If it has more than 2,000 characters (Unicode code points).
        BadText: If nothing of it can be seen, or it holds a control character other
            than tab and newline.

    """
    if len(text) > MAX_CHARACTERS:
        raise TextTooLong
    if text.isprintable() and not text.isspace() and text:
        return
    if not any(_is_seen(character) for character in text):
        raise BadText
    if any(_is_control(character) for character in text):
        raise BadText


def _is_seen(character: str) -> bool:
    return not character.isspace() and category(character) not in _UNSEEN


def _is_control(character: str) -> bool:
    return (character < " " and character not in "\n\t") or "\x7f" <= character < "\xa0"

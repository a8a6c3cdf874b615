"""Checksums: the sums by which a card's or a document's number shows that it is one."""

from itertools import pairwise

_VERHOEFF_TIMES = tuple(
    (
        *((row + place) % 5 for place in range(5)),
        *((row + place) % 5 + 5 for place in range(5)),
    )
    if row < 5
    else (
        *((row - place) % 5 + 5 for place in range(5)),
        *((row - place) % 5 for place in range(5)),
    )
    for row in range(10)
)
_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def luhn(digits: str) -> bool:
    """Tell whether the digits add up as on bank cards and South African IDs."""
    total = sum(map(int, digits[-1::-2]))
    return (total + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])) % 10 == 0


def verhoeff(digits: str) -> bool:
    """Tell whether the digits add up as on Aadhaar cards."""
    check, turn = 0, list(range(10))
    for digit in reversed(digits):
        check = _VERHOEFF_TIMES[check][turn[int(digit)]]
        turn = [_VERHOEFF_TURN[place] for place in turn]
    return check == 0


def iban(number: str) -> bool:
    """Tell whether a bank account's number leaves 1 when divided by 97."""
    turned = (number[4:] + number[:4]).lower()
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def weighted(digits: str, weights: tuple[int, ...], modulus: int) -> bool:
    """Tell whether the digits, each times its weight, come to nothing."""
    total = sum(int(d) * weight for d, weight in zip(digits, weights, strict=True))
    return total % modulus == 0


def cpf(digits: str) -> bool:
    """Tell whether the digits add up as on Brazilian tax cards."""
    for length in (9, 10):
        total = sum(int(d) * (length + 1 - n) for n, d in enumerate(digits[:length]))
        if int(digits[length]) != total * 10 % 11 % 10:
            return False
    return any(one != other for one, other in pairwise(digits))


def dni(first: str, digits: str, letter: str) -> bool:
    """Tell whether a Spanish number's last letter is right for the rest of it."""
    whole = {"": "", "x": "0", "y": "1", "z": "2"}[first] + digits
    return "trwagmyfpdxbnjzsqvhlcke"[int(whole) % 23] == letter


def pps(digits: str, letter: str, second: str) -> bool:
    """Tell whether an Irish number's letter is right for the digits before it."""
    total = sum(int(d) * (8 - place) for place, d in enumerate(digits))
    total += 9 * ("abcdefghi".find(second) + 1) if second else 0
    return "wabcdefghijklmnopqrstuv"[total % 23] == letter

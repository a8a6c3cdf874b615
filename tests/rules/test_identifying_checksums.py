"""Checksums: numbers that add up, and the same with one digit changed."""

import pytest

from chat.rules.identifying import checksums


@pytest.mark.parametrize(
    ("adds_up", "number"),
    [
        (checksums.luhn, "4539148803436467"),
        (checksums.luhn, "8001015009087"),
        (checksums.verhoeff, "234123412346"),
        (checksums.iban, "GB82WEST12345698765432"),
        (checksums.cpf, "52998224725"),
    ],
)
def test_one_changed_digit_is_noticed(adds_up, number):
    for place, digit in enumerate(number):
        if digit.isdigit():
            other = str((int(digit) + 1) % 10)
            assert not adds_up(number[:place] + other + number[place + 1 :])

    assert adds_up(number)


def test_the_same_digit_throughout_is_no_tax_card():
    assert not checksums.cpf("11111111111")


def test_a_spanish_number_ends_with_its_letter():
    assert checksums.dni("", "12345678", "z")
    assert not checksums.dni("", "12345678", "a")


def test_an_irish_number_counts_its_second_letter():
    assert checksums.pps("1234567", "t", "")
    assert checksums.pps("1234567", "f", "a")
    assert not checksums.pps("1234567", "t", "a")


def test_weights_of_an_australian_tax_number():
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10)

    assert checksums.weighted("123456782", weights, 11)
    assert not checksums.weighted("123456789", weights, 11)

"""Exact numbers by whole numbers alone: a Fraction's own arithmetic takes many times as long."""

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

# A number as its part and whole, which are not reduced: a greatest common divisor takes longer than all else.
Ratio = tuple[int, int]


def half_even(part: int, whole: int) -> int:
    """The whole number next to part / whole, of two as near the even one; `whole` is above 0."""
    below, rest = divmod(part, whole)
    return below + (2 * rest > whole or (2 * rest == whole and below % 2))


def rounded(value: Fraction | float | int, decimals: int) -> float:
    """To so many decimals, half to even."""
    part, whole = value.as_integer_ratio()
    scale: int = 10**decimals
    return half_even(part * scale, whole) / scale


def summed(parts: Iterable[Fraction | int]) -> Fraction:
    total, whole = 0, 1
    for each in parts:
        part, of = each.as_integer_ratio()
        if of != whole:
            common = lcm(of, whole)
            total, part, whole = total * (common // whole), part * (common // of), common
        total += part
    return Fraction(total, whole)


def minus(one: Ratio, other: Ratio) -> Ratio:
    (part, whole), (less, of) = one, other
    return (part - less, whole) if whole == of else (part * of - less * whole, whole * of)

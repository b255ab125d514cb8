"""Money as people type it."""

import re

from approvals.engine.currencies import minor_digits

_SEPARATED = re.compile(r"-?[0-9]{1,3}([.,  '’])\d{3}(\1\d{3})*")
_PLAIN = re.compile(r"-?[0-9]+")
MAX_DIGITS = 16


class NotAnAmount(ValueError):
    """What was typed is no amount; the message says what is."""


def parse_amount(text: str, currency: str) -> int:
    """Minor units of an amount such as ``1,234.50``, ``1.234,5``, ``1 234`` or ``€ 12``.

    The last point or comma is the decimal one unless exactly three digits follow it: "1.234" is one thousand
    two hundred and thirty-four, except in a currency with three decimals.

    Raises:
        NotAnAmount: it is none, or has more decimals than the currency.
    """
    digits = minor_digits(currency)
    bare = re.sub(
        rf"^({re.escape(currency)}|[€$£¥])|({re.escape(currency)}|[€$£¥])$",
        "",
        text.strip(),
        flags=re.IGNORECASE,
    )
    bare = bare.strip()
    whole, decimals = _split(bare, digits)
    if not (whole or decimals) or not (_PLAIN.fullmatch(whole or "0") or _SEPARATED.fullmatch(whole)):
        raise NotAnAmount(f"“{text.strip()[:40]}” is not an amount. Write it like {_example(digits)}.")
    if len(decimals) > digits:
        raise NotAnAmount(f"{currency} has {digits or 'no'} decimals. Write it like {_example(digits)}.")
    number = re.sub(r"[^\d-]", "", whole) or "0"
    if len(number) > MAX_DIGITS - digits:
        raise NotAnAmount("That is more money than there is. Check the amount.")
    return int(number + decimals.ljust(digits, "0"))


def typed(amount: int, currency: str) -> str:
    """Minor units as they stand in an input: "1234.50"."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    return ("-" if amount < 0 else "") + str(whole) + (f".{rest:0{digits}d}" if digits else "")


def _split(text: str, digits: int) -> tuple[str, str]:
    """The whole units and the decimals; a sign that stands twice separates thousands."""
    match = re.fullmatch(r"(.*)([.,])([0-9]*)", text, flags=re.DOTALL)
    if match is None:
        return text, ""
    whole, sign, decimals = match.groups()
    if sign in whole or (len(decimals) == 3 and digits != 3 and whole.strip("-0")):
        return text, ""
    return whole, decimals


def _example(digits: int) -> str:
    return "1234" + (f".{'50'.ljust(digits, '0')}" if digits else "")

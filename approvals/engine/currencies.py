"""How many minor units a currency has, and money as people read it."""

_WITHOUT_MINOR_UNIT = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_FOUR_DIGITS = frozenset({"CLF", "UYW"})


def minor_digits(currency: str) -> int:
    """Digits after the decimal point, by ISO 4217 ("EUR": 2, "JPY": 0, "TND": 3); 2 for an unknown code."""
    if currency in _WITHOUT_MINOR_UNIT:
        return 0
    if currency in _THREE_DIGITS:
        return 3
    return 4 if currency in _FOUR_DIGITS else 2


def minor_units(currency: str) -> int:
    """Minor units in one unit of the currency: 100 for EUR, 1 for JPY."""
    return int(10 ** minor_digits(currency))


def format_money(amount: int, currency: str) -> str:
    """An amount of minor units as text: ``1234550, "EUR"`` is "12,345.50 EUR"."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{digits}d}" if digits else "") + f" {currency}"

"""The services that say who decides, as the environment names them."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import ValidationError

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
MAX_SECONDS = 10


def lookup_services(
    entries: Iterable[str], environment: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The address of each service by its name, and the bearer token of each that has one.

    Args:
        entries: ``name=address`` each.
        environment: where ``PLACET_LOOKUP_TOKEN_`` and the name in capitals, with _ for -, is its token.

    Raises:
        ImproperlyConfigured: a name or an address cannot be one, or a token cannot go into a header.
    """
    found: dict[str, str] = {}
    tokens: dict[str, str] = {}
    for entry in (entry.strip() for entry in entries if entry.strip()):
        name, _, url = (part.strip() for part in entry.partition("="))
        if not _NAME.fullmatch(name) or name in found or not _is_address(url):
            raise ImproperlyConfigured(
                f"PLACET_LOOKUPS has “{name}”, which is not a name=address such as "
                "cost-centres=https://who.example.org/approvers, or stands twice."
            )
        found[name] = url
        variable = f"PLACET_LOOKUP_TOKEN_{name.upper().replace('-', '_')}"
        token = environment.get(variable, "")
        if not (token.isascii() and (not token or token.isprintable())):
            raise ImproperlyConfigured(f"{variable} has characters that no token has.")
        if token:
            tokens[name] = token
    return found, tokens


def seconds_of_lookups(seconds: float) -> None:
    """Refuse a time that a stage cannot wait, or none at all.

    Raises:
        ValidationError: it is one of these.
    """
    if not 0 < seconds <= MAX_SECONDS:
        raise ValidationError(f"Lookups take more than 0 and at most {MAX_SECONDS} seconds.")


def _is_address(url: str) -> bool:
    if not (url.isascii() and url.isprintable()) or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    sound = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return sound and parts.username is None and not parts.fragment

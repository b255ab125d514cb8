"""Whether a message is from the domain that its From names: a valid DKIM signature, aligned as DMARC says."""

import logging
from collections.abc import Callable, Iterator

from authheaders import dmarc_per_from
from authheaders.dmarc_lookup import DMARCException, get_org_domain
from authres import DKIMAuthenticationResult  # type: ignore[import-untyped]
from dkim import DKIM, DnsTimeoutError
from dns.exception import DNSException

logger = logging.getLogger(__name__)

MAX_SIGNATURES = 5
"""Signatures that are looked at; a message has one or two."""

Lookup = Callable[..., str | bytes | None]
"""Finds a name's TXT record: bytes for a DKIM key, text for a DMARC policy, None where there is none."""


class NameServersAway(Exception):
    """The domain's records cannot be had now; later they may be."""


def authentic(raw: bytes, domain: str, lookup: Lookup | None = None) -> bool:
    """Whether a valid DKIM signature speaks for the domain in From.

    Where the domain publishes a DMARC policy, its alignment (strict or relaxed) counts; without one, an
    organisation may sign for its subdomains (RFC 7489, 3.1.1). A signature over only part of the body (``l=``)
    does not count, since anything can be added below it.

    Raises:
        NameServersAway: DNS does not answer; ask again later.
    """
    try:
        return any(_speaks_for(signer, domain, lookup) for signer in _signers(raw, lookup))
    except (DNSException, DnsTimeoutError) as away:
        raise NameServersAway(str(away)) from away


def _signers(raw: bytes, lookup: Lookup | None) -> Iterator[str]:
    """The domains whose signatures are valid."""
    asked = {"dnsfunc": lookup} if lookup else {}
    for number in range(MAX_SIGNATURES):
        message = DKIM(raw)
        try:
            valid = message.verify(idx=number, **asked)
        except (DNSException, DnsTimeoutError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever a malformed signature or key trips: it is not valid
            logger.info("signature not valid", extra={"why": repr(error)})
            continue
        if not message.signature_fields:
            return
        if valid and b"l" not in message.signature_fields:
            yield message.signature_fields[b"d"].decode("ascii", "replace").lower()


def _speaks_for(signer: str, domain: str, lookup: Lookup | None) -> bool:
    signature = DKIMAuthenticationResult(result="pass", header_d=signer)
    try:
        verdict, *_ = dmarc_per_from(domain, dkim_result=signature, dnsfunc=lookup)
    except DMARCException:  # a policy that cannot be read allows nothing
        return False
    if verdict == "none":
        return bool(get_org_domain(domain) == get_org_domain(signer))
    return bool(verdict == "pass")

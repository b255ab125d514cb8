"""An RSA key for a test run, in the form that dkimpy reads. Small, because it guards nothing."""

import base64
import random
from dataclasses import dataclass

BITS = 1024
EXPONENT = 65537


@dataclass(frozen=True)
class Key:
    """`private` in PEM (PKCS #1), `public` in base64 as it stands in a DKIM record."""

    private: bytes
    public: bytes


def make_key() -> Key:
    """A new key."""
    p, q = _prime(BITS // 2), _prime(BITS // 2)
    n, phi = p * q, (p - 1) * (q - 1)
    d = pow(EXPONENT, -1, phi)
    numbers = [0, n, EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
    body = base64.encodebytes(_sequence(numbers))
    return Key(
        private=b"-----BEGIN RSA PRIVATE KEY-----\n" + body + b"-----END RSA PRIVATE KEY-----\n",
        public=base64.b64encode(_sequence([n, EXPONENT])),
    )


def _prime(bits: int) -> int:
    chance = random.SystemRandom()
    while True:
        candidate = chance.getrandbits(bits) | 3 << (bits - 2) | 1
        if candidate % EXPONENT != 1 and _is_prime(candidate, chance):
            return candidate


def _is_prime(number: int, chance: random.Random) -> bool:
    """Miller and Rabin's test, forty times."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(40):
        power = pow(chance.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, number)
            if power == number - 1:
                break
        else:
            return False
    return True


def _sequence(numbers: list[int]) -> bytes:
    return _der(0x30, b"".join(_der(2, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content

"""A person as pages show them: by name, with their initials."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from approvals.people import services as people

HUES = 8
"""How many colours the stylesheet has for avatars."""


@dataclass(frozen=True, slots=True)
class Who:
    """A person's name, beside the handle by which everything else refers to them."""

    handle: str
    name: str

    @property
    def initials(self) -> str:
        """The first letters of the first and the last word of the name."""
        words = [word for word in self.name.replace(".", " ").split() if word[0].isalnum()]
        letters = [words[0][0], words[-1][0]] if len(words) > 1 else [(words or [self.name])[0][:1]]
        return "".join(letters).upper()

    @property
    def hue(self) -> int:
        """Which of the avatar colours is theirs, always the same one."""
        return zlib.crc32(self.handle.encode()) % HUES

    def __str__(self) -> str:
        return self.name


class Named(Protocol):
    """Anything with a name and a handle: a `Person`, a `Who`."""

    @property
    def handle(self) -> str:
        """The immutable name."""

    @property
    def name(self) -> str:
        """The name to show."""


def who(somebody: Named) -> Who:
    """Somebody as pages show them."""
    return Who(somebody.handle, somebody.name)


class People(Mapping[str, Who]):
    """The people of a page by handle, found in one query; a handle that nobody has is its own name."""

    def __init__(self, handles: Iterable[str]) -> None:
        names = people.names(handle for handle in handles if handle)
        self._known = {handle: Who(handle, name) for handle, name in names.items()}

    def __getitem__(self, handle: str) -> Who:
        return self._known.get(handle) or Who(handle, handle)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

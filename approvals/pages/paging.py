"""Pages of long lists, without counting all of a table for a number that nobody reads to the end."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

PER_PAGE = 25
COUNTED = 1_000
"""Beyond this a list says "more than", and is searched instead of leafed through."""


if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class Pages(_Paginator):
    """Pages of a query. ``known`` is how many rows there are, where that was counted already."""

    def __init__(self, found: QuerySet[Model], known: int | None = None) -> None:
        super().__init__(found, PER_PAGE)
        self.known = known

    @cached_property
    def _counted(self) -> int:
        if self.known is not None:
            return self.known
        found: Any = self.object_list
        return int(found.order_by()[: COUNTED + 1].count())

    @property
    def count(self) -> int:
        """The rows that can be leafed through."""
        return self._counted if self.known is not None else min(self._counted, COUNTED)

    @property
    def goes_on(self) -> bool:
        """Whether there are more rows than that."""
        return self._counted > self.count

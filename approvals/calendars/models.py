"""Calendars as they are kept: each version once, and for ever."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models
from django.db.models.base import ModelBase


class PublishedForever(Exception):
    """Somebody tried to change or delete a published version. That is a mistake in the code."""

    def __init__(self) -> None:
        super().__init__("A published calendar version never changes: publish another one.")


class VersionQuerySet(models.QuerySet["CalendarVersion"]):
    """Versions can be added and read, nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise PublishedForever

    def delete(self) -> NoReturn:
        """Refused."""
        raise PublishedForever


class Calendar(models.Model):
    """A business calendar. Its hours stand in its versions."""

    key = models.SlugField(unique=True, max_length=60, help_text="How policies name it.")
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """One published version: the definition, and every holiday it came to when it was published.

    Its holidays are kept for all the years of a calendar, so a later release of the holiday
    library changes no deadline that was promised. The zone's rules are not kept: what the IANA
    database says of the zone is read anew, and `tzdata_version` tells which release it was.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField(help_text="The calendar file, as `CalendarDefinition.body` gives it.")
    holidays = models.JSONField(help_text="By year and date: the holiday's name.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body and the holidays.")
    zone = models.CharField(max_length=64)
    tzdata_version = models.CharField(max_length=40, help_text="IANA release in use when published.")
    holidays_version = models.CharField(max_length=40, help_text="Release of the holiday library.")
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=150, blank=True, help_text="Handle; empty: the program.")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["calendar", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Add the version; a saved one is not saved again."""
        if not self._state.adding:
            raise PublishedForever
        super().save(
            force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields
        )

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        """Refused."""
        raise PublishedForever

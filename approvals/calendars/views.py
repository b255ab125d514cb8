"""The business calendars: what each says, what a length comes to, and publishing the next version."""

from datetime import date
from typing import Any

import yaml
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from approvals.calendars import services
from approvals.calendars.definition import CalendarDefinition, json_schema, parse_definition
from approvals.calendars.errors import CalendarError, InvalidCalendar, Problem
from approvals.calendars.models import CalendarVersion
from approvals.calendars.reading import read_document
from approvals.calendars.trial import Trial, tried
from approvals.pages.visits import SignedIn, signed_in

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
YEARS_SHOWN = 2
"""Whose holidays a page lists: this year's and the next one's."""


@signed_in
@require_safe
def calendars(request: SignedIn) -> HttpResponse:
    """Every calendar with its current version."""
    return render(request, "calendars/list.html", {"versions": services.newest()})


@signed_in
@require_safe
def calendar(request: SignedIn, key: str, number: int | None = None) -> HttpResponse:
    """One version of a calendar: its hours, its holidays, and what a length of time comes to."""
    versions = services.versions_of(key)
    shown = next((version for version in versions if number in (None, version.number)), None)
    if shown is None:
        raise Http404("unknown_calendar")
    definition = parse_definition(shown.body, saved=True)
    context: dict[str, Any] = {
        "version": shown,
        "versions": versions,
        "hours": _hours(definition),
        "holidays": _holidays(shown, timezone.localdate().year),
        "source": as_yaml(shown),
        "trial": Trial(),
    }
    status = 200
    if "start" in request.GET or "length" in request.GET:
        context["trial"] = trial = tried(shown, request.GET.get("start", ""), request.GET.get("length", ""))
        status = 422 if trial.fault else 200
    return render(request, "calendars/calendar.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedIn) -> HttpResponse:
    """Check a calendar file, then publish it as the next version; administrators only."""
    if not request.user.is_admin:
        raise PermissionDenied("Only administrators publish calendars.")
    if request.method != "POST":
        source = _starting_point(request.GET.get("from", "").replace("\0", ""))
        return render(request, "calendars/publish.html", {"source": source})
    source = request.POST.get("source", "").replace("\r\n", "\n")
    context: dict[str, Any] = {"source": source}
    try:
        definition = _checked(source)
    except InvalidCalendar as error:
        return render(request, "calendars/publish.html", context | {"problems": error.problems}, status=422)
    if request.POST.get("do") != "publish":
        return render(request, "calendars/publish.html", context | {"hours": _hours(definition)})
    before = services.versions_of(services.key_of(definition.name))
    version = services.publish(definition, request.user.handle)
    if version in before:
        messages.info(request, f"Nothing differs from version {version.number}, so there is no new one.")
    else:
        messages.success(request, f"{version.calendar.name} is published as version {version.number}.")
    return redirect("calendars:calendar", version.calendar.key)


@signed_in
@require_safe
def schema(request: SignedIn) -> HttpResponse:
    """The JSON Schema of a calendar file."""
    return JsonResponse(json_schema(), content_type="application/schema+json")


def as_yaml(version: CalendarVersion) -> str:
    """A version as a file that can be changed and published again."""
    return yaml.safe_dump(version.body, sort_keys=False, allow_unicode=True, width=100)


def _checked(source: str) -> CalendarDefinition:
    """The calendar that a file describes, with a name that gives a key.

    Raises:
        InvalidCalendar: it is none.
    """
    body = read_document(source.encode())
    if "name" not in body:
        raise InvalidCalendar((Problem("name", "Give the calendar a name: policies find it by that."),))
    definition = parse_definition(body)
    services.key_of(definition.name)
    return definition


def _starting_point(key: str) -> str:
    if not key:
        return ""
    try:
        return as_yaml(services.current(key))
    except CalendarError as error:
        raise Http404("unknown_calendar") from error


def _hours(definition: CalendarDefinition) -> list[tuple[str, str]]:
    """Each day of the week with its windows, in words."""
    if definition.week is None:
        return [("Every day", "Day and night")]
    return [
        (name, ", ".join(definition.week.of(number)).replace("-", "–") or "Closed")
        for number, name in enumerate(WEEKDAYS)
    ]


def _holidays(version: CalendarVersion, year: int) -> list[tuple[date, str]]:
    """The holidays of the years that a page lists, in order."""
    names = services.business_calendar(version).holidays.names
    return sorted((day, name) for day, name in names.items() if year <= day.year < year + YEARS_SHOWN)

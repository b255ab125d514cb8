"""When the database is away: a page that says so, and gives back what somebody was sending."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.log import log_response
from django.views.defaults import server_error as ordinary_server_error

#: Seconds after which browsers and programs may ask again.
RETRY_AFTER = 10

#: What Django raises where the server cannot be reached, goes away, or takes no more connections.
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class SentField:
    """One value of the form that was being sent."""

    name: str
    value: str

    @property
    def is_secret(self) -> bool:
        """Whether it has to be typed again instead of being shown."""
        return "password" in self.name

    @property
    def is_internal(self) -> bool:
        """Whether it is sent again without being shown: it means nothing to a person."""
        return self.name in ("next", "command", "revision", "round")

    @property
    def label(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ").replace("-", " ").capitalize()


class OutageMiddleware:
    """Answers 503 with the outage page where a view could not reach the database.

    It stands last in the list, nearest to the view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Take over where the database is away; leave every other error to Django."""
        return outage(request, error) if isinstance(error, DATABASE_AWAY) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: the outage page where that is the reason, as for a session that could
    not be read or written, otherwise the ordinary one."""
    error = sys.exc_info()[1]
    return outage(request, error) if isinstance(error, DATABASE_AWAY) else ordinary_server_error(request)


def outage(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The outage page for this request: status 503, never kept by a cache.

    A form that was sent is shown with its values and a button that sends the same form again. Files
    are not kept, and the page says which to choose again.
    """
    sent = request.method == "POST"
    context = {
        "path": request.get_full_path(),
        "sent": sent,
        "fields": _fields(request) if sent else [],
        "files": [file.name for _, files in request.FILES.lists() for file in files] if sent else [],
    }
    page = render_to_string("outage.html", context, request)
    response = HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER)
    # A fragment is not what this page belongs into.
    response["HX-Retarget"] = "body"
    response["HX-Reswap"] = "innerHTML"
    add_never_cache_headers(response)
    reason = str(error).strip()
    log_response("The database is away: %s", reason, response=response, request=request, level="warning")
    return response


def _fields(request: HttpRequest) -> list[SentField]:
    return [
        SentField(name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]

"""Whether the process lives (`/healthz`), and whether it can do its work (`/readyz`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.log import log_response

from config.readiness import readiness

#: For the probe's own sake: no cache may answer for the process.
_NEVER_CACHED = {"Cache-Control": "no-store"}


class HealthMiddleware:
    """Answers both addresses before any other middleware.

    So a probe needs no known host name, no https, no session; it may come with GET or HEAD.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"}, headers=_NEVER_CACHED)
        if request.path == "/readyz":
            return _readyz(request)
        return self.get_response(request)


def _readyz(request: HttpRequest) -> HttpResponse:
    """200 and `{"status": "ready"}`, or 503 with every part that is missing and the reason why."""
    missing = readiness()
    if not missing:
        return JsonResponse({"status": "ready"}, headers=_NEVER_CACHED)
    response = JsonResponse({"status": "not ready", "missing": missing}, status=503, headers=_NEVER_CACHED)
    # Whoever asks hears it; a line in the log for each time would say nothing more.
    log_response("Not ready", response=response, request=request, level="debug")
    return response

"""Whether the process lives (`/healthz`), and whether it can do its work (`/readyz`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

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
            return _readyz()
        return self.get_response(request)


def _readyz() -> HttpResponse:
    """200 and `{"status": "ready"}`, or 503 with every part that is missing and the reason why."""
    missing = readiness()
    if missing:
        return JsonResponse({"status": "not ready", "missing": missing}, status=503, headers=_NEVER_CACHED)
    return JsonResponse({"status": "ready"}, headers=_NEVER_CACHED)

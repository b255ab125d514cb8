"""Who may use the console."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from approvals.people.models import Person

P = ParamSpec("P")


class AdminRequest(HttpRequest):
    """A request by somebody who was found to be an administrator."""

    user: Person
    htmx: HtmxDetails


def admins_only(
    view: Callable[Concatenate[AdminRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let only signed-in administrators in; others get 403, and strangers the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not getattr(request.user, "is_admin", False):
            raise PermissionDenied("The console is for administrators.")
        return view(cast("AdminRequest", request), *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", login_required(guarded))

"""Who may use the console."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from approvals.pages.visits import SignedIn, signed_in

P = ParamSpec("P")


def admins_only(
    view: Callable[Concatenate[SignedIn, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only signed-in administrators in; others get 403, and strangers the sign-in page."""

    @signed_in
    @wraps(view)
    def guarded(request: SignedIn, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_admin:
            raise PermissionDenied("The console is for administrators.")
        return view(request, *args, **kwargs)

    return guarded

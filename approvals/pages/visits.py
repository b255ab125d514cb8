"""The requests that views answer, as types, and the door that everybody comes through."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from approvals.people.models import Person
from approvals.people.sessions import as_of_session

P = ParamSpec("P")


class Visit(HttpRequest):
    """A request that came through our middleware."""

    htmx: HtmxDetails


class SignedIn(Visit):
    """A request by somebody who has signed in."""

    user: Person


def signed_in(
    view: Callable[Concatenate[SignedIn, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only people who have signed in see a page; others sign in first.

    A part of a page is answered with 401 instead, so that what somebody was typing stays where it is.
    """
    to_sign_in = login_required(cast(Callable[..., HttpResponseBase], view))

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated and cast(Visit, request).htmx:
            return HttpResponse("Sign in again.", status=401, content_type="text/plain")
        return to_sign_in(request, *args, **kwargs)

    return door


def remembering_people(
    view: Callable[Concatenate[SignedIn, P], HttpResponse],
) -> Callable[Concatenate[SignedIn, P], HttpResponse]:
    """For a view that changes nothing about people: it looks up only what this process does not know about them."""

    @wraps(view)
    def remembering(request: SignedIn, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with as_of_session(request):
            return view(request, *args, **kwargs)

    return remembering

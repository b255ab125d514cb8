"""Signing in and out."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is, then go to where they wanted to be."""
    if request.user.is_authenticated:
        return redirect(_destination(request))
    form = AuthenticationForm(request, data=request.POST or None)
    if form.is_valid():
        login(request, form.get_user())
        return redirect(_destination(request))
    context = {"form": form, "next": _destination(request), "demo_people": _demo_people()}
    return render(request, "people/sign_in.html", context, status=422 if form.is_bound else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect(resolve_url(settings.LOGOUT_REDIRECT_URL or settings.LOGIN_URL))


def _destination(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours; else the inbox."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _demo_people() -> Sequence[object]:
    """Whom a visitor of the demo can sign in as, with one click."""
    if not settings.DEMO:
        return ()
    from approvals.demo.people import demo_people

    return demo_people()

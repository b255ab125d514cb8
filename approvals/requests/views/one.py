"""A request's page: shown, kept fresh, and acted on."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from approvals.calendars.errors import CalendarError
from approvals.engine import Refused
from approvals.pages.visits import SignedIn, remembering_people, signed_in
from approvals.requests import access, services
from approvals.requests.answers import Answer, answer, refusal
from approvals.requests.forms import ACTIONS, ActionForm
from approvals.requests.models import Request
from approvals.requests.presentation import request_page
from approvals.requests.reckoning import reckoning
from approvals.requests.services import Shown


@signed_in
@require_safe
@remembering_people
def show(request: SignedIn, request_id: uuid.UUID) -> HttpResponse:
    """The whole page of one request."""
    row = access.find(request.user, request_id)
    page = request_page(services.show(row, request.user), request.user)
    return render(request, "requests/show.html", {"page": page})


@signed_in
@require_safe
@remembering_people
def live(request: SignedIn, request_id: uuid.UUID) -> HttpResponse:
    """The parts of the page, where they have changed since the revision that the reader has; else nothing."""
    row = access.find(request.user, request_id)
    if not request.htmx:
        return redirect("requests:show", row.pk)
    seen, was_live = _seen(request)
    if was_live and row.revision <= seen:
        return HttpResponse(status=204)
    page = request_page(services.show(row, request.user), request.user)
    if (page.revision, page.live) == (seen, was_live):
        return HttpResponse(status=204)
    return render(request, "requests/parts.html", {"page": page, "oob": True})


@signed_in
@require_safe
def deadline(request: SignedIn, request_id: uuid.UUID, stage: str) -> HttpResponse:
    """How the deadline of a stage is counted."""
    row = access.find(request.user, request_id)
    shown = services.show(row)
    try:
        explained = reckoning(shown.state, stage, shown.events)
    except CalendarError as error:
        raise Http404("unknown_calendar") from error
    if explained is None:
        raise Http404("no_deadline")
    return render(request, "requests/deadline.html", {"row": row, "deadline": explained})


@signed_in
@require_POST
@remembering_people
def act(request: SignedIn, request_id: uuid.UUID, kind: str) -> HttpResponse:
    """Carry out one action, and show what it came to together with the state after it."""
    row = access.find(request.user, request_id)
    access.must_take_part(request.user, row, kind)
    form = ACTIONS[kind](request.POST, row.known_state.policy)
    if not form.is_valid():
        return _answered(request, services.show(row, request.user), refusal(form.code, form.sentence), form)
    try:
        sent, shown = services.send_and_show(request.user, row, form.signal(request.user.handle))
    except Refused as refused:
        return _answered(
            request, services.show(row, request.user), refusal(refused.code, refused.message), form
        )
    return _answered(request, shown, answer(sent, shown), form)


def _answered(request: SignedIn, shown: Shown, said: Answer, form: ActionForm) -> HttpResponse:
    """In place for htmx; else the page again, and after a success by a redirect, so that a reload is harmless."""
    row: Request = shown.row
    if not said.refused and not request.htmx:
        messages.add_message(request, said.level, said.sentence)
        return redirect("requests:show", row.pk)
    context = {
        "page": request_page(shown, request.user),
        "said": said,
        "kept": form if said.refused else None,
        "oob": bool(request.htmx),
    }
    template = "requests/parts.html" if request.htmx else "requests/show.html"
    return render(request, template, context, status=422 if said.refused else 200)


def _seen(request: SignedIn) -> tuple[int, bool]:
    """The revision that the reader's page shows, and whether it came from the running workflow."""
    given = request.GET.get("revision", "")
    revision = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    return revision, request.GET.get("live") != "0"

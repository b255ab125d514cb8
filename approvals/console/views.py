"""The console: every open task, one request in an administrator's hands, and a leaver's handover."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from approvals.console import actions, handover, queries
from approvals.console.access import admins_only
from approvals.console.forms import FORMS, ActionForm, ChosenForm, FilterForm, HandoverForm
from approvals.console.handover import Handed, Handover
from approvals.console.management import Possible
from approvals.engine.state import RequestState
from approvals.pages.visits import SignedIn
from approvals.pages.who import People
from approvals.people import delegations as standing
from approvals.policies import proof_records
from approvals.policies import services as policies
from approvals.requests import access
from approvals.requests import services as requests
from approvals.requests.answers import handles_in_why

PAGE = 50


@admins_only
@require_safe
@vary_on_headers("HX-Request")
def tasks(request: SignedIn) -> HttpResponse:
    """Every open task, the most pressing first; or the requests that are stuck or on hold."""
    form = FilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    wanted = queries.Wanted(given.get("policy", ""), given.get("person"), given.get("q", ""))
    state, now = given.get("state", ""), timezone.now()
    number = request.GET.get("page")
    context: dict[str, Any] = {
        "form": form,
        "filters": given,
        "state": state,
        "counts": queries.counts(now),
        "most": queries.MOST,
        "temporal_ui": settings.TEMPORAL_UI_URL,
    }
    if state in ("stuck", "paused"):
        rows = queries.halted_requests(wanted, stuck=state == "stuck")
        page = Paginator(rows[: queries.MOST], PAGE).get_page(number)
        context |= {"page": page, "halted": queries.halted(page.object_list)}
    else:
        found = queries.open_tasks(wanted, overdue_at=now if state == "overdue" else None)
        context["page"] = Paginator(found[: queries.MOST], PAGE).get_page(number)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "console/list.html", context)
    context |= {"policies": policies.open_to(request.user), "failing": proof_records.failing()}
    return render(request, "console/tasks.html", context)


@admins_only
@require_safe
def manage(request: SignedIn, request_id: uuid.UUID) -> HttpResponse:
    """One request, with everything that an administrator can do to it."""
    return _managed(request, request_id, None, 200)


@admins_only
@require_POST
def act(request: SignedIn, request_id: uuid.UUID, kind: str) -> HttpResponse:
    """Carry out one of the actions, and say what came of it."""
    if kind not in FORMS:
        raise Http404("unknown_action")
    row = access.find(request.user, request_id)
    target = request.POST.get("target", "").replace("\0", "")[:200]
    form = FORMS[kind](request.POST, target=target, command=_command_id(request))
    if not form.is_valid():
        return _managed(request, request_id, form, 422)
    receipt = actions.give(request.user, row, form.command(request.user.handle))
    if receipt.ok:
        messages.success(request, receipt.message)
        return redirect("console:manage", request_id)
    form.add_error(None, receipt.message)
    if receipt.code == actions.ENGINE_AWAY:
        return _managed(request, request_id, form, 503)
    # What was refused is over; to try again is something new.
    form.command_id = uuid.uuid4()
    return _managed(request, request_id, form, 422)


@admins_only
@require_safe
def delegations(request: SignedIn) -> HttpResponse:
    """Every standing delegation, or every one there ever was: who may decide for whom, and since when."""
    form = FilterForm(request.GET)
    form.is_valid()
    ever = request.GET.get("ever") == "1"
    rows = standing.everybodys(standing=not ever, person=form.cleaned_data.get("person"))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    titles = {key: title for key, title, _ in policies.titles()}
    context = {
        "form": form,
        "ever": ever,
        "page": page,
        "delegations": standing.listed(page.object_list, titles, timezone.now()),
    }
    return render(request, "console/delegations.html", context)


@admins_only
@require_safe
def handover_preview(request: SignedIn) -> HttpResponse:
    """Choose who leaves and who takes over, and see what would be handed over."""
    if "successor" not in request.GET:
        return _handover_page(request, HandoverForm(initial={"leaver": request.GET.get("leaver", "")}))
    form = HandoverForm(request.GET)
    if not form.is_valid():
        return _handover_page(request, form, status=422)
    plan = Handover(request.user, **form.cleaned_data)
    return _preview_page(request, plan)


@admins_only
@require_POST
def hand_over(request: SignedIn) -> HttpResponse:
    """Hand over the chosen tasks, and say of each what came of it."""
    form = ChosenForm(request.POST)
    keys = request.POST.getlist("item")
    if form.is_valid() and keys:
        plan = Handover(request.user, **form.cleaned_data, command=_command_id(request))
        done = handover.hand_over(plan, handover.chosen(plan, keys))
        return _handed_over(request, plan, done)
    who = HandoverForm(request.POST)
    if not who.is_valid():
        return _handover_page(request, who, status=422)
    return _preview_page(
        request,
        Handover(request.user, **who.cleaned_data),
        status=422,
        fault="" if keys else "Choose at least one task.",
        reason=request.POST.get("reason", ""),
        reason_faults=form.errors.get("reason", []),
        chosen=set(keys),
    )


def _preview_page(request: SignedIn, plan: Handover, status: int = 200, **more: object) -> HttpResponse:
    form = HandoverForm(initial={"leaver": plan.leaver, "successor": plan.successor})
    shown = handover.preview(plan, timezone.now())
    others = People(other for item in shown.items for other in item.others)
    return _handover_page(request, form, status, plan=plan, preview=shown, people=others, **more)


def _handover_page(request: SignedIn, form: HandoverForm, status: int = 200, **more: object) -> HttpResponse:
    context = {"form": form, "at_once": handover.AT_ONCE, **more}
    return render(request, "console/handover.html", context, status=status)


def _handed_over(request: SignedIn, plan: Handover, done: list[Handed]) -> HttpResponse:
    receipts = [handed.receipt for handed in done if handed.receipt]
    unanswered = sum(receipt.code == actions.ENGINE_AWAY for receipt in receipts)
    handed = sum(receipt.ok for receipt in receipts)
    context = {
        "plan": plan,
        "done": done,
        "handed": handed,
        "refused": len(receipts) - handed - unanswered,
        "unanswered": unanswered,
        "left": len(done) - len(receipts),
    }
    return render(request, "console/handed_over.html", context)


def _people_of(state: RequestState) -> People:
    """Everybody whom the page of a request in an administrator's hands can mention."""
    why = {handle for task in state.open_tasks() for handle in handles_in_why(task)}
    behalf = {one.instead_of or "" for task in state.open_tasks() for one in task.candidates}
    return People({*state.involved, state.requester, *why, *behalf})


def _command_id(request: SignedIn) -> uuid.UUID:
    """The id that came with the form; a new one where it is damaged."""
    try:
        return uuid.UUID(request.POST.get("command", ""))
    except ValueError:
        return uuid.uuid4()


def _managed(
    request: SignedIn, request_id: uuid.UUID, refused: ActionForm | None, status: int
) -> HttpResponse:
    row = access.find(request.user, request_id)
    shown = requests.show(row)
    managed = Possible(shown.state, request.user.handle, timezone.now(), refused).managed()
    placed = refused is None or any(refused is form for form in managed.all_actions)
    people = _people_of(shown.state)
    context = {
        "row": row,
        "shown": shown,
        "requester": people[shown.state.requester],
        "managed": managed,
        "orphan": None if placed else refused,
        "people": people,
        "temporal_ui": actions.workflow_url(row.pk),
    }
    return render(request, "console/manage.html", context, status=status)

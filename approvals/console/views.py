"""The console: every open task, one request in an administrator's hands, and a leaver's handover."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from approvals.console import actions, handover, queries
from approvals.console.access import AdminRequest, admins_only
from approvals.console.forms import FORMS, ActionForm, FilterForm, HandoverForm, prefix
from approvals.console.management import manageable
from approvals.engine.state import Receipt
from approvals.pages.who import People
from approvals.policies import services as policies
from approvals.requests import access
from approvals.requests import services as requests

PAGE = 50


@require_safe
@admins_only
def tasks(request: AdminRequest) -> HttpResponse:
    """Every open task, the most pressing first."""
    form = FilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    now = timezone.now()
    found = queries.open_tasks(
        now=now,
        policy=wanted.get("policy", ""),
        person=wanted.get("person"),
        state=wanted.get("state", ""),
        search=wanted.get("q", ""),
    )
    context = {
        "form": form,
        "filters": wanted,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "counts": queries.counts(now),
        "policies": policies.open_to(request.user),
        "stuck": queries.stuck_requests()[:PAGE] if wanted.get("state") == "stuck" else [],
        "temporal_ui": settings.TEMPORAL_UI_URL,
    }
    return render(request, "console/list.html" if request.htmx else "console/tasks.html", context)


@require_safe
@admins_only
def manage(request: AdminRequest, request_id: uuid.UUID) -> HttpResponse:
    """One request, with everything that an administrator can do to it."""
    return _managed(request, request_id, None, "", 200)


@require_POST
@admins_only
def act(request: AdminRequest, request_id: uuid.UUID, kind: str) -> HttpResponse:
    """Carry out one of the actions, and say what came of it."""
    if kind not in FORMS:
        raise Http404("unknown_action")
    target = request.POST.get("target", "")
    form = FORMS[kind](request.POST, prefix=prefix(kind, target))
    if not form.is_valid():
        return _managed(request, request_id, form, target, 422)
    row = access.find(request.user, request_id)
    receipt = actions.give(request.user, row, form.command(request.user.handle, target))
    if not receipt.ok:
        form.add_error(None, receipt.message)
        return _managed(
            request, request_id, form, target, 503 if receipt.code == actions.ENGINE_AWAY else 422
        )
    messages.success(request, receipt.message)
    return redirect("console:manage", request_id)


@require_safe
@admins_only
def handover_preview(request: AdminRequest) -> HttpResponse:
    """Choose who leaves and who takes over, and see what would be handed over."""
    form = HandoverForm(request.GET or None)
    context: dict[str, object] = {"form": form, "at_once": handover.AT_ONCE}
    if form.is_bound and form.is_valid():
        found = handover.items(form.cleaned_data["leaver"], form.cleaned_data["successor"])
        context |= {"items": found, "people": People(_people_of(found)), **form.cleaned_data}
    return render(
        request, "console/handover.html", context, status=200 if form.is_valid() or not form.is_bound else 422
    )


@require_POST
@admins_only
def hand_over(request: AdminRequest) -> HttpResponse:
    """Hand over the chosen tasks, and say of each what came of it."""
    form = HandoverForm(request.POST)
    reason = request.POST.get("reason", "").strip()
    if not form.is_valid():
        return render(request, "console/handover.html", {"form": form}, status=422)
    leaver, successor = form.cleaned_data["leaver"], form.cleaned_data["successor"]
    found = handover.items(leaver, successor)
    wanted = set(request.POST.getlist("item"))
    chosen = [item for item in found if item.key in wanted and not item.problem]
    context: dict[str, object] = {
        "form": form, "items": found, "people": People(_people_of(found)), "reason": reason,
        "chosen": wanted, "at_once": handover.AT_ONCE, **form.cleaned_data,
    }  # fmt: skip
    if fault := _handover_fault(reason, chosen):
        return render(request, "console/handover.html", context | {"fault": fault}, status=422)
    done = handover.hand_over(request.user, chosen, leaver, successor, reason)
    left = len(handover.items(leaver, successor))
    return render(
        request, "console/handed_over.html", context | {"done": done, "left": left, "failed": _refused(done)}
    )


def _handover_fault(reason: str, chosen: list[handover.Item]) -> str:
    if not chosen:
        return "Choose at least one task."
    if not reason:
        return "Say why, in a sentence: it stands in the record of every task."
    return ""


def _refused(done: list[handover.Handed]) -> list[Receipt]:
    return [handed.receipt for handed in done if not handed.receipt.ok]


def _people_of(items: list[handover.Item]) -> set[str]:
    return {item.row.requester.handle for item in items} | {other for item in items for other in item.others}


def _managed(
    request: AdminRequest, request_id: uuid.UUID, refused: ActionForm | None, target: str, status: int
) -> HttpResponse:
    row = access.find(request.user, request_id)
    shown = requests.show(row)
    context = {
        "row": row,
        "shown": shown,
        "managed": manageable(shown.state, refused, target),
        "people": People({*shown.state.involved, shown.state.requester}),
        "temporal_ui": actions.workflow_url(row.pk),
    }
    return render(request, "console/manage.html", context, status=status)

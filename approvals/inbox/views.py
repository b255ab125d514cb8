"""The inbox: what waits for the reader, the most urgent first."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from approvals.engine.commands import Claim
from approvals.inbox import queries
from approvals.inbox.queries import Filters
from approvals.pages.paging import Pages
from approvals.pages.visits import SignedIn, signed_in
from approvals.policies import services as policies
from approvals.requests import services as requests
from approvals.requests.answers import answer


@signed_in
@require_safe
def inbox(request: SignedIn) -> HttpResponse:
    """What waits for me. A look for news gets nothing while nothing has changed."""
    now = timezone.now()
    counts = queries.counts(request.user, now)
    if request.htmx and request.GET.get("seen") == counts.mark:
        return HttpResponse(status=204)
    filters = _filters(request)
    found = queries.tasks(request.user, filters, now)
    page = Pages(found, queries.known(counts, filters)).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "shared": queries.shared([assignment.task_id for assignment in page]),
        "counts": counts,
        "filters": filters,
        "policies": policies.open_to(request.user),
        "now": now,
    }
    return render(request, "inbox/list.html" if request.htmx else "inbox/inbox.html", context)


@signed_in
@require_POST
def claim(request: SignedIn, task_id: int) -> HttpResponse:
    """Take a task that others could take too, without leaving the inbox."""
    mine = queries.assignment(request.user, task_id)
    if mine is None:
        raise Http404
    row, task = mine.task.request, mine.task
    command = Claim(id=str(uuid.uuid4()), actor=request.user.handle, task=task.key)
    sent = requests.send(request.user, row, command)
    shown = requests.show(row)
    said = answer(sent, shown)
    if not request.htmx:
        messages.add_message(request, said.level, said.sentence)
        return redirect("requests:show", row.pk)
    now_owner = shown.state.tasks[task.key].owner
    context = {
        "assignment": mine,
        "task": task,
        "row": row,
        "said": said,
        "shared": queries.shared([task.pk]) if now_owner is None else set(),
        "claimed": now_owner == request.user.handle,
    }
    return render(request, "inbox/item.html", context)


def _filters(request: SignedIn) -> Filters:
    given = request.GET
    due = given.get("due", "")
    return Filters(
        policy=given.get("policy", "").replace("\0", "")[:60],
        due=due if due in ("overdue", "today") else "",
        words=given.get("q", "").replace("\0", "").strip()[:100],
    )

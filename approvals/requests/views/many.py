"""Requests to look through: one's own, and all of them for administrators and auditors."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from approvals.engine.state import Status
from approvals.pages.paging import Pages
from approvals.pages.visits import SignedIn, signed_in
from approvals.policies import services as policies
from approvals.requests.models import Request
from approvals.requests.wording import Sign, sign_of

if TYPE_CHECKING:
    from approvals.people.models import Person

SHOWN = {
    "": Q(),
    "open": Q(status__in=[Status.NEW, Status.OPEN]),
    "returned": Q(status=Status.RETURNED),
    "closed": Q(status=Status.CLOSED),
}
TABS = (("", "All"), ("open", "In progress"), ("returned", "Returned to me"), ("closed", "Closed"))


@dataclass(frozen=True)
class Tab:
    """One view of the list, with how many it holds; None where nobody counted."""

    key: str
    title: str
    count: int | None


@dataclass(frozen=True)
class Line:
    """One request of the list."""

    row: Request
    sign: Sign
    late: bool


@signed_in
@require_safe
def requests(request: SignedIn) -> HttpResponse:
    """My requests; whoever may see all can look through all."""
    reader, given = request.user, request.GET
    whole = reader.is_admin or reader.is_auditor
    everybody = whole and given.get("whose") == "all"
    show = given.get("show", "") if given.get("show", "") in SHOWN else ""
    words = given.get("q", "").replace("\0", "").strip()[:100]
    policy = given.get("policy", "").replace("\0", "")[:60]
    mine = _whose(reader, everybody=everybody)
    found = mine.filter(SHOWN[show], _mentions(words))
    if policy:
        found = found.filter(policy_version__policy__key=policy)
    page = Pages(found.order_by("-created_at", "-number")).get_page(given.get("page"))
    now = timezone.now()
    context = {
        "page": page,
        "lines": [_line(row, now) for row in page.object_list],
        "tabs": _tabs(mine, counted=not everybody),
        "show": show,
        "words": words,
        "policy": policy,
        "policies": policies.open_to(reader),
        "may_see_all": whole,
        "everybody": everybody,
        "filtered": bool(show or words or policy),
    }
    return render(request, "requests/list.html", context)


def _whose(reader: "Person", *, everybody: bool) -> QuerySet[Request]:
    found = Request.objects.all() if everybody else Request.objects.filter(requester=reader)
    return found.select_related("requester", "policy_version__policy").defer("state", "policy_version__body")


def _tabs(mine: QuerySet[Request], *, counted: bool) -> list[Tab]:
    """The views of the list; everybody's requests are not counted, which would read the whole table."""
    numbers: dict[str, int] = {}
    if counted:
        numbers = (
            mine.select_related(None)
            .defer(None)
            .aggregate(
                **{f"n_{key}": Count("pk", filter=condition) for key, condition in SHOWN.items() if key},
                n_=Count("pk"),
            )
        )
    return [Tab(key, title, numbers.get(f"n_{key}")) for key, title in TABS]


def _mentions(words: str) -> Q:
    """A number, or words of the title."""
    number = words.removeprefix("#").strip()
    if number.isascii() and number.isdigit() and len(number) < 19:
        return Q(number=int(number)) | Q(title__icontains=number)
    everything = Q()
    for word in words.split()[:6]:
        everything &= Q(title__icontains=word)
    return everything


def _line(row: Request, now: datetime) -> Line:
    late = row.due_at is not None and row.due_at <= now and row.status == Status.OPEN
    return Line(row, sign_of(row.status, row.outcome or None, paused=row.paused), late)

"""Moving requests to another version: what each would become, a confirmation, and how far it is."""

import uuid
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from approvals.migration import services
from approvals.migration.becoming import everybody
from approvals.migration.forms import FilterForm, GoForm, read_ids
from approvals.migration.services import Plan, Version, Wanted
from approvals.migration.wording import people, sentences
from approvals.pages.visits import SignedIn, signed_in
from approvals.pages.who import People
from approvals.policies.ownership import may_publish

PAGE = 20


def owners_only(
    view: Callable[[SignedIn, Version], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Find the version that is meant, and let only administrators and the policy's owners in."""

    @signed_in
    @wraps(view)
    def guarded(request: SignedIn, key: str) -> HttpResponse:
        given = FilterForm(request.POST or request.GET)
        given.is_valid()
        version = services.version_of(key, given.cleaned_data.get("to"))
        if version is None:
            raise Http404("unknown_policy")
        if not may_publish(request.user, key):
            raise PermissionDenied("Only administrators and the policy's owners move its requests.")
        return view(request, version)

    return guarded


@owners_only
@require_safe
def requests(request: SignedIn, version: Version) -> HttpResponse:
    """The requests that follow another version, and what each would become."""
    return _list(request, version)


def _list(request: SignedIn, version: Version, fault: str = "") -> HttpResponse:
    given = request.POST or request.GET
    form = FilterForm(given)
    form.is_valid()
    found = services.under_way(version, _wanted(form))
    page = Paginator(found, PAGE).get_page(given.get("page"))
    plan = Plan(request.user, version)
    shown = services.previews(plan, page.object_list, timezone.now())
    names = People(everybody(shown))
    context = {
        "version": version,
        "form": form,
        "page": page,
        "lines": [
            {
                "one": one,
                "said": sentences(one, names),
                "gains": people(one.gains, names),
                "loses": people(one.loses, names),
            }
            for one in shown
        ],
        "total": page.paginator.count,
        "most": services.MOST,
        "numbers": services.versions_of(version.policy.key),
        "followed": services.followed(version),
        "possible": sum(one.possible for one in shown),
        "fault": fault,
        "chosen": given.getlist("item") if fault else None,
    }
    return render(request, "migration/requests.html", context, status=422 if fault else 200)


@owners_only
@require_POST
def confirm(request: SignedIn, version: Version) -> HttpResponse:
    """Say once more what would happen to those that were chosen; nothing is changed yet."""
    if request.POST.get("all"):
        form = FilterForm(request.POST)
        form.is_valid()
        ids = list(services.under_way(version, _wanted(form)).values_list("pk", flat=True)[: services.MOST])
    else:
        ids = read_ids(request.POST.getlist("item"))
    if not ids:
        return _list(request, version, fault="Choose at least one request.")
    return _confirmation(request, version, ids, GoForm(initial={"reason": ""}))


def _confirmation(
    request: SignedIn, version: Version, ids: list[uuid.UUID], form: GoForm, status: int = 200
) -> HttpResponse:
    rows = services.under_way(version).filter(pk__in=ids)
    plan = Plan(request.user, version)
    # The rules alone: who would be asked was on the page before, and would take a query each.
    found = services.previews(plan, rows.iterator(200), timezone.now(), with_world=False)
    possible = [one for one in found if one.possible]
    context = {
        "version": version,
        "form": form,
        "plan": plan,
        "possible": possible,
        "ending": [one for one in possible if one.outcome],
        "again": sum(any(stage.change.becomes == "again" for stage in one.stages) for one in possible),
        "added": sum(any(stage.change.becomes == "added" for stage in one.stages) for one in possible),
        "dropped": sum(any(stage.change.becomes == "dropped" for stage in one.stages) for one in possible),
        "problems": Counter(one.message for one in found if not one.possible).most_common(),
        "items": " ".join(str(one.row.pk) for one in possible),
    }
    return render(request, "migration/confirm.html", context, status=status)


@owners_only
@require_POST
def do(request: SignedIn, version: Version) -> HttpResponse:
    """Move a portion of them, and say how far it is; the page goes on by itself, or by a click."""
    form = GoForm(request.POST)
    if not form.is_valid():
        return _confirmation(request, version, form.fields["items"].clean(_items(request)), form, status=422)
    plan = Plan(request.user, version, form.cleaned_data["reason"], _command_id(request))
    rows = services.rows_of(version, form.cleaned_data["items"])
    moved = services.move(plan, rows)
    refused = [one for one in moved if one.tried and not one.ok]
    ok = sum(one.ok for one in moved)
    context: dict[str, Any] = {
        "version": version,
        "plan": plan,
        "items": " ".join(str(row.pk) for row in rows),
        "moved": [*refused, *(one for one in moved if one.ok)][: 2 * PAGE],
        "ok": ok,
        "refused": len(refused),
        "done": ok + len(refused),
        "left": len(moved) - ok - len(refused),
        "away": any(one.code and not one.tried for one in moved),
        "total": len(moved),
    }
    return render(request, "migration/moved.html", context)


def _items(request: SignedIn) -> str:
    return request.POST.get("items", "")[: 40 * services.MOST]


def _wanted(form: FilterForm) -> Wanted:
    given = form.cleaned_data
    return Wanted(given.get("q", ""), given.get("follows"), given.get("state", ""))


def _command_id(request: SignedIn) -> uuid.UUID:
    """The id that came with the form; a new one where it is damaged."""
    try:
        return uuid.UUID(request.POST.get("command", ""))
    except ValueError:
        return uuid.uuid4()

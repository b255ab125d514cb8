"""Who leads whom, who is in which group, and who is away."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from approvals.people import directory
from approvals.people.forms import AbsenceForm, PersonForm
from approvals.people.models import Absence, Person

PAGE = 50


@require_safe
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with their manager and whether they are away."""
    search, unit = request.GET.get("q", "").strip()[:100], request.GET.get("unit", "")
    left = request.GET.get("left") == "1"
    now = timezone.now()
    page = Paginator(directory.listed(search=search, unit=unit, left=left), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "away": directory.away(page.object_list, now),
        "units": directory.units(),
        "search": search,
        "unit": unit,
        "left": left,
    }
    return render(request, "people/list.html", context)


@require_safe
@login_required
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """One person: the line above and below, groups and roles, absences."""
    shown = get_object_or_404(Person, username=handle)
    return _person_page(request, shown)


@require_POST
@login_required
def add_absence(request: HttpRequest, handle: str) -> HttpResponse:
    """Say that somebody will be away: oneself, or anybody for an administrator."""
    shown = get_object_or_404(Person, username=handle)
    _may_plan(request, shown)
    form = AbsenceForm(request.POST, person=shown)
    if not form.is_valid():
        return _person_page(request, shown, absence_form=form, status=422)
    form.save()
    messages.success(request, "The absence was added. Tasks that come up meanwhile go to whoever stands in.")
    return redirect("people:person", handle)


@require_POST
@login_required
def remove_absence(request: HttpRequest, handle: str, absence_id: int) -> HttpResponse:
    """Take an absence back."""
    shown = get_object_or_404(Person, username=handle)
    _may_plan(request, shown)
    get_object_or_404(Absence, pk=absence_id, person=shown).delete()
    messages.success(request, "The absence was removed.")
    return redirect("people:person", handle)


@require_POST
@login_required
def edit(request: HttpRequest, handle: str) -> HttpResponse:
    """Change somebody's manager, unit, groups, or whether they work here; administrators only."""
    editor = _reader(request)
    if not editor.is_admin:
        raise PermissionDenied("Only administrators change people.")
    shown = get_object_or_404(Person, username=handle)
    form = PersonForm(request.POST, instance=shown, editor=editor)
    if not form.is_valid():
        return _person_page(request, get_object_or_404(Person, username=handle), person_form=form, status=422)
    with transaction.atomic():
        saved = form.save()
    if saved.is_active:
        messages.success(request, f"{saved.name} was changed.")
    else:
        waiting = directory.waiting_for(saved)
        messages.warning(
            request, f"{saved.name} can no longer sign in. {waiting} open tasks wait to be handed over."
        )
    return redirect("people:person", handle)


def _reader(request: HttpRequest) -> Person:
    return cast("Person", request.user)


def _may_plan(request: HttpRequest, shown: Person) -> None:
    reader = _reader(request)
    if reader.pk != shown.pk and not reader.is_admin:
        raise PermissionDenied("Only the person and administrators enter an absence.")


def _person_page(
    request: HttpRequest,
    shown: Person,
    *,
    absence_form: AbsenceForm | None = None,
    person_form: PersonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    reader, now = _reader(request), timezone.now()
    may_plan = reader.pk == shown.pk or reader.is_admin
    context = {
        "shown": shown,
        "above": directory.line_above(shown),
        "reports": shown.reports.filter(is_active=True).order_by("first_name", "last_name"),
        "groups": shown.member_of.all(),
        "roles": shown.held_roles.select_related("role"),
        "away": directory.away([shown], now).get(shown.handle),
        "absences": directory.coming_absences(shown, now),
        "may_plan": may_plan,
        "absence_form": (absence_form or AbsenceForm(person=shown)) if may_plan else None,
        "person_form": (person_form or PersonForm(instance=shown, editor=reader))
        if reader.is_admin
        else None,
        "waiting": directory.waiting_for(shown) if reader.is_admin else 0,
    }
    return render(request, "people/person.html", context, status=status)

"""Who leads whom, who is in which group, and who is away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals.pages.visits import SignedIn, signed_in
from approvals.people import delegations, directory
from approvals.people import limits as authority
from approvals.people.forms import AbsenceForm, PersonForm
from approvals.people.limit_form import LimitForm
from approvals.people.models import Absence, ApprovalLimit, Cover, Delegation, Person
from approvals.people.planning_forms import CoverForm, DelegationForm
from approvals.policies import services as policies

PAGE = 50


@signed_in
@require_safe
def people(request: SignedIn) -> HttpResponse:
    """Everybody, with their manager and whether they are away."""
    search, unit = _text(request, "q"), _text(request, "unit")
    left = request.GET.get("left") == "1"
    found = directory.listed(search=search, unit=unit, left=left)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "away": directory.away(page.object_list, timezone.now()),
        "units": directory.units(),
        "search": search,
        "unit": unit,
        "left": left,
    }
    return render(request, "people/list.html", context)


@signed_in
@require_safe
def person(request: SignedIn, handle: str) -> HttpResponse:
    """One person: the line above and below, groups and roles, absences."""
    return _person_page(request, _find(handle))


@signed_in
@require_POST
def add_absence(request: SignedIn, handle: str) -> HttpResponse:
    """Say that somebody will be away: oneself, or anybody for an administrator."""
    shown = _find(handle)
    _must_plan(request, shown)
    form = AbsenceForm(request.POST, person=shown)
    if not form.is_valid():
        return _person_page(request, shown, absence_form=form, status=422)
    form.save()
    messages.success(
        request,
        "The absence was added. What waits then, and what comes up meanwhile, goes to whoever stands in.",
    )
    return redirect("people:person", handle)


@signed_in
@require_POST
def remove_absence(request: SignedIn, handle: str, absence_id: int) -> HttpResponse:
    """Take an absence back."""
    shown = _find(handle)
    _must_plan(request, shown)
    get_object_or_404(Absence, pk=absence_id, person=shown).delete()
    messages.success(request, "The absence was removed.")
    return redirect("people:person", handle)


@signed_in
@require_POST
def add_cover(request: SignedIn, handle: str, absence_id: int) -> HttpResponse:
    """Say who else stands in for some policies."""
    shown = _find(handle)
    _must_plan(request, shown)
    absence = get_object_or_404(Absence, pk=absence_id, person=shown)
    form = CoverForm(request.POST, absence=absence, policies=_policies())
    if not form.is_valid():
        return _person_page(request, shown, cover_form=form, status=422)
    form.save()
    messages.success(request, f"{form.cleaned_data['substitute'].name} stands in for these policies.")
    return redirect("people:person", handle)


@signed_in
@require_POST
def remove_cover(request: SignedIn, handle: str, cover_id: int) -> HttpResponse:
    """Let the absence's substitute stand in for the policy again."""
    shown = _find(handle)
    _must_plan(request, shown)
    get_object_or_404(Cover, pk=cover_id, absence__person=shown).delete()
    messages.success(request, "It was removed. The absence's own substitute stands in.")
    return redirect("people:person", handle)


@signed_in
@require_POST
def add_delegation(request: SignedIn, handle: str) -> HttpResponse:
    """Let somebody's tasks go to somebody else, within limits: one's own, or anybody's for an administrator."""
    shown = _find(handle)
    _must_plan(request, shown)
    form = DelegationForm(request.POST, person=shown, creator=request.user, policies=_policies())
    if not form.is_valid():
        return _person_page(request, shown, delegation_form=form, status=422)
    made = form.save()
    messages.success(
        request,
        f"What comes up from now on goes to {made.delegate.name}, who decides on behalf of {shown.name}.",
    )
    return redirect("people:person", handle)


@signed_in
@require_POST
def end_delegation(request: SignedIn, handle: str, delegation_id: int) -> HttpResponse:
    """End a delegation; the record of it stays."""
    shown = _find(handle)
    _must_plan(request, shown)
    delegation = get_object_or_404(Delegation, pk=delegation_id, person=shown)
    if delegations.end(delegation, request.user, timezone.now()):
        messages.success(request, "The delegation has ended. What it brought to the delegate stays there.")
    else:
        messages.warning(request, "This delegation had ended already.")
    return redirect("people:person", handle)


@signed_in
@require_POST
def edit(request: SignedIn, handle: str) -> HttpResponse:
    """Change somebody's manager, unit, groups, or whether they work here; administrators only."""
    if not request.user.is_admin:
        raise PermissionDenied("Only administrators change people.")
    form = PersonForm(request.POST, instance=_find(handle), editor=request.user)
    if not form.is_valid():
        # The form has written what was sent into its person; the page shows who is really there.
        return _person_page(request, _find(handle), person_form=form, status=422)
    with transaction.atomic():
        saved = form.save()
    waiting = 0 if saved.is_active else directory.waiting_for(saved)
    if saved.is_active:
        messages.success(request, f"{saved.name} was changed.")
    elif waiting:
        tasks = f"{waiting} open task{'' if waiting == 1 else 's'}"
        messages.warning(request, f"{saved.name} can no longer sign in. Hand over their {tasks}.")
    else:
        messages.success(request, f"{saved.name} can no longer sign in. Nothing waits for them.")
    return redirect("people:person", handle)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: SignedIn) -> HttpResponse:
    """Who may approve how much; administrators set it."""
    if request.method != "POST":
        return _limits_page(request, LimitForm())
    if not request.user.is_admin:
        raise PermissionDenied("Only administrators set approval limits.")
    form = LimitForm(request.POST)
    if not form.is_valid():
        return _limits_page(request, form, status=422)
    form.save()
    messages.success(request, "The limit was set. Stages that start from now on go by it.")
    return redirect("people:limits")


@signed_in
@require_POST
def remove_limit(request: SignedIn, limit_id: int) -> HttpResponse:
    """Take a limit away; administrators only."""
    if not request.user.is_admin:
        raise PermissionDenied("Only administrators set approval limits.")
    get_object_or_404(ApprovalLimit, pk=limit_id).delete()
    messages.success(request, "The limit was removed.")
    return redirect("people:limits")


def _limits_page(request: SignedIn, form: LimitForm, status: int = 200) -> HttpResponse:
    context = {"limits": authority.listed(), "form": form if request.user.is_admin else None}
    return render(request, "people/limits.html", context, status=status)


def _text(request: SignedIn, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


def _find(handle: str) -> Person:
    """Whoever has this handle.

    Raises:
        Http404: nobody has it.
    """
    shown = None if "\0" in handle else Person.objects.filter(username=handle).first()
    if shown is None:
        raise Http404("unknown_person")
    return shown


def _may_plan(request: SignedIn, shown: Person) -> bool:
    return request.user.is_admin or request.user.pk == shown.pk


def _must_plan(request: SignedIn, shown: Person) -> None:
    if not _may_plan(request, shown):
        raise PermissionDenied("Only the person and administrators enter an absence or a delegation.")


def _policies() -> list[tuple[str, str]]:
    """The policies that can be chosen: key and title."""
    return [(key, title) for key, title, retired in policies.titles() if not retired]


def _person_page(
    request: SignedIn,
    shown: Person,
    *,
    absence_form: AbsenceForm | None = None,
    person_form: PersonForm | None = None,
    cover_form: CoverForm | None = None,
    delegation_form: DelegationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now, admin = timezone.now(), request.user.is_admin
    may_plan = _may_plan(request, shown)
    may_read = may_plan or request.user.is_auditor
    known = policies.titles() if may_read else []
    choices = [(key, title) for key, title, retired in known if not retired]
    titles = {key: title for key, title, _ in known}
    context = {
        "shown": shown,
        "above": directory.line_above(shown),
        "reports": shown.reports.filter(is_active=True).order_by("first_name", "last_name"),
        "groups": shown.member_of.all(),
        "roles": shown.held_roles.select_related("role"),
        "away": directory.away([shown], now).get(shown.handle),
        "absences": [
            (absence, _cover_form(absence, choices, cover_form) if may_plan and choices else None)
            for absence in directory.coming_absences(shown, now)
        ],
        "titles": titles,
        "may_read": may_read,
        "delegations": delegations.listed(delegations.of(shown)[:PAGE], titles, now) if may_read else [],
        "delegation_form": None,
        "may_plan": may_plan,
        "absence_form": (absence_form or AbsenceForm(person=shown)) if may_plan else None,
        "person_form": (person_form or PersonForm(instance=shown, editor=request.user)) if admin else None,
        "waiting": directory.waiting_for(shown) if admin else 0,
    }
    if may_plan:
        context["delegation_form"] = delegation_form or DelegationForm(
            person=shown, creator=request.user, policies=choices
        )
    return render(request, "people/person.html", context, status=status)


def _cover_form(absence: Absence, choices: list[tuple[str, str]], sent: CoverForm | None) -> CoverForm:
    """What was sent about this absence, or a fresh form."""
    if sent is not None and sent.absence.pk == absence.pk:
        return sent
    return CoverForm(absence=absence, policies=choices)

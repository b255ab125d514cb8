"""Making a request, and changing one that came back."""

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from approvals.engine import Refused
from approvals.engine.commands import Amend, Resubmit
from approvals.engine.policy import Policy
from approvals.engine.state import RequestState, Status
from approvals.pages.visits import SignedIn, signed_in
from approvals.pages.who import People
from approvals.people import naming
from approvals.policies import services as policies
from approvals.policies.faults import UnknownPolicy
from approvals.requests import access, filling, services
from approvals.requests.answers import Answer, answer, refusal
from approvals.requests.course import Course, course
from approvals.requests.filling import Filled
from approvals.requests.forms import ResubmitForm
from approvals.requests.models import Request
from approvals.requests.possible import possible
from approvals.requests.presentation import comments_on_return

if TYPE_CHECKING:
    from approvals.people.models import Person
    from approvals.policies.models import PolicyVersion


@signed_in
@require_safe
def choose(request: SignedIn) -> HttpResponse:
    """What can be asked for."""
    kinds = [(version, policies.engine_policy(version)) for version in policies.open_to(request.user)]
    return render(request, "requests/choose.html", {"kinds": kinds})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: SignedIn, key: str) -> HttpResponse:
    """A policy's form. Before it is submitted it says who will be asked, in which order, by when and why."""
    version = _current(key)
    policy = policies.engine_policy(version)
    if request.method != "POST":
        return _form(request, version, filling.blank(policy.form), command=_new_id())
    filled = filling.read(policy.form, request.POST)
    command = _command_id(request)
    if request.POST.get("step") != "submit":
        return _checked(request, version, filled, command)
    if filled.faults:
        return _form(request, version, filled, command=command, status=422)
    try:
        row = services.submit(request.user, version, filled.content, command)
    except Refused as refused:
        said = refusal(refused.code, refused.message)
        return _form(request, version, filled, command=_new_id(), said=said, status=422)
    messages.success(request, f"Your request is submitted. It is #{row.number}.")
    return redirect("requests:show", row.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def resubmit(request: SignedIn, request_id: uuid.UUID) -> HttpResponse:
    """The form once more, for a request that was returned: what has changed stands out."""
    return _change(request, request_id, Resubmit)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: SignedIn, request_id: uuid.UUID) -> HttpResponse:
    """The form once more, for a request that is being decided: who is asked again stands beside it."""
    return _change(request, request_id, Amend)


def _change(request: SignedIn, request_id: uuid.UUID, kind: type[Resubmit | Amend]) -> HttpResponse:
    row = access.find(request.user, request_id)
    access.must_take_part(request.user, row, "amend" if kind is Amend else "resubmit")
    shown = services.show(row)
    state, version = shown.state, row.policy_version
    before = filling.filled_with(state.policy.form, state.form)
    more: dict[str, Any] = {
        "row": row,
        "round": state.round,
        "amending": kind is Amend,
        "state": state,
        "asked": () if kind is Amend else comments_on_return(shown),
    }
    if request.method != "POST":
        if not _may(kind, state, request.user.handle):
            return redirect("requests:show", row.pk)
        return _form(request, version, before, command=_new_id(), **more)
    filled = filling.read(state.policy.form, request.POST, before)
    form = ResubmitForm(request.POST)
    more |= {"comment": request.POST.get("comment", "")}
    if request.POST.get("step") != "submit":
        return _checked(request, version, filled, _command_id(request), **more)
    if filled.faults or not form.is_valid():
        more["comment_faults"] = form.errors.get("comment", [])
        return _form(request, version, filled, command=_command_id(request), status=422, **more)
    said = _send(request, row, _filled_in(kind, request.user, state.policy, filled, form))
    if said.refused:
        return _form(request, version, filled, command=_new_id(), said=said, status=422, **more)
    messages.add_message(request, said.level, said.sentence)
    return redirect("requests:show", row.pk)


def _may(kind: type[Resubmit | Amend], state: RequestState, handle: str) -> bool:
    """Whether the form has anything to offer now."""
    if kind is Resubmit:
        return state.status is Status.RETURNED
    return possible(state, handle, People([])).amend


@signed_in
@require_safe
def suggest_people(request: SignedIn) -> HttpResponse:
    """Names that fit what is being typed, as options for an input."""
    typed = next((str(value) for value in request.GET.values()), "")[:100]
    found = [naming.written(person) for person in naming.suggestions(typed)] if typed.strip() else []
    return render(request, "components/people_options.html", {"people": found})


def _send(request: SignedIn, row: Request, command: Resubmit | Amend) -> Answer:
    try:
        sent, shown = services.send_and_show(request.user, row, command)
    except Refused as refused:
        return refusal(refused.code, refused.message)
    return answer(sent, shown)


def _filled_in(
    kind: type[Resubmit | Amend], by: "Person", policy: Policy, filled: Filled, form: ResubmitForm
) -> Resubmit | Amend:
    given = form.cleaned_data
    return kind(
        id=str(given["command"]),
        actor=by.handle,
        round=given["round"],
        title=policies.request_title(policy, by, filled.content),
        form=filled.content,
        comment=given["comment"],
    )


def _checked(
    request: SignedIn, version: "PolicyVersion", filled: Filled, command: uuid.UUID, **more: Any
) -> HttpResponse:
    """The course of the request as filled in: the part alone for htmx, the whole page without JavaScript."""
    if request.htmx:
        context = {"course": _course(request, version, filled, more.get("state"))}
        return render(request, "requests/course.html", context)
    return _form(request, version, filled, command=command, checked=True, **more)


def _form(
    request: SignedIn,
    version: "PolicyVersion",
    filled: Filled,
    *,
    command: uuid.UUID,
    status: int = 200,
    said: Answer | None = None,
    checked: bool = False,
    **more: Any,
) -> HttpResponse:
    policy: Policy = policies.engine_policy(version)
    context = {
        "policy": policy,
        "filled": filled,
        "command": command,
        "said": said,
        "checked": checked,
        "show_faults": checked or status == 422,
        "course": _course(request, version, filled, more.get("state")),
        **more,
    }
    return render(request, "requests/fill.html", context, status=status)


def _course(
    request: SignedIn, version: "PolicyVersion", filled: Filled, state: RequestState | None
) -> Course:
    """What becomes of the form: of a new request, or of one that is changed."""
    return course(version, request.user, filled, timezone.now(), state)


def _current(key: str) -> "PolicyVersion":
    try:
        return policies.current(key)
    except UnknownPolicy as error:
        raise Http404("unknown_policy") from error


def _new_id() -> uuid.UUID:
    return uuid.uuid4()


def _command_id(request: SignedIn) -> uuid.UUID:
    """The id that came with the form; a new one where it is damaged."""
    try:
        return uuid.UUID(request.POST.get("command", ""))
    except ValueError:
        return _new_id()

"""Making a request, and changing one that came back."""

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from approvals.engine import Refused
from approvals.engine.commands import Resubmit
from approvals.engine.policy import Policy
from approvals.engine.state import RequestState, Status
from approvals.pages.visits import SignedIn, signed_in
from approvals.people import naming
from approvals.policies import services as policies
from approvals.policies.faults import UnknownPolicy
from approvals.requests import access, filling, services
from approvals.requests.answers import Answer, answer, refusal
from approvals.requests.course import course
from approvals.requests.filling import Filled
from approvals.requests.forms import ResubmitForm
from approvals.requests.models import Request
from approvals.requests.presentation import comments_on_return

if TYPE_CHECKING:
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
    row = access.find(request.user, request_id)
    access.must_take_part(request.user, row, "resubmit")
    shown = services.show(row)
    state, version = shown.state, row.policy_version
    before = filling.filled_with(state.policy.form, state.form)
    more: dict[str, Any] = {"row": row, "round": state.round, "asked": comments_on_return(shown)}
    if request.method != "POST":
        if state.status is not Status.RETURNED:
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
    said = _send(request, row, state, filled, form)
    if said.refused:
        return _form(request, version, filled, command=_new_id(), said=said, status=422, **more)
    messages.add_message(request, said.level, said.sentence)
    return redirect("requests:show", row.pk)


@signed_in
@require_safe
def suggest_people(request: SignedIn) -> HttpResponse:
    """Names that fit what is being typed, as options for an input."""
    typed = next((str(value) for value in request.GET.values()), "")[:100]
    found = [naming.written(person) for person in naming.suggestions(typed)] if typed.strip() else []
    return render(request, "components/people_options.html", {"people": found})


def _send(request: SignedIn, row: Request, state: RequestState, filled: Filled, form: ResubmitForm) -> Answer:
    given = form.cleaned_data
    command = Resubmit(
        id=str(given["command"]),
        actor=request.user.handle,
        round=given["round"],
        title=policies.request_title(state.policy, request.user, filled.content),
        form=filled.content,
        comment=given["comment"],
    )
    try:
        sent = services.send(request.user, row, command)
    except Refused as refused:
        return refusal(refused.code, refused.message)
    return answer(sent, services.show(row))


def _checked(
    request: SignedIn, version: "PolicyVersion", filled: Filled, command: uuid.UUID, **more: Any
) -> HttpResponse:
    """The course of the request as filled in: the part alone for htmx, the whole page without JavaScript."""
    if request.htmx:
        context = {"course": course(version, request.user, filled, timezone.now())}
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
        "course": course(version, request.user, filled, timezone.now()),
        **more,
    }
    return render(request, "requests/fill.html", context, status=status)


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

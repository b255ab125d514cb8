"""The policies: what there is, what each says, and publishing the next version."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals.engine.policy import Policy
from approvals.pages.visits import SignedIn, signed_in
from approvals.policies import models, proof_page, proof_records, services
from approvals.policies.course_text import amendments, rules
from approvals.policies.description import Names, describe, field_text, participant
from approvals.policies.difference import differences
from approvals.policies.faults import Fault, InvalidPolicy
from approvals.policies.files import as_yaml, versions_of
from approvals.policies.ownership import may_publish
from approvals.policies.proof import Budget

MAX_SOURCE = 200_000
"""Characters of a policy file that is sent in."""
AT_PUBLISHING = Budget(seconds=8.0, combinations=4_000)
"""How much is tried while somebody waits for the page; the rest is tried after publishing, beside the mail."""


@signed_in
@require_safe
def policies(request: SignedIn) -> HttpResponse:
    """Every policy, with its current version and how many requests follow it."""
    listed = models.Policy.objects.annotate(newest=Max("versions__number")).order_by("title")
    under_way = dict(
        models.PolicyVersion.objects.filter(requests__isnull=False, requests__closed_at__isnull=True)
        .order_by()
        .values_list("policy")
        .annotate(number=Count("requests"))
    )
    failing = {kept.version.policy_id for kept in proof_records.failing()}
    context = {"policies": [(policy, under_way.get(policy.pk, 0), policy.pk in failing) for policy in listed]}
    return render(request, "policies/list.html", context)


@signed_in
@require_safe
def policy(request: SignedIn, key: str, number: int | None = None) -> HttpResponse:
    """One version of a policy, in words and as its file; the newest where no number is given."""
    versions = versions_of(key)
    shown = next((version for version in versions if number in (None, version.number)), None)
    if shown is None:
        raise Http404("unknown_policy")
    body = services.engine_policy(shown)
    context = {
        "version": shown,
        "versions": versions,
        "body": body,
        "stages": describe(body),
        "fields": [(field, field_text(field)) for field in body.form],
        "owner": participant(body.owner, Names(body)),
        "amendments": amendments(body),
        "rules": rules(body.rules, "the request"),
        "source": as_yaml(shown),
        **proof_page.kept(shown, body),
        "may_publish": may_publish(request.user, key),
        "behind": _behind(versions[0]),
    }
    return render(request, "policies/policy.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedIn) -> HttpResponse:
    """Check a policy file, then publish it as the next version; administrators, and owners of the policy."""
    key = request.GET.get("from", "").replace("\0", "")
    if not (request.user.is_admin or (key and may_publish(request.user, key))):
        raise PermissionDenied("Only administrators publish policies, and owners the next version of theirs.")
    if request.method != "POST":
        return render(request, "policies/publish.html", {"source": _starting_point(key), "from": key})
    source = request.POST.get("source", "").replace("\r\n", "\n")
    review = services.review(source) if len(source) <= MAX_SOURCE else None
    faults = review.faults if review else (_too_long(source),)
    context: dict[str, Any] = {"source": source, "faults": faults, "review": review, "from": key}
    if review and review.policy and not may_publish(request.user, review.policy.key):
        faults = (Fault("not_owner", ("key",), f"You own “{key}”: keep its key, or ask an administrator."),)
        return render(request, "policies/publish.html", context | {"faults": faults}, status=422)
    if review is None or review.policy is None or review.errors:
        return render(request, "policies/publish.html", context, status=422)
    examined = proof_records.examine(review.policy, AT_PUBLISHING)
    context |= proof_page.drafted(review.policy, examined)
    context |= _differences(review.policy)
    if request.POST.get("do") != "publish":
        return render(request, "policies/publish.html", context | {"stages": describe(review.policy)})
    before = _newest(review.policy.key)
    try:
        proof_records.must_be_accepted(review.policy.key, examined, request.POST.get("despite", ""))
        version = services.publish(review.policy, request.user)
    except proof_records.NotAccepted:
        context |= {"stages": describe(review.policy), "not_accepted": True}
        return render(request, "policies/publish.html", context, status=422)
    except InvalidPolicy as error:
        return render(request, "policies/publish.html", context | {"faults": error.faults}, status=422)
    proof_records.keep(version, examined, accepted=True, by=request.user, hurried=True)
    if before is not None and version.pk == before.pk:
        messages.info(request, f"Nothing differs from version {version.number}, so there is no new one.")
    else:
        messages.success(request, f"{version.policy.title} is published as version {version.number}.")
    return redirect("policies:policy", version.policy.key)


@signed_in
@require_POST
def accept_proof(request: SignedIn, key: str) -> HttpResponse:
    """Let the counter-examples of the current version be as they are; administrators and the policy's owners."""
    newest = _newest(key)
    if newest is None:
        raise Http404("unknown_policy")
    if not may_publish(request.user, key):
        raise PermissionDenied("Only administrators and the policy's owners accept what a proof has found.")
    if proof_records.accept(newest, request.user, request.POST.get("despite", "")):
        messages.success(request, "Accepted. You hear of it again when it concerns more people.")
    else:
        messages.warning(request, "The proof has been made anew meanwhile. Look at what it has found now.")
    return redirect("policies:policy", key)


@signed_in
@require_safe
def schema(request: SignedIn) -> HttpResponse:
    """The JSON Schema of a policy file."""
    return JsonResponse(services.json_schema(), content_type="application/schema+json")


def _differences(draft: Policy) -> dict[str, Any]:
    """What a draft changes, beside the version that it changes."""
    newest = _newest(draft.key)
    if newest is None:
        return {}
    return {"newest": newest, "differences": differences(services.engine_policy(newest), draft)}


def _starting_point(key: str) -> str:
    if not key:
        return ""
    newest = _newest(key)
    if newest is None:
        raise Http404("unknown_policy")
    return as_yaml(newest)


def _newest(key: str) -> models.PolicyVersion | None:
    return models.PolicyVersion.objects.filter(policy__key=key).order_by("-number").first()


def _behind(newest: models.PolicyVersion) -> int:
    """How many open requests follow an earlier version."""
    others = models.PolicyVersion.objects.filter(policy=newest.policy_id).exclude(pk=newest.pk)
    count: int = others.filter(requests__closed_at__isnull=True).aggregate(number=Count("requests"))["number"]
    return count


def _too_long(source: str) -> Fault:
    return Fault(
        "too_long", (), f"The file has {len(source):,} characters; at most {MAX_SOURCE:,} are allowed."
    )

"""The policies: what there is, what each says, and publishing the next version."""

from typing import TYPE_CHECKING, cast

import yaml
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from approvals.policies import models, services
from approvals.policies.description import Names, describe, field_text, participant
from approvals.policies.faults import Fault, InvalidPolicy

if TYPE_CHECKING:
    from approvals.people.models import Person

MAX_SOURCE = 200_000
"""Characters of a policy file that is sent in."""


@require_safe
@login_required
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy, with its current version and how many requests follow it."""
    listed = models.Policy.objects.annotate(
        newest=Count("versions", distinct=True),
        under_way=Count(
            "versions__requests", filter=Q(versions__requests__closed_at__isnull=True), distinct=True
        ),
    ).order_by("title")
    return render(request, "policies/list.html", {"policies": listed})


@require_safe
@login_required
def policy(request: HttpRequest, key: str, number: int | None = None) -> HttpResponse:
    """One version of a policy, in words and as its file; the newest where no number is given."""
    versions = list(
        models.PolicyVersion.objects.filter(policy__key=key)
        .select_related("policy", "published_by")
        .order_by("-number")
    )
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
        "source": as_yaml(shown),
    }
    return render(request, "policies/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish(request: HttpRequest) -> HttpResponse:
    """Check a policy file, then publish it as the next version; administrators only."""
    admin = cast("Person", request.user)
    if not admin.is_admin:
        raise PermissionDenied("Only administrators publish policies.")
    if request.method != "POST":
        return render(request, "policies/publish.html", {"source": _starting_point(request)})
    source = request.POST.get("source", "")
    review = services.review(source) if len(source) <= MAX_SOURCE else None
    faults = review.faults if review else (_too_long(source),)
    context = {"source": source, "faults": faults, "review": review}
    if review is None or review.policy is None or review.errors:
        return render(request, "policies/publish.html", context, status=422)
    if request.POST.get("do") != "publish":
        return render(request, "policies/publish.html", context | {"stages": describe(review.policy)})
    try:
        version = services.publish(review.policy, admin)
    except InvalidPolicy as error:
        return render(request, "policies/publish.html", context | {"faults": error.faults}, status=422)
    messages.success(request, f"{version.policy.title} is published as version {version.number}.")
    return redirect("policies:policy", version.policy.key)


@require_safe
@login_required
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of a policy file."""
    return JsonResponse(services.json_schema(), content_type="application/schema+json")


def as_yaml(version: models.PolicyVersion) -> str:
    """A version as a file that can be changed and published again; what is left at its default is left out."""
    sparse = services.engine_policy(version).model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(sparse, sort_keys=False, allow_unicode=True, width=100)


def _starting_point(request: HttpRequest) -> str:
    key = request.GET.get("from")
    if not key:
        return ""
    kept = get_object_or_404(models.Policy, key=key)
    newest = kept.versions.order_by("-number").first()
    return as_yaml(newest) if newest else ""


def _too_long(source: str) -> Fault:
    return Fault(
        "too_long", (), f"The file has {len(source):,} characters; at most {MAX_SOURCE:,} are allowed."
    )

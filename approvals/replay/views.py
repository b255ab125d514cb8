"""The page on which a draft is replayed over a policy's past requests."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from approvals.pages.visits import SignedIn, signed_in
from approvals.policies import services as policies
from approvals.policies.faults import Fault
from approvals.policies.files import as_yaml, versions_of
from approvals.policies.ownership import may_publish
from approvals.policies.reading import MAX_BYTES
from approvals.replay.page import shown
from approvals.replay.replays import our_history, replay_ours

NEWEST = 500
"""Past requests that the page replays: a few seconds' work. The command replays all of them."""


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedIn, key: str) -> HttpResponse:
    """A policy file over the policy's past requests; for administrators and the policy's owner."""
    versions = versions_of(key)
    if not versions:
        raise Http404("unknown_policy")
    if not may_publish(request.user, key):
        raise PermissionDenied("Only administrators and the policy's owner replay a draft of it.")
    context = {"version": versions[0], "versions": versions, "newest": NEWEST}
    if request.method != "POST":
        number = request.GET.get("version") or str(versions[0].number)
        chosen = next((version for version in versions if str(version.number) == number), None)
        if chosen is None:
            raise Http404("unknown_version")
        return render(request, "replay/draft.html", context | {"source": as_yaml(chosen)})
    source, unreadable = _source(request)
    review = None if unreadable else policies.review(source)
    faults = review.faults if review else (unreadable,)
    context |= {"source": source, "faults": faults}
    if review is None or review.policy is None or review.errors:
        return render(request, "replay/draft.html", context, status=422)
    replayed = replay_ours(review.policy, our_history(key, NEWEST))
    return render(request, "replay/draft.html", context | {"shown": shown(replayed)})


def _source(request: SignedIn) -> tuple[str, Fault | None]:
    """The file that was sent, or else what was typed; and what keeps it from being read."""
    typed = request.POST.get("source", "").replace("\r\n", "\n")
    sent = request.FILES.get("file")
    if sent is None:
        size = len(typed.encode(errors="replace"))
        return (typed, _too_long(size)) if size > MAX_BYTES else (typed, None)
    if sent.size is None or sent.size > MAX_BYTES:
        return typed, _too_long(sent.size or 0)
    try:
        return sent.read().decode("utf-8-sig").replace("\r\n", "\n"), None
    except UnicodeDecodeError:
        return typed, Fault(
            "unreadable", (), "The file is not UTF-8 text: send the YAML or JSON file itself."
        )


def _too_long(size: int) -> Fault:
    return Fault("too_long", (), f"The file has {size:,} bytes; at most {MAX_BYTES:,} are allowed.")

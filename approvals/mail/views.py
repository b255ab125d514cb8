"""The demo's mailbox: what would have been mailed to whom, and a way to answer it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from approvals.mail import replying
from approvals.mail.models import MailboxMessage

PAGE = 25
P = ParamSpec("P")

# The message's own styles stand in its tags; it may load nothing, run nothing and send nothing.
_MESSAGE_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


def demo_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let anybody who is signed in to a demo see its mailbox; elsewhere the page does not exist."""
    signed_in = login_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (settings.DEMO and settings.MAILBOX):
            raise Http404("mailbox")
        return signed_in(request, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", guarded)


@require_safe
@demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """The messages, the newest first; ``q`` finds a person's by name or address, or a subject."""
    search = request.GET.get("q", "").strip()[:100]
    page = Paginator(_found(search), PAGE).get_page(request.GET.get("page"))
    return render(request, "mail/mailbox/list.html", {"page": page, "search": search})


def _found(search: str) -> QuerySet[MailboxMessage]:
    rows = MailboxMessage.objects.select_related("person").order_by("-sent_at", "-id")
    for word in search.split():
        rows = rows.filter(
            Q(to__icontains=word)
            | Q(person__first_name__icontains=word)
            | Q(person__last_name__icontains=word)
            | Q(person__username__iexact=word)
            | Q(subject__icontains=word)
        )
    return rows


@require_safe
@demo_only
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message, as its reader sees it."""
    return _message(request, _get(pk), "", "", 200)


def _get(pk: int) -> MailboxMessage:
    return get_object_or_404(MailboxMessage.objects.select_related("person"), pk=pk)


def _message(request: HttpRequest, row: MailboxMessage, text: str, fault: str, status: int) -> HttpResponse:
    context = {"message": row, "text": text, "fault": fault}
    response = render(request, "mail/mailbox/message.html", context, status=status)
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
    return response


@require_safe
@demo_only
@xframe_options_sameorigin
def html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a message, for the frame in its page. Its links open beside it."""
    body = _get(pk).html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(body, headers={"Content-Security-Policy": _MESSAGE_POLICY})


@require_POST
@demo_only
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a message, through the mail receiver."""
    row = _get(pk)
    text = request.POST.get("text", "")
    if not row.reply_to:
        raise Http404("no reply address")
    if not text.strip():
        return _message(request, row, text, "Write something first.", 422)
    try:
        inbound = replying.reply(row, text)
    except replying.NotDelivered as refusal:
        return _message(request, row, text, str(refusal), 422)
    if inbound.code == "accepted":
        messages.success(request, "Your reply was delivered. Open the request to see what it came to.")
    else:
        messages.warning(request, f"Your reply was delivered ({inbound.code}). {inbound.detail}")
    return redirect("mail:message", pk)

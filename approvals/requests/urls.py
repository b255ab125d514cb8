"""Addresses of requests."""

from django.urls import path

from approvals.requests.forms import ACTIONS
from approvals.requests.views import many, one, submission

app_name = "requests"

urlpatterns = [
    path("", many.requests, name="list"),
    path("people/", submission.suggest_people, name="people"),
    path("new/", submission.choose, name="new"),
    path("new/<slug:key>/", submission.fill, name="fill"),
    path("<uuid:request_id>/", one.show, name="show"),
    path("<uuid:request_id>/live", one.live, name="live"),
    path("<uuid:request_id>/deadline/<slug:stage>/", one.deadline, name="deadline"),
    path("<uuid:request_id>/resubmit/", submission.resubmit, name="resubmit"),
    path("<uuid:request_id>/amend/", submission.amend, name="amend"),
    *(path(f"<uuid:request_id>/{kind}/", one.act, {"kind": kind}, name=kind) for kind in ACTIONS),
]

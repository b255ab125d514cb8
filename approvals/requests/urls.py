"""Addresses of requests."""

from django.urls import path

from approvals.requests import lists, submission, views
from approvals.requests.forms import ACTIONS

app_name = "requests"

urlpatterns = [
    path("", lists.requests, name="list"),
    path("people/", submission.suggest_people, name="people"),
    path("new/", submission.choose, name="new"),
    path("new/<slug:key>/", submission.fill, name="fill"),
    path("<uuid:request_id>/", views.show, name="show"),
    path("<uuid:request_id>/live", views.live, name="live"),
    path("<uuid:request_id>/resubmit/", submission.resubmit, name="resubmit"),
    *(path(f"<uuid:request_id>/{kind}/", views.act, {"kind": kind}, name=kind) for kind in ACTIONS),
]

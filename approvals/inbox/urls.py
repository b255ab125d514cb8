"""Addresses of the inbox."""

from django.urls import path

from approvals.inbox import views

app_name = "inbox"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:task_id>/claim/", views.claim, name="claim"),
]

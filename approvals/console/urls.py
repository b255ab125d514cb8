"""Addresses of the console."""

from django.urls import path

from approvals.console import views

app_name = "console"

urlpatterns = [
    path("", views.tasks, name="tasks"),
    path("requests/<uuid:request_id>/", views.manage, name="manage"),
    path("requests/<uuid:request_id>/<str:kind>/", views.act, name="act"),
    path("delegations/", views.delegations, name="delegations"),
    path("handover/", views.handover_preview, name="handover"),
    path("handover/do/", views.hand_over, name="hand_over"),
]

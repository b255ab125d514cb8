"""Addresses of migrations, below the policies."""

from django.urls import path

from approvals.migration import views

app_name = "migration"

urlpatterns = [
    path("<slug:key>/migration/", views.requests, name="requests"),
    path("<slug:key>/migration/confirm/", views.confirm, name="confirm"),
    path("<slug:key>/migration/do/", views.do, name="do"),
]

"""Addresses of the people pages."""

from django.urls import path

from approvals.people import views

app_name = "people"

urlpatterns = [
    path("", views.people, name="list"),
    path("-/limits/", views.limits, name="limits"),
    path("-/limits/<int:limit_id>/remove/", views.remove_limit, name="remove_limit"),
    path("<str:handle>/", views.person, name="person"),
    path("<str:handle>/edit/", views.edit, name="edit"),
    path("<str:handle>/absences/", views.add_absence, name="add_absence"),
    path("<str:handle>/absences/<int:absence_id>/remove/", views.remove_absence, name="remove_absence"),
]

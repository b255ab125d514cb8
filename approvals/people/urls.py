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
    path("<str:handle>/absences/<int:absence_id>/covers/", views.add_cover, name="add_cover"),
    path("<str:handle>/covers/<int:cover_id>/remove/", views.remove_cover, name="remove_cover"),
    path("<str:handle>/delegations/", views.add_delegation, name="add_delegation"),
    path("<str:handle>/delegations/<int:delegation_id>/end/", views.end_delegation, name="end_delegation"),
    path("<str:handle>/absences/<int:absence_id>/remove/", views.remove_absence, name="remove_absence"),
]

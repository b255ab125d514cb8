"""Addresses of the business calendars."""

from django.urls import path

from approvals.calendars import views

app_name = "calendars"

urlpatterns = [
    path("", views.calendars, name="list"),
    path("publish/", views.publish, name="publish"),
    path("schema.json", views.schema, name="schema"),
    path("<slug:key>/", views.calendar, name="calendar"),
    path("<slug:key>/<int:number>/", views.calendar, name="version"),
]

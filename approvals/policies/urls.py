"""Addresses of the policies."""

from django.urls import path

from approvals.policies import views

app_name = "policies"

urlpatterns = [
    path("", views.policies, name="list"),
    path("publish/", views.publish, name="publish"),
    path("schema.json", views.schema, name="schema"),
    path("<slug:key>/", views.policy, name="policy"),
    path("<slug:key>/proof/accept/", views.accept_proof, name="accept_proof"),
    path("<slug:key>/<int:number>/", views.policy, name="version"),
]

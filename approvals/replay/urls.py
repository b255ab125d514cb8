"""The address at which a draft is replayed, among those of its policy."""

from django.urls import path

from approvals.replay import views

app_name = "replay"

urlpatterns = [path("<slug:key>/replay/", views.draft, name="draft")]

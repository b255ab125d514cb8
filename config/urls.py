"""The addresses of the application; each app keeps its own below its first word."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from approvals.people import sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="inbox:inbox"), name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("inbox/", include("approvals.inbox.urls")),
    path("requests/", include("approvals.requests.urls")),
    path("policies/", include("approvals.migration.urls")),
    path("policies/", include("approvals.policies.urls")),
    path("policies/", include("approvals.replay.urls")),
    path("calendars/", include("approvals.calendars.urls")),
    path("people/", include("approvals.people.urls")),
    path("console/", include("approvals.console.urls")),
    path("dev/mailbox/", include("approvals.mail.urls")),
]

handler400 = "approvals.pages.errors.bad_request"
handler403 = "approvals.pages.errors.forbidden"
handler404 = "approvals.pages.errors.not_found"
handler500 = "config.outage.server_error"

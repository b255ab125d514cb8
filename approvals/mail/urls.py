"""The demo's mailbox. Elsewhere these addresses are not there."""

from django.urls import path

from approvals.mail import views

app_name = "mail"

urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<int:pk>/", views.message, name="message"),
    path("<int:pk>/html/", views.html, name="html"),
    path("<int:pk>/reply/", views.reply, name="reply"),
]

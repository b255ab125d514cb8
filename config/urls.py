"""The addresses of the application; each app keeps its own below its first word."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

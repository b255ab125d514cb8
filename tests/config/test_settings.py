"""Settings come from the environment, and say what is wrong with it."""

import os
import subprocess
import sys

import pytest

SECRET = "k" * 50


def read_settings(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a fresh process with nothing but `environment`, and print an expression."""
    return subprocess.run(
        [sys.executable, "-c", f"from config.settings import *; print({expression})"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "SECRET_KEY is not set."),
        (
            {"SECRET_KEY": "demo-only-and-known-to-everybody-so-never-of-use-elsewhere"},
            "public one of the demo",
        ),
        ({"PLACET_DEMO": "1", "PLACET_URL": "placet.example.org"}, "which is not an address such as"),
        ({"PLACET_DEMO": "perhaps"}, '"PLACET_DEMO" invalid'),
        ({"PLACET_DEMO": "1", "PORT": "http"}, '"PORT" invalid'),
    ],
)
def test_it_refuses_a_wrong_environment_with_a_sentence(environment: dict[str, str], sentence: str) -> None:
    process = read_settings("DEMO", **environment)
    assert process.returncode == 1
    assert sentence in process.stderr.splitlines()[-1]


def test_a_demo_needs_nothing() -> None:
    process = read_settings("(DEMO, PUBLIC_URL, STATIC_ROOT)", PLACET_DEMO="1", PORT="8123")
    assert process.stdout.strip() == "(True, 'http://localhost:8123', None)"


def test_https_follows_from_the_public_address() -> None:
    process = read_settings(
        "(SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SECURE_SSL_REDIRECT, SECURE_HSTS_SECONDS > 0,"
        " ALLOWED_HOSTS[0], CSRF_TRUSTED_ORIGINS)",
        SECRET_KEY=SECRET,
        PLACET_URL="https://placet.example.org/",
    )
    assert process.stdout.strip() == (
        "(True, True, True, True, 'placet.example.org', ['https://placet.example.org'])"
    )


def test_mail_goes_where_the_environment_says() -> None:
    process = read_settings(
        "(EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_USE_TLS, DEFAULT_FROM_EMAIL)",
        SECRET_KEY=SECRET,
        EMAIL_URL="submission://placet:pw@mail.example.org",
        PLACET_MAIL_DOMAIN="example.org",
    )
    assert process.stdout.strip() == (
        "('mail.example.org', 587, 'placet', True, 'Placet <placet@example.org>')"
    )


def test_the_database_pool_can_be_sized_and_switched_off() -> None:
    pooled = read_settings(
        "DATABASES['default']['OPTIONS'].get('pool')", PLACET_DEMO="1", PLACET_DATABASE_POOL="7"
    )
    assert "'max_size': 7" in pooled.stdout
    single = read_settings(
        "DATABASES['default']['OPTIONS'].get('pool')", PLACET_DEMO="1", PLACET_DATABASE_POOL="0"
    )
    assert single.stdout.strip() == "None"


def test_services_that_say_who_decides() -> None:
    process = read_settings(
        "(LOOKUPS, LOOKUP_TOKENS, LOOKUP_SECONDS)",
        SECRET_KEY=SECRET,
        PLACET_LOOKUPS="cost-centres=https://who.example.org/of?a=b, on-call=http://127.0.0.1:9000",
        PLACET_LOOKUP_TOKEN_COST_CENTRES="s3cret",
        PLACET_LOOKUP_SECONDS="0.5",
    )
    assert process.stdout.strip() == (
        "({'cost-centres': 'https://who.example.org/of?a=b', 'on-call': 'http://127.0.0.1:9000'}, "
        "{'cost-centres': 's3cret'}, 0.5)"
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PLACET_LOOKUPS": "https://who.example.org"}, "which is not a name=address such as"),
        ({"PLACET_LOOKUPS": "who=file:///etc/passwd"}, "PLACET_LOOKUPS has “who”"),
        ({"PLACET_LOOKUPS": "who=https://placet:pw@who.example.org/"}, "PLACET_LOOKUPS has “who”"),
        ({"PLACET_LOOKUPS": "who=https://who.example.org:x/"}, "PLACET_LOOKUPS has “who”"),
        ({"PLACET_LOOKUPS": "who=https://who.example.org/a b"}, "PLACET_LOOKUPS has “who”"),
        ({"PLACET_LOOKUPS": "who=http://a,who=http://b"}, "stands twice"),
        (
            {"PLACET_LOOKUPS": "who=http://a", "PLACET_LOOKUP_TOKEN_WHO": "a\nb"},
            "PLACET_LOOKUP_TOKEN_WHO has characters",
        ),
        ({"PLACET_LOOKUP_SECONDS": "0"}, "PLACET_LOOKUP_SECONDS"),
        ({"PLACET_LOOKUP_SECONDS": "nan"}, "PLACET_LOOKUP_SECONDS"),
        ({"PLACET_LOOKUP_SECONDS": "11"}, "at most 10 seconds"),
    ],
)
def test_a_wrong_service_is_refused_without_its_secrets(environment: dict[str, str], sentence: str) -> None:
    process = read_settings("DEMO", PLACET_DEMO="1", **environment)
    assert process.returncode == 1
    assert sentence in process.stderr.splitlines()[-1]
    assert "pw@" not in process.stderr

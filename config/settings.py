"""Settings of the Django project. Every value that differs between places is read from the
environment; CONFIGURATION in the README lists the names."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from config.logs import logging_settings
from config.lookups import lookup_services, seconds_of_lookups

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# ---- What kind of place this is ---------------------------------------------------------------

#: A demonstration on one machine: demo people, mail to a page instead of to the world.
DEMO: bool = env.bool("PLACET_DEMO", default=False)
DEBUG: bool = env.bool("PLACET_DEBUG", default=False)
DATA_DIR: Path = Path(env.str("PLACET_DATA_DIR", default=str(BASE_DIR / ".data"))).absolute()

#: Signs the demo's sessions only. It is public, so no other place may use it.
DEMO_SECRET_KEY = "demo-only-and-known-to-everybody-so-never-of-use-elsewhere"  # noqa: S105

SECRET_KEY: str = env.str("SECRET_KEY", default=DEMO_SECRET_KEY if DEMO else "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])

if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to at least 50 random characters, the same for every "
        "process, or set PLACET_DEMO=1 for a demonstration on this machine."
    )
if not DEMO and DEMO_SECRET_KEY in (SECRET_KEY, *SECRET_KEY_FALLBACKS):
    raise ImproperlyConfigured(
        "SECRET_KEY is the public one of the demo. Outside the demo, set it to at least 50 random "
        "characters of your own."
    )

# ---- Addresses --------------------------------------------------------------------------------

PORT: int = env.int("PORT", default=8000)
#: Where people reach the application: the start of every link in a mail.
PUBLIC_URL: str = env.str("PLACET_URL", default=f"http://localhost:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.hostname:
    raise ImproperlyConfigured(
        f"PLACET_URL is “{PUBLIC_URL}”, which is not an address such as https://placet.example.org."
    )
_https = _public.scheme == "https"

ALLOWED_HOSTS: list[str] = [
    _public.hostname,
    *env.list("PLACET_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]),
]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

# ---- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "rules",
    "csp",
    "axes",
    "anymail",
    "approvals.pages",
    "approvals.people",
    "approvals.policies",
    "approvals.requests",
    "approvals.inbox",
    "approvals.calendars",
    "approvals.mail",
    "approvals.audit",
    "approvals.console",
    "approvals.migration",
    "approvals.demo",
    "approvals.replay",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "approvals.people.signing_in.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "approvals.pages.middleware.ReaderTimeZone",
    "config.outage.OutageMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Database ---------------------------------------------------------------------------------

#: Connections a process keeps at most; 0 opens one per thread instead of a pool.
DATABASE_POOL: int = env.int("PLACET_DATABASE_POOL", default=20)


def _database() -> dict[str, Any]:
    settings: dict[str, Any] = dict(
        env.dj_db_url("DATABASE_URL", default="postgresql://127.0.0.1:5432/placet")
    )
    options = settings.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 3)
    if DATABASE_POOL:
        # The pool keeps connections, so Django must not; who gets none within 3 s is told so.
        options["pool"] = {"min_size": 0, "max_size": DATABASE_POOL, "timeout": 3}
        settings["CONN_MAX_AGE"] = 0
    settings["CONN_HEALTH_CHECKS"] = True
    return settings


DATABASES = {"default": _database()}

# ---- Temporal ---------------------------------------------------------------------------------
# Address, namespace and credentials are read by Temporal's own client from TEMPORAL_*.

#: Read here too, for the links to Temporal's web interface.
TEMPORAL_NAMESPACE: str = env.str("TEMPORAL_NAMESPACE", default="default")
TEMPORAL_TASK_QUEUE: str = env.str("TEMPORAL_TASK_QUEUE", default="placet")
#: The Temporal web interface, linked for admins where one runs.
TEMPORAL_UI_URL: str = env.str("TEMPORAL_UI_URL", default="")
#: Where the worker serves its metrics to Prometheus, on loopback; 0: nowhere.
METRICS_PORT: int = env.int("PLACET_METRICS_PORT", default=0)

# ---- Services that say who decides --------------------------------------------------------------

#: The services that a policy's ``lookup`` may name, with their addresses, and the secret of each that has one.
LOOKUPS, LOOKUP_TOKENS = lookup_services(env.list("PLACET_LOOKUPS", default=[]), os.environ)
#: What the lookups of one stage may take together, in seconds.
LOOKUP_SECONDS: float = env.float("PLACET_LOOKUP_SECONDS", default=1.5, validate=seconds_of_lookups)

# ---- Mail -------------------------------------------------------------------------------------

#: In the demo mail goes to the page /dev/mailbox/, unless EMAIL_URL names a server.
MAILBOX: bool = DEMO and not env.str("EMAIL_URL", default="")
_mail = env.dj_email_url("EMAIL_URL", default="smtp://localhost:25")
EMAIL_BACKEND: str = "approvals.mail.backends.MailboxBackend" if MAILBOX else _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH: str = _mail["EMAIL_FILE_PATH"]
EMAIL_HOST: str = _mail["EMAIL_HOST"]
EMAIL_PORT: int = _mail["EMAIL_PORT"]
EMAIL_HOST_USER: str = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD: str = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS: bool = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL: bool = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT: int = _mail["EMAIL_TIMEOUT"] or 10

#: The domain of the addresses that replies go to.
MAIL_DOMAIN: str = env.str("PLACET_MAIL_DOMAIN", default=_public.hostname)
DEFAULT_FROM_EMAIL: str = env.str("PLACET_MAIL_FROM", default=f"Placet <placet@{MAIL_DOMAIN}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
#: Take a reply only with a valid DKIM signature of its sender's domain (and as its DMARC policy asks).
MAIL_REQUIRE_AUTH: bool = env.bool("PLACET_MAIL_REQUIRE_AUTH", default=False)
#: Where the mail receiver listens for LMTP.
LMTP_HOST: str = env.str("PLACET_LMTP_HOST", default="127.0.0.1")
LMTP_PORT: int = env.int("PLACET_LMTP_PORT", default=8024)

# ---- Sign-in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/inbox/"
LOGOUT_REDIRECT_URL = LOGIN_URL

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "approvals.people.signing_in.PasswordBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Ten wrong passwords for one person from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "approvals.pages.errors.locked_out"
CSRF_FAILURE_VIEW = "approvals.pages.errors.form_expired"

SESSION_ENGINE = "approvals.people.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# ---- What browsers may do ---------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("PLACET_HSTS_SECONDS", default=31_536_000 if _https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("PLACET_HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("PLACET_HSTS_PRELOAD", default=False)
SECURE_SSL_REDIRECT = _https
X_FRAME_OPTIONS = "DENY"

# A form holds a comment of 20 kB and its fields; what is bigger is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# ---- Language, time, files --------------------------------------------------------------------

LANGUAGE_CODE = "en"
#: All of it is in English: nothing need be looked up for each word and number of a page.
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The demo serves files from where they lie; elsewhere `manage.py collectstatic` gathers them and names
# each after its content, so that browsers may keep it for ever.
WHITENOISE_USE_FINDERS = DEMO or DEBUG
STATIC_ROOT = (
    None if WHITENOISE_USE_FINDERS else env.path("PLACET_STATIC_ROOT", default=BASE_DIR / "staticfiles")
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEMO or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# ---- Logs -------------------------------------------------------------------------------------

LOGGING = logging_settings(
    level=env.str("PLACET_LOG_LEVEL", default="INFO"),
    as_json=env.str("PLACET_LOG_FORMAT", default="text") == "json",
)

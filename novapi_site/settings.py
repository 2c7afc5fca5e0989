"""Django's settings. Constants only: what the owner may change is a row in Preferences, not a setting."""

import os

from novapi_site import __version__, paths

NOVAPI_VERSION = __version__
NOVAPI_HOME = paths.prepare_home()
SECRET_KEY = paths.secret_key(NOVAPI_HOME)
DEBUG = os.environ.get("NOVAPI_DEBUG") == "1"

# `novapi_site.asgi` checks the Host header of every route before Django sees the request.
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "dashboard",  # before the admin, some of whose templates it replaces; after auth, whose admin pages it removes
    "django.contrib.admin.apps.SimpleAdminConfig",  # `dashboard.drawer` loads its pages, with the first of them
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "ninja",
    "cachalot",
    "channels_app",
    "gateway",
    "novapi_site",
]

# The gateway's own paths never pass through here: `gateway.asgi` serves them without middleware.
MIDDLEWARE = [
    "dashboard.policy.PolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.owner.OwnerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "novapi_site.urls"
ASGI_APPLICATION = "novapi_site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": NOVAPI_HOME / "novapi.db",
        "OPTIONS": {
            # A writer takes its lock at BEGIN and waits for it, instead of failing half-way through.
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            # Every 16 MB what was written goes into the database proper: SQLite's own 4 MB would do it twice a second
            # under load, each time holding up calls for milliseconds.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000;",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A request that the owner edits and sends once more may be as large as any; nobody else's body is read by Django.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024 * 1024

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Dashboard lists only. The gateway reads its RoutingTable, and usage rows change with every call.
CACHALOT_ONLY_CACHABLE_APPS = frozenset({"channels_app"})
CACHALOT_UNCACHABLE_TABLES = frozenset({"django_migrations", "channels_app_revision"})
CACHALOT_TIMEOUT = 10

# The admin's flash messages and CSRF state; the owner's sign-in is `dashboard.owner`.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "novapi_admin"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = "novapi_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dashboard.refusals.csrf_failed"
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # `dashboard.policy` says it, to browsers
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "UTC"
SYSTEM_TZ = os.environ.get("TZ")  # which Django replaces by UTC, and `novapi_site.apps` puts back
LANGUAGE_CODE = "en-us"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django.request": {"level": "ERROR"},  # a page that does not exist is no event
        "httpx": {"level": "WARNING"},  # below that it tells addresses, and what is in them: this launch's token
    },
    "root": {"handlers": ["stderr"], "level": paths.log_level()},
}

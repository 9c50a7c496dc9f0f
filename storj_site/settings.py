"""All settings, in topic order. Every one can be set by an environment variable of the same name."""

import os
from pathlib import Path

from nodes.one_process import fingerprint
from storj_site import env as read
from storj_site import lan
from storj_site.env import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "data").expanduser().absolute()

# --- Server ---------------------------------------------------------------------------------------
# True serves the local network: all addresses, under every name and address of this machine, in plain HTTP.
LAN = read.flag("LAN")
BIND = env.str("BIND", default="") or ("0.0.0.0" if LAN else "127.0.0.1")  # noqa: S104 - asked for with LAN
PORT = read.number("PORT", 8080, most=65_535)
WEB_CONCURRENCY = read.number("WEB_CONCURRENCY", 1, least=1)  # worker processes; the cache in memory is per process
THREADS = read.number("THREADS", 16, least=1)  # requests that one worker process answers at a time
STREAMS = read.number("STREAMS", 8)  # comparisons that one worker process sends node by node at a time
# How much the site gives way to other programs when all processors are busy: 0, not at all, to 19.
NICENESS = read.number("NICENESS", 8, most=19)
CLIENT_TIMEOUT = read.number("CLIENT_TIMEOUT", 10, least=1)  # seconds that a client may keep a thread waiting
# Whose word about TLS counts: the proxies on this machine.
FORWARDED_ALLOW_IPS = read.networks("FORWARDED_ALLOW_IPS", ["127.0.0.1", "::1"])

# --- Security -----------------------------------------------------------------------------------
SECRET_KEY = read.secret_key(DATA_DIR)
DEBUG = read.flag("DEBUG")
# True behind a proxy that speaks TLS: redirects, HSTS and cookies that never travel in the clear.
HTTPS = read.flag("HTTPS")
ALLOWED_HOSTS = read.hosts("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", *lan.hosts(BIND, LAN)])
_scheme = "https" if HTTPS else "http"
CSRF_TRUSTED_ORIGINS = read.origins("CSRF_TRUSTED_ORIGINS", [f"{_scheme}://{h}:{PORT}" for h in lan.hosts(BIND, LAN)])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
# The proxy talks plain HTTP to /healthz on the loopback address; a redirect there helps nobody.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# Opens the page and the reading part of the API to everybody: for networks that are trusted.
PUBLIC_READ = read.flag("PUBLIC_READ")

# --- Addresses ----------------------------------------------------------------------------------
SCRIPT_NAME = read.path_prefix("SCRIPT_NAME")  # of the site behind a proxy, such as /storj
FORCE_SCRIPT_NAME = SCRIPT_NAME or None
ROOT_URLCONF = "storj_site.urls"
WSGI_APPLICATION = "storj_site.wsgi.application"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "compare"
LOGOUT_REDIRECT_URL = "login"

# --- Limits: name, default, meaning ---------------------------------------------------------------
MAX_EVENTS_FOR_COMPARISON = read.number(
    "MAX_EVENTS_FOR_COMPARISON", 10_000, least=1
)  # rows read per node, newest first
COMPARISON_CACHE_TTL = read.number("COMPARISON_CACHE_TTL", 60)  # seconds that a result is served from the cache
MAX_CACHE_ENTRIES = read.number("MAX_CACHE_ENTRIES", 100, least=1)  # results kept; the least recently used goes first
MAX_POOL_SIZE = read.number("MAX_POOL_SIZE", 20, least=1)  # places for reads of the events in one process
POOL_TIMEOUT = read.number("POOL_TIMEOUT", 30, least=1)  # seconds until a read without a place gives up
CONNECTION_TIMEOUT = read.number("CONNECTION_TIMEOUT", 10, least=1)  # seconds that one gathering may take in all
COMPARISON_WORKERS = read.number("COMPARISON_WORKERS", min(4, os.cpu_count() or 1), least=1)  # threads that gather
MAX_NODES = read.number("MAX_NODES", 200, least=2, most=1000)  # nodes in one comparison; more no page can show
ROLLUP_INTERVAL = read.number("ROLLUP_INTERVAL", 60)  # seconds between two countings of new events; 0: no housekeeper
API_POLL_INTERVAL = read.number("API_POLL_INTERVAL", 300)  # seconds between two looks at a node's API; 0: none
# Beside the site, `make run` then runs `manage.py collect`, which follows the logs of the nodes and asks their APIs.
COLLECT = read.flag("COLLECT")
DOCKER_ROOT = Path(env.str("DOCKER_ROOT", default="") or "/var/lib/docker")  # where the logs of docker:NAME are
MAX_API_BODY = max(1_000_000, 5_000 * MAX_NODES)  # bytes of an API request; a name of 240 emoji, escaped, is 2.9 kB
MAX_PUSH_BODY = read.number("MAX_PUSH_BODY", 10_000_000, least=100_000)  # bytes that a node may send at a time
# A form, or an address, has a field for each node; Django's own limits are those with fewer nodes.
DATA_UPLOAD_MAX_NUMBER_FIELDS = max(1_000, 2 * MAX_NODES)
DATA_UPLOAD_MAX_MEMORY_SIZE = max(2_621_440, MAX_API_BODY)

# --- Databases ------------------------------------------------------------------------------------
_site = read.database("DATABASE_URL", (DATA_DIR / "site.db").as_uri().replace("file://", "sqlite:///"))
_events = read.database("EVENTS_DATABASE_URL", (DATA_DIR / "events.db").as_uri().replace("file://", "sqlite:///"))
_replica = (
    read.database("EVENTS_READONLY_DATABASE_URL", "") if os.environ.get("EVENTS_READONLY_DATABASE_URL") else _events
)
DATABASES = {
    "default": _site,
    "events": _events,
    # Half of CONNECTION_TIMEOUT at most: a wait for a lock must end before the gathering's own limit.
    "events_readonly": read.read_only(_replica, busy_timeout=min(5, CONNECTION_TIMEOUT / 2))
    | {"TEST": {"MIRROR": "events"}},
}
DATABASE_ROUTERS = ["nodes.router.EventsRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Caches ---------------------------------------------------------------------------------------
CACHES = {
    "comparison": read.cache("CACHE_URL", COMPARISON_CACHE_TTL, MAX_CACHE_ENTRIES, f"storj-{fingerprint(_events)}"),
    # Marks of edited nodes live here, so that they never push a result out of the cache of results.
    "default": read.cache("CACHE_URL", COMPARISON_CACHE_TTL, 10_000, f"storj-marks-{fingerprint(_events)}")
    | ({} if os.environ.get("CACHE_URL") else {"LOCATION": "marks"}),
}

# --- Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "storj_site",
    "comparison",
    "nodes",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "storj_site.security_headers.SecurityHeadersMiddleware",
    "storj_site.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "storj_site.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "storj_site.middleware.TroubleMiddleware",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
TEMPLATES = [
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

# --- Static files -----------------------------------------------------------------------------------
STATIC_URL = f"{SCRIPT_NAME}/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or BASE_DIR / "staticfiles").expanduser().absolute()
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Time and language --------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- Logging: one line per comparison, to standard error, where systemd's journal reads it -----------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": "INFO"} for name in ("comparison", "nodes", "storj_site")},
        # Whoever scans a network sends names that are not ours; a traceback for each would fill the log.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

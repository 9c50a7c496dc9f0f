import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from storj_site.proxies import is_trusted, without_claims

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storj_site.settings")
django_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Takes out what only a proxy may say, and the path prefix, whether the proxy has taken that off or not."""
    if not is_trusted(environ.get("REMOTE_ADDR", ""), settings.FORWARDED_ALLOW_IPS):
        environ = without_claims(environ)
    prefix, path = settings.SCRIPT_NAME, environ.get("PATH_INFO", "")
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        environ["PATH_INFO"] = path[len(prefix) :] or "/"
    return django_application(environ, start_response)

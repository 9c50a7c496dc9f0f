"""What a worker process does before its first request, which would wait for it otherwise: a fifth of a page's time.

It reads and compiles what is ours. No database is asked, and no cache server.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format, localize

from comparison.preparing import prepare
from storj_site.failures import unavailable

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Addresses with their views, templates with their tags, formats, and a page that needs no data."""
    try:
        reverse("compare")
        for name in _templates():
            get_template(name)
        localize(date_format(datetime.now(UTC), "j M Y H:i"))
        unavailable(HttpRequest(), "")
        prepare()
    except Exception:
        # Whoever asks for what does not work is told so, and all else works.
        logger.exception("A part of the site could not be prepared")


def _templates() -> Iterator[str]:
    folder = settings.BASE_DIR / "templates"
    return (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html")))

"""Collects the static files, hashed and compressed, when one of them has changed."""

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from storj_site.data_folder import CannotSetUp


def collect_static() -> bool:
    """Whether there was something to do. Compressing takes seconds, so an unchanged set is left alone."""
    mark = Path(settings.STATIC_ROOT) / "collected.txt"
    wanted = _fingerprint()
    try:
        if mark.exists() and mark.read_text() == wanted:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(wanted)
    except OSError as error:
        raise CannotSetUp(
            f"The static files cannot be written to {settings.STATIC_ROOT} ({error.strerror}): "
            "let this user write there, or set STATIC_ROOT."
        ) from None
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{django.__version__} {settings.STATIC_URL}".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            file = Path(storage.path(name)).stat()
            digest.update(f"\0{name}\0{file.st_mtime_ns}\0{file.st_size}".encode())
    return digest.hexdigest()

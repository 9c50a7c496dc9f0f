"""The site's own settings with test databases in files, so that threads and processes can share them."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")

from storj_site.settings import *  # noqa: F403
from storj_site.settings import BASE_DIR, DATABASES, INSTALLED_APPS

TEST_DATA = BASE_DIR / ".test-data"
TEST_DATA.mkdir(exist_ok=True)
for alias in ("default", "events"):
    if DATABASES[alias]["ENGINE"] == "django.db.backends.sqlite3":
        DATABASES[alias]["TEST"] = {"NAME": str(TEST_DATA / f"{alias}.db")}
        # Nobody reads these after a power cut, so that no test has to wait for the disk.
        DATABASES[alias]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

INSTALLED_APPS = ["tests.emptying", *INSTALLED_APPS]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATA_DIR = TEST_DATA
STATIC_ROOT = TEST_DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none

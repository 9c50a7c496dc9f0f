"""The operator's account, its password and its token: made once, renewed when asked for."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.storj_site.running import manage

pytestmark = pytest.mark.sqlite_files

Prepared = dict[str, Any]


@pytest.fixture(scope="module")
def _set_up(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Path:
    folder = tmp_path_factory.mktemp("set up")
    (folder / "empty.db").touch()
    settings = settings_in(folder, static_root)
    assert manage("setup", ADMIN_PASSWORD="the first", **settings).returncode == 0
    return folder


@pytest.fixture
def site(_set_up: Path, tmp_path: Path, static_root: Path) -> Prepared:
    """A site of its own that was set up, on an empty events database."""
    return settings_in(shutil.copytree(_set_up, tmp_path / "copy"), static_root)


def settings_in(folder: Path, static_root: Path) -> Prepared:
    events = f"sqlite:///{quote(str(folder))}/empty.db"
    return {"DATA_DIR": folder / "data", "STATIC_ROOT": static_root, "EVENTS_DATABASE_URL": events}


def in_site(site: Prepared, code: str) -> str:
    ran = manage("shell", "--no-imports", "--command", code, **site)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def signs_in(site: Prepared, password: str) -> bool:
    code = f"from django.contrib.auth import authenticate; print(authenticate(username='admin', password={password!r}))"
    return in_site(site, code) == "admin"


def change(site: Prepared, sql: str) -> None:
    with sqlite3.connect(Path(site["DATA_DIR"]) / "site.db") as connection:
        connection.execute(sql)
    connection.close()


def test_the_first_password_can_come_from_admin_password_and_then_is_not_printed(site: Prepared) -> None:
    assert signs_in(site, "the first")


def test_a_later_admin_password_changes_nothing(site: Prepared) -> None:
    ran = manage("setup", ADMIN_PASSWORD="the second", **site)
    assert "the second" not in ran.stdout
    assert signs_in(site, "the first")


def test_set_password_prints_a_new_password_once(site: Prepared) -> None:
    ran = manage("set_password", **site)
    password = ran.stdout.strip().removeprefix("The password of admin is now ").rstrip(".")
    assert len(password) == 16
    assert signs_in(site, password)


def test_set_password_takes_the_one_in_admin_password_without_printing_it(site: Prepared) -> None:
    ran = manage("set_password", ADMIN_PASSWORD="pa'ss $word", **site)
    assert ran.stdout == "The password of admin is now the one in ADMIN_PASSWORD.\n"
    assert signs_in(site, "pa'ss $word")


def test_set_password_makes_the_account_where_nothing_was_set_up_yet(tmp_path: Path) -> None:
    ran = manage("set_password", DATA_DIR=tmp_path / "data")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("The password of admin is now ")


def test_an_account_that_was_switched_off_stays_so(site: Prepared) -> None:
    change(site, "UPDATE auth_user SET is_active = 0")
    assert manage("setup", **site).returncode == 0
    ran = manage("set_password", **site)
    assert ran.returncode == 1
    assert ran.stderr.startswith("No administrator's account is active")


def test_an_account_of_another_name_is_used_instead_of_a_second_one(site: Prepared) -> None:
    change(site, "UPDATE auth_user SET username = 'olga'")
    assert "Sign in as olga;" in manage("setup", **site).stdout
    assert in_site(site, "from django.contrib.auth.models import User; print(User.objects.count())") == "1"


def test_a_token_that_was_revoked_is_told_and_not_replaced(site: Prepared) -> None:
    path = Path(site["DATA_DIR"]) / "api-token"
    before = path.read_text()
    change(site, "UPDATE nodes_apitoken SET revoked_at = '2026-11-20 12:00:00'")
    ran = manage("setup", **site)
    assert f"the token in {path} is not valid; remove that file and run again" in ran.stdout
    assert path.read_text() == before
    path.unlink()
    assert "is not valid" not in manage("setup", **site).stdout


def test_a_data_folder_that_others_can_read_is_told(site: Prepared) -> None:
    Path(site["DATA_DIR"]).chmod(0o755)
    assert "Warning: other users of this machine can read" in manage("setup", **site).stdout


def test_a_data_folder_that_cannot_be_made_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = manage("run", PORT=0, DATA_DIR=tmp_path / "file" / "data")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "cannot be made" in ran.stderr


def test_a_folder_for_static_files_that_cannot_be_written_ends_the_run_with_a_sentence(
    site: Prepared, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ran = manage("setup", **site | {"STATIC_ROOT": tmp_path / "file" / "static"})
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "The static files cannot be written" in ran.stderr


def test_a_first_run_that_fails_makes_no_account_whose_password_nobody_saw(
    prepared: Prepared, empty_events: str, tmp_path: Path, static_root: Path
) -> None:
    (tmp_path / "file").touch()
    settings = prepared | {"EVENTS_DATABASE_URL": empty_events}
    assert manage("setup", **settings | {"STATIC_ROOT": tmp_path / "file" / "static"}).returncode == 1
    assert "Sign in as admin with the password " in manage("setup", **settings).stdout


def test_a_site_database_that_cannot_be_opened_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    ran = manage("setup", DATA_DIR=tmp_path / "data", DATABASE_URL=f"sqlite:///{tmp_path}/no/folder/site.db")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "The site's own database cannot answer: check DATABASE_URL" in ran.stderr

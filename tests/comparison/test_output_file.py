import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comparison.output_file import write_file


@contextmanager
def nearly_full_disk() -> Iterator[None]:
    """No file of this process can grow beyond a kilobyte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_link_goes_on_pointing_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "real.json", tmp_path / "link.json"
    link.symlink_to(target)
    for text in ("first", "second"):
        write_file(link, text)
        assert (link.is_symlink(), target.read_text()) == (True, text)
    assert [path.name for path in target.parent.iterdir()] == ["real.json"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_file(pipe, "ü")
    reader.join(10)
    assert read == ["ü"]
    assert pipe.is_fifo()


def test_the_descriptor_of_a_pipe_can_be_named(tmp_path: Path) -> None:
    """As the shell's >(…) does: the link behind the name leads to no path."""
    reading, writing = os.pipe()
    write_file(Path(f"/dev/fd/{writing}"), "text")
    os.close(writing)
    with os.fdopen(reading) as file:
        assert file.read() == "text"


def test_a_device_stays_a_device() -> None:
    write_file(Path("/dev/null"), "text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.write_text("old")
    private.chmod(0o600)
    write_file(private, "new")
    assert (stat.S_IMODE(private.stat().st_mode), private.read_text()) == (0o600, "new")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with nearly_full_disk(), pytest.raises(OSError, match="File too large"):
        write_file(tmp_path / "file", "x" * 100_000)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match="leads back to itself"):
        write_file(tmp_path / "a", "text")

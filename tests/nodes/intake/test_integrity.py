import pytest

from nodes.intake.integrity import integrity_failure
from nodes.rollups.reasons import reason_of

BLOB = "config/storage/blobs/ukfu6bhbboxilvt7jrwlqk7y2tapb5d2r2tsmj2sjxvw5qaaaaaa/4k/ydf5uvvbtnoaj3yfvkgpqjhq6lz3.sj1"
NODES_FAULT = [
    "file does not exist",
    "pieces error: filestore error: file does not exist",
    f"pieces error: filestore error: open {BLOB}: no such file or directory",
    r"filestore error: open D:\storj\blobs\ukfu6bhb: The system cannot find the file specified.",
    "file not found",
    "rpc: file-not-found",
    "hash mismatch",
    "piece Hash mismatch: expected 1f2e, got 3d4c",
    "hashes don't match",
    "checksum does not match",
    "hashstore: invalid record checksum",
]
NOT_THE_NODES_FAULT = [
    "",
    "write tcp 10.0.17.120:28967->66.23.193.251:12201: write: broken pipe",
    "unexpected EOF",
    "context canceled",
    "context deadline exceeded",
    "manager closed: read tcp 10.0.17.120:28967->79.127.226.103:50338: read: connection refused",
    "downloaded size (0 bytes) does not match received message size (256 bytes)",
    "lookup us1.storj.io: no such host",
    "could not get hash and order limit: unexpected EOF",
]


@pytest.mark.parametrize("error", NODES_FAULT)
def test_a_lost_or_spoiled_piece_is_an_integrity_failure(error: str) -> None:
    assert integrity_failure(error)


@pytest.mark.parametrize("error", NODES_FAULT)
def test_the_same_is_told_from_the_reason_that_the_rollups_keep(error: str) -> None:
    assert integrity_failure(reason_of(error))


@pytest.mark.parametrize("error", NOT_THE_NODES_FAULT)
def test_a_client_that_goes_away_is_none(error: str) -> None:
    assert not integrity_failure(error)
    assert not integrity_failure(reason_of(error))


def test_an_attempt_without_an_error_is_none() -> None:
    assert not integrity_failure(None)

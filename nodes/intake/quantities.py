"""Durations and sizes as Go programs write them."""

import math
import re

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"([0-9]+(?:[.][0-9]+)?)(ns|us|µs|μs|ms|s|m|h)"
_DURATION = re.compile(f"(?:{_PART})+")
_PARTS = re.compile(_PART)

_PREFIXES = "KMGTPE"
_BYTES = (
    {"B": 1}
    | {f"{prefix}B": 1000 ** (power + 1) for power, prefix in enumerate(_PREFIXES)}
    | {f"{prefix}iB": 1024 ** (power + 1) for power, prefix in enumerate(_PREFIXES)}
)
_SIZE = re.compile(r"([0-9]+(?:[.][0-9]+)?) ?([KMGTPE]?i?B)")
# No duration or size is written with more characters; what is longer is not worked out.
_LONGEST = 64
_LARGEST = 2**63 - 1


def duration_seconds(value: object) -> float | None:
    """Go's time.Duration, such as "1m37.5s" or "162.857µs"; None for what is none, and for negative ones."""
    if not isinstance(value, str) or len(value) > _LONGEST or not _DURATION.fullmatch(value):
        return None
    return math.fsum(float(number) * _SECONDS[unit] for number, unit in _PARTS.findall(value))


def size_bytes(value: object) -> int | None:
    """A size as storj/common's memory.Size writes it, "1.2 GiB" or "0 B", or a whole number of bytes."""
    size = _written_size(value) if isinstance(value, str) else value
    if isinstance(size, float) and math.isfinite(size):
        size = round(size)
    return size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _LARGEST else None


def _written_size(text: str) -> float | None:
    found = _SIZE.fullmatch(text) if len(text) <= _LONGEST else None
    return float(found[1]) * _BYTES[found[2]] if found and found[2] in _BYTES else None

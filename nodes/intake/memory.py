"""The logs of a node that were read: what the database knows, and what was read since and is not yet written there."""

from collections.abc import Callable, Sequence

from nodes.intake.identity import AfterHole, Ahead, Known, Recognised, Source, recognised, recognised_ahead


class Memory:
    """`stored` reads the logs that the database knows, and may raise django.db.Error, as `recognise` then does."""

    def __init__(self, stored: Callable[[], Sequence[Known]]) -> None:
        self._stored = stored
        self._being_read: dict[str, Source] = {}
        self._known: Sequence[Known] | None = None

    def look_again(self) -> None:
        """The next `recognise` asks the database anew; until then it is asked once for many files."""
        self._known = None

    def has_begun(self, source: Source) -> None:
        """From now on `source` is what is known of its log, of which a line was read."""
        if not source.key:
            source.settle_key()
        self._being_read[source.key] = source

    def forget(self, source: Source) -> None:
        """Once all that was read of it is in the database, and nobody reads on."""
        self._being_read.pop(source.key, None)

    def recognise(self, file: AfterHole | Ahead, path: str) -> Recognised:
        """The source of a known log stands where reading goes on, and so does the file."""
        if self._known is None:
            self._known = self._stored()
        known = {log.source: log for log in self._known} | {
            key: _as_known(source) for key, source in self._being_read.items()
        }
        ask: Callable[..., Recognised] = recognised_ahead if isinstance(file, Ahead) else recognised
        found = ask(file, path, list(known.values()))
        source = self._being_read.get(found.source.key, found.source)
        source.others = source.others or frozenset(known)
        return found._replace(source=source)


def _as_known(source: Source) -> Known:
    prefix = source.prefix
    return Known(source.key, source.path, prefix.head, prefix.length, prefix.hash, prefix.block_hash, 0, 0)

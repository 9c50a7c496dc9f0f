"""Progress bars for commands that work through events or logs; nothing where there is no terminal."""

import sys

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f} events a second")


class EventsBar(Progress):
    def __init__(self, doing: str) -> None:
        columns = TextColumn(doing), BarColumn(), TaskProgressColumn(), _Rate(), TimeRemainingColumn()
        super().__init__(*columns, disable=not sys.stdout.isatty())
        self._events = self.add_task(doing, total=None)

    def show(self, done: int, total: int) -> None:
        self.update(self._events, completed=done, total=total)


class _LineRate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['lines'] / max(task.elapsed or 0, 0.001):,.0f} lines a second")


class LogBar(Progress):
    """Bytes of files, beside the lines that were read of them."""

    def __init__(self, doing: str) -> None:
        columns = TextColumn(doing), BarColumn(), DownloadColumn(), _LineRate(), TimeRemainingColumn()
        super().__init__(*columns, disable=not sys.stdout.isatty())
        self._bytes = self.add_task(doing, total=None, lines=0)

    def show(self, done: int, total: int | None, lines: int) -> None:
        self.update(self._bytes, completed=done, total=total, lines=lines)

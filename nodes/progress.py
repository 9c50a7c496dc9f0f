"""A progress bar for commands that work through events; nothing where there is no terminal."""

import sys

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
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

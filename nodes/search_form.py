"""The form over the rows of the monitor's tables: what may be asked, and a sentence for what may not."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms

from nodes.known import printable
from nodes.models import Node
from nodes.records import LAST_PAGE, Criteria

TIME_HINT = "Enter a time in UTC such as 2026-11-23T12:00."
PAGES = f"Pages go from 1 to {LAST_PAGE}: choose an earlier “to” to look further back."


class UtcField(forms.DateTimeField):
    """A time in UTC, to the minute or second, with or without a zone."""

    def __init__(self, label: str) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S")
        super().__init__(label=label, required=False, widget=widget, error_messages={"invalid": TIME_HINT})

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        try:
            return None if moment is None else moment.astimezone(UTC)
        except OverflowError:  # the year 1, east of Greenwich
            raise forms.ValidationError(TIME_HINT) from None


class SearchForm(forms.Form):
    """`values` are those that may be asked for, by column. Nodes go by their id: names can be 500 emoji."""

    def __init__(self, data: Mapping[str, Any], nodes: Sequence[Node], values: Mapping[str, Sequence[str]]) -> None:
        super().__init__(data, label_suffix="")
        self.columns = list(values)
        self.names = {str(node.pk): node.name for node in nodes}
        self.fields["node"] = _choice(self.names, "There is no such node in the events database.")
        for column, allowed in values.items():
            sentence = f"The {column} must be one of {', '.join(allowed)}."
            self.fields[column] = _choice(dict(zip(allowed, allowed, strict=True)), sentence)
        self.fields["from"] = UtcField("From (UTC)")
        self.fields["to"] = UtcField("To (UTC)")
        self.fields["page"] = forms.IntegerField(
            min_value=1,
            max_value=LAST_PAGE,
            required=False,
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), PAGES),
        )

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        start, end = values.get("from"), values.get("to")
        if start and end and start >= end:
            raise forms.ValidationError("“From” must be before “to”.")
        return values

    def criteria(self) -> Criteria:
        values = self.cleaned_data
        equals = {column: values[column] for column in self.columns if values[column]}
        return Criteria(self.names.get(values["node"]), values["from"], values["to"], equals)

    def page(self) -> int:
        return self.cleaned_data["page"] or 1


def _choice(labels: Mapping[str, str], sentence: str) -> forms.ChoiceField:
    choices = [("", "any"), *((value, printable(label)) for value, label in labels.items())]
    return forms.ChoiceField(choices=choices, required=False, error_messages={"invalid_choice": sentence})

import pytest
from hypothesis import given, settings

from nodes.intake.parse import parse, parse_any
from tests.nodes.intake.formats import FORMATS, Format, Operation, as_told, render
from tests.nodes.intake.operations import operations

IDS = [form.name for form in FORMATS]


@pytest.mark.parametrize("form", FORMATS, ids=IDS)
@settings(max_examples=40, deadline=None)
@given(operation=operations)
def test_an_operation_is_the_same_record_in_every_format(form: Format, operation: Operation) -> None:
    assert parse(render(operation, form)) == as_told(operation, form)


@pytest.mark.parametrize("form", FORMATS, ids=IDS)
@settings(max_examples=20, deadline=None)
@given(operation=operations)
def test_the_general_reader_says_the_same(form: Format, operation: Operation) -> None:
    assert parse_any(render(operation, form)) == as_told(operation, form)

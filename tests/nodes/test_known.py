import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.known import known_names, natural_order
from nodes.models import Node


@pytest.mark.parametrize(
    "names",
    [
        ["n1", "n2", "n10"],
        ["pi 9 disk 2", "pi 9 disk 10", "pi 10 disk 1"],
        ["2", "10", "a"],
        ["n", "n01", "n1", "n1a", "n2"],
    ],
)
def test_numbers_in_names_count_as_numbers(names: list[str]) -> None:
    assert sorted(sorted(names, reverse=True), key=natural_order) == names


@given(st.lists(st.text(max_size=20), max_size=5), st.randoms())
def test_any_names_have_one_order(names: list[str], dice: random.Random) -> None:
    shuffled = dice.sample(names, len(names))
    assert sorted(names, key=natural_order) == sorted(shuffled, key=natural_order)


def test_known_nodes_are_listed_so(databases: None) -> None:
    Node.objects.bulk_create(Node(name=name, api_url="http://10.0.0.1:14002") for name in ("n1", "n10", "n2"))
    assert known_names() == ["n1", "n2", "n10"]

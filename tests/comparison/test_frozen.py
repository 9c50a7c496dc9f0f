import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from comparison.frozen import frozen

RESULT = {"nodes": [{"name": "attic", "metrics": {"audit_score": 99.5}, "notes": ["a", "b"]}], "error": None}

CHANGES: list[Callable[[Any], object]] = [
    lambda it: it.update(error=""),
    lambda it: it.pop("error"),
    lambda it: it.popitem(),
    lambda it: it.clear(),
    lambda it: it.setdefault("more", 1),
    lambda it: it.__setitem__("error", ""),
    lambda it: it.__delitem__("error"),
    lambda it: it.__ior__({"error": ""}),
    lambda it: it["nodes"].append({}),
    lambda it: it["nodes"].clear(),
    lambda it: it["nodes"].extend([1]),
    lambda it: it["nodes"].insert(0, 1),
    lambda it: it["nodes"].pop(),
    lambda it: it["nodes"].remove(RESULT["nodes"]),
    lambda it: it["nodes"].reverse(),
    lambda it: it["nodes"].sort(),
    lambda it: it["nodes"].__iadd__([1]),
    lambda it: it["nodes"].__imul__(2),
    lambda it: it["nodes"].__setitem__(0, 1),
    lambda it: it["nodes"].__delitem__(0),
    lambda it: it["nodes"][0]["metrics"].update(audit_score=0),
    lambda it: it["nodes"][0]["notes"].append("c"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_no_part_of_it_can_be_changed(change: Callable[[Any], object]) -> None:
    shared = frozen(RESULT)
    with pytest.raises(TypeError, match="make a copy"):
        change(shared)
    assert shared == RESULT


def test_every_method_that_changes_a_dict_or_a_list_is_refused() -> None:
    harmless = {
        *("copy", "count", "fromkeys", "get", "index", "items", "keys", "values"),
        *("__init__", "__new__", "__reduce__", "__reduce_ex__", "__setattr__", "__delattr__", "__getattribute__"),
    }
    for kind, shared in ((dict, frozen({})), (list, frozen([]))):
        own = {name for name in vars(kind) if callable(getattr(kind, name)) and name not in harmless}
        changing = {name for name in own if not name.startswith("__") or name in {"__setitem__", "__delitem__"}}
        changing |= {name for name in own if name.startswith("__i") and name not in {"__iter__"}}
        assert changing <= set(vars(type(shared)))


def test_it_is_written_as_json_like_the_original() -> None:
    assert json.dumps(frozen(RESULT)) == json.dumps(RESULT)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_can_be_changed(copied: Callable[[Any], Any]) -> None:
    own = copied(frozen(RESULT))
    own["nodes"][0]["notes"].append("c")
    assert own["nodes"][0]["notes"] == ["a", "b", "c"]


def test_what_is_put_together_with_it_can_be_changed() -> None:
    own = frozen(RESULT) | {"cached": True}
    own["error"] = ""
    assert own == RESULT | {"cached": True, "error": ""}


def test_the_original_can_be_changed_and_it_stays() -> None:
    original = {"notes": ["a"]}
    shared = frozen(original)
    original["notes"].append("b")
    assert shared == {"notes": ["a"]}

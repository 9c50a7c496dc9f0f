from hypothesis import given
from hypothesis import strategies as st

from comparison.notes import Said, remarks_of, said
from tests.comparison.samples import node, result

SENTENCES = st.lists(st.sampled_from(["one.", "two.", "three."]), max_size=4)


def test_a_sentence_about_all_nodes_is_said_once_and_first() -> None:
    found = said({"a": ["own.", "common."], "b": ["common."]})
    assert found == [Said(("a", "b"), 2, ["common."]), Said(("a",), 2, ["own."])]
    assert [each.of_all for each in found] == [True, False]


def test_a_sentence_about_some_names_them() -> None:
    found = said({"a": ["x."], "b": ["x.", "y."], "c": []})
    assert found == [Said(("a", "b"), 3, ["x."]), Said(("b",), 3, ["y."])]


def test_a_single_node_is_named_and_not_called_all() -> None:
    assert not said({"a": ["x."]})[0].of_all


def test_a_failed_node_has_no_notes() -> None:
    whole = result(node("a", notes=("x.",)), node("gone", error="It cannot be read."))
    assert remarks_of(whole, {"a": "Attic"}) == {"Attic": ["x."]}


@given(st.dictionaries(st.sampled_from("abcde"), SENTENCES))
def test_nothing_is_said_twice_and_nothing_is_lost(remarks: dict[str, list[str]]) -> None:
    found = [(sentence, node) for each in said(remarks) for sentence in each.sentences for node in each.nodes]
    assert len(found) == len(set(found))
    assert set(found) == {(sentence, node) for node, sentences in remarks.items() for sentence in sentences}
    sentences = [sentence for each in said(remarks) for sentence in each.sentences]
    assert len(sentences) == len(set(sentences))

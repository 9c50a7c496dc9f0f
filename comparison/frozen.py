"""Values of plain types that nobody can change, so that many can be given the same one instead of a copy each."""

from typing import Any, NoReturn


def _refuse(self: object, *args: object, **kwargs: object) -> NoReturn:
    raise TypeError("This is shared by all who asked for it and cannot be changed: make a copy.")


class FrozenDict(dict[Any, Any]):
    """A copy of it, and what is made of it by `|`, is a plain dict."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[Any, Any]]]:
        return dict, (dict(self),)


class FrozenList(list[Any]):
    """A copy of it, and what is made of it by `+` and slices, is a plain list."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        return list, (list(self),)


def frozen(value: Any) -> Any:
    """An equal value whose dicts and lists, the inner ones too, refuse every change."""
    if isinstance(value, dict):
        return FrozenDict({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return FrozenList([frozen(inner) for inner in value])
    return value

"""Convert the values of a command line to the types of their defaults."""

from __future__ import annotations

from collections.abc import Mapping


def convert(name: str, text: str, default: object) -> object:
    """Convert a value to the type of its default.

    Args:
        name: name of the parameter, for the message.
        text: value on the command line.
        default: the default, a bool, int, float or str; None counts as an int.

    Raises:
        ValueError: the value has another type.
    """
    kind = int if default is None else type(default)
    try:
        return {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
    except (ValueError, KeyError):
        expected = {bool: "True or False", int: "an integer", float: "a number"}[kind]
        raise ValueError(f"{name} must be {expected}, like its default {default!r}; got {name}={text!r}.") from None


def assignments(given: tuple[str, ...], defaults: Mapping[str, object], unknown: str) -> dict[str, object]:
    """Parse `name=value` assignments.

    Args:
        given: the assignments.
        defaults: default of each known parameter.
        unknown: sentence about an unknown parameter, with the placeholder {name}.

    Raises:
        ValueError: an assignment has no "=", a name is unknown or given twice, or a value has another type.
    """
    values: dict[str, object] = {}
    for assignment in given:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ValueError(f"a parameter must be given as name=value; got {assignment!r}.")
        if name in values:
            raise ValueError(f"{name} is given twice; every parameter has one value.")
        if name not in defaults:
            raise ValueError(unknown.replace("{name}", repr(name)))
        values[name] = convert(name, text, defaults[name])
    return values

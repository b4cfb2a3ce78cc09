"""What the operators mean, in Python."""

from app.core.fields import encode_key


def is_empty(value):
    return value in (None, "", [])


def holds(operator, value, wanted):
    """Whether a row with `value` is selected by `operator` with the values `wanted`."""
    match operator:
        case "empty":
            return is_empty(value)
        case "filled":
            return not is_empty(value)
        case "ne":
            return value != wanted[0]
        case "none":
            return value not in wanted
    return value is not None and COMPARISONS[operator](value, wanted)


COMPARISONS = {
    "eq": lambda value, wanted: value == wanted[0],
    "is": lambda value, wanted: value == wanted[0],
    "gt": lambda value, wanted: value > wanted[0],
    "ge": lambda value, wanted: value >= wanted[0],
    "lt": lambda value, wanted: value < wanted[0],
    "le": lambda value, wanted: value <= wanted[0],
    "between": lambda value, wanted: wanted[0] <= value <= wanted[1],
    "any": lambda value, wanted: value in wanted,
    "contains": lambda value, wanted: wanted[0].lower() in value.lower(),
    "starts": lambda value, wanted: value.lower().startswith(wanted[0].lower()),
}


def relation_holds(operator, rows, wanted):
    """The same for a relation: `rows` are the related ones, `wanted` their keys."""
    keys = {encode_key(row) for row in rows}
    match operator:
        case "any":
            return bool(keys & wanted)
        case "none":
            return not keys & wanted
        case "empty":
            return not keys
    return bool(keys)

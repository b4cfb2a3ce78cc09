"""Writes views.py and feature.py: one view for each model, and the record that lists them."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.adopt.layout import Call, Imports, quoted, statement
from app.core.adopt.plan import Attribute, Model, Plan
from app.core.fields.titles import NAME_PAIRS, TITLE_NAMES
from app.core.labels import humanise, humanise_class, plural_of

LIST_COLUMNS = 7
"""How many columns a list shows; the platform's default takes the first ones of the table."""
FEWEST_COLUMNS = 5
# What of a wide table is worth a column of the list: the lower, the more.
DETAILS = ("address", "street", "phone", "fax", "postal", "zip", "state", "password", "hash")


def write_views(plan: Plan) -> str:
    """The text of views.py."""
    imports = Imports()
    imports.add("flask_appbuilder.models.sqla.interface", "SQLAInterface")
    imports.add("app.core.views", "ModelView")
    imports.add(f"app.features.{plan.name}.models", *(model.name for model in plan.models))
    head = f'"""The screens of the adopted database `{plan.name}`, one for each table."""\n\n'
    views = [_view(model) for model in plan.models]
    return head + imports.render() + "\n\n\n" + "\n\n\n".join(views) + "\n"


def write_feature(plan: Plan) -> str:
    """The text of feature.py."""
    imports = Imports()
    imports.add("flask_babel", "lazy_gettext as _")
    imports.add("app.core.feature", "Feature")
    views = [f"{model.name}View" for model in plan.models]
    imports.add(f"app.features.{plan.name}.views", *views)
    feature = Call(
        "Feature(",
        [
            f'name="{plan.name}"',
            f"label=_({quoted(humanise(plan.name))})",
            'icon="database"',
            Call("views=(", views),
            f'database="{plan.name}"',
        ],
        is_open=True,
    )
    head = f'"""The adopted database `{plan.name}`, registered as a feature."""\n\n'
    return head + imports.render() + "\n\n" + statement("FEATURE = ", feature, 0) + "\n"


def _view(model: Model) -> str:
    lines = [
        f"class {model.name}View(ModelView):",
        f'    """{plural_of(humanise_class(model.name))}."""',
        "",
        f"    datamodel = SQLAInterface({model.name})",
    ]
    if option := _list_option(model):
        lines.append(option)
    if model.table.read_only:
        lines.append("    is_readonly = True")
    return "\n".join(lines)


def _list_option(model: Model) -> str:
    """The option `list_columns`, on one line if a column or two fewer make it fit; or nothing."""
    if len(_fields(model)) <= LIST_COLUMNS:
        return ""
    for count in range(LIST_COLUMNS, FEWEST_COLUMNS - 1, -1):
        value = Call("[", [quoted(name) for name in list_columns(model, count)], "]")
        option = statement("list_columns = ", value, 1)
        if "\n" not in option:
            break
    return option


def list_columns(model: Model, count: int) -> list[str]:
    """The `count` fields that say most of a record, those of its title first."""
    fields = _fields(model)
    ranked = sorted(fields, key=lambda name: (fields[name], list(fields).index(name)))
    chosen = set(ranked[:count])
    titles = [name for name in model.title or _derived_title(model) if name in chosen]
    return titles + [name for name in fields if name in chosen and name not in titles]


def _fields(model: Model) -> dict[str, int]:
    """What a list can show of a model, in the order of the table, with its rank."""
    titles = model.title or _derived_title(model)
    found: dict[str, int] = {}
    for attribute in model.attributes:
        if attribute.references:
            relation = next(
                (
                    item.name
                    for item in model.relations
                    if f"{item.name}_id" == attribute.name
                    or item.name == attribute.name.rpartition("_")[0]
                ),
                None,
            )
            found[relation or attribute.name] = 1
        elif attribute.name in titles:
            found[attribute.name] = 0
        elif not _is_hidden(attribute):
            found[attribute.name] = _rank(attribute)
    return found


def _derived_title(model: Model) -> tuple[str, ...]:
    names = {attribute.name for attribute in model.attributes}
    for pair in NAME_PAIRS:
        if set(pair) <= names:
            return pair
    return next(((name,) for name in TITLE_NAMES if name in names), ())


def _is_hidden(attribute: Attribute) -> bool:
    """Whether a list leaves the column out: what is long, cannot be read, or means nothing."""
    type_ = attribute.column.type
    long = isinstance(type_, sa.Text | sa.JSON | sa.ARRAY | sa.LargeBinary)
    return long or (attribute.is_key and attribute.column.counts_up)


def _rank(attribute: Attribute) -> int:
    if attribute.is_key or attribute.is_unique:
        return 1
    if not attribute.type.is_writable or any(word in attribute.name for word in DETAILS):
        return 5
    plain_text = attribute.type.python == "str"
    if attribute.name.endswith("email") or not (plain_text or attribute.type.python == "int"):
        return 2
    return 3 if not attribute.column.nullable else 4

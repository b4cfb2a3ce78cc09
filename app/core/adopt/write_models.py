"""Writes models.py: the base, the enumerations, the associations and the models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from app.core.adopt.layout import WIDTH, Call, Imports, keyword, quoted, statement, width_of
from app.core.adopt.plan import Association, Attribute, Enumeration, Model, Plan

DOCSTRING_WIDTH = 88
_LITERAL = re.compile(r"\(*'((?:[^']|'')*)'\)*(?:::[\w ]+(?:\(\d+(?:,\s*\d+)?\))?)?\)*")
_NUMBER = re.compile(r"\(*'?(-?\d+(?:\.\d+)?)'?\)*(?:::[\w ]+(?:\(\d+(?:,\s*\d+)?\))?)?\)*")


def write_models(plan: Plan) -> str:
    """The text of models.py."""
    imports = Imports()
    imports.add("sqlalchemy", "MetaData")
    imports.add("sqlalchemy.orm", "DeclarativeBase", "Mapped", "mapped_column")
    imports.add("app.core.models", "Titled")
    blocks = [
        _base(plan.name),
        *(_enumeration(item, imports) for item in plan.enumerations),
        *(_association(item, imports) for item in plan.associations),
        *(_model(model, plan, imports) for model in plan.models),
    ]
    head = f'"""The tables of the adopted database `{plan.name}`, as models."""\n\n'
    return head + imports.render() + "\n\n\n" + "\n\n\n".join(blocks) + "\n"


def _base(name: str) -> str:
    return (
        "class Base(Titled, DeclarativeBase):\n"
        '    """The base of these models, apart from the tables that Bureau migrates."""\n\n'
        f'    metadata = MetaData(info={{"bind_key": "{name}"}})'
    )


def _enumeration(enumeration: Enumeration, imports: Imports) -> str:
    imports.add("enum", "StrEnum")
    lines = [
        f"class {enumeration.name}(StrEnum):",
        f'    """{_docstring(f"What `{enumeration.origin}` allows.")}"""',
        "",
    ]
    lines += [f"    {name} = {quoted(value)}" for name, value in enumeration.members]
    return "\n".join(lines)


def _association(association: Association, imports: Imports) -> str:
    imports.add("sqlalchemy", "Column", "ForeignKey", "Table")
    table = association.table
    items: list[str | Call] = [quoted(table.name), "Base.metadata"]
    for column, target in association.columns:
        reference = Call("ForeignKey(", [quoted(target)])
        items.append(Call("Column(", [quoted(column.name), reference, "primary_key=True"]))
    if table.schema:
        items.append(f"schema={quoted(table.schema)}")
    return statement(f"{association.variable} = ", Call("Table(", items), 0)


def _model(model: Model, plan: Plan, imports: Imports) -> str:
    table = model.table
    lines = [
        f"class {model.name}(Base):",
        f'    """{_docstring(table.comment or f"A row of `{table.title}`.")}"""',
        "",
        f"    __tablename__ = {quoted(table.name)}",
    ]
    if arguments := _table_arguments(model, imports):
        lines.append(arguments)
    if model.title:
        names = ", ".join(f'"{name}"' for name in model.title)
        lines.append(f"    __title__ = ({names}{',' if len(model.title) == 1 else ''})")
    lines.append("")
    lines += [_attribute(item, model, plan, imports) for item in model.attributes]
    if model.relations:
        imports.add("sqlalchemy.orm", "relationship")
        lines.append("")
    for relation in model.relations:
        value = Call("relationship(", relation.arguments)
        lines.append(_mapped(relation.name, relation.annotation, value))
    return "\n".join(lines)


def _table_arguments(model: Model, imports: Imports) -> str:
    """Keys and constraints of several columns, and the schema."""
    items: list[str | Call] = []
    for columns, targets in model.composite_references:
        imports.add("sqlalchemy", "ForeignKeyConstraint")
        items.append(Call("ForeignKeyConstraint(", [_list(columns), _list(targets)]))
    for unique in model.table.uniques:
        if len(unique) > 1 and not model.table.read_only and set(unique) != set(model.table.key):
            imports.add("sqlalchemy", "UniqueConstraint")
            items.append(Call("UniqueConstraint(", [quoted(name) for name in unique]))
    schema = model.table.schema
    options = f'{{"schema": {quoted(schema)}}}' if schema else ""
    if not items:
        return f"    __table_args__ = {options}" if options else ""
    if options:
        items.append(options)
    return statement("__table_args__ = ", Call("(", items), 1)


def _list(names: Sequence[str]) -> Call:
    return Call("[", [quoted(name) for name in names], "]")


def _attribute(attribute: Attribute, model: Model, plan: Plan, imports: Imports) -> str:
    column = attribute.column
    # A foreign key takes its type from what it refers to, so only the annotation needs imports.
    has_type = attribute.has_own_type or not attribute.references
    code = attribute.type.python + (attribute.type.code if has_type else "")
    imports.add_all(pair for pair in attribute.type.imports if (pair[1] or "dt.") in code)
    items: list[str | Call] = []
    if column.name != attribute.name:
        items.append(quoted(column.name))
    if has_type and attribute.type.code:
        items.append(attribute.type.code)
    for target in attribute.references:
        imports.add("sqlalchemy", "ForeignKey")
        items.append(Call("ForeignKey(", [quoted(target)]))
    items += _key_options(attribute, model)
    if attribute.is_unique and not attribute.is_key:
        items.append("unique=True")
    items += _default(attribute, plan, imports)
    if column.comment:
        items.append(keyword("comment", " ".join(column.comment.split())))
    python = attribute.type.python
    optional = column.nullable and not attribute.is_key
    if optional and python != "Any":
        python = f"{python} | None"
    elif optional:
        items.append("nullable=True")
    if not items:
        return f"    {attribute.name}: Mapped[{python}]"
    return _mapped(attribute.name, python, Call("mapped_column(", items))


def _key_options(attribute: Attribute, model: Model) -> list[str | Call]:
    if not attribute.is_key:
        return []
    column = attribute.column
    is_number = attribute.type.python == "int" and not attribute.references
    # SQLAlchemy takes a key that is one whole number for one that the database counts up.
    is_asked_for = not (column.counts_up or column.default or model.table.read_only)
    if is_number and is_asked_for and len(model.table.key) == 1:
        return ["primary_key=True", "autoincrement=False"]
    return ["primary_key=True"]


def _default(attribute: Attribute, plan: Plan, imports: Imports) -> list[str | Call]:
    """What the database fills in: a plain value for forms to show, else only that it does."""
    column = attribute.column
    if column.computed:
        imports.add("sqlalchemy", "Computed")
        return [Call("Computed(", [quoted(" ".join(column.computed.split()))])]
    if column.default is None or (attribute.is_key and column.counts_up):
        return []
    if literal := _literal(attribute, plan):
        return [f"default={literal}"]
    imports.add("sqlalchemy", "FetchedValue")
    fetched: list[str | Call] = ["server_default=FetchedValue()"]
    return [*fetched, 'info={"readonly": True}'] if column.always_generated else fetched


def _literal(attribute: Attribute, plan: Plan) -> str:
    """The default as a Python value, where it is a plain one of the column's type."""
    default = (attribute.column.default or "").strip()
    python = attribute.type.python
    text = _LITERAL.fullmatch(default)
    number = _NUMBER.fullmatch(default)
    for enumeration in plan.enumerations:
        if text and python == enumeration.name:
            value = text[1].replace("''", "'")
            return next((f"{python}.{n}" for n, v in enumeration.members if v == value), "")
    if python == "str" and text and attribute.type.is_writable:
        return quoted(text[1].replace("''", "'"))
    if python == "bool":
        return {"true": "True", "false": "False", "1": "True", "0": "False"}.get(
            default.lower().strip("()'"), ""
        )
    if number and python == "int":
        return number[1] if "." not in number[1] else ""
    return _decimal(number[1]) if number and python == "Decimal" else ""


def _decimal(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return ""
    return str(int(value)) if value == int(value) else f'Decimal("{value}")'


def _mapped(name: str, python: str, value: Call) -> str:
    """`name: Mapped[python] = value`; the brackets of the annotation give way last."""
    prefix = f"{name}: Mapped[{python}] = "
    if width_of(f"    {prefix}{value.opening}") <= WIDTH:
        return statement(prefix, value, 1)
    if width_of(f"    {prefix}(") <= WIDTH:
        return f"    {prefix}(\n{statement('', value, 2)}\n    )"
    return f"    {name}: Mapped[\n        {python}\n    ] = {statement('', value, 1).lstrip()}"


def _docstring(text: str) -> str:
    """A text that is safe between three quotes, on one line."""
    line = " ".join(text.replace("\\", "/").replace('"', "'").split())
    while width_of(line) > DOCSTRING_WIDTH:
        line = f"{line.rstrip('…')[:-1]}…"
    return line if line.endswith((".", "…", "!", "?")) else f"{line}."

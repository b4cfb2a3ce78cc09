"""Decides which tables become models, and gives names to classes and attributes."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from app.core.adopt import relations
from app.core.adopt.coltypes import TypeCode, as_text, type_code
from app.core.adopt.enumerations import Enumerations
from app.core.adopt.links import is_association
from app.core.adopt.naming import attribute_name, camel, class_name, free, singular, snake, stem
from app.core.adopt.plan import Association, Attribute, Model, Plan
from app.core.adopt.schema import Column, Notes, Table
from app.core.fields.titles import NAME_PAIRS, TITLE_NAMES
from app.core.labels import humanise_class, plural_of

WRITTEN_NAMES = frozenset(
    [
        "ARRAY",
        "AsText",
        "Base",
        "BigInteger",
        "Boolean",
        "Column",
        "Computed",
        "Date",
        "DateTime",
        "Decimal",
        "DeclarativeBase",
        "Feature",
        "FetchedValue",
        "Float",
        "ForeignKey",
        "ForeignKeyConstraint",
        "I",
        "Integer",
        "IsoDateTime",
        "LargeBinary",
        "Mapped",
        "MetaData",
        "Model",
        "ModelView",
        "Numeric",
        "O",
        "SmallInteger",
        "StrEnum",
        "String",
        "Table",
        "Text",
        "Time",
        "Titled",
        "UniqueConstraint",
        "Uuid",
    ]
)
"""Names that the written files import, so that no class of theirs may have them."""
MANY_COLUMNS = 200


def make_plan(name: str, tables: Iterable[Table], taken: Collection[str], notes: Notes) -> Plan:
    """Plan a feature called `name`; `taken` are the class names that the project has already."""
    known = relations.Targets(tables)
    paired = [table for table in known.tables if _becomes_association(table, known, notes)]
    plain = [table for table in known.tables if table not in paired]
    models = _named_models(name, plain, taken)
    enumerations = Enumerations({*taken, *WRITTEN_NAMES, *(model.name for model in models)})
    for model in models:
        _add_attributes(model, known, enumerations, notes)
    associations = [
        Association(_variable(table, {name, *dir(builtins)}), table) for table in paired
    ]
    plan = Plan(name, models, associations, enumerations.found, notes)
    relations.connect(plan, known)
    for model in models:
        model.title = _title(model)
    return plan


def _becomes_association(table: Table, known: relations.Targets, notes: Notes) -> bool:
    if not is_association(table):
        return False
    if table.crowded:
        notes.handle(
            table.title,
            "pairs up rows by the hundred, so the pairs are a list of their own, not a form field",
        )
        return False
    targets = [known.find(reference) for reference in table.references]
    return all(
        target is not None
        and not (target.read_only or is_association(target))
        and len(reference.columns) == 1
        # Of a name with a dot in it, a foreign key in text could not be read back.
        and "." not in target.name + "".join(reference.targets)
        for target, reference in zip(targets, table.references, strict=True)
    )


def _variable(table: Table, taken: Collection[str]) -> str:
    """What the code calls an association."""
    name = attribute_name(table.name, (), "association")
    return free(f"{name}_table", taken) if name in taken else name


def _named_models(feature: str, tables: Iterable[Table], taken: Collection[str]) -> list[Model]:
    """A model for each table, called as the table is, or with the schema or feature before it."""
    used = {*taken, *WRITTEN_NAMES, *dir(builtins)}
    plurals: set[str] = set()
    found: list[Model] = []
    for table in tables:
        base = class_name(table.name)
        in_schema = f"{camel(table.schema or feature)}{base}"
        prefixed = f"{camel(feature)}{base}"
        name = next(
            (
                candidate
                for candidate in (base, in_schema, prefixed)
                if not {candidate, f"{candidate}View"} & used
                and plural_of(humanise_class(candidate)) not in plurals
            ),
            None,
        ) or free(prefixed, used, "")
        used |= {name, f"{name}View"}
        plurals.add(plural_of(humanise_class(name)))
        is_by_schema = table.schema is not None and name == in_schema
        found.append(Model(name, table, snake(name if is_by_schema else base)))
    return found


def _add_attributes(
    model: Model, known: relations.Targets, enumerations: Enumerations, notes: Notes
) -> None:
    """Give the model an attribute for each column."""
    table = model.table
    referring = {
        reference.columns[0]
        for reference in table.references
        if len(reference.columns) == 1 and known.find(reference)
    }
    for column in table.columns:
        attribute = Attribute(
            _attribute_name(column, table, model.names, refers=column.name in referring),
            column,
            enumerations.type_code(column, table, model.name) or _type_code(column, table),
            is_key=column.name in table.key,
            is_unique=(column.name,) in table.uniques,
        )
        model.attributes.append(attribute)
        _note(attribute, table, notes)
    if len(table.columns) > MANY_COLUMNS:
        notes.handle(table.title, f"has {len(table.columns)} columns; all are mapped")


def _type_code(column: Column, table: Table) -> TypeCode:
    """The type of a column; a key of a type whose values SQLAlchemy cannot look up is text."""
    found = type_code(column)
    is_plain = found.python != "Any" and not found.python.startswith("list")
    return found if is_plain or column.name not in table.key else as_text(column.database_type)


def _note(attribute: Attribute, table: Table, notes: Notes) -> None:
    """Tell the owner what a reader of the code would not guess."""
    column = attribute.column
    subject = f"{table.title}.{column.name}"
    if attribute.type.note and not notes.mentions(subject):
        notes.handle(subject, attribute.type.note)
    if column.computed:
        notes.handle(subject, "computed by the database; read only")
    if not (attribute.type.is_writable or column.nullable or column.default or table.read_only):
        notes.handle(subject, "required, but cannot be typed: rows can be changed, not added")


def _attribute_name(column: Column, table: Table, taken: Collection[str], *, refers: bool) -> str:
    name = attribute_name(column.name, taken)
    if refers:
        # The relation gets the plain name, so a column `customer` becomes `customer_id`.
        return name if stem(name) != name else attribute_name(f"{name}_id", taken)
    columns = {snake(other.name) for other in table.columns}
    own = {f"{singular(snake(table.name))}_id", f"{snake(table.name)}_id"}
    is_own_key = table.key == (column.name,) and name in own
    return "id" if is_own_key and not columns & {"id"} else name


def _title(model: Model) -> tuple[str, ...]:
    """The attributes of a better title than the derived one, which takes the first text column."""
    texts = {
        item.name: item
        for item in model.attributes
        if isinstance(item.column.type, sa.String) and not item.references
    }
    names = {item.name for item in model.attributes}
    if any(set(pair) <= names for pair in NAME_PAIRS) or set(TITLE_NAMES) & set(texts):
        return ()
    if any(name.endswith(f"_{word}") for name in texts for word in TITLE_NAMES[:3]):
        return ()
    unique = [name for name, item in texts.items() if item.is_unique or item.is_key]
    required = [name for name, item in texts.items() if not item.column.nullable]
    keys = [item.name for item in model.attributes if item.is_key]
    best = (unique or required)[:1] or keys
    return tuple(best) if texts and best != list(texts)[:1] else ()

"""Writes the history of set statements: as many rows as they change, in one statement more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapper, ORMExecuteState
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors

from app.core.errors import Conflict
from app.core.fields import encode_values
from app.core.history.cascades import write_deletions
from app.core.history.columns import is_recorded, recorded_columns
from app.core.history.models import Verb
from app.core.history.scope import Unrecorded
from app.core.history.snapshot import Chosen, title_columns
from app.core.history.writing import (
    change_of,
    stored_values,
    title_from,
    write_chosen,
    write_rows,
)

RECORDED = "bureau_recorded"
"""The execution option of a statement whose changes are written down already."""
LIST_OF_UPDATES = (
    "An UPDATE with a list of parameters leaves no history: load the rows and change them, or use"
    " one statement with values() and where()."
)


def record_statement(state: ORMExecuteState) -> Any:
    """Record what a statement on the rows of a model changes.

    Statements of Core, on a table, are their writer's own business.
    """
    if state.is_select or not isinstance(state.statement, sa.sql.dml.UpdateBase):
        return None
    if state.execution_options.get(RECORDED):
        return None
    subject = state.statement._propagate_attrs.get("plugin_subject")
    mapper: Mapper[Any] | None = getattr(subject, "mapper", None)
    if mapper is None or (not state.is_delete and not is_recorded(mapper.class_)):
        return None
    if state.is_insert:
        return _record_insert(state, mapper)
    if state.session.autoflush:
        # Else what waits to be flushed would change the rows between our reading and the statement.
        state.session.flush()
    return _record_update(state, mapper) if state.is_update else _record_delete(state, mapper)


def _record_update(state: ORMExecuteState, mapper: Mapper[Any]) -> Any:
    if isinstance(state.parameters, list):
        raise Unrecorded(LIST_OF_UPDATES)
    statement: Any = state.statement
    bound, given = _parameters(state)
    values = _by_attribute(mapper, {**(statement._values or {}), **given})
    model: Any = mapper.class_
    after = {c.name: values[c.name] for c in recorded_columns(model) if c.name in values}
    if not after:
        return None
    for name, value in _set_by_themselves(mapper, values).items():
        after[name] = value
        statement = statement.values({mapper.columns[name]: value})
    version = _version(mapper)
    if version is not None and version not in values:
        # A form that was opened before must see that the row is another one now.
        values[version] = mapper.columns[version] + 1
        statement = statement.values({mapper.columns[version]: values[version]})
    chosen = Chosen(
        mapper,
        Verb.EDIT,
        _criteria(statement, mapper, bound),
        {name: _with(bound, value) for name, value in after.items()},
        values.get(version) if version is not None else None,
    )
    count = write_chosen(state.session, [chosen])
    return _invoke(state, statement, mapper, count)


def _record_delete(state: ORMExecuteState, mapper: Mapper[Any]) -> Any:
    statement: Any = state.statement
    bound, _given = _parameters(state)
    count = write_deletions(state.session, {mapper: _criteria(statement, mapper, bound)})
    return _invoke(state, statement, mapper, count)


def _record_insert(state: ORMExecuteState, mapper: Mapper[Any]) -> Any:
    """Let the statement give back the rows it has made, and write them down."""
    statement: Any = state.statement
    if statement._returning or hasattr(statement._post_values_clause, "update_values_to_set"):
        raise Unrecorded(
            "An INSERT that returns rows or updates others leaves no history: add the rows to the"
            " session."
        )
    model: Any = mapper.class_
    columns = recorded_columns(model)
    keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    version = _version(mapper)
    names = dict.fromkeys([*keys, *title_columns(mapper), *(column.name for column in columns)])
    if version is not None:
        names[version] = None
    made = state.invoke_statement(statement.returning(*(getattr(model, name) for name in names)))
    changes = []
    for row in made:
        values = dict(zip(names, row, strict=True))
        key = [values[name] for name in keys]
        changes.append(
            change_of(
                mapper,
                Verb.ADD,
                encode_values(key),
                row_title=title_from(mapper, key, values),
                row_version=values[version] if version is not None else None,
                after=stored_values(columns, values),
            )
        )
    write_rows(state.session, changes)
    return made


def _invoke(state: ORMExecuteState, statement: Any, mapper: Mapper[Any], count: int) -> Any:
    """Run the statement, and refuse it where it met other rows than those written down.

    They are locked, so none of them can have gone; but on PostgreSQL another transaction may have
    made more rows that meet the condition.
    """
    result = state.invoke_statement(statement)
    met = getattr(result, "rowcount", -1)
    is_postgresql = state.session.get_bind(mapper=mapper).dialect.name == "postgresql"
    if is_postgresql and count >= 0 <= met != count:
        raise Conflict(_("Somebody changed these records at the same moment. Try again."))
    return result


def _parameters(state: ORMExecuteState) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters of the statement: those it names, and those that are values to set."""
    parameters: Any = state.parameters or {}
    statement: Any = state.statement
    named = {
        element.key
        for element in visitors.iterate(statement)
        if isinstance(element, sa.BindParameter)
    }
    bound = {name: value for name, value in parameters.items() if name in named}
    return bound, {name: value for name, value in parameters.items() if name not in named}


def _criteria(statement: Any, mapper: Mapper[Any], bound: Mapping[str, Any]) -> list[Any]:
    """What a row must meet: by the statement, by its options, and by being of this class."""
    found = list(statement._where_criteria)
    found += [
        option._resolve_where_criteria(mapper)
        for option in statement._with_options
        if isinstance(option, LoaderCriteriaOption) and mapper in option._all_mappers()
    ]
    if mapper._single_table_criterion is not None:
        found.append(mapper._single_table_criterion)
    return [_with(bound, part) for part in found]


def _with(bound: Mapping[str, Any], part: Any) -> Any:
    """The part of a statement with the values of the parameters that it names."""

    def value(element: Any, **_rest: Any) -> Any:
        if isinstance(element, sa.BindParameter) and element.key in bound:
            return sa.literal(bound[element.key], element.type)
        return None

    if bound and isinstance(part, sa.ClauseElement):
        return visitors.replacement_traverse(part, {}, value)
    return part


def _by_attribute(mapper: Mapper[Any], values: Mapping[Any, Any]) -> dict[str, Any]:
    """The values by the names of the model's attributes."""
    found = {}
    for key, value in values.items():
        name = key if isinstance(key, str) else key.key
        if name in mapper.column_attrs:
            found[name] = value
        elif name in mapper.local_table.c:
            found[mapper.get_property_by_column(mapper.local_table.c[name]).key] = value
        else:
            raise Unrecorded(f"{name} is no column of {mapper.class_.__name__}: set its columns.")
    return found


def _set_by_themselves(mapper: Mapper[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of recorded columns that change with every UPDATE."""
    model: Any = mapper.class_
    found = {}
    for column in recorded_columns(model):
        made: Any = column.column.onupdate
        if made is not None and column.name not in values:
            found[column.name] = made.arg(None) if made.is_callable else made.arg
    return found


def _version(mapper: Mapper[Any]) -> str | None:
    column = mapper.version_id_col
    return None if column is None else mapper.get_property_by_column(column).key

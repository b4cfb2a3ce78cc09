"""What a model view may declare, what it gets when it declares nothing, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.core.charts import Chart
from app.core.fields import Field, common_columns, computed_field, fields_of, title_attributes
from app.core.kinds.file import File
from app.core.labels import humanise_class, label, plural_of
from app.core.query.rules import FieldRule, RowRule
from app.core.trash import TRASH_FIELDS, is_trashable
from app.core.views.checks import refuse_conflicts
from app.core.views.submission import Submission

MAX_LIST_COLUMNS = 7
LIST_RANKS = {"enum": 0, "relation": 1, "date": 2, "moment": 2, "datetime": 2, "money": 2}

Fieldsets = Sequence[tuple[Any, Mapping[str, Any]]]


class Options:
    """The class attributes of a model view, in FAB's words.

    Every one may be left out; what is then shown is derived from the model's mapper.
    """

    datamodel: ClassVar[SQLAInterface | None] = None
    """The model, as `SQLAInterface(Student)`. The only attribute that must be there."""

    list_title: Any = None
    """What the list is called; by default the model's name in the plural."""
    record_title: Any = None
    """What one record is called; by default the model's name."""

    list_columns: Sequence[str] = ()
    """The columns of the list: columns, relations, or properties of the model."""
    show_columns: Sequence[str] = ()
    """The fields of the record page."""
    add_columns: Sequence[str] = ()
    """The fields of the form for a new record."""
    edit_columns: Sequence[str] = ()
    """The fields of the form for an existing record; by default those of the add form."""
    search_columns: Sequence[str] = ()
    """The columns that the search box looks into; `relation.column` is allowed."""
    order_columns: Sequence[str] = ()
    """The columns that the list can be sorted by; by default all that can."""
    filter_columns: Sequence[str] = ()
    """The fields that the list can be filtered by; by default all."""
    inline_columns: Sequence[str] | None = None
    """The fields that can be edited in the list itself; derived when None, none when empty."""
    bulk_columns: Sequence[str] | None = None
    """The fields of the form for many records; derived when None, no such form when empty."""
    exclude_columns: Sequence[str] = ()
    """Fields to leave out of everything that is derived."""

    label_columns: Mapping[str, Any] = {}
    """Labels by field name, instead of those derived from the names."""
    description_columns: Mapping[str, Any] = {}
    """Help under a form field, by field name."""
    validators_columns: Mapping[str, Sequence[Any]] = {}
    """WTForms validators by field name; they hold for REST too."""
    add_form_extra_fields: Mapping[str, Any] = {}
    """WTForms fields that the add form has beside those of the model."""
    edit_form_extra_fields: Mapping[str, Any] = {}
    """The same for the edit form."""

    shown_when: Mapping[str, Sequence[str]] = {}
    """Fields of the form that belong to some values of another field only, as
    `{"quote": ("kind", "quote")}`; all of them may be empty."""

    show_fieldsets: Fieldsets = ()
    """Groups of fields as `[(legend, {"fields": [...]})]`."""
    add_fieldsets: Fieldsets = ()
    """Groups of fields of the add form."""
    edit_fieldsets: Fieldsets = ()
    """Groups of fields of the edit form."""

    base_order: tuple[str, str] | Sequence[tuple[str, str]] | None = None
    """The list's order as `(column, "asc" or "desc")`, or several of these."""
    base_filters: Sequence[Sequence[Any]] = ()
    """FAB's filters that always apply, as `[[column, FilterClass, value]]`."""
    row_rules: Sequence[RowRule] = ()
    """Which rows a user may see or change: `own("owner_id")`, `rows(...)`."""
    field_rules: Sequence[FieldRule] = ()
    """Which fields a user may see or change: `hidden("salary", unless="see_salary")`."""

    calendar_column: str = ""
    """The date or moment by which rows stand in a calendar; without it there is none."""
    calendar_state: str = ""
    """The field whose value is said beside each row of the calendar, with its colour."""
    calendar_add: str = ""
    """The field of the form that “add on this day” fills in; by default the calendar's own."""

    page_size: int = 25
    """Rows of a page."""
    max_page_size: int = 100
    """The largest page that an address may ask for."""
    charts: Sequence[Chart] | None = None
    """The charts of the list; derived when None, none when empty."""
    related_views: Sequence[type] | None = None
    """The views whose lists a record page shows; derived from the relations when None."""
    export_formats: Sequence[str] = ("csv", "xlsx", "json")
    """The formats of the export."""
    is_readonly: bool = False
    """Whether nobody may add, edit or delete, as for a database view."""
    public_columns: Sequence[str] = ()
    """The fields that those see who may do no more than everybody; by default all but accounts."""
    plain_filters: Mapping[str, str] = {}
    """Plain parameters of REST, as `{"tag": "tags"}`: `?tag=bread` filters by that field. A related
    row is named by its slug, or by its key where it has none."""
    nested: Sequence[str] = ()
    """Relations to many rows that REST reads and adds to below a row: `/posts/7/comments`."""
    submission: Submission | None = None
    """How such a row is added, where that is not what the add form does."""
    for_visitors: bool = False
    """Whether its screens are for visitors too, as far as the role of the public holds the rights.
    What that role may read is open to them in REST anyway."""
    plural: str = ""
    """The list's part of the address; by default the model's name in the plural."""
    area: str = ""
    """The first part of the address; the name of the feature, which sets it."""
    group_label: Any = ""
    """What the menu calls the group of this view; the label of the feature, which sets it."""
    icon: str = ""
    """The name of an icon of the sprite, for the menu."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.datamodel is not None:
            refuse_conflicts(cls, cls.datamodel.obj)


class Derived:
    """The options of one view with every default filled in; read-only after it is made."""

    def __init__(self, view: Options) -> None:
        assert view.datamodel is not None
        self.model: type = view.datamodel.obj
        self.fields = _labelled(view, self.model)
        hidden = {*view.exclude_columns, "version"}
        if is_trashable(self.model):
            hidden |= TRASH_FIELDS
        names = [name for name in self.fields if name not in hidden]
        self.offered = tuple(names)
        self.list_columns = tuple(view.list_columns) or self._list_names(names)
        self.show_columns = _columns(view, "show") or self._show_names(names)
        self.add_columns = _columns(view, "add") or self._form_names(names)
        self.edit_columns = _columns(view, "edit") or self.add_columns
        self.inline_columns = self._chosen_of_edit(view, view.inline_columns, is_short)
        # Many rows of one title could not be told apart any more.
        titles = title_attributes(self.model)
        self.bulk_columns = self._chosen_of_edit(
            view, view.bulk_columns, lambda field: field.name not in titles and is_for_many(field)
        )
        self.search_columns = tuple(view.search_columns) or self._search_names(names)
        self.filter_columns = tuple(view.filter_columns) or self.offered
        self.order_columns = tuple(view.order_columns) or self.offered
        singular = humanise_class(self.model.__name__)
        self.record_title = view.record_title or label(singular)
        self.list_title = view.list_title or label(plural_of(singular))

    def fieldsets(self, declared: Fieldsets, columns: Sequence[str]) -> list[tuple[Any, list[str]]]:
        """The groups of a form or record page; one without a legend where none are declared."""
        if not declared:
            return [("", list(columns))]
        return [(legend, list(group["fields"])) for legend, group in declared]

    def _list_names(self, names: list[str]) -> tuple[str, ...]:
        titles = [name for name in title_attributes(self.model) if name in names]
        usable = [
            name
            for name in names
            if not self.fields[name].kind.is_long
            and not self.fields[name].is_many
            and name not in common_columns(self.model) - {"updated_at"}
            and not (self.fields[name].is_key and self.fields[name].is_readonly)
        ]
        # What tells rows apart comes first, and all of it in the order of the model.
        ranked = sorted(usable, key=lambda name: LIST_RANKS.get(self.fields[name].kind.name, 3))
        chosen = set(ranked[: MAX_LIST_COLUMNS - len(titles)])
        in_order = [name for name in usable if name in chosen]
        return tuple(dict.fromkeys([*titles, *in_order])) or tuple(names[:1])

    def _show_names(self, names: list[str]) -> tuple[str, ...]:
        common = [name for name in names if name in common_columns(self.model) - {"id", "version"}]
        plain = [
            n for n in names if n not in common_columns(self.model) and not self.fields[n].is_many
        ]
        return (*plain, *common)

    def _form_names(self, names: list[str]) -> tuple[str, ...]:
        return tuple(name for name in names if not self.fields[name].is_readonly)

    def _chosen_of_edit(
        self, view: Options, declared: Sequence[str] | None, suits: Callable[[Field], bool]
    ) -> tuple[str, ...]:
        """The declared fields, else those of the edit form that are made for it."""
        if view.is_readonly:
            return ()
        if declared is not None:
            return tuple(declared)
        # One value alone must not leave a record with what belongs to another.
        bound = {name for part in view.shown_when.items() for name in (part[0], part[1][0])}
        known = [n for n in self.edit_columns if n in self.fields and n not in bound]
        return tuple(name for name in known if suits(self.fields[name]))

    def _search_names(self, names: list[str]) -> tuple[str, ...]:
        return tuple(name for name in names if self.fields[name].kind.is_text)


def is_short(field: Field) -> bool:
    """Whether a cell of a list has room for the control of this field."""
    return not (field.is_readonly or field.is_many or field.is_key or _is_large(field))


def is_for_many(field: Field) -> bool:
    """Whether many rows can be given one value of this field."""
    is_one_of_a_kind = field.is_many or field.is_unique or field.is_key or _is_file(field)
    return not (field.is_readonly or is_one_of_a_kind)


def _is_large(field: Field) -> bool:
    return field.kind.is_long or _is_file(field)


def _is_file(field: Field) -> bool:
    return isinstance(field.kind, File)


def _labelled(view: Options, model: type) -> dict[str, Field]:
    """The model's fields with the view's labels, and fields for the properties that it shows."""
    found = dict(fields_of(model))
    for name in (*view.list_columns, *_columns(view, "show")):
        if name not in found:
            found[name] = computed_field(model, name)
    for name, text in view.label_columns.items():
        if name in found:
            found[name] = replace(found[name], label=text)
    return found


def _columns(view: Options, screen: str) -> tuple[str, ...]:
    """The declared columns of a screen: as such, or through its fieldsets."""
    fieldsets: Fieldsets = getattr(view, f"{screen}_fieldsets")
    if fieldsets:
        return tuple(name for _legend, group in fieldsets for name in group["fields"])
    return tuple(getattr(view, f"{screen}_columns"))

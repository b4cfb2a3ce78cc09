"""Turns foreign keys into relations that lead both ways, with names people would give them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.adopt.coltypes import explicit
from app.core.adopt.layout import Call, keyword, quoted
from app.core.adopt.naming import attribute_name, free, plural, snake, stem
from app.core.adopt.plan import Association, Model, Plan, Relation
from app.core.adopt.schema import Reference, Table


class Targets:
    """Finds the table that a foreign key refers to."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = list(tables)
        self._exact = {table.identity: table for table in self.tables}
        # SQLite takes names in any case, also in foreign keys.
        self._loose = {(schema, name.lower()): t for (schema, name), t in self._exact.items()}

    def find(self, reference: Reference) -> Table | None:
        """The target, or None where it was left out, not asked for, or does not exist."""
        identity = (reference.schema, reference.table)
        target = self._exact.get(identity) or self._loose.get(
            (reference.schema, reference.table.lower())
        )
        if target is None or len(self.columns(reference, target)) != len(reference.columns):
            return None
        return target

    def columns(self, reference: Reference, target: Table) -> tuple[str, ...]:
        """The columns of the target, spelled as the target spells them."""
        spelled = {column.name.lower(): column.name for column in target.columns}
        exact = {column.name for column in target.columns}
        names = reference.targets or target.key
        found = (name if name in exact else spelled.get(name.lower()) for name in names)
        return tuple(name for name in found if name)


@dataclass
class Link:
    """One foreign key between two models, while its two relations are made."""

    source: Model
    target: Model
    reference: Reference
    targets: tuple[str, ...]
    name: str = ""
    reverse: str = ""

    @property
    def is_self(self) -> bool:
        return self.source is self.target

    @property
    def is_single(self) -> bool:
        """Whether one row of the target has at most one row of the source."""
        return self.source.table.is_unique(self.reference.columns)

    @property
    def is_optional(self) -> bool:
        return any(self.source.table.column(name).nullable for name in self.reference.columns)

    @property
    def is_dotted(self) -> bool:
        """Whether SQLAlchemy could not read the target back from a text."""
        return "." in "".join((self.target.table.name, *self.targets))

    @property
    def attributes(self) -> list[str]:
        return [self.source.attribute(name).name for name in self.reference.columns]

    @property
    def target_attributes(self) -> list[str]:
        return [self.target.attribute(name).name for name in self.targets]


def connect(plan: Plan, known: Targets) -> None:
    """Give the models of a plan their foreign keys and relations."""
    models = {model.table.identity: model for model in plan.models}
    links: list[Link] = []
    for model in plan.models:
        for reference in model.table.references:
            target = known.find(reference)
            columns = ", ".join(reference.columns)
            if target is None or target.identity not in models:
                plan.notes.handle(
                    f"{model.table.title}.{columns}",
                    f"refers to {reference.table}, which is not adopted; a plain column",
                )
                continue
            targets = known.columns(reference, target)
            if target is model.table and set(targets) == set(reference.columns):
                plan.notes.handle(f"{model.table.title}.{columns}", "refers to itself; ignored")
                continue
            links.append(Link(model, models[target.identity], reference, targets))
    for link in links:
        _refer(link)
    for link in links:
        link.name = _name(link)
        link.source.relations.append(Relation(link.name, ""))
    for link in links:
        link.reverse = _reverse_name(link, links)
        link.target.relations.append(Relation(link.reverse, ""))
    for link in links:
        _relate(link, links, plan)
    for association in plan.associations:
        _associate(association, models, known, plan)


def _refer(link: Link) -> None:
    """Write the foreign key into the model."""
    if link.is_dotted:
        return
    for ours, theirs in zip(link.reference.columns, link.targets, strict=True):
        attribute, target = link.source.attribute(ours), link.target.attribute(theirs)
        # A column takes the type of what it refers to, which SQLite does not keep it to.
        if attribute.type.python != target.type.python:
            attribute.type = explicit(attribute.type)
            attribute.has_own_type = True
    names = tuple(target_name(link.target.table, name) for name in link.targets)
    if len(names) == 1:
        link.source.attribute(link.reference.columns[0]).references.append(names[0])
    else:
        link.source.composite_references.append((link.reference.columns, names))


def target_name(table: Table, column: str) -> str:
    """A column of a table, as `ForeignKey` takes it."""
    return f"{table.title}.{column}"


def _name(link: Link) -> str:
    """`billing_address` for `billing_address_id`; else what the target is called."""
    target = link.target.noun
    own = [name for name in link.attributes if stem(name) != name]
    shared = set(link.source.table.key) if len(link.attributes) > 1 else set()
    telling = [name for name in own if link.source.table.name and name not in shared]
    base = stem(own[0]) if len(link.attributes) == 1 and own else target
    if len(link.attributes) > 1 and base in link.source.names and telling:
        base = stem(telling[-1])
    if base in link.source.names:
        base = f"related_{base}"
    return attribute_name(base, link.source.names)


def _reverse_name(link: Link, links: list[Link]) -> str:
    """`albums` of an artist, `children` where a row has a `parent`."""
    one = link.source.noun
    base = one if link.is_single else plural(one)
    if link.is_self and link.name == "parent" and not link.is_single:
        base = "children"
    elif _is_ambiguous(link, links) and link.name != link.target.noun:
        base = f"{base}_by_{link.name}"
    if base in link.target.names:
        base = f"{base}_by_{link.name}"
    return attribute_name(base, link.target.names)


def _relate(link: Link, links: list[Link], plan: Plan) -> None:
    """Fill in the two relations of a foreign key."""
    ours: list[str | Call] = []
    theirs: list[str | Call] = []
    if link.is_dotted or _has_twin(link, links):
        ours.append(_written_join(link))
        theirs.append(_written_join(link))
    elif _is_ambiguous(link, links):
        columns = f'foreign_keys="{_evaluated(link.source.name, link.attributes)}"'
        ours.append(columns)
        theirs.append(columns)
    if link.is_self:
        ours.append(f'remote_side="{_evaluated(link.target.name, link.target_attributes)}"')
        plan.notes.handle(
            f"{link.source.table.title}.{', '.join(link.reference.columns)}",
            f"refers to its own table: {link.source.name}.{link.name} and .{link.reverse}",
        )
    ours.append(f'back_populates="{link.reverse}"')
    theirs.append(f'back_populates="{link.name}"')
    shared = _shared_columns(link, links, plan)
    # The database, not SQLAlchemy, decides what becomes of rows that refer to a deleted one.
    theirs += shared or ['passive_deletes="all"']
    if shared and "viewonly=True" not in shared:
        theirs.append('passive_deletes="all"')
    annotation = f'"{link.target.name} | None"' if link.is_optional else f'"{link.target.name}"'
    _fill(link.source, link.name, annotation, [*ours, *shared])
    reverse = f'"{link.source.name} | None"' if link.is_single else f'list["{link.source.name}"]'
    _fill(link.target, link.reverse, reverse, theirs)


def _fill(model: Model, name: str, annotation: str, arguments: list[str | Call]) -> None:
    relation = next(item for item in model.relations if item.name == name)
    relation.annotation = annotation
    relation.arguments = arguments


def _is_ambiguous(link: Link, links: list[Link]) -> bool:
    """Whether more than one foreign key connects the two tables, in whichever direction."""
    pair = {link.source.name, link.target.name}
    return sum({other.source.name, other.target.name} == pair for other in links) > 1


def _has_twin(link: Link, links: list[Link]) -> bool:
    """Whether a foreign key of the same column leads to the same table."""
    return any(
        other is not link
        and (other.source, other.target) == (link.source, link.target)
        and set(other.reference.columns) & set(link.reference.columns)
        for other in links
    )


def _evaluated(model: str, attributes: list[str]) -> str:
    """Attributes of a class that may not be defined yet, as SQLAlchemy evaluates them."""
    names = [f"{model}.{name}" for name in attributes]
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _written_join(link: Link) -> str | Call:
    pairs = [
        f"foreign({link.source.name}.{ours}) == {link.target.name}.{theirs}"
        for ours, theirs in zip(link.attributes, link.target_attributes, strict=True)
    ]
    condition = pairs[0] if len(pairs) == 1 else f"and_({', '.join(pairs)})"
    return keyword("primaryjoin", condition)


def _shared_columns(link: Link, links: list[Link], plan: Plan) -> list[str | Call]:
    """What to add where two foreign keys share a column, so that they do not write it twice."""
    own = set(link.reference.columns)
    position = links.index(link)
    subject = f"{link.source.table.title}.{', '.join(link.reference.columns)}"
    earlier: list[Link] = []
    for index, other in enumerate(links):
        theirs = set(other.reference.columns)
        if other is link or other.source is not link.source or not own & theirs:
            continue
        if own < theirs or (own == theirs and index < position):
            plan.notes.handle(subject, f"follows {other.name}, which sets the same column")
            return ["viewonly=True"]
        if index < position and not theirs < own:
            earlier.append(other)
    if not earlier:
        return []
    names = sorted({name for other in earlier for name in (other.name, other.reverse)})
    plan.notes.handle(
        subject, f"shares a column with {earlier[0].name}: choose rows that agree on it"
    )
    return [f'overlaps="{",".join(names)}"']


def _associate(
    association: Association,
    models: dict[tuple[str | None, str], Model],
    known: Targets,
    plan: Plan,
) -> None:
    """Relate the two sides of an association to each other."""
    first, second = association.table.references
    sides: list[tuple[Reference, Model, str]] = []
    for reference in (first, second):
        table = known.find(reference)
        assert table is not None
        column = known.columns(reference, table)[0]
        sides.append((reference, models[table.identity], column))
        association.columns.append(
            (association.table.column(reference.columns[0]), target_name(table, column))
        )
    names = [_partner_name(association, sides, side) for side in (0, 1)]
    if sides[0][1] is sides[1][1] and names[0] == names[1]:
        names[1] = free(names[1], {names[0], *sides[0][1].names})
    for side, (_reference, model, _column) in enumerate(sides):
        partner = sides[1 - side][1]
        arguments: list[str | Call] = [f"secondary={association.variable}"]
        if partner is model:
            arguments += _self_joins(association, sides, side)
        arguments.append(f'back_populates="{names[1 - side]}"')
        model.relations.append(Relation(names[side], f'list["{partner.name}"]', arguments))
    plan.notes.handle(
        association.table.title,
        f"an association: {sides[0][1].name}.{names[0]} and {sides[1][1].name}.{names[1]}",
    )


def _partner_name(
    association: Association, sides: list[tuple[Reference, Model, str]], side: int
) -> str:
    """What the rows on the other side are called: `tracks` of a playlist."""
    model = sides[side][1]
    reference, partner, _column = sides[1 - side]
    one = stem(snake(reference.columns[0])) if partner is model else partner.noun
    base = plural(one)
    if base in model.names:
        base = f"{base}_by_{association.variable}"
    return attribute_name(base, model.names)


def _self_joins(
    association: Association, sides: list[tuple[Reference, Model, str]], side: int
) -> list[str | Call]:
    """Which column is whose, where both lead to one table."""
    found: list[str | Call] = []
    for name, (reference, model, column) in zip(
        ("primaryjoin", "secondaryjoin"), (sides[side], sides[1 - side]), strict=True
    ):
        attribute = model.attribute(column).name
        place = f"{association.variable}.c[{quoted(reference.columns[0])}]"
        found.append(f"{name}=lambda: {model.name}.{attribute} == {place}")
    return found

"""What a feature is to the platform, and how the features of a site are loaded."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
from flask import Flask, current_app

from app.core.api import api_for
from app.core.home import START
from app.core.query.gate import gates
from app.core.views import ModelView
from app.core.views.context import registered_views

Seed = Callable[[str], None]
"""Writes demo rows; takes the size: small, medium or large."""


@dataclass(frozen=True)
class Feature:
    """A feature declares what it has; `register_features` makes the platform know it."""

    name: str
    """Its one name: package, first part of the addresses, table prefix, folder of its tests."""
    label: Any
    """What the menu calls it."""
    icon: str = "folder"
    """The name of a symbol in `app/assets/icons.svg`."""
    views: Sequence[type[Any]] = ()
    """Its views, in the order of the menu."""
    pages: Sequence[type[Any]] = ()
    """Views that stand in no menu, such as public pages."""
    start: str | None = None
    """The endpoint of its public start page, which `/` leads to unless a setting says otherwise."""
    apis: Sequence[type[Any]] = ()
    """REST resources beyond those that its model views get by themselves."""
    commands: Sequence[click.Command] = ()
    """Commands of `flask --app run`."""
    seed: Seed | None = None
    """Demo rows for `flask seed`; must do nothing the second time."""
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Roles made with the permissions, as `{"Todo User": ["read TodoList", …]}`."""
    database: str | None = None
    """The adopted database that its models stand in; None for Bureau's own."""


class FeatureError(RuntimeError):
    """A feature that cannot be loaded; the message names it and says what to change."""


def load_features(package: str, names: Sequence[str]) -> tuple[Feature, ...]:
    """Import `<package>.<name>.feature` for each name and give their `FEATURE` records."""
    found = []
    for name in names:
        module = importlib.import_module(f"{package}.{name}.feature")
        feature = getattr(module, "FEATURE", None)
        if not isinstance(feature, Feature) or feature.name != name:
            raise FeatureError(f"{package}.{name}.feature must define FEATURE with name={name!r}")
        found.append(feature)
    return tuple(found)


def register_features(app: Flask, features: Sequence[Feature]) -> None:
    """Register the views, resources and commands of the features, in their order."""
    app.extensions["bureau_features"] = tuple(features)
    app.extensions[START] = next((found.start for found in features if found.start), None)
    with app.app_context():
        for feature in features:
            for view_class in feature.views:
                add_model_view(view_class, feature.name, feature.label, feature.icon)
            for page_class in feature.pages:
                _appbuilder().add_view_no_menu(page_class)
            for api in feature.apis:
                _appbuilder().add_api(api)
            for command in feature.commands:
                app.cli.add_command(command)


def add_model_view(view_class: type[Any], area: str, label: Any, icon: str) -> Any:
    """Register one view under a menu group; a model view brings its REST resource along."""
    view = view_class()
    is_model_view = isinstance(view, ModelView)
    if is_model_view:
        view.area = view.area or area
        view.route_base = view.route_base or f"/{view.area}/{view.plural}"
        view.group_label = view.group_label or label
        _register_model_view(view)
    _appbuilder().add_view(
        view,
        type(view).__name__,
        label=view.list_title if is_model_view else label,
        icon=view.icon or "list",
        category=area,
        category_label=label,
        category_icon=icon,
    )
    if is_model_view:
        _appbuilder().add_api(api_for(view))
    return view


def registered_features() -> tuple[Feature, ...]:
    """The features of the running application."""
    found: tuple[Feature, ...] = current_app.extensions.get("bureau_features", ())
    return found


def _register_model_view(view: ModelView) -> None:
    """The first view of a model makes its rules; a further one gets them on top of its own."""
    _require_own_name(view)
    first = gates().setdefault(view.derived.model, view.gate)
    if first is not view.gate:
        view.gate.row_rules = (*first.row_rules, *view.gate.row_rules)
        view.gate.field_rules = (*first.field_rules, *view.gate.field_rules)
    registered_views().setdefault(view.derived.model, view)


def _require_own_name(view: ModelView) -> None:
    """Raise where another model has the name; a right on the one would be a right on the other."""
    model, subject = view.derived.model, view.class_permission_name
    for other, its_view in registered_views().items():
        if (
            other is not model
            and other.__name__ == model.__name__
            and its_view.class_permission_name == subject
        ):
            raise FeatureError(
                f"{other.__module__} and {model.__module__} each have a model {model.__name__}, "
                f"and rights on {subject!r} would count for both: give one another name"
            )


def _appbuilder() -> Any:
    return current_app.appbuilder  # type: ignore[attr-defined]

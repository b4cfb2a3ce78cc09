"""`flask --app run adopt DATABASE_URL --name NAME`: the front door of adoption."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_appbuilder import Model as FabModel
from flask_appbuilder.baseviews import BaseView
from sqlalchemy.engine import URL

from app.core.adopt.errors import AdoptError
from app.core.adopt.models import make_plan
from app.core.adopt.plan import Plan
from app.core.adopt.reflect import read_tables
from app.core.adopt.register import Project, add_feature, changes, store_url, write_files
from app.core.adopt.report import report
from app.core.adopt.schema import Notes
from app.core.adopt.source import open_read_only, parse_url
from app.core.adopt.write_docs import write_docs
from app.core.adopt.write_models import write_models
from app.core.adopt.write_tests import write_tests
from app.core.adopt.write_views import write_feature, write_views

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)


@click.command("adopt")
@click.argument("database_url")
@click.option("--name", required=True, help="What the feature is called: shop, people, archive.")
@click.option(
    "--schema", "schemas", multiple=True, help="A schema to read; the default one when left out."
)
@click.option("--force", is_flag=True, help="Write the files of an adopted feature again.")
@with_appcontext
def adopt(database_url: str, name: str, schemas: Sequence[str], force: bool) -> None:
    """Write a feature for a database that exists already, and never write to it.

    DATABASE_URL is sqlite:///path/to/file.sqlite or postgresql://user:password@host/name.
    """
    project = Project(
        Path(current_app.root_path).parent, Path(current_app.config["BUREAU_INSTANCE"])
    )
    _check_name(project, name)
    url = parse_url(database_url, Path.cwd())
    plan = plan_feature(url, name, schemas, class_names_in_use(project, name))
    files = feature_files(plan)
    if project.package(name).exists():
        _check_changes(name, changes(project, files), force=force)
    store_url(project, name, url.render_as_string(hide_password=False))
    write_files(project, files)
    add_feature(project, name)
    click.echo(report(plan, files))


def plan_feature(url: URL, name: str, schemas: Sequence[str], taken: frozenset[str]) -> Plan:
    """Read the database, and plan a feature for it."""
    notes = Notes()
    with open_read_only(url) as connection:
        tables = read_tables(connection, schemas, notes)
    if not tables:
        reasons = "; ".join(f"{subject}: {text}" for subject, text in notes.left_out)
        raise AdoptError(f"There is no table to adopt. {reasons}.")
    return make_plan(name, tables, taken, notes)


def feature_files(plan: Plan) -> dict[Path, str]:
    """The files of a feature, by their paths in the project."""
    package = Path("app", "features", plan.name)
    tests = Path("tests", "features", plan.name)
    return {
        package / "__init__.py": f'"""The adopted database `{plan.name}`, as a back office."""\n',
        package / "feature.py": write_feature(plan),
        package / "models.py": write_models(plan),
        package / "views.py": write_views(plan),
        tests / f"test_{plan.name}.py": write_tests(plan),
        Path("docs", "features", f"{plan.name}.md"): write_docs(plan),
    }


def class_names_in_use(project: Project, name: str) -> frozenset[str]:
    """The class names that a new model or view must not take: ours, and those FAB has loaded."""
    own = project.package(name)
    sources = (path for path in project.root.glob("app/**/*.py") if own not in path.parents)
    ours: set[str] = {
        found for path in sources for found in _CLASS.findall(path.read_text(encoding="utf-8"))
    }
    mapped = {mapper.class_.__name__ for mapper in FabModel.registry.mappers}
    package = f"app.features.{name}."
    loaded = {
        view.__name__ for view in _subclasses(BaseView) if not view.__module__.startswith(package)
    }
    return frozenset(ours | mapped | loaded)


def _subclasses(base: type) -> Iterator[type]:
    children: list[type] = base.__subclasses__()
    for child in children:
        yield child
        yield from _subclasses(child)


def _check_name(project: Project, name: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or name == "test":
        raise AdoptError(
            f"{name!r} cannot be the name of a feature; take a short word in lower-case letters,"
            " such as shop."
        )
    if project.package(name).exists() and not project.is_adopted(name):
        raise AdoptError(f"{name} is a feature that was not adopted; take another name.")
    if not project.package(name).exists() and name in _first_parts():
        raise AdoptError(f"Bureau has pages under /{name}/ already; take another name.")


def _first_parts() -> set[str]:
    """The first parts of all addresses."""
    return {rule.rule.split("/")[1] for rule in current_app.url_map.iter_rules()}


def _check_changes(name: str, found: Sequence[str], *, force: bool) -> None:
    """Refuse to change an adopted feature, unless that was asked for."""
    if force:
        return
    if not found:
        raise AdoptError(f"{name} is adopted already, and --force would change nothing.")
    listed = "\n".join(f"  {line}" for line in found)
    raise AdoptError(f"{name} is adopted already. With --force, these files change:\n{listed}")

"""`flask create-user` and `flask check-access`."""

from __future__ import annotations

from collections.abc import Iterable

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.security.accounts import add_account, find_roles, find_user
from app.security.links.invitations import invite
from app.security.passwords import faults_of
from app.security.why import explain_access
from app.security.why.answers import Holds


@click.command("create-user")
@click.argument("username")
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--role", "roles", multiple=True, help="Name of a role; may be given several times.")
@click.option(
    "--password",
    envvar="BUREAU_USER_PASSWORD",
    help="Better given by the variable BUREAU_USER_PASSWORD or typed when asked.",
)
@click.option(
    "--invite", "is_invited", is_flag=True, help="Let them choose the password by a link in a mail."
)
@with_appcontext
def create_user(
    username: str,
    first_name: str,
    last_name: str,
    email: str,
    roles: Iterable[str],
    password: str | None,
    is_invited: bool,
) -> None:
    """Make the account USERNAME."""
    taken = [name for name in (username, email) if find_user(name) is not None]
    if taken:
        raise click.ClickException(f"There already is an account {taken[0]}.")
    chosen = None if is_invited else _chosen(password, (username, first_name, last_name, email))
    try:
        held = find_roles(roles)
        add_account(username, (first_name, last_name), email, chosen, held)
        if is_invited:
            invite(username)
        db.session.commit()
    except LookupError as error:
        raise click.ClickException(f"There is no role {error}.") from error
    except IntegrityError as error:
        raise click.ClickException(f"The account {username} cannot be stored.") from error
    click.echo(f"Created {username} with {', '.join(r.name for r in held) or 'no role'}.")


def _chosen(password: str | None, about: Iterable[str]) -> str:
    """The password that was given, or typed now."""
    if password is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    faults = faults_of(str(password), about)
    if faults:
        raise click.ClickException(faults[0])
    return str(password)


_SIGNS = {Holds.YES: "+", Holds.NO: "-", Holds.NOTE: "·"}


@click.command("check-access")
@click.argument("username")
@click.argument("url")
@click.option("--method", default="GET", show_default=True, help="The HTTP method.")
@with_appcontext
def check_access(username: str, url: str, method: str) -> None:
    """Say whether USERNAME may open URL, and which role, rule or absence decides."""
    decision = explain_access(username, url, method.upper())
    click.echo(f"{'allowed' if decision.is_allowed else 'refused'}: {decision.reason}")
    for step in decision.steps:
        if step.text != decision.reason:
            click.echo(f"  {_SIGNS[step.holds]} {step.text}")
    if not decision.is_allowed:
        raise SystemExit(1)

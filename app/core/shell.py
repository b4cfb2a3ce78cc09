"""What surrounds the content of every page, rendered once for all who get the same.

The menu, the choices of language and appearance, the pages of one's account and the words of
scripts are finished HTML, kept under all that they depend on. They name nobody and carry no token:
a button in them belongs to the form `#act` that every page has. What belongs to one person or one
request - their name, the page they are on, messages, banners - comes in around it or afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import current_app, request, url_for
from flask_login import current_user
from markupsafe import Markup, escape

from app.core.i18n import current_locale, list_languages, text_direction
from app.core.kept import Kept
from app.core.menu import MenuPlan, Place, Right, groups_of
from app.core.preferences import Preferences, current_preferences
from app.core.templating import asset, env_label

HOME = "HomeView.home"
MAX_PARTS = 500

AccountPage = tuple[Any, str, str]
"""Label, icon and endpoint of a page about one's own account."""

_PRIVATE = dict.fromkeys(
    ("current_user", "csrf_token", "csp_nonce", "g", "get_flashed_messages", "request", "session")
)
"""What no kept part may know: a template that names one of these fails."""


@dataclass(frozen=True)
class KeptMenu:
    """The menu as it is on no page in particular: no entry is current, every group is open."""

    html: str
    home_url: str
    urls: dict[Place, str]
    labels: dict[str, str]
    """What its groups are called."""


class Shell:
    """What surrounds the page of this request."""

    def __init__(
        self,
        kept: Kept[Any],
        plan: MenuPlan,
        rights_of_user: Callable[[], Container[Right]],
        account_pages: Callable[[], Iterable[AccountPage]],
    ) -> None:
        self._kept = kept
        self._plan = plan
        self._rights_of_user = rights_of_user
        self._account_pages = account_pages
        # Itself: each look at it through Flask-Login would be a look for it.
        self.user: Any = current_user._get_current_object()
        self.chosen: Preferences = current_preferences()
        # The address of a file tells below which prefix the site is served, and a newer build.
        self._look = (
            str(current_locale()),
            self.chosen.theme,
            self.chosen.density,
            asset("favicon.svg"),
        )

    @property
    def menu(self) -> Markup:
        """The menu, with the entry of this page marked and the groups closed that the user shut."""
        html = self._menu.html
        for name in self._menu.labels.keys() & _closed_groups():
            if self._here is None or self._here.area.name != name:
                html = html.replace(f'data-group="{name}" open', f'data-group="{name}"', 1)
        url = self._menu.urls[self._here] if self._here else ""
        if request.endpoint == HOME:
            url = self._menu.home_url
        if url:
            link = f'href="{escape(url)}"'
            html = html.replace(link, f'{link} aria-current="page"', 1)
        # It came out of a template, and only names of groups and addresses have come in since.
        return Markup(html)  # noqa: S704

    @property
    def name(self) -> str:
        """The name of the user, to address them by."""
        return self.user.get_full_name().strip() or str(self.user.username)

    @property
    def initials(self) -> str:
        """What stands for the user's name in a small place."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def area(self) -> str:
        """What the group of this page is called; empty where it belongs to none."""
        return self._menu.labels[self._here.area.name] if self._here else ""

    @property
    def choices(self) -> Markup:
        """The menus of language and appearance."""
        return self.part("base/_choices.html", preferences=self.chosen, languages=list_languages())

    @property
    def account(self) -> Markup:
        """What the user's own menu leads to, and logging out."""
        pages = tuple(self._account_pages())
        endpoints = tuple(endpoint for _label, _icon, endpoint in pages)
        return self.part("base/_account.html", endpoints, pages=pages)

    @property
    def words(self) -> Markup:
        """What scripts say when there is something to say or to ask."""
        return self.part("base/_words.html")

    def part(self, template: str, more: Hashable = None, **values: Any) -> Markup:
        """A template that depends on how the user looks at pages, on `more`, and nothing else."""
        key = (template, self._look, more)
        found: Markup = self._kept.get(key, lambda: Markup(render_part(template, **values)))  # noqa: S704
        return found

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        return self._plan.shown_to(self._rights_of_user())

    @cached_property
    def _here(self) -> Place | None:
        found = self._plan.current()
        return found if found in self._places else None

    @cached_property
    def _menu(self) -> KeptMenu:
        key = ("menu", self._look, self._places)
        found: KeptMenu = self._kept.get(key, self._make_menu)
        return found

    def _make_menu(self) -> KeptMenu:
        home_url = url_for(HOME)
        groups = groups_of(self._places)
        return KeptMenu(
            render_part("base/_sidebar.html", groups=groups, home_url=home_url),
            home_url,
            {place: place.item.get_url() for place in self._places},
            {group.name: group.label for group in groups},
        )


def _closed_groups() -> set[str]:
    """The groups that the user has shut, as app/assets/js/sidebar.ts notes them."""
    return set(request.cookies.get("menu_closed", "").split("."))


def render_part(template: str, **values: Any) -> str:
    """Render a part of the page with nothing that belongs to one person or one request."""
    found = current_app.jinja_env.get_template(template)
    shown = {
        "app_name": current_app.config.get("APP_NAME", "Bureau"),
        "current_locale": current_locale(),
        "env_label": env_label(),
        "text_direction": text_direction(),
    }
    return found.render(_PRIVATE | shown | values)

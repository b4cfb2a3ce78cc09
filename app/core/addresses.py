"""Addresses of this site: on its own pages, and in mails, where no request tells the host.

Those in mails never come from a request either: whoever sends a forged Host header could else
have links to their own site sent to somebody.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, has_request_context, request, url_for
from werkzeug.routing import Rule

_EXTENSION = "bureau_rules"


def page_url(endpoint: str, **values: Any) -> str:
    """What `url_for` gives, several times quicker: a page has hundreds of addresses.

    `url_for` looks for the rule that suits the values best. Where an endpoint has a single rule,
    there is nothing to look for, so that the rule is kept and asked at once.
    """
    rule = None
    if has_request_context():
        kept: dict[str, Rule | None] = current_app.extensions.setdefault(_EXTENSION, {})
        if endpoint not in kept:
            kept[endpoint] = _only_rule(endpoint)
        rule = kept[endpoint]
    given = {name: value for name, value in values.items() if value is not None}
    if rule is None or not rule.arguments <= given.keys():
        return url_for(endpoint, **values)
    built = rule.build(given)
    return url_for(endpoint, **values) if built is None else f"{request.script_root}{built[1]}"


def _only_rule(endpoint: str) -> Rule | None:
    """The rule of an endpoint, where it has a single one and nothing adds values to addresses."""
    known = current_app.url_map
    is_known = endpoint in current_app.view_functions
    if not is_known or known.host_matching or current_app.url_default_functions:
        return None
    rules = list(known.iter_rules(endpoint))
    is_plain = len(rules) == 1 and not (rules[0].defaults or rules[0].subdomain)
    return rules[0] if is_plain else None


def site_url() -> str:
    """Where people reach this site, without a slash at the end."""
    config = current_app.config
    given = str(config.get("BUREAU_URL") or "")
    return given.rstrip("/") or f"http://{config.get('HOST')}:{config.get('PORT')}"


def public_url(endpoint: str, **values: Any) -> str:
    """The whole address of an endpoint."""
    base = urlsplit(site_url())
    adapter = current_app.url_map.bind(
        base.netloc, script_name=f"{base.path}/", url_scheme=base.scheme
    )
    return adapter.build(endpoint, values, force_external=True)

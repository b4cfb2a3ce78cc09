"""Bureau, put together: read this first, then one feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from app.content.setup import init_content
from app.core.adopt.command import adopt
from app.core.api.cors import init_cors
from app.core.appbuilder import init_appbuilder
from app.core.cache import init_cache
from app.core.database import init_database
from app.core.error_handlers import init_errors
from app.core.feature import load_features, register_features
from app.core.files.pruning import prune_files_command
from app.core.garbage import collection_paused
from app.core.health import init_health
from app.core.history.pages import init_history_pages
from app.core.history.retention import prune_history_command
from app.core.history.setup import init_history
from app.core.i18n import init_i18n
from app.core.jobs.setup import init_jobs
from app.core.outbox.setup import init_outbox
from app.core.preferences import init_preferences
from app.core.purging import purge_trash
from app.core.routing import CONVERTERS, PatientRule
from app.core.search.command import index
from app.core.seeding import seed
from app.core.startup import init_startup
from app.core.telemetry import init_telemetry
from app.core.templating import init_templating
from app.core.views.markdown import init_markdown
from app.core.views.presence import init_presence
from app.core.web import init_web
from app.features import FEATURES
from app.mail.setup import init_mail
from app.security import SecurityManager, init_security
from config import Config


@collection_paused()
def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application; it runs no SQL. `config` replaces what the environment says."""
    app = Flask(__name__, static_folder=None)
    app.url_rule_class = PatientRule
    app.url_map.converters.update(CONVERTERS)
    app.config.from_mapping(config if config is not None else Config.from_environment())
    init_telemetry(app)
    init_database(app)
    init_history()
    init_cache(app)
    init_web(app)
    init_errors(app)
    init_startup(app)
    init_cors(app)
    init_appbuilder(app, SecurityManager)
    init_security(app)
    init_outbox(app)
    init_jobs(app)
    init_mail(app)
    init_i18n(app)
    init_preferences(app)
    init_presence(app)
    init_markdown(app)
    init_templating(app)
    register_features(app, load_features("app.features", app.config["BUREAU_FEATURES"] or FEATURES))
    init_content(app)
    init_history_pages(app)
    init_health(app)
    app.cli.add_command(seed)
    app.cli.add_command(adopt)
    app.cli.add_command(index)
    app.cli.add_command(purge_trash)
    app.cli.add_command(prune_history_command)
    app.cli.add_command(prune_files_command)
    return app

"""Makes mail known to the application: the server it is handed to, and its screen."""

from __future__ import annotations

import logging

from flask import Flask
from flask_babel import lazy_gettext as _

from app.core.banners import register_banners
from app.core.feature import add_model_view
from app.core.menu import LAST_GROUP
from app.extensions import mail
from app.mail.connection import close_connection
from app.mail.pruning import prune as prune
from app.mail.returned import mail_bounce, mail_bounces
from app.mail.texts.views import MailTextView
from app.mail.views import MailView
from app.mail.watching import find_banners

_log = logging.getLogger(__name__)


def init_mail(app: Flask) -> None:
    """Bind Flask-Mail, add the screen, and warn where mails have nowhere to go."""
    mail.init_app(app)
    app.teardown_appcontext(close_connection)
    with app.app_context():
        add_model_view(MailView, LAST_GROUP, _("Administration"), "shield")
        add_model_view(MailTextView, LAST_GROUP, _("Administration"), "shield")
    app.cli.add_command(mail_bounce)
    app.cli.add_command(mail_bounces)
    register_banners(app, find_banners)
    if app.config.get("BUREAU_ENV") == "production" and not app.config.get("MAIL_URL"):
        _log.warning("MAIL_URL is not set: mails are written and kept, and none is sent")

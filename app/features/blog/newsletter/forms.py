"""The forms of readers, who have no account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import wtforms
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms.validators import ValidationError

from app.core.clock import now
from app.core.formats import format_date
from app.core.i18n import list_languages
from app.core.kinds import BadValue
from app.core.kinds.text import Email
from app.features.blog.newsletter.models import Frequency, Subscriber
from app.security.forms import REQUIRED, SecurityForm, at_most

FREQUENCIES = {
    Frequency.WEEKLY: _l("Every week"),
    Frequency.MONTHLY: _l("Once a month"),
    Frequency.NONE: _l("Not at all"),
}
BREAKS = {"28": _l("For four weeks"), "84": _l("For twelve weeks")}
NO_BREAK, GO_ON = "", "on"


class SubscribeForm(SecurityForm):
    """Who wants the newsletter."""

    email = wtforms.EmailField(_l("Mail address"), [REQUIRED, at_most(254)])

    def validate_email(self, field: Any) -> None:
        """Refuse what is no address."""
        try:
            field.data = Email().parse(field.data)
        except BadValue as error:
            raise ValidationError(str(error)) from error


class ChoicesForm(SecurityForm):
    """How a reader wants to be written to."""

    locale = wtforms.SelectField(_l("Language"))
    frequency = wtforms.SelectField(_l("How often"))
    rest = wtforms.SelectField(_l("Take a break"))

    def __init__(self, sent: Any, subscriber: Subscriber) -> None:
        self.until = subscriber.paused_until
        is_resting = self.until is not None and self.until > now()
        known = dict(list_languages())
        super().__init__(
            sent,
            locale=subscriber.locale if subscriber.locale in known else None,
            frequency=subscriber.frequency.value,
            rest=GO_ON if is_resting else NO_BREAK,
        )
        self.locale.choices = list(known.items())
        self.frequency.choices = [(each.value, label) for each, label in FREQUENCIES.items()]
        self.rest.choices = [(NO_BREAK, _("No break")), *BREAKS.items()]
        if is_resting:
            label = _("Until %(day)s, as now", day=format_date(self.until, "long"))
            self.rest.choices.insert(0, (GO_ON, label))

    def chosen(self) -> dict[str, Any]:
        """What is to be kept."""
        return {
            "locale": self.locale.data,
            "frequency": Frequency(self.frequency.data),
            "paused_until": self._paused_until(),
        }

    def _paused_until(self) -> datetime | None:
        if self.rest.data == GO_ON:
            return self.until
        return now() + timedelta(days=int(self.rest.data)) if self.rest.data else None

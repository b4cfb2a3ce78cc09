"""The screens of readers, digests and reminders, with their rules."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext, lazy_gettext as _, ngettext

from app.core.charts import Chart, month
from app.core.errors import NotFound
from app.core.fields import fields_of
from app.core.i18n import current_locale
from app.core.query.changes import committed
from app.core.query.rules import hidden, readonly, rows
from app.core.views import ModelView, action, guard
from app.extensions import db
from app.features.blog import queries
from app.features.blog.newsletter import digests, jobs, personal_data, planning, reminders
from app.features.blog.newsletter.models import Digest, Reminder, Subscriber
from app.features.blog.newsletter.pages import as_file
from app.mail.models import MailMessage
from app.mail.views import PREVIEW_POLICY


class SubscriberView(ModelView):
    datamodel = SQLAInterface(Subscriber)
    show_template = "blog/newsletter/subscriber.html"
    list_columns = ["email", "state", "frequency", "locale", "confirmed_at"]
    search_columns = ["email"]
    filter_columns = ["state", "frequency", "locale", "confirmed_at", "left_at"]
    add_columns = ["email", "locale", "frequency"]
    field_rules = [hidden("token_hash")]
    charts = [
        Chart(
            _("Active subscribers"),
            group=month("confirmed_at"),
            ends="left_at",
            kind="line",
            name="active",
        ),
        Chart(_("Subscribers by state"), group="state"),
        Chart(_("Confirmed per month"), group=month("confirmed_at"), series="locale"),
    ]
    icon = "users"

    def mails_to(self, subscriber: Subscriber) -> list[tuple[Any, str]]:
        """The mails of the newsletter to a reader, each with how far it came in words."""
        state = fields_of(MailMessage)["state"]
        return [
            (mail, state.kind.format(mail.state)) for mail in personal_data.mails_to(subscriber)
        ]

    @expose("/data/<pk>", methods=["POST"])
    @guard("export")
    def data(self, pk: str) -> Any:
        """All that is known of a reader, for handing it out; it is recorded who took it."""
        subscriber = self.gate.get(pk, "export")
        personal_data.note_export(subscriber)
        db.session.commit()
        return as_file(subscriber)

    @action(
        "erase",
        _("Forget"),
        _("The reader goes, with all that their history and mails say of them. Nothing undoes it."),
        icon="trash",
    )
    def erase(self, subscribers: Sequence[Subscriber]) -> str:
        with committed(self.gate, deleting=True):
            for subscriber in subscribers:
                personal_data.erase(subscriber)
        count = len(subscribers)
        return ngettext("%(num)d reader is forgotten.", "%(num)d readers are forgotten.", count)


class DigestView(ModelView):
    datamodel = SQLAInterface(Digest)
    show_template = "blog/newsletter/digest.html"
    list_columns = ["window_end", "window_start", "state", "post_count", "recipient_count"]
    add_columns = edit_columns = ["introduction"]
    filter_columns = ["state", "window_end"]
    base_order = ("window_end", "desc")
    description_columns = {
        "introduction": _("Stands above the posts. An empty line begins a new paragraph."),
    }
    row_rules = [
        rows(
            lambda _user: digests.WAITS,
            verbs={"edit", "delete", "send"},
            label=_("Only digests that have not started"),
        )
    ]
    charts = ()
    icon = "mail"

    def pre_add(self, item: Digest) -> None:
        """The next digest, so that somebody can introduce it."""
        planning.plan(item)

    def outlook_of(self, digest: Digest) -> digests.Outlook:
        """What would be sent now, or was, and to how many people."""
        return digests.outlook(digest)

    @expose("/preview/<pk>")
    @guard("read")
    def preview(self, pk: str) -> Any:
        """The mail as a reader gets it, in a page that may do nothing."""
        found = digests.preview(self.gate.get(pk), str(current_locale()))
        if found is None:
            raise NotFound
        headers = {"Content-Security-Policy": PREVIEW_POLICY, "Cache-Control": "no-store"}
        return Response(found.html, mimetype="text/html", headers=headers)

    @action(
        "send",
        _("Send now"),
        _("Everybody who is subscribed gets it at once."),
        icon="mail",
        multiple=False,
    )
    def send(self, chosen: Sequence[Digest]) -> str:
        digest = chosen[0]
        digests.refuse_started(digest)
        with committed(self.gate):
            digests.close(digest)
            jobs.write_to_readers(digest)
        return gettext("The digest is on its way.")


class ReminderView(ModelView):
    datamodel = SQLAInterface(Reminder)
    list_columns = ["text", "due_at", "owner", "post", "state"]
    base_order = ("due_at", "asc")
    filter_columns = ["state", "due_at", "owner", "post"]
    add_columns = ["text", "due_at", "email", "post", "owner"]
    row_rules = [
        rows(
            lambda user: queries.is_own(Reminder.owner_id, user, Reminder),
            label=_("Only their own records"),
        )
    ]
    field_rules = [readonly("owner", unless="manage")]
    charts = ()
    icon = "bell"

    def pre_update(self, item: Reminder) -> None:
        """A new moment arms a reminder that was sent."""
        reminders.prepare_save(item)

    @action("snooze", _("A day later"), icon="clock")
    def snooze(self, chosen: Sequence[Reminder]) -> str:
        count = reminders.snooze(chosen)
        return ngettext(
            "%(num)d reminder comes a day later.", "%(num)d reminders come a day later.", count
        )

    @action("cancel", _("Cancel"), icon="close")
    def cancel(self, chosen: Sequence[Reminder]) -> str:
        count = reminders.cancel(chosen)
        return ngettext("%(num)d reminder is cancelled.", "%(num)d reminders are cancelled.", count)

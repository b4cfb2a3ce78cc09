"""The pages of readers: subscribing, confirming, choosing, leaving. Nobody logs in for them.

None of them acts by a cookie: a link of a mail says whose subscription it is about, and whoever
holds that needs no other page to misuse it. So they take a POST without a token of a form, which
the box on a cached page and the mail programs of readers (RFC 8058) could not send.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _

from app.core.errors import NotFound
from app.core.i18n import current_locale
from app.extensions import csrf, db
from app.features.blog.newsletter import links, personal_data, subscribing
from app.features.blog.newsletter.forms import ChoicesForm, SubscribeForm
from app.features.blog.newsletter.models import Subscriber, SubscriberState
from app.features.blog.newsletter.traps import is_robot, stamp
from app.features.blog.site.heads import blog_title
from app.security.attempts import TooManyAttempts, may_mail

GONE, TOO_MANY = 410, 429


class NewsletterView(BaseView):
    """`/blog/subscribe`, and where the links in readers' mails lead."""

    route_base = "/blog"
    default_view = "subscribe"

    @csrf.exempt
    @expose("/subscribe", methods=["GET", "POST"])
    def subscribe(self) -> Any:
        """Ask for the newsletter; the answer is the same for every address."""
        if request.method == "GET":
            return self._subscribe_form(SubscribeForm())
        if is_robot(request.form):
            return self._to_sent()
        form = SubscribeForm(request.form)
        if not form.validate():
            return self._subscribe_form(form), 422
        email = str(form.email.data)
        try:
            if may_mail("subscription", email):
                subscribing.ask_subscription(email, str(current_locale()))
                db.session.commit()
        except TooManyAttempts:
            problem = _("There were too many attempts. Wait a few minutes and try again.")
            return self._subscribe_form(form, problem), TOO_MANY
        return self._to_sent()

    @expose("/subscribe/sent")
    def sent(self) -> Any:
        """What happens next."""
        return self._notice(
            _("Look into your mailbox"),
            _("We have sent a mail to the address. Follow its link, and the newsletter comes."),
            hint=_("Nothing there after some minutes? Look among the spam, or try again later."),
        )

    @csrf.exempt
    @expose("/confirm/<token>", methods=["GET", "POST"])
    def confirm(self, token: str) -> Any:
        """Confirm an address. Opening the page changes nothing, its button does."""
        key = links.confirmed_key(token)
        if key is None:
            raise NotFound
        subscriber = subscribing.find_by_confirmation(token)
        if subscriber is None:
            return self._used(key)
        if request.method == "GET":
            return self._question(
                _("Confirm the subscription"),
                _("Send the newsletter to %(address)s?", address=subscriber.email),
                _("Yes, subscribe"),
            )
        subscribing.confirm(subscriber)
        db.session.commit()
        return self._notice(
            _("You are subscribed"),
            _("The newsletter comes every week, if there is something new."),
            next_url=url_for(".choose", token=links.reader_token(subscriber.id)),
            next_label=_("Choose how often"),
        )

    @csrf.exempt
    @expose("/unsubscribe/<token>", methods=["GET", "POST"])
    def leave(self, token: str) -> Any:
        """Leave: by the button of the page, or by the one of a mail program."""
        subscriber = self._reader(token)
        has_left = subscriber is None or subscriber.state is SubscriberState.UNSUBSCRIBED
        if subscriber is not None and not has_left:
            if request.method == "GET":
                return self._question(
                    _("Unsubscribe"),
                    _("Send no newsletter to %(address)s any more?", address=subscriber.email),
                    _("Yes, unsubscribe"),
                )
            subscribing.leave(subscriber)
            db.session.commit()
        return self._notice(
            _("You are unsubscribed"),
            _("No newsletter comes any more. You can subscribe again whenever you like."),
        )

    @csrf.exempt
    @expose("/subscription/<token>", methods=["GET", "POST"])
    def choose(self, token: str) -> Any:
        """How often, in which language, and when not."""
        subscriber = self._reader(token)
        if subscriber is None:
            return self._forgotten()
        if subscriber.state is not SubscriberState.ACTIVE:
            return self._notice(
                _("You are not subscribed"), _("No newsletter is sent to this address.")
            )
        sent = request.form if request.method == "POST" else None
        form = ChoicesForm(sent, subscriber)
        if sent is not None and form.validate():
            subscribing.choose(subscriber, form.chosen())
            db.session.commit()
            return redirect(url_for(".choose", token=token, saved=1), 303)
        page = self._page(
            "blog/newsletter/choices.html",
            form=form,
            address=subscriber.email,
            token=token,
            is_saved="saved" in request.args and sent is None,
        )
        return _private(page, 200 if sent is None else 422)

    @expose("/subscription/<token>/data")
    def data(self, token: str) -> Any:
        """All that is known of a reader, for themselves."""
        subscriber = self._reader(token)
        if subscriber is None:
            return self._forgotten()
        return as_file(subscriber)

    @csrf.exempt
    @expose("/subscription/<token>/erase", methods=["GET", "POST"])
    def erase(self, token: str) -> Any:
        """Forget a reader who wants it."""
        subscriber = self._reader(token)
        if subscriber is None:
            return self._forgotten()
        if request.method == "GET":
            return self._question(
                _("Delete my data"),
                _(
                    "Forget %(address)s, and what was sent there? This cannot be undone.",
                    address=subscriber.email,
                ),
                _("Yes, delete it all"),
            )
        personal_data.erase(subscriber)
        db.session.commit()
        return self._forgotten()

    def _reader(self, token: str) -> Subscriber | None:
        """Whose link this is; 404 where nobody was ever sent it."""
        key = links.reader_key(token)
        if key is None:
            raise NotFound
        return subscribing.find_reader(key, is_locked=request.method == "POST")

    def _subscribe_form(self, form: SubscribeForm, problem: str = "") -> Any:
        return self._page(
            "blog/newsletter/subscribe.html", form=form, problem=problem, stamp=stamp()
        )

    def _to_sent(self) -> Any:
        return redirect(url_for(".sent"), 303)

    def _used(self, key: int) -> Any:
        """The kind words for a link that was used already, or is too old."""
        subscriber = subscribing.find_reader(key)
        if subscriber is not None and subscriber.state is SubscriberState.ACTIVE:
            text = _("It was used already: you are subscribed.")
            return self._notice(_("This link has done its work"), text, status=GONE)
        return self._notice(
            _("This link does not work any more"),
            _("It was used already, or it is too old. Ask for a new one."),
            status=GONE,
            next_label=_("Ask for a new link"),
        )

    def _forgotten(self) -> Any:
        text = _("We know nothing of this address any more.")
        return self._notice(_("Your data is deleted"), text)

    def _page(self, template: str, **values: Any) -> str:
        page: str = self.render_template(template, blog_title=blog_title(), **values)
        return page

    def _question(self, title: str, text: str, button: str) -> Response:
        page = self._page("blog/newsletter/question.html", title=title, text=text, button=button)
        return _private(page)

    def _notice(self, title: str, text: str, *, status: int = 200, **more: Any) -> Response:
        given = {"hint": "", "next_url": url_for(".subscribe"), "next_label": ""} | more
        page = self._page("blog/newsletter/notice.html", title=title, text=text, **given)
        return _private(page, status)


def as_file(subscriber: Subscriber) -> Response:
    """The data of a reader as a file to keep."""
    response = jsonify(personal_data.data_of(subscriber))
    response.headers["Content-Disposition"] = 'attachment; filename="subscription.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _private(page: str, status: int = 200) -> Response:
    """A page whose address is a secret: no cache keeps it, and other pages learn the host."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response

"""The pages of those who comment; nobody logs in for them.

Pages with comments are kept and given to many, so what belongs to one reader is fetched from here:
the token of the form and the moment it was opened. Without scripts a link leads to the form.
"""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from flask import Response, current_app, jsonify, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf.csrf import CSRFError

from app.content.comments.forms import TextForm, form_class
from app.content.comments.models import Comment, CommentState, subject_name_of, subject_of
from app.content.comments.rules import known_subjects
from app.content.comments.submitting import (
    check_open,
    is_shown_with,
    rewrite_comment,
    submit_comment,
)
from app.content.comments.tickets import (
    FormTicket,
    edit_token,
    open_form,
    read_edit_token,
    read_form,
    read_leave_token,
)
from app.core.clock import now
from app.core.errors import Invalid, NotFound, RateLimited
from app.core.fields import title_of
from app.core.once import KeyReused, Repeated
from app.core.query.gate import current_actor
from app.core.trash import Scope, scope_condition
from app.extensions import csrf, db, masked_csrf_token

TRAP = "website"
"""A control that no person sees, and that simple robots fill in."""
INLINE = "page"
"""What a form says of its place that stands on the page of the subject itself."""
GONE, UNPROCESSABLE, TOO_MANY = 410, 422, 429
MAX_KEY = 18

STALE = _l("The form was open for too long. Send it once more.")
HASTY = _l("That was very quick. Have another look at it, then send it once more.")
USED = _l("A comment was sent with this form already. Send it once more to write another one.")


class CommentsView(BaseView):
    """`/content/comments/new/post/7` and what belongs to it."""

    route_base = "/content/comments"
    default_view = "new"

    @expose("/ticket/<subject>/<key>")
    def ticket(self, subject: str, key: str) -> Any:
        """What the form on a kept page lacks: its token, and the moment it is opened."""
        find_subject(subject, key)
        sealed = open_form(f"{subject}:{key}")
        found = read_form(sealed, f"{subject}:{key}")
        answer = jsonify(
            csrf_token=masked_csrf_token(),
            ticket=sealed,
            question=found.question if found is not None else "",
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @csrf.exempt
    @expose("/new/<subject>/<key>", methods=["GET", "POST"])
    def new(self, subject: str, key: str) -> Any:
        """Write a comment, or a reply to one.

        A token that is none of ours is refused here: whoever has no account is not to log in for
        it, and keeps what they have written.
        """
        row = find_subject(subject, key)
        check_open(row)
        asked = f"{subject}:{key}"
        form = form_class(is_signed_in=current_actor() is not None)(request.form)
        if request.method == "GET":
            return self._form(form, row, asked)
        ticket = read_form(request.form.get("ticket", ""), asked)
        problem = _problem_of(ticket if _has_token() else None)
        is_valid = form.validate()
        if problem or ticket is None or not is_valid:
            kept = ticket is not None and not ticket.is_stale
            return self._form(form, row, asked, problem, keep=kept), UNPROCESSABLE
        if not ticket.is_answered_by(request.form.get("answer", "")):
            problem = _("The answer to the question is wrong. Here is another one.")
            return self._form(form, row, asked, problem), UNPROCESSABLE
        return self._submitted(form, row, asked, ticket)

    @expose("/mine/<token>", methods=["GET", "POST"])
    def mine(self, token: str) -> Any:
        """Correct one's own comment, some minutes long."""
        key = read_edit_token(token)
        comment = None if key is None else db.session.get(Comment, key)
        if comment is None or comment.state in (CommentState.REJECTED, CommentState.SPAM):
            return self._notice(
                _("This comment can no longer be changed"),
                _("A comment can be corrected for some minutes after it was written."),
            ), GONE
        row = subject_of(comment)
        form = TextForm(request.form, obj=comment)
        if request.method == "POST" and form.validate():
            try:
                rewrite_comment(comment, str(form.text.data))
            except Invalid as error:
                _take_errors(form, error)
            else:
                return redirect(_place_of(row, comment), 303)
        status = UNPROCESSABLE if form.errors else 200
        return self._page(
            "content/comment_form.html", form=form, row=row, is_correction=True, **_no_ticket()
        ), status

    @csrf.exempt
    @expose("/leave/<token>", methods=["GET", "POST"])
    def leave(self, token: str) -> Any:
        """Get no more mails about replies: by the button of the page, or of a mail program."""
        email = read_leave_token(token)
        if email is None:
            raise NotFound
        if request.method == "GET":
            return self._page("content/comment_leave.html", email=email)
        chosen = sa.update(Comment).where(Comment.email == email, Comment.wants_replies)
        db.session.execute(
            chosen.values(wants_replies=False, version=Comment.version + 1, updated_at=now())
        )
        db.session.commit()
        return self._notice(
            _("You get no more mails"), _("Nobody's replies are mailed to this address any more.")
        )

    def _submitted(self, form: TextForm, row: Any, asked: str, ticket: FormTicket) -> Any:
        sent = dict(form.data)
        try:
            comment = submit_comment(
                row,
                **sent,
                parent=_parent(),
                address=request.remote_addr,
                is_robot=bool(request.form.get(TRAP)),
                ticket=ticket.once(hashlib.sha256(repr(sent).encode()).hexdigest()),
            )
        except Invalid as error:
            _take_errors(form, error)
            return self._form(form, row, asked, keep=True), UNPROCESSABLE
        except RateLimited as error:
            page = make_response(self._form(form, row, asked, error.message, keep=True), TOO_MANY)
            page.headers.extend(error.headers)
            return page
        except KeyReused:
            return self._form(form, row, asked, USED), UNPROCESSABLE
        except Repeated as repeated:
            # It was sent twice: both are answered alike.
            found = db.session.get(Comment, int(repeated.row_key))
            if found is None:
                raise NotFound from repeated
            comment = found
        return redirect(_place_of(row, comment), 303)

    def _form(
        self, form: TextForm, row: Any, asked: str, problem: Any = "", *, keep: bool = False
    ) -> Any:
        """The page with the form; a ticket that is still good is kept, with its question."""
        sealed = request.form.get("ticket", "") if keep else open_form(asked)
        found = read_form(sealed, asked)
        parent = _parent()
        if parent is not None and not is_shown_with(row, parent):
            parent = None
        return self._page(
            "content/comment_form.html",
            form=form,
            row=row,
            problem=problem,
            ticket=sealed,
            question=found.question if found is not None else "",
            parent=parent,
            sent=request.args.get("sent", "") if request.method == "GET" else "",
            place=request.form.get("place", ""),
            is_correction=False,
        )

    def _notice(self, title: str, text: str) -> Any:
        return self._page("content/comment_notice.html", title=title, text=text)

    def _page(self, template: str, **values: Any) -> Any:
        if "row" in values:
            values["subject_title"] = title_of(values["row"])
            values["back_url"] = values["row"].public_url()
        page: Response = make_response(self.render_template(template, **values))
        page.headers["X-Robots-Tag"] = "noindex"
        return page


def find_subject(name: str, key: str) -> Any:
    """What a comment is to be about; raises `NotFound`."""
    model: Any = known_subjects().get(name)
    if model is None or not (key.isascii() and key.isdecimal() and len(key) <= MAX_KEY):
        raise NotFound
    kept = scope_condition(model, Scope.KEPT)
    statement = sa.select(model).where(model.id == int(key))
    found = db.session.scalar(statement if kept is None else statement.where(kept))
    if found is None:
        raise NotFound
    return found


def _has_token() -> bool:
    """Whether the form was sent from one of our pages, by whoever has opened it."""
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return True
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True


def _problem_of(ticket: FormTicket | None) -> Any:
    if ticket is None or ticket.is_stale:
        return STALE
    return HASTY if ticket.is_hasty else ""


def _parent() -> Comment | None:
    """The comment that is replied to, whoever may read it."""
    key = request.values.get("parent", "")
    if not (key.isascii() and key.isdecimal() and len(key) <= MAX_KEY):
        return None
    return db.session.get(Comment, int(key))


def _take_errors(form: TextForm, error: Invalid) -> None:
    for name, messages in error.errors.items():
        # A form of WTForms is no mapping: it has no `get`.
        control: Any = form.text
        if name in form:
            control = form[name]
        control.errors = [*control.errors, *messages]


def _no_ticket() -> dict[str, Any]:
    names = ("problem", "ticket", "question", "sent", "place")
    return dict.fromkeys(names, "") | {"parent": None}


def _place_of(row: Any, comment: Comment) -> str:
    """Where one goes on: the page that one has read, with a word about what becomes of it."""
    state = "shown" if comment.state is CommentState.APPROVED else "held"
    token = edit_token(comment)
    if request.form.get("place") == INLINE:
        # Behind the # it reaches the script of the page, and no cache.
        return f"{row.public_url()}?comment={state}#written={token}"
    name = subject_name_of(comment)
    return url_for("CommentsView.new", subject=name, key=row.id, sent=token, comment=state)

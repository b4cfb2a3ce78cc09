"""`/profile/keys/`: one's own API keys, making one, revoking one."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _

from app.core.errors import Conflict, Invalid
from app.core.once import Repeated, new_key, ticket_of_form
from app.extensions import db
from app.security.accounts import current_rights, own_account
from app.security.keys.forms import KeyForm
from app.security.keys.listing import count_working, get_own_key, keys_of
from app.security.keys.operations import MAX_KEYS, make_key, revoke_key
from app.security.sessions.confirmation import require_confirmation


class OwnKeysView(BaseView):
    """One's own keys, whatever rights one holds."""

    route_base = "/profile/keys"
    default_view = "show"

    @expose("/")
    def show(self) -> Any:
        """All keys that were made, those that still work first."""
        return self.render_template(
            "security/keys.html",
            keys=keys_of(own_account().user_id),
            add_url=url_for(f"{self.endpoint}.add"),
            revoke_url=lambda key_id: url_for(f"{self.endpoint}.revoke", key_id=key_id),
            back_url=url_for("ProfileView.show"),
        )

    @expose("/add/", methods=["GET", "POST"])
    def add(self) -> Any:
        """Make a key; the answer is the one page that shows it."""
        account = own_account()
        form = KeyForm(request.form, rights=current_rights())
        if request.method == "GET":
            return self._form(KeyForm(rights=current_rights()))
        if not form.validate():
            return self._form(form), Invalid.status
        require_confirmation()
        if count_working(account.user_id) >= MAX_KEYS:
            raise Conflict(_("You have %(count)d keys. Revoke one first.", count=MAX_KEYS))
        try:
            key, text = make_key(
                account.user,
                form.name.data,
                form.chosen(),
                int(form.days.data),
                ticket=ticket_of_form(),
            )
        except Repeated:
            flash(_("The key was made already, and shown once. Revoke it if you lost it."), "error")
            return redirect(url_for(f"{self.endpoint}.show"), 303)
        page = self.render_template(
            "security/key_made.html", key=key, text=text, back_url=self.get_default_url()
        )
        response = make_response(page, 201)
        response.headers["Cache-Control"] = "no-store"
        return response

    @expose("/revoke/<int:key_id>", methods=["POST"])
    def revoke(self, key_id: int) -> Any:
        """Let a key open nothing any more."""
        account = own_account()
        revoke_key(get_own_key(account.user_id, key_id))
        db.session.commit()
        flash(_("The key was revoked. It opens nothing any more."), "success")
        return redirect(url_for(f"{self.endpoint}.show"), 303)

    def _form(self, form: KeyForm) -> Any:
        return self.render_template(
            "security/key_form.html", form=form, once=new_key(), back_url=self.get_default_url()
        )

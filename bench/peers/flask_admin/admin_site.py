"""Flask-Admin with the log-in by Flask-Login that its documentation shows."""

import os

from flask import Flask, abort, redirect, request, url_for
from flask_admin import Admin, AdminIndexView, expose, helpers
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import SecureForm
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_sqlalchemy import SQLAlchemy
from tables import FORM, LIST, PAGE_SIZE, define
from werkzeug.security import check_password_hash
from wtforms import Form, PasswordField, StringField, validators

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"], SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"]
)
db = SQLAlchemy(app)
models = define(db.Model, UserMixin)
login_manager = LoginManager(app)


@login_manager.user_loader
def load_user(key: str) -> object:
    return db.session.get(models.Account, int(key))


class LoginForm(Form):
    username = StringField(validators=[validators.InputRequired()])
    password = PasswordField(validators=[validators.InputRequired()])


class Index(AdminIndexView):
    @expose("/")
    def index(self) -> object:
        if not current_user.is_authenticated:
            return redirect(url_for(".login"))
        return super().index()

    @expose("/login/", methods=("GET", "POST"))
    def login(self) -> object:
        form = LoginForm(request.form)
        if helpers.validate_form_on_submit(form):
            found = db.session.query(models.Account).filter_by(username=form.username.data).first()
            if found and check_password_hash(found.password, form.password.data):
                login_user(found)
        if current_user.is_authenticated:
            return redirect(url_for(".index"))
        self._template_args["form"] = form
        return super().index()


class Guarded(ModelView):
    form_base_class = SecureForm
    page_size = PAGE_SIZE

    def is_accessible(self) -> bool:
        return current_user.is_authenticated and current_user.role == "admin"

    def inaccessible_callback(self, name: str, **_more: object) -> object:
        if current_user.is_authenticated:
            abort(403, name)
        return redirect(url_for("admin.login", next=request.url))


class ContactView(Guarded):
    column_list = column_export_list = LIST
    column_searchable_list = ["full_name"]
    column_filters = ["status", "full_name", "created_at"]
    column_sortable_list = ["full_name", "email", "status", "created_at", "amount"]
    column_default_sort = "id"
    form_columns = column_details_list = FORM
    can_view_details = can_export = True


class CompanyView(Guarded):
    form_columns = ["name", "country"]


class TaskView(Guarded):
    column_list = form_columns = ["title", "contact"]


admin = Admin(app, name="bench", index_view=Index())
for view, model, name in (
    (ContactView, models.Contact, "Contacts"),
    (CompanyView, models.Company, "Companies"),
    (TaskView, models.Task, "Tasks"),
):
    endpoint = model.__name__.lower()
    admin.add_view(view(model, db.session, name=name, endpoint=endpoint, category="CRM"))

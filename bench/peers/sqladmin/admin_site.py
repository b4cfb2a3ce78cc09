"""SQLAdmin on an asynchronous engine, with a log-in that reads the user at every request."""

import os

from sqladmin import Admin, ModelView
from sqladmin.authentication import AuthenticationBackend
from sqladmin.authorization import GrantsAuthorizationBackend
from sqladmin.filters import OperationColumnFilter, StaticValuesFilter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from starlette.applications import Starlette
from starlette.requests import Request
from tables import FORM, LIST, PAGE_SIZE, STATUSES, define
from werkzeug.security import check_password_hash


class Base(DeclarativeBase):
    pass


models = define(Base)
Contact, Company, Tag, Task, Account = (
    getattr(models, name) for name in "Contact Company Tag Task Account".split()
)
engine = create_async_engine(os.environ["DATABASE_URL"])
Session = async_sessionmaker(engine, expire_on_commit=False)


class Accounts(AuthenticationBackend):
    async def login(self, request: Request) -> bool:
        form = await request.form()
        async with Session() as session:
            statement = select(Account).where(Account.username == form["username"])
            found = (await session.execute(statement)).scalar_one_or_none()
        if found is None or not check_password_hash(found.password, form["password"]):
            return False
        request.session["user"] = found.id
        return True

    async def logout(self, request: Request) -> bool:
        request.session.clear()
        return True

    async def authenticate(self, request: Request) -> bool:
        key = request.session.get("user")
        if not key:
            return False
        async with Session() as session:
            request.state.user = await session.get(Account, key)
        return request.state.user is not None


class Grants(GrantsAuthorizationBackend):
    async def get_grants(self, request: Request) -> set[tuple[str, str]]:
        return {("*", "*")} if request.state.user.role == "admin" else {("*", "list")}


class ContactAdmin(ModelView, model=Contact):
    column_list = [getattr(Contact, name) for name in LIST]
    column_details_list = form_columns = FORM
    column_searchable_list = [Contact.full_name]
    column_sortable_list = [Contact.full_name, Contact.created_at, Contact.amount]
    column_default_sort = "id"
    column_filters = [
        StaticValuesFilter(Contact.status, [(status, status) for status in STATUSES]),
        OperationColumnFilter(Contact.full_name),
    ]
    page_size = PAGE_SIZE


class CompanyAdmin(ModelView, model=Company):
    name_plural = "Companies"
    column_list = [Company.name, Company.country]
    page_size = PAGE_SIZE


class TagAdmin(ModelView, model=Tag):
    page_size = PAGE_SIZE


class TaskAdmin(ModelView, model=Task):
    column_list = [Task.title, Task.contact]
    form_columns = ["title", "contact"]
    page_size = PAGE_SIZE


app = Starlette()
admin = Admin(
    app,
    engine,
    title="bench",
    authentication_backend=Accounts(secret_key=os.environ["SECRET_KEY"]),
    authorization_backend=Grants(),
)
for view in (ContactAdmin, CompanyAdmin, TagAdmin, TaskAdmin):
    admin.add_view(view)

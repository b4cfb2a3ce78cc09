"""Starlette-Admin on an asynchronous engine, with a log-in that reads the user at every request."""

import os

from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette_admin.auth import AdminUser, AuthProvider
from starlette_admin.contrib.sqla import Admin, ModelView
from starlette_admin.exceptions import LoginFailed
from starlette_admin.export import ExportConfig
from tables import FORM, LIST, PAGE_SIZE, define
from werkzeug.security import check_password_hash


class Base(DeclarativeBase):
    pass


models = define(Base)
engine = create_async_engine(os.environ["DATABASE_URL"])
Session = async_sessionmaker(engine, expire_on_commit=False)


class Accounts(AuthProvider):
    async def login(
        self, username: str, password: str, _remember_me: bool, request: Request
    ) -> None:
        async with Session() as session:
            statement = select(models.Account).where(models.Account.username == username)
            found = (await session.execute(statement)).scalar_one_or_none()
        if found is None or not check_password_hash(found.password, password):
            raise LoginFailed("Wrong name or password")
        request.session["user"] = found.id

    async def logout(self, request: Request) -> None:
        request.session.clear()

    async def authenticate(self, request: Request) -> AdminUser | None:
        key = request.session.get("user")
        if not key:
            return None
        async with Session() as session:
            found = await session.get(models.Account, key)
        if found is None:
            return None
        request.state.user = found
        return AdminUser(username=found.username)


class Guarded(ModelView):
    page_size = PAGE_SIZE

    def is_accessible(self, request: Request) -> bool:
        return request.state.user.role == "admin"


class ContactView(Guarded):
    fields = ["id", *FORM]
    exclude_fields_from_list = exclude_fields_from_export = [
        name for name in ["id", *FORM] if name not in LIST
    ]
    searchable_fields = ["full_name", "status", "created_at"]
    sortable_fields = ["id", "full_name", "email", "status", "created_at", "amount"]
    fields_default_sort = ["id"]

    def get_search_query(self, _request: Request, term: str) -> object:
        """Look into one column only, as the others do."""
        return models.Contact.full_name.icontains(term)


class CompanyView(Guarded):
    fields = ["id", "name", "country"]


class TagView(Guarded):
    fields = ["id", "name"]


class TaskView(Guarded):
    fields = ["id", "title", "contact"]


app = Starlette(middleware=[Middleware(SessionMiddleware, secret_key=os.environ["SECRET_KEY"])])
admin = Admin(
    engine,
    title="bench",
    auth_provider=Accounts(),
    secret_key=os.environ["SECRET_KEY"],
    export_config=ExportConfig(max_rows=None),
)
admin.add_view(ContactView(models.Contact))
admin.add_view(CompanyView(models.Company))
admin.add_view(TagView(models.Tag))
admin.add_view(TaskView(models.Task))
admin.mount_to(app)

"""The floor: the rows of the list with bare Flask, SQLAlchemy Core and Jinja, in three statements.

No rights, no columns to choose, no formats of a language: what remains when all of that is free.
"""

import os

import sqlalchemy as sa
from flask import Flask, redirect, request, session
from sqlalchemy.orm import declarative_base
from tables import LIST, PAGE_SIZE, define

PAGE = """<!doctype html><html lang="en"><head><title>Contacts</title>
<link rel="stylesheet" href="/static/a.css"></head><body><nav><ul>{% for number in range(40) %}
<li><a href="/menu/{{ number }}">Entry {{ number }}</a></li>{% endfor %}</ul></nav><main>
<h1>Contacts</h1><form><input name="q"></form><table><thead><tr>{% for name in names %}
<th scope="col"><a href="?sort={{ name }}">{{ name }}</a></th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr><td><input type="checkbox" value="{{ row[0] }}"></td>
{% for value in row[1:] %}<td>{{ value }}</td>{% endfor %}
<td><a href="/show/{{ row[0] }}">Show</a> <a href="/edit/{{ row[0] }}">Edit</a></td></tr>
{% endfor %}</tbody></table></main></body></html>"""

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
template = app.jinja_env.from_string(PAGE)
engine = sa.create_engine(os.environ["DATABASE_URL"], pool_size=8)
base = declarative_base()
define(base)
contact, company, tag, contact_tag, user = (
    base.metadata.tables[name] for name in "contact company tag contact_tag bench_user".split()
)
USER = sa.select(user.c.role).where(user.c.id == sa.bindparam("key"))
ROWS = (
    sa.select(
        contact.c.id,
        contact.c.full_name,
        contact.c.email,
        contact.c.phone,
        company.c.name,
        contact.c.status,
        contact.c.created_at,
        contact.c.amount,
    )
    .join(company)
    .where(contact.c.id > sa.bindparam("after"))
    .order_by(contact.c.id)
    .limit(PAGE_SIZE)
)
TAGS = (
    sa.select(contact_tag.c.contact_id, tag.c.name)
    .join(tag)
    .where(contact_tag.c.contact_id.in_(sa.bindparam("keys", expanding=True)))
)


@app.get("/login")
def login() -> object:
    session["user"] = 1
    return redirect("/list")


@app.get("/list")
def list_page() -> object:
    if "user" not in session:
        return redirect("/login")
    after = int(request.args.get("after", 0))
    with engine.connect() as connection:
        connection.execute(USER, {"key": session["user"]})
        rows = connection.execute(ROWS, {"after": after}).all()
        tags: dict[int, list[str]] = {}
        for key, name in connection.execute(TAGS, {"keys": [row.id for row in rows]}):
            tags.setdefault(key, []).append(name)
    shown = [
        (
            *row[:6],
            row.created_at.strftime("%d %b %Y %H:%M"),
            f"{row.amount:,.2f}",
            ", ".join(tags.get(row.id, ())),
        )
        for row in rows
    ]
    return template.render(rows=shown, names=LIST)

"""Two people who save one record: what each does, and what the page of the conflict says."""

from __future__ import annotations

import re

from app.extensions import db
from tests.forms import changed, read_form


def save(client, path, **values):
    """Open a form, type into it and send it."""
    return client.post(path, data=changed(read_form(client.get(path).text), **values))


def meet(mine, theirs, path, my_values, their_values):
    """Both open the form, they save first; the answer to my save, and what I had sent."""
    form = changed(read_form(mine.get(path).text), **my_values)
    assert save(theirs, path, **their_values).status_code == 302
    return mine.post(path, data=form)


def side(page, name):
    """The part of the page about one field: its text and which side is chosen."""
    parts = re.findall(r"<fieldset[^>]*data-clash>.*?</fieldset>", page, re.DOTALL)
    (part,) = [part for part in parts if f'name="_take.{name}"' in part]
    chosen = re.findall(r'value="(mine|theirs)" required checked', part)
    return re.sub(r"<[^>]+>|\s+", " ", part), chosen


def fresh(model, key):
    db.session.expire_all()
    return db.session.get(model, int(key))

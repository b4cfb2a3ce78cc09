"""Rows below a row: `GET` and `POST /api/v1/posts/7/comments`, for what a view names in `nested`.

Both gates are asked: that of the row above, and that of the rows below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, url_for
from flask_appbuilder.api import BaseApi, expose

from app.core.api.checks import read_body
from app.core.api.reading import page_of, serialise, shown_fields
from app.core.api.visitors import kept_by_visitors
from app.core.errors import NotFound
from app.core.fields import Field, encode_key
from app.core.filters import Condition
from app.core.forms.form import form_for
from app.core.history.scope import operation as named_operation
from app.core.query.changes import add_row
from app.core.views.context import nested_views
from app.core.views.guard import check_verb, guard
from app.core.views.offers import action_name
from app.core.views.submission import Submission

if TYPE_CHECKING:
    from app.core.views.model_view import ModelView


class NestedResource(BaseApi):
    """The relations of a row as resources of their own."""

    view: ModelView

    @expose("/<pk>/<relation>", methods=["GET"])
    @guard("read", for_visitors=True)
    @kept_by_visitors
    def get_below(self, pk: str, relation: str) -> Response:
        """One page of the rows below a row; takes the parameters of their own list."""
        view, back = self._below(relation)
        check_verb(view, "read", for_visitors=True)
        row = self.view.gate.get(pk)
        return page_of(view, Condition.parse(f"{back.name}:any:{encode_key(row)}", _all(view)))

    def add_below(self, pk: str, relation: str) -> Response:
        """Add a row below a row: 201, with what the caller may see of it."""
        view, back = self._below(relation)
        check_verb(self, "read", for_visitors=True)
        submission = view.submission
        if submission is None or not submission.for_visitors:
            check_verb(view, "add")
        row = self.view.gate.get(pk)
        with named_operation(action_name(view, "add")):
            if submission is None:
                added, thanks = _add(view, back, row), ""
            else:
                added, thanks = _submit(submission, row)
        return _answer(view, encode_key(added), thanks)

    def _below(self, relation: str) -> tuple[ModelView, Field]:
        """The view of the rows below, and their field with the row above."""
        found = nested_views(self.view).get(relation)
        if found is None:
            raise NotFound
        return found


def _all(view: ModelView) -> Mapping[str, Field]:
    return view.gate.all_fields


def _add(view: ModelView, back: Field, row: Any) -> Any:
    fields = [field for field in view.form_fields("add") if field.name != back.name]
    form = view.record_form(fields, "add")(None, None)
    form.read_json(read_body())
    return add_row(view.gate, {**form.checked(), back.name: row}, view)


def _submit(submission: Submission, row: Any) -> tuple[Any, str]:
    form = form_for(submission.asks)(None)
    form.read_json(read_body())
    added = submission.submit(row, **form.checked())
    return added, str(submission.thanks(added)) if submission.thanks is not None else ""


def _answer(view: ModelView, key: str, thanks: str) -> Response:
    """What the caller may see of the new row; one that is held is nobody's to see yet."""
    fields = shown_fields(view)
    try:
        result = serialise(view.gate.get(key, columns=fields), fields, view)
    except NotFound:
        result = None
    response = jsonify(id=key, result=result, **({"message": thanks} if thanks else {}))
    response.status_code = 201
    if result is not None:
        response.headers["Location"] = url_for(f"{view.resource}Api.get", pk=key)
    return response

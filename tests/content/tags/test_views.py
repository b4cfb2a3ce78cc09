"""Tags in forms, in the API and on their own screen."""

from __future__ import annotations

import re

import pytest

from app.content.tags.models import Tag
from app.content.tags.operations import find_by_slug, tags_named
from app.features.blog.models import Post
from tests.factories.blog import make_post
from tests.forms import changed, read_form


def names_of(post: Post) -> list[str]:
    return [tag.name for tag in post.tags]


def save(client, post: Post, tags: str, **more: str):
    path = f"/blog/posts/edit/{post.id}"
    fields = read_form(client.get(path).text)
    return client.post(path, data=changed(fields, tags=tags, **more))


@pytest.fixture
def draft(people):
    return make_post(people["author"], "Draft")


@pytest.mark.both_databases
def test_tags_are_written_with_commas_and_unknown_ones_are_made(clients, draft, db_session):
    tags_named(["Garden"])
    db_session.commit()

    answer = save(clients["author"], draft, "garden, Night trains,  night TRAINS ,")

    assert answer.status_code == 302
    db_session.expire_all()
    assert names_of(draft) == ["Garden", "Night trains"]
    form = clients["author"].get(f"/blog/posts/edit/{draft.id}").text
    assert 'value="Garden, Night trains"' in form


def test_a_refused_save_keeps_the_tags_that_were_typed_and_makes_none(clients, draft, db_session):
    answer = save(clients["author"], draft, "One, Two", title="")

    assert answer.status_code == 422
    assert 'value="One, Two"' in answer.text
    assert db_session.query(Tag).count() == 0


def test_reading_a_form_that_names_an_unknown_tag_makes_none(clients, db_session):
    page = clients["author"].get("/blog/posts/add?tags=Fog")

    assert 'value="Fog"' in page.text
    assert db_session.query(Tag).count() == 0


def test_a_name_that_is_too_long_is_refused_beside_the_control(clients, draft, db_session):
    answer = save(clients["author"], draft, "x" * 81)

    assert answer.status_code == 422
    assert "Use at most 80 characters." in answer.text


def test_who_may_not_add_tags_uses_those_there_are(clients, people, draft, db_session, login, app):
    tags_named(["Garden"])
    author = next(role for role in people["author"].roles if role.name == "Blog Author")
    author.permissions = [
        pair
        for pair in author.permissions
        if (pair.permission.name, pair.view_menu.name) != ("can_add", "Tag")
    ]
    db_session.commit()
    client = login(app.test_client(), people["author"])

    refused, taken = save(client, draft, "Unknown"), save(client, draft, "garden")

    assert refused.status_code == 422
    assert "you may not add it" in refused.text
    assert taken.status_code == 302
    db_session.expire_all()
    assert names_of(draft) == ["Garden"]


@pytest.mark.both_databases
def test_the_api_takes_names_and_keys_and_put_replaces_the_set(clients, draft, db_session):
    (garden,) = tags_named(["Garden"])
    db_session.commit()
    path = f"/api/v1/posts/{draft.id}"
    page = clients["author"].get("/home/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    head = {"X-CSRFToken": csrf}

    def send(tags):
        answer = clients["author"].patch(path, json={"tags": tags}, headers=head)
        db_session.expire_all()
        return answer.status_code, names_of(draft)

    assert send(["garden", "Fog"]) == (200, ["Fog", "Garden"])
    assert send([garden.id]) == (200, ["Garden"])
    assert send([str(garden.id), "2024"]) == (200, ["2024", "Garden"])
    assert send([{"key": str(garden.id), "text": "Garden"}]) == (200, ["Garden"])
    assert send([]) == (200, [])
    assert send(["a,b"])[0] == 422
    assert send("Fog")[0] == 422
    assert send([999_999])[0] == 422


def test_renaming_and_merging_on_the_screen(clients, draft, db_session):
    gardn, garden = tags_named(["Gardn", "Garden"])
    draft.tags = [gardn]
    db_session.commit()
    page = clients["editor"].get("/content/tags/list/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    data = {"csrf_token": csrf, "key": gardn.id, "confirmed": "1"}

    unknown = clients["editor"].post("/content/tags/bulk/merge", data=data | {"into": "nothing"})
    answer = clients["editor"].post("/content/tags/bulk/merge", data=data | {"into": "GARDEN"})

    assert unknown.status_code in (302, 422)
    assert answer.status_code == 302
    db_session.expire_all()
    assert names_of(draft) == ["Garden"]
    assert find_by_slug("gardn").id == garden.id


@pytest.mark.parametrize("who", ["author", "moderator", "nobody"])
def test_only_editors_merge(clients, who, db_session):
    one, _two = tags_named(["One", "Two"])
    db_session.commit()
    page = clients[who].get("/home/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    data = {"csrf_token": csrf, "key": one.id, "confirmed": "1", "into": "Two"}

    assert clients[who].post("/content/tags/bulk/merge", data=data).status_code == 403
    assert db_session.query(Tag).count() == 2


def test_the_same_name_in_another_case_is_refused_beside_the_field(clients, db_session):
    tags_named(["Garden"])
    db_session.commit()
    fields = read_form(clients["editor"].get("/content/tags/add").text)
    fields["name"] = "gARDEN"

    answer = clients["editor"].post("/content/tags/add", data=fields)

    assert answer.status_code == 422
    assert "There is a tag of this name already." in answer.text


def test_the_list_counts_uses_in_few_statements(clients, people, db_session, statements):
    for number in range(10):
        make_post(people["author"], f"P{number}", tags=tags_named([f"T{number}", "All"]))
    clients["editor"].get("/content/tags/list/")

    with statements() as seen:
        page = clients["editor"].get("/content/tags/list/?sort=-post_count").text

    assert len(seen) <= 6, "\n".join(seen)
    assert page.index(">All<") < page.index(">T0<")

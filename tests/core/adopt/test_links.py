from app.core.adopt.links import MAX_PARTNERS

TAGS = """
    CREATE TABLE post (id INTEGER PRIMARY KEY);
    CREATE TABLE tag (id INTEGER PRIMARY KEY);
    CREATE TABLE post_tag (
        post_id INTEGER REFERENCES post(id),
        tag_id INTEGER REFERENCES tag(id),
        {more} PRIMARY KEY (post_id, tag_id)
    );
"""


def test_pairs_alone_become_a_relation_between_many(plan):
    made = plan(TAGS.format(more=""))

    assert [model.name for model in made.models] == ["Post", "Tag"]
    assert [item.variable for item in made.associations] == ["post_tag"]
    assert made.notes.handled == [("post_tag", "an association: Post.tags and Tag.posts")]


def test_pairs_that_say_more_become_a_model(plan):
    made = plan(TAGS.format(more="added_on DATE,"))

    assert [model.name for model in made.models] == ["Post", "PostTag", "Tag"]
    assert made.associations == []


def test_pairs_by_the_hundred_become_a_model(plan):
    rows = ", ".join(f"({number}, 1)" for number in range(MAX_PARTNERS + 1))

    made = plan(TAGS.format(more="") + f"INSERT INTO post_tag VALUES {rows};")

    assert [model.name for model in made.models] == ["Post", "PostTag", "Tag"]
    assert made.notes.mentions("post_tag")


def test_pairs_of_one_table_need_to_be_told_apart(written):
    models = written(
        """
        CREATE TABLE person (id INTEGER PRIMARY KEY);
        CREATE TABLE friendship (
            person_id INTEGER REFERENCES person(id),
            friend_id INTEGER REFERENCES person(id),
            PRIMARY KEY (person_id, friend_id)
        );
        """
    )

    assert 'primaryjoin=lambda: Person.id == friendship.c["person_id"]' in models
    assert 'friends: Mapped[list["Person"]]' in models

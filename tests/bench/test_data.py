import sqlalchemy as sa

from bench.crm import data
from bench.facts import Facts

CONTACTS = 300
COMMON = ", created_at, updated_at, version"
COLUMNS = {
    "company": "id, name, country",
    "tag": "id, name",
    "contact": "id, full_name, email, phone, birthday, company_id, status, gender, notes, amount",
    "contact_tag": "contact_id, tag_id",
    "task": "id, title, contact_id",
}


def made(prefix: str, path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for name, columns in COLUMNS.items():
            more = COMMON if prefix and name != "contact_tag" else ""
            if not prefix and name == "contact":
                more = ", created_at"
            connection.exec_driver_sql(f"CREATE TABLE {prefix}{name} ({columns}{more})")
        data.load(connection, CONTACTS, prefix)
    return engine


def test_bureau_and_the_others_have_the_same_rows(tmp_path):
    ours, theirs = made("crm_", tmp_path / "ours"), made("", tmp_path / "theirs")

    with ours.connect() as left, theirs.connect() as right:
        for name, columns in COLUMNS.items():
            rows = left.execute(sa.text(f"SELECT {columns} FROM crm_{name} ORDER BY 1, 2")).all()
            same = right.execute(sa.text(f"SELECT {columns} FROM {name} ORDER BY 1, 2")).all()
            assert rows == same
            assert len(rows) >= 50
    ours.dispose()
    theirs.dispose()


def test_facts_are_the_same_for_both_and_follow_what_is_written(tmp_path):
    both = [
        Facts(made("crm_", tmp_path / "ours"), "crm_", CONTACTS),
        Facts(made("", tmp_path / "theirs"), "", CONTACTS),
    ]
    ours, theirs = both

    for name in ("first", "deep", "behind", "filtered", "found", "by_status"):
        assert getattr(ours, name)() == getattr(theirs, name)()
    assert ours.deep().emails[-1] != ours.behind().emails[0]
    assert len(ours.found().emails) == 25
    assert sum(ours.by_status().values()) == CONTACTS

    ours.ask(
        "INSERT INTO {contact} (id, full_name, phone, status) VALUES (:id, 'x', '+351 1', 'x')",
        id=CONTACTS + 1,
    )
    assert (ours.created(), ours.phone(CONTACTS + 1)) == (1, "+351 1")
    ours.forget_created()
    assert ours.created() == 0
    for facts in both:
        facts.close()

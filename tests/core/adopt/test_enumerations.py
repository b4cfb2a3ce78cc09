import pytest

STATUS = "CREATE TABLE job (id INTEGER PRIMARY KEY, status TEXT {rule})"


@pytest.mark.parametrize(
    "rule",
    [
        "CHECK (status IN ('new', 'in review'))",
        "CHECK (status in ('new','in review'))",
        "CHECK (\"status\" IN ('new', 'in review'))",
        "CHECK (status IS NULL OR status IN ('new', 'in review'))",
    ],
)
def test_listed_texts_become_an_enumeration(plan, rule):
    made = plan(STATUS.format(rule=rule))

    (enumeration,) = made.enumerations
    assert enumeration.name == "JobStatus"
    assert enumeration.members == (("NEW", "new"), ("IN_REVIEW", "in review"))


@pytest.mark.parametrize(
    "rule",
    [
        "CHECK (status <> 'new')",
        "CHECK (length(status) IN (1, 2))",
        "CHECK (status IN ('new') AND id > 0)",
        "CHECK (status NOT IN ('new', 'old'))",
        "CHECK (status IN ('new') OR id IN ('old'))",
    ],
)
def test_other_checks_stay_with_the_database(plan, rule):
    assert plan(STATUS.format(rule=rule)).enumerations == []


def test_enumerations_of_postgresql_keep_their_texts(nasty_plan):
    found = {
        item.name: [value for _name, value in item.members] for item in nasty_plan.enumerations
    }

    assert found == {
        "Mood": ["very happy", "so-so", "sad", "1st", "token", ""],
        "PersonLevel": ["low", "it's high"],
        "MoodChoice": ["up", "down"],
    }

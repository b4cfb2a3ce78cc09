"""Demo people with their lists: the same rows every time, and nothing the second time."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import insert

from app.extensions import db
from app.features.todo.models import Colour, TodoItem, TodoList, TodoMember
from app.security.accounts import add_account, find_roles, find_user

REFERENCE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
# How many items each person has; the last of the large size never deletes anything.
SIZES = {"small": [40] * 10, "medium": [40] * 100, "large": [40] * 875 + [0] * 124 + [5000]}
FIRST_NAMES = "Ana Ben Chiara David Elif Farid Greta Hana Ivo Jun".split()
LAST_NAMES = "Almeida Brandt Costa Dubois Eriksen Fischer Gallo Haddad Ito Jansen Kowalski".split()
LISTS = {
    "Groceries": "Milk|Rye bread|Eggs|Olive oil|Tomatoes|Rice|Coffee beans|Apples|Yoghurt|Lentils"
    "|Onions|Butter|Lemons|Oat flakes",
    "Household": "Descale the kettle|Call the plumber|Wash the curtains|Fix the shelf|Sort paper"
    "|Oil the hinges|Read the meter|Air the cellar|Clean the oven|Change the filter|Sharpen knives"
    "|Renew the insurance|Mend the lamp|Water the plants",
    "Garden": "Prune the roses|Plant tulips|Rake the leaves|Repair the fence|Feed the birds"
    "|Cover the pots|Turn the compost|Sow spinach|Cut the hedge|Mend the hose|Label the seeds"
    "|Clean the tools|Empty the barrel|Bring in the lemon tree",
    "Lisbon": "Renew the passport|Book the train|Reserve the hotel|Print the tickets|Buy a map"
    "|Pack the charger|Download films|Weigh the suitcase|Find the adapter|Stop the newspaper"
    "|Ask about luggage|Change money|Write to Inês|Choose a book",
}


def seed(size: str) -> None:
    roles, password = find_roles(["Todo User"]), current_app.config["BUREAU_DEMO_PASSWORD"]
    friend = None
    for number, item_count in enumerate(SIZES[size]):
        login = f"todo{number + 1:04}"
        person = find_user(login)
        if person is None:
            name = (FIRST_NAMES[number % 10], LAST_NAMES[number % 11])
            person = add_account(login, name, f"{login}@demo.example", password, roles)
            _add_lists(number, item_count, person, friend)
        friend = person
    db.session.commit()


def _add_lists(number: int, item_count: int, owner: User, friend: User | None) -> None:
    """Three lists of one person; six of ten people share their first with the one before."""
    random = Random(f"todo:{number}")
    lists = [
        TodoList(owner=owner, name=name, colour=random.choice([*Colour]), position=position)
        for position, name in enumerate(random.sample([*LISTS], 3), 1)
    ]
    db.session.add_all(lists)
    if friend is not None and number % 10 in range(1, 7):
        db.session.add(TodoMember(list=lists[0], user=friend, can_write=number % 2 == 0))
    db.session.flush()
    rows = [_item(lists[index % 3], index, number, random) for index in range(item_count)]
    if rows:
        db.session.execute(insert(TodoItem), rows)


def _item(todo_list: TodoList, index: int, person: int, random: Random) -> dict[str, Any]:
    """Three of five items are done; of the open ones some are late and some have a reminder."""
    titles = LISTS[todo_list.name].split("|")
    again, which = divmod(index // 3, len(titles))
    added = REFERENCE - timedelta(days=random.randint(8, 180), hours=random.randint(0, 9))
    done_at = min(added + timedelta(days=random.randint(0, 20)), REFERENCE)
    is_done, turn = index % 5 < 3, person % 10 * 16 + index // 5 * 2 + index % 5 - 3
    due = None
    if not is_done and (turn % 10 in (1, 3, 5) or (turn % 6 == 0 and turn < 150)):
        due = REFERENCE + timedelta(days=turn % 13 + 1) * (1 if turn % 2 else -1)
    return {
        "list_id": todo_list.id,
        "title": f"{titles[which]} ({again + 1})" if again else titles[which],
        "due_on": due.date() if due else None,
        "remind_at": due - timedelta(hours=15) if due and turn < 150 and turn % 10 == 5 else None,
        "done_at": done_at if is_done else None,
        "done_by_id": todo_list.owner_id if is_done else None,
        "position": index // 3 + 1,
        "created_at": added,
        "created_by_id": todo_list.owner_id,
    }

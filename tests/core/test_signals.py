from app.core.signals import Changes, rows_changed


def test_changes_know_tables_and_nothing_more_by_default():
    changes = Changes(frozenset({"book"}))

    assert changes.keys == {}


def test_a_receiver_gets_the_changes():
    seen = []

    def note(sender, changes):
        seen.append(changes)

    with rows_changed.connected_to(note):
        rows_changed.send(None, changes=Changes(frozenset({"book"})))

    assert seen[0].tables == {"book"}

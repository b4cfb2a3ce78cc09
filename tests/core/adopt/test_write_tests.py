from app.core.adopt.write_tests import write_tests


def test_test_reads_the_adopted_database(plan):
    text = write_tests(plan("CREATE TABLE item (id INTEGER PRIMARY KEY)"))

    assert "from app.features.shop.feature import FEATURE" in text
    assert 'adopted_app("shop")' in text
    compile(text, "test_shop.py", "exec")

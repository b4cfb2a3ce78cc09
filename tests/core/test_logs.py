import json
import logging

import pytest

from app.core.logs import init_logs
from app.core.telemetry import init_telemetry, request_id

logger = logging.getLogger("tests.logs")


@pytest.fixture(autouse=True)
def no_handler_stays():
    yield

    root = logging.getLogger()
    for handler in [item for item in root.handlers if item.get_name() == "bureau"]:
        root.removeHandler(handler)


def test_a_line_carries_the_request(make_tiny, capsys):
    app = make_tiny(init_telemetry)

    with app.test_request_context(headers={"X-Request-ID": "abc"}):
        logger.warning("Hello %s", "Ana")
        identifier = request_id()

    assert f"WARNING [{identifier}] tests.logs: Hello Ana" in capsys.readouterr().err


def test_a_line_outside_a_request_has_a_dash(make_tiny, capsys):
    make_tiny(init_telemetry)

    logger.warning("Hello")

    assert "[-] tests.logs: Hello" in capsys.readouterr().err


@pytest.mark.parametrize("environment", ["production", "development"])
def test_a_message_cannot_fake_a_line(make_tiny, capsys, environment):
    make_tiny(init_telemetry, BUREAU_ENV=environment)

    logger.warning("refused %s", "x\n2024-01-01 INFO admin logged in\r")

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_production_writes_json(make_tiny, capsys):
    make_tiny(init_telemetry, BUREAU_ENV="production")

    try:
        raise ValueError("bad")
    except ValueError:
        logger.exception("It failed")

    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["logger"], line["message"]) == ("ERROR", "tests.logs", "It failed")
    assert line["time"].endswith("+00:00")
    assert "ValueError: bad" in line["traceback"]


def test_a_traceback_keeps_its_lines_in_development(make_tiny, capsys):
    make_tiny(init_telemetry)

    try:
        raise ValueError("bad")
    except ValueError:
        logger.exception("It failed")

    assert "\nTraceback" in capsys.readouterr().err


def test_a_second_application_writes_no_line_twice(make_tiny, capsys):
    make_tiny(init_telemetry)
    make_tiny(init_telemetry)

    logger.warning("Once")

    assert capsys.readouterr().err.count("Once") == 1


def test_a_chatty_library_is_quiet(make_tiny, capsys):
    make_tiny(init_telemetry)

    logging.getLogger("alembic.runtime.migration").info("Context impl SQLiteImpl.")

    assert capsys.readouterr().err == ""


def test_the_setting_chooses_the_level(make_tiny, capsys):
    init_logs(make_tiny(BUREAU_LOG_LEVEL="ERROR"), lambda: "")

    logger.warning("Hidden")

    assert "Hidden" not in capsys.readouterr().err
    logging.getLogger().setLevel("WARNING")

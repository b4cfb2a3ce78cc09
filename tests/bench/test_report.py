"""The page of the results is made from them, and judges them as the goals say."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from bench import report
from bench.goals import GOALS, Sheet
from bench.picture import draw
from bench.results import Results, load, save, summed_up


def summary():
    results = Results(loops=[100.0, 104.0])
    rates = {
        "bureau": {"list": (300, 310, 305), "deep": (280, 290, 285), "filter": (100, 100, 100)},
        "fab": {"list": (20, 22, 21), "deep": (12, 12, 12), "filter": (30, 30, 30)},
        "sqladmin": {"list": (30, 30, 30), "deep": (15, 15, 15)},
        "floor": {"list": (900, 900, 900)},
    }
    for name, operations in rates.items():
        for operation, found in operations.items():
            for rate in found:
                record = {"rate": rate, "milliseconds": 1.5, "statements": 3, "bytes": 20_000}
                results.add("1m", name, operation, record)
    for name, seconds, memory in (("bureau", 1.0, 4.0), ("fab", 5.0, 600.0)):
        record = {"seconds": seconds, "memory": memory, "bytes": 2_000_000, "statements": 1}
        results.add("100k", name, "export", record)
    results.add("100k", "bureau", "list", {"rate": 310, "milliseconds": 3, "bytes": 1})
    results.leaks["fab"] = {
        "lists": 200,
        "wrong_lists": 92,
        "records": 100,
        "wrong_records": 3,
        "refused": 0,
    }
    results.browser["bureau"] = {"bytes": 43_834, "requests": 6, "foreign": 0}
    titles = {"bureau": "Bureau", "fab": "FAB", "sqladmin": "SQLAdmin", "floor": "Floor"}
    about = {
        "titles": titles,
        "peers": ["fab", "sqladmin"],
        "wsgi": ["bureau", "fab"],
        "shown": {"processor": "two cores"},
    }
    return results.summary(about)


def outcomes(title):
    goal = next(goal for goal in GOALS if goal.title == title)
    return [str(outcome) for outcome in goal.outcomes(Sheet(summary()))]


def test_ratio_is_that_of_medians_to_the_best_peer():
    assert outcomes("list, first page") == ["10.2 × ✓", "0.34 × floor ✓"]
    assert outcomes("list, a page in the middle") == ["19.0 × ✓", "0.93 × first ✓"]


def test_goal_that_is_missed_says_what_was_reached():
    assert outcomes("filter by status, sort by date") == ["3.3 × ✗"]


def test_file_of_all_rows_is_judged_where_it_was_measured():
    assert outcomes("export CSV, at most 100k rows") == ["5.0 × ✓", "4 MiB ✓"]


def test_what_was_not_measured_is_not_judged():
    assert outcomes("record page") == []
    assert "| record page | – | – | – | ≥ the best |  |" in report.goals_table(Sheet(summary()))


def test_medians_keep_the_range_of_what_was_timed():
    records = [{"rate": rate, "bytes": rate, "statements": None} for rate in (9, 5, 6.12341)]

    assert summed_up(records) == {"rate": [6.1234, 5, 9], "bytes": 6.1234}


def test_results_are_the_same_after_they_were_kept(tmp_path):
    save(summary(), tmp_path / "kept" / "results.json")

    assert load(tmp_path / "kept" / "results.json") == summary()


@pytest.mark.parametrize("name", report.TABLES)
def test_every_table_can_be_made_of_little_and_of_nothing(name):
    empty = {
        "about": {"titles": {}, "peers": [], "wsgi": [], "shown": {}},
        "cells": {},
        "browser": {},
        "leaks": {},
        "loops": [],
        "failures": [],
    }

    assert report.TABLES[name](Sheet(empty)).endswith("\n")
    lines = report.TABLES[name](Sheet(summary())).splitlines()
    assert len({line.count("|") for line in lines}) == 1


def test_tables_are_written_between_their_marks_and_nowhere_else():
    page = "# Title\n\n<!-- leaks -->\nold\n<!-- end -->\n\nText\n"

    written = report.written(page, summary())

    assert written.startswith("# Title\n\n<!-- leaks -->\n\n|")
    assert "| FAB | 200 | 92 (46.0%) | 100 | 3 (3.0%) |" in written
    assert written.endswith("|\n\n<!-- end -->\n\nText\n")
    assert "old" not in written
    assert report.written(written, summary()) == written


def test_picture_has_a_dot_for_each_rate_and_is_well_formed():
    root = ElementTree.fromstring(draw(Sheet(summary())))

    dots = [each.get("class") for each in root.iter("{http://www.w3.org/2000/svg}circle")]
    # Four in the legend; then four for the list, three for the page, two for the filter.
    assert len(dots) == 4 + 4 + 3 + 2
    assert dots.count("bureau") == 1 + 3


def test_page_is_the_one_that_its_results_make():
    kept = load(report.SUMMARY)

    assert report.PAGE.read_text() == report.written(report.PAGE.read_text(), kept)
    assert report.PICTURE.read_text() == draw(Sheet(kept))


def test_kept_results_are_small():
    assert report.SUMMARY.stat().st_size < 100_000
    assert json.loads(report.SUMMARY.read_text())["about"]["titles"]["bureau"] == "Bureau"

"""A file goes when nobody has needed it for long enough, and no day before."""

import os

import pytest

from app.core.files import store
from app.core.files.pruning import prune_files
from app.core.outbox.worker import PRUNE_FILES_SECONDS, Worker
from app.extensions import db
from scripts.commands import command
from tests.core.archive import DOSSIERS, dossier, kept_files, make_old, stored_file

pytestmark = pytest.mark.both_databases


def test_a_file_that_no_row_needs_goes_after_its_days(archive):
    old, young = stored_file(), stored_file()
    make_old(old, 31)
    make_old(young, 29)

    assert prune_files() == 1

    assert kept_files() == [young.key]


def test_files_of_rows_stay_however_old(archive):
    paper, photo, secret = stored_file(), stored_file(), stored_file()
    dossier("Not yours", paper=paper, photo=photo, secret=secret)
    for file in (paper, photo, secret):
        make_old(file, 1000)

    assert prune_files() == 0


def test_files_of_the_trash_stay(archive_client):
    row = dossier(paper=stored_file())
    archive_client("owner").post(f"{DOSSIERS}/delete/{row.id}")
    make_old(row.paper, 1000)

    assert prune_files() == 0


def test_the_days_begin_when_a_file_is_needed_for_the_last_time(archive):
    row = dossier(paper=stored_file())
    make_old(row.paper, 1000)
    key = row.paper.key
    prune_files()

    row.paper = None
    db.session.commit()

    assert prune_files() == 0
    assert kept_files() == [key]


def test_files_of_tables_that_are_not_loaded_stay(archive):
    key = store.write(b"content", "table_of_a_feature_that_is_off")
    os.utime(store.path_of(key), (1000, 1000))

    assert prune_files() == 0
    assert kept_files() == [key]


def test_what_was_not_written_to_its_end_goes(archive):
    file = stored_file()
    path = store.path_of(file.key)
    unfinished = path.with_name(".new-x")
    path.rename(unfinished)
    os.utime(unfinished, (1000, 1000))

    assert prune_files() == 1


def test_a_file_that_waits_with_a_form_stays_for_its_day(archive, monkeypatch):
    monkeypatch.setitem(archive.config, "BUREAU_FILES_DAYS", 1)
    make_old(stored_file(), 1)

    assert prune_files() == 0


def test_no_days_mean_for_ever(archive, monkeypatch):
    monkeypatch.setitem(archive.config, "BUREAU_FILES_DAYS", 0)
    make_old(stored_file(), 1000)

    assert prune_files() == 0


def test_the_worker_prunes_when_it_starts_and_then_a_day_later(archive):
    worker = Worker(archive)
    worker._prune_at += 1_000
    make_old(stored_file(), 1000)

    worker._prune()
    assert kept_files() == []

    later = stored_file()
    make_old(later, 1000)
    worker._prune()
    assert kept_files() == [later.key]
    worker._prune_files_at -= PRUNE_FILES_SECONDS
    worker._prune()
    assert kept_files() == []


def test_the_command_says_how_many_went(archive, capsys):
    make_old(stored_file(), 1000)

    command(archive, "prune-files")

    assert "1 file deleted." in capsys.readouterr().out

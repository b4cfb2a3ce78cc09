"""Runs commands of `flask --app run …` in this process."""

from __future__ import annotations

from flask import Flask
from flask.cli import FlaskGroup


def command(app: Flask, *words: str) -> None:
    """Run one command with an application that is already there."""
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
    group.main(list(words), prog_name="flask", standalone_mode=False)

"""Takes the pictures of the README: a temporary instance with the small demo, in Chromium.

Only a loopback port is opened, and nothing of this installation is read or written except the
pictures themselves.
"""

from __future__ import annotations

import io
import logging
import secrets
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder.security.sqla.models import User
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from config import Config
from scripts.scratch import scratch_environment
from scripts.serve import prepare

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
MAX_BYTES = 200 * 1024
COLOURS = (256, 128, 64, 32)
FLAGS = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars")
TIMEOUT_MS = 20_000
DESK = (1280, 760)
PHONE = (375, 720)
# A machine need not have the fonts of every script that the demo is written in.
AUTHORS = ("author", "blog.maeve", "blog.lukas")


@dataclass(frozen=True)
class Shot:
    """One picture: the page, and how it is looked at."""

    name: str
    path: str
    theme: str = "light"
    size: tuple[int, int] = DESK
    scale: float = 1.5


def shots(author_filter: str, post: str) -> list[Shot]:
    """The pictures to take."""
    posts = f"/blog/posts/list/?filter={author_filter}&sort=-published_at"
    return [
        Shot("list-light", posts),
        Shot("list-dark", posts, theme="dark"),
        Shot("form", f"/blog/posts/edit/{post}"),
        Shot("charts", f"/blog/posts/chart/?filter={author_filter}"),
        Shot("phone", posts, size=PHONE, scale=2),
    ]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve on a free loopback port, and yield the address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def demo() -> Iterator[tuple[Flask, str]]:
    """A new application with the small demo, and the password of its accounts."""
    password = secrets.token_urlsafe(12)
    with scratch_environment() as environ:
        environ |= {"BUREAU_ENV": "development", "BUREAU_DEMO_PASSWORD": password}
        app = create_app(Config.from_environment(environ | {"BUREAU_LOG_LEVEL": "WARNING"}))
        with app.app_context():
            prepare(app)
        yield app, password
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def author_keys(app: Flask) -> str:
    """The condition of the posts that are shown: those of the authors who write in Latin script."""
    with app.app_context():
        found = db.session.scalars(select(User.id).where(User.username.in_(AUTHORS)))
        return "author:any:" + ",".join(str(key) for key in sorted(found))


def sign_in(browser: Browser, address: str, password: str) -> Any:
    """Sign in as admin, and give the state of the browser afterwards."""
    context = browser.new_context(base_url=address, locale="en")
    page = context.new_page()
    page.goto("/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/home/")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, address: str, state: Any, shot: Shot) -> bytes:
    """One picture as PNG."""
    context = browser.new_context(
        base_url=address,
        storage_state=state,
        viewport={"width": shot.size[0], "height": shot.size[1]},
        device_scale_factor=shot.scale,
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en",
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(shot.path)
    page.wait_for_load_state("networkidle")
    picture = settled(page)
    context.close()
    return picture


def settled(page: Page) -> bytes:
    """The page once two pictures of it are the same: charts are drawn after it has loaded."""
    previous, picture = b"", page.screenshot()
    while picture != previous:
        page.wait_for_timeout(300)
        previous, picture = picture, page.screenshot()
    return picture


def shrunk(picture: bytes, limit: int = MAX_BYTES) -> bytes:
    """The picture with as many colours as fit into the limit."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in COLOURS:
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= limit:
            return out.getvalue()
    raise ValueError(f"a picture is larger than {limit} bytes in {COLOURS[-1]} colours")


def main() -> int:
    """Take every picture."""
    program = shutil.which("chromium")
    if program is None:
        print("Install the package chromium to take the pictures")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    # Werkzeug's own level would be INFO, whatever the log's.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with demo() as (app, password), serving(app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        state = sign_in(browser, address, password)
        for shot in shots(author_keys(app), "1"):
            path = IMAGES / f"{shot.name}.png"
            path.write_bytes(shrunk(take(browser, address, state, shot)))
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

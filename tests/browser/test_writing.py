"""Posts are written as rich text or as Markdown, with pictures in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.features.blog.models import Post
from tests.browser.axe import violations
from tests.browser.test_drafts import offer, wait_for_draft
from tests.content.attachments.conftest import photograph

ADD = "/blog/posts/add"
PHONE = {"width": 375, "height": 800}
NO_SCRIPTS = {"java_script_enabled": False}
DROP = """([target, bytes]) => {
  const data = new DataTransfer();
  const content = new Uint8Array(bytes);
  data.items.add(new File([content], "bridge.jpg", { type: "image/jpeg" }));
  const box = document.querySelector(target).getBoundingClientRect();
  const at = { clientX: box.left + 30, clientY: box.top + 30, bubbles: true, cancelable: true };
  for (const name of ["dragover", "drop"]) {
    const event = new DragEvent(name, { dataTransfer: data, ...at });
    document.querySelector(target).dispatchEvent(event);
  }
}"""
PASTE = """([kind, text]) => {
  const data = new DataTransfer();
  data.setData(kind, text);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  const event = new ClipboardEvent("paste", options);
  document.querySelector(".ProseMirror").dispatchEvent(event);
}"""
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office">
<head><style>p.MsoNormal {margin: 0}</style></head><body><!--StartFragment-->
<p class=MsoNormal style='color:red'>One<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span
style='mso-list:Ignore'>·<span>  </span></span>first</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span
style='mso-list:Ignore'>·<span>  </span></span>second</p>
<p class=MsoNormal><span style='font-weight:bold'>Loud</span><img
src="https://evil.example/x.png" onerror="alert(1)"></p><!--EndFragment--></body></html>"""


@pytest.fixture
def author(new_person):
    return new_person("Blog Author")


def text_of(page: Page):
    """The text, as the editor shows it."""
    return page.get_by_role("textbox", name="Body")


def begin(page: Page, title: str) -> None:
    page.goto(ADD)
    page.get_by_label("Title").fill(title)
    page.locator(".ProseMirror").click()


def sent(page: Page) -> str:
    """The HTML that the form would send."""
    return page.locator("textarea[name=body]").input_value()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/show/*")


def saved(storing, title: str) -> tuple[str, str | None, list[str]]:
    """The body, the Markdown and the pictures of the post."""
    with storing():
        post = db.session.query(Post).filter_by(title=title).one()
        return post.body, post.body_source, [found.alt for found in post.attachments]


def drop(page: Page, target: str) -> None:
    page.evaluate(DROP, [target, list(photograph())])


def test_bold_words_and_a_dropped_picture_are_saved(visit, author, storing):
    page = visit(author)
    begin(page, "The old bridge")
    page.keyboard.type("It is ")
    page.keyboard.press("Control+b")
    page.keyboard.type("very old")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")
    drop(page, ".ProseMirror")
    dialog = page.get_by_role("dialog", name="Picture")
    dialog.get_by_role("button", name="Upload").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "Say what the picture shows, or mark it as decoration."
    )
    dialog.get_by_label("What the picture shows").fill("A bridge at dusk")
    dialog.get_by_label("What the picture shows").press("Enter")
    expect(text_of(page).get_by_role("img", name="A bridge at dusk")).to_be_visible()
    save(page)

    body, _source, pictures = saved(storing, "The old bridge")
    assert "It is <strong>very old</strong>." in body
    assert 'alt="A bridge at dusk"' in body
    assert pictures == ["A bridge at dusk"]


def test_markdown_is_seen_beside_what_one_types(visit, author, storing):
    page = visit(author)
    begin(page, "In Markdown")
    page.get_by_role("radio", name="Markdown").check()
    source = page.locator("textarea[name=body_source]")
    source.fill("Some **bold** words\n\n- one\n- two\n\n<script>alert(1)</script>")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("strong")).to_have_text("bold")
    expect(preview.locator("li")).to_have_count(2)
    expect(preview).to_contain_text("<script>alert(1)</script>")
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    expect(preview).to_be_hidden()
    page.get_by_role("tab", name="Preview").click()
    expect(preview).to_be_visible()
    expect(source).to_be_hidden()
    save(page)

    body, kept, _pictures = saved(storing, "In Markdown")
    assert "<strong>bold</strong>" in body
    assert kept.startswith("Some **bold** words")


def test_a_text_goes_to_markdown_and_back(visit, author):
    page = visit(author)
    begin(page, "There and back")
    page.keyboard.type("## Part")
    page.keyboard.press("Enter")
    page.keyboard.type("1. one")
    page.get_by_role("radio", name="Markdown").check()
    expect(page.locator("textarea[name=body_source]")).to_have_value("## Part\n\n1. one")
    page.locator("textarea[name=body_source]").fill("## Part\n\n1. *one*")
    page.get_by_role("radio", name="Rich text").check()

    expect(text_of(page).locator("h2")).to_have_text("Part")
    expect(text_of(page).locator("ol em")).to_have_text("one")


def test_the_toolbar_is_one_stop_and_its_buttons_say_what_is_on(visit, author):
    page = visit(author)
    begin(page, "By keyboard")
    page.keyboard.type("word")
    page.keyboard.press("Control+a")
    page.keyboard.press("Shift+Tab")
    bold = page.get_by_role("button", name="Bold")
    expect(bold).to_be_focused()
    expect(bold).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")

    expect(bold).to_have_attribute("aria-pressed", "true")
    assert sent(page) == "<p><strong>word</strong></p>"
    page.keyboard.press("Control+z")
    assert sent(page) == "<p>word</p>"


def test_a_link_is_set_in_a_dialog_that_refuses_scripts(visit, author):
    page = visit(author)
    begin(page, "With a link")
    page.keyboard.type("here")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Link")
    address = dialog.get_by_label("Address")
    expect(address).to_be_focused()
    assert violations(page) == []
    address.fill("javascript:alert(1)")
    address.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Write a web address")
    address.fill("example.org/a")
    address.press("Enter")

    assert sent(page) == '<p><a href="https://example.org/a">here</a></p>'


def test_the_address_of_a_video_becomes_a_box_that_asks_nobody(visit, author):
    page = visit(author)
    begin(page, "With a video")
    page.evaluate(PASTE, ["text/plain", "https://youtu.be/dQw4w9WgXcQ"])

    expect(text_of(page).locator("figure[data-youtube=dQw4w9WgXcQ]")).to_be_visible()
    assert 'data-youtube="dQw4w9WgXcQ"' in sent(page)
    assert "iframe" not in sent(page)


def test_what_comes_from_word_loses_what_is_words_own(visit, author):
    page = visit(author)
    begin(page, "From Word")
    page.evaluate(PASTE, ["text/html", WORD])

    html = sent(page)
    assert "<li><p>first</p></li><li><p>second</p></li>" in html
    assert "<strong>Loud</strong>" in html
    for left_out in ("Mso", "style", "o:p", "·", "evil", "margin"):
        assert left_out not in html


def test_a_draft_comes_back_into_the_editor(visit, author):
    page = visit(author)
    begin(page, "Half done")
    page.keyboard.type("A sentence that must not be lost")
    wait_for_draft(page, "must not be lost")
    page.goto("/home/", wait_until="commit")
    page.goto(ADD)
    expect(text_of(page)).to_be_visible()
    offer(page).get_by_role("button", name="Restore").click()

    expect(text_of(page)).to_have_text("A sentence that must not be lost")


def test_pictures_are_dropped_named_and_given_what_matters(visit, author, storing):
    page = visit(author)
    begin(page, "Many pictures")
    page.keyboard.type("x")
    drop(page, "[data-drop]")
    waiting = page.locator("[data-waiting]")
    waiting.get_by_label("What the picture shows").fill("The market")
    waiting.get_by_role("button", name="Upload").click()
    point = page.get_by_role("button", name="What matters in the picture: 50 %, 50 %")
    point.focus()
    with page.expect_response("**/attachments/*"):
        page.keyboard.press("Shift+ArrowRight")
    expect(
        page.get_by_role("button", name="What matters in the picture: 60 %, 50 %")
    ).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Put into the text").click()
    expect(text_of(page).get_by_role("img", name="The market")).to_be_visible()
    save(page)

    assert saved(storing, "Many pictures")[2] == ["The market"]


def test_a_text_that_the_editor_would_harm_is_edited_as_html(visit, author, storing):
    page = visit(author)
    begin(page, "With a table")
    page.get_by_role("button", name="Edit the HTML").click()
    table = "<table><tbody><tr><td>1</td></tr></tbody></table>"
    page.locator("textarea[name=body]").fill(table)
    save(page)
    page.get_by_role("link", name="Edit", exact=True).click()

    expect(text_of(page)).to_have_value(table)
    expect(page.get_by_text("parts that only the HTML can show")).to_be_visible()


def test_without_scripts_one_writes_html(visit, author, storing):
    page = visit(author, **NO_SCRIPTS)
    page.goto(ADD)
    page.get_by_label("Title").fill("By hand")
    text_of(page).fill("<p>Some <b>words</b><script>alert(1)</script></p>")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/show/*")

    assert saved(storing, "By hand")[0] == "<p>Some <b>words</b></p>"

import pytest

from bench.forms import FormError, changed, read_form

PAGE = """
<form><input name="q"></form>
<template><form><input name="name" value="of a template"></form></template>
<form id="record">
  <input type="hidden" name="token" value="t">
  <input name="name" value="Ana &amp; Bruno">
  <input name="off" value="x" disabled>
  <input type="checkbox" name="yes" value="1" checked>
  <input type="checkbox" name="no" value="1">
  <input type="radio" name="on" checked>
  <input type="file" name="file">
  <input type="submit" name="save" value="Save">
  <select name="first"><option value="a">A</option><option value="b">B</option></select>
  <select name="chosen"><option value="a">A</option><option value="b" selected>B</option></select>
  <select name="none" multiple><option value="a">A</option></select>
  <select name="many" multiple><option value="a" selected>A<option value="b" selected>B</select>
  <textarea name="notes">
one
two</textarea>
</form>
"""


def test_form_is_read_as_a_browser_would_send_it():
    assert read_form(PAGE, "name") == [
        ("token", "t"),
        ("name", "Ana & Bruno"),
        ("yes", "1"),
        ("on", "on"),
        ("first", "a"),
        ("chosen", "b"),
        ("many", "a"),
        ("many", "b"),
        ("notes", "one\ntwo"),
    ]


def test_page_without_the_form_is_an_error():
    with pytest.raises(FormError, match="company"):
        read_form(PAGE, "company")


def test_changed_field_takes_the_place_of_all_that_had_its_name():
    form = [("tags", "1"), ("tags", "2"), ("name", "Ana")]

    assert changed(form, tags=["3"], name="Eva") == [("tags", "3"), ("name", "Eva")]
    assert changed(form, tags=[]) == [("name", "Ana")]

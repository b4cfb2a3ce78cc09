"""Public pages are made once, dropped at once, and never given to somebody who is signed in."""

import threading

import pytest
from flask import make_response, request, session
from flask_appbuilder.baseviews import BaseView, expose

from app.core.cache import drop
from app.core.clock import now
from app.core.i18n import current_locale
from app.core.pagecache import Plan, public_page
from app.core.sessions import MESSAGES
from app.extensions import masked_csrf_token

TAG = "test-pagecache"
WORDS = " word" * 300


class PublicPages(BaseView):
    """Its pages begin with how many were made before."""

    route_base = "/public"
    default_view = "plain"
    made = 0
    gate = threading.Event()

    @expose("/plain")
    @public_page(60, lambda: Plan((TAG,)), parameters={"q": "[a-z]{1,3}"})
    def plain(self):
        return f"{_count()} {current_locale()} {request.args.get('q', '')}{WORDS}"

    @expose("/numbered/<int:number>")
    @public_page(60, lambda **_values: Plan((TAG,)))
    def numbered(self, number):
        return f"{_count()} {number}"

    @expose("/slow")
    @public_page(60, lambda: Plan((TAG,)))
    def slow(self):
        self.gate.wait(5)
        return _count()

    @expose("/token")
    @public_page(60, lambda: Plan((TAG,)))
    def token(self):
        return masked_csrf_token()

    @expose("/own-rule")
    @public_page(60, lambda: Plan((TAG,)))
    def own_rule(self):
        response = make_response(_count())
        response.headers["Cache-Control"] = "no-cache"
        return response

    @expose("/expired")
    @public_page(60, lambda: Plan((TAG,), until=now()))
    def expired(self):
        return _count()

    @expose("/feed")
    @public_page(60, lambda: Plan((TAG,)), is_personal=False)
    def feed(self):
        return f"{_count()} {current_locale()}"

    @expose("/greet", methods=["POST"])
    def greet(self):
        session[MESSAGES] = [("info", "Hello")]
        return ""


def _count():
    PublicPages.made += 1
    return str(PublicPages.made)


@pytest.fixture(scope="module")
def site(make_app):
    app = make_app(BUREAU_PUBLIC_SECONDS=5)
    with app.app_context():
        app.appbuilder.add_view_no_menu(PublicPages)
    return app


@pytest.fixture
def ask(site):
    """`ask(path, **headers)` asks as a new visitor; nothing is kept from the test before."""
    with site.app_context():
        drop(TAG)

    def get(path, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return site.test_client().get(f"/public/{path}", headers=named)

    return get


def test_all_visitors_get_the_same_page_without_a_cookie(ask):
    first, second = ask("plain"), ask("plain")

    assert first.text == second.text
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "public, max-age=5, must-revalidate"
    assert first.headers["Vary"] == "Accept-Encoding, Accept-Language, Cookie"


def test_a_change_drops_the_page_for_the_next_one_who_asks(site, ask):
    before = ask("plain").text

    with site.app_context():
        drop(TAG)

    assert ask("plain").text != before


def test_a_language_has_a_page_of_its_own(ask):
    english, portuguese = ask("plain"), ask("plain", Accept_Language="pt-PT")

    assert (english.text.split()[1], portuguese.text.split()[1]) == ("en", "pt")
    assert ask("plain", Accept_Language="pt").text == portuguese.text
    assert ask("plain?lang=xx").text == english.text


def test_a_language_in_the_address_has_a_page_whose_links_keep_it(ask):
    asked, own = ask("plain?lang=pt"), ask("plain", Accept_Language="pt")

    assert [page.text.split()[1] for page in (asked, own)] == ["pt", "pt"]
    assert asked.text != own.text
    assert ask("plain?lang=pt").text == asked.text


@pytest.mark.parametrize("spelled", ["02", "0000002", "%D9%A2"])
def test_a_number_makes_one_page_however_it_is_written(ask, spelled):
    assert ask("numbered/2").text == ask(f"numbered/{spelled}").text


def test_parameters_that_no_page_reads_do_not_count(ask):
    assert ask("plain?utm_source=mail").text == ask("plain?other=1").text
    assert ask("plain?q=abc").text == ask("plain?q=abc&x=1").text
    assert ask("plain?q=abc").text != ask("plain?q=abd").text


def test_what_is_made_up_in_a_parameter_is_answered_and_not_kept(ask):
    assert ask("plain?q=something-long").text != ask("plain?q=something-long").text


def test_whoever_has_the_page_gets_304(ask):
    known = ask("plain").headers["ETag"]

    again = ask("plain", If_None_Match=known)

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", known)
    assert ask("plain", If_None_Match='"other"').status_code == 200


def test_the_page_comes_compressed_to_whoever_can_read_that(ask):
    small, whole = ask("plain", Accept_Encoding="gzip, br"), ask("plain")

    assert small.headers["Content-Encoding"] == "gzip"
    assert ask("plain", Accept_Encoding="gzip;q=0, br").headers["Content-Encoding"] == "br"
    assert "Content-Encoding" not in whole.headers
    assert len(small.data) < len(whole.data) / 3


def test_a_signed_in_person_gets_a_page_of_their_own(site, ask, login):
    kept = ask("plain").text
    with site.app_context():
        admin = site.appbuilder.sm.find_user("cast-admin")
        client = login(site.test_client(), admin)

    answer = client.get("/public/plain")

    assert answer.text != kept
    assert answer.headers["Cache-Control"] == "no-store"
    assert ask("plain").text == kept


def test_a_message_is_shown_to_whom_it_is_for(site, ask):
    kept = ask("plain").text
    client = site.test_client()
    client.post("/public/greet")

    assert client.get("/public/plain").text != kept


def test_a_page_with_a_token_is_refused_rather_than_kept(ask):
    with pytest.raises(RuntimeError, match="has a token or a nonce"):
        ask("token")


def test_an_answer_that_says_who_may_keep_it_is_not_kept(ask):
    assert ask("own-rule").text != ask("own-rule").text
    assert ask("own-rule").headers["Cache-Control"] == "no-cache"


def test_what_is_another_page_from_now_on_is_not_kept(ask):
    assert ask("expired").text != ask("expired").text


def test_what_programs_read_does_not_depend_on_the_cookie_or_the_language(ask):
    answer = ask("feed", Accept_Language="pt")

    assert answer.text.split()[1] == "en"
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_many_who_ask_at_once_cause_one_page(ask):
    PublicPages.gate.clear()
    found = []
    readers = [threading.Thread(target=lambda: found.append(ask("slow").text)) for _ in range(12)]
    for reader in readers:
        reader.start()
    PublicPages.gate.set()
    for reader in readers:
        reader.join()

    assert len(found) == 12
    assert len(set(found)) == 1

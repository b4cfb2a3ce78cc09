"""A demo blog in three languages: the same rows every time, and nothing the second time."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import insert, select

from app.extensions import db
from app.features.blog.models import (
    AuthorProfile,
    Digest,
    DigestState,
    Post,
    PostKind,
    PostRevision,
    PostStatus,
    Reminder,
    Subscriber,
    SubscriberState,
)
from app.features.blog.operations import slug_of
from app.security.accounts import find_roles
from app.security.passwords import hash_password

# The moment at which the demo plays, and how long the blog is older than that.
REFERENCE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
AGE_DAYS = 548
FACTORS = {"small": 1, "medium": 10, "large": 100}
POSTS, DRAFTS, SCHEDULED, SUBSCRIBERS = 60, 6, 2, 100

PEOPLE = (
    ("author", "Inês", "Carvalho", "Blog Author", "Writes about streets, maps and how we move."),
    ("blog.jonas", "Jonas", "Weidenfeller", "Blog Author", "Werkstatt, Holz und alte Maschinen."),
    ("blog.eleni", "Ελένη", "Παπαδάκη", "Blog Author", "Γράφει για κήπους, κουζίνες και καράβια."),
    ("blog.maeve", "Maeve", "O’Donnell", "Blog Author", "Libraries, archives, lost paper."),
    ("blog.lukas", "Lukas", "Brændgaard", "Blog Author", "Bread, beer and other slow things."),
    ("editor", "Beatriz", "Nogueira", "Blog Editor", "Keeps the desk tidy."),
    ("moderator", "Tomasz", "Zieliński", "Blog Moderator", ""),
)

# Which of them write in which language.
WRITERS = {"en": (0, 3), "de": (1, 4), "el": (2,)}

# Title and summary of each text: English, German, Greek.
ARTICLES = {
    "en": """\
Twelve bridges before breakfast|A walk along the canal, with a notebook and no plan.
What the timetable does not say|Three weeks of night buses, written down stop by stop.
The drawer of unlabelled keys|Every building has one. We tried all of ours.
How to read a tide table|A short guide for people who live far from the sea.
A library card from 1931|It was in a coat. We found out whose.
Baking with the window open|Why our loaves changed when the weather did.
The last typewriter shop in town|Mr Abreu repairs what nobody sells any more.
Notes on a flat roof|One summer, eleven pots and a great many snails.
Why we still print the map|Paper does not know where you are, and that is the point.
Small repairs, large relief|A list of things we fixed in less than ten minutes.
Listening to a power station|Field recordings from behind the fence.
The market at six in the morning|Who is there before you, and what they drink.
An honest review of our own website|What readers told us when we finally asked.
Letters we forgot to answer|Some questions deserve a late reply.
The sound of Sunday|A neighbourhood described by its noises.
Borrowed ladders|On lending things, and the people who bring them back.
Fog, and how to photograph it|Patience is most of it. A thermos is the rest.
What a census leaves out|Four families, one form, and the margins of it.
Learning to whistle at forty|It is mostly about the tongue, and about dignity.
Ten years of the same bench|One photograph every first of March.""",
    "de": """\
Die Donaudampfschifffahrtsgesellschaft fährt nicht mehr|Ein Nachmittag im Archiv am Hafen.
Geschwindigkeitsbegrenzung auf dem Radweg?|Was eine Woche Zählen ergeben hat.
Warum das Brot am Montag besser ist|Über Sauerteig, Geduld und Wochenenden.
Eine Werkstatt, drei Generationen|Zu Besuch bei Familie Grünwaldt in der Schlossergasse.
Das Rindfleischetikettierungsgesetz war kein Scherz|Lange Wörter und die Ämter, die sie brauchten.
Vom Reparieren alter Uhren|Wer Zeit hat, kann sie auch zerlegen.
Kleingärten im November|Was jetzt noch zu tun ist, und was man lassen darf.
Straßennamen, die niemand mehr versteht|Ein Spaziergang mit dem Stadtplan von 1897.
Die Kunst, eine Warteschlange zu bilden|Beobachtungen am Schalter 4.
Äpfel, Quitten, Überfluss|Rezepte für ein Jahr, in dem alles auf einmal reif wurde.
Nachtzug nach Wien|Zwölf Stunden, ein Abteil, vier Geschichten.
Was im Keller der Bibliothek liegt|Achttausend Bände, die seit 1952 keiner bestellt hat.
Wetter von gestern|Warum wir die Vorhersage jeden Abend nachprüfen.
Handschrift lernen, noch einmal|Sechs Wochen mit Tinte und einem Übungsheft.
Der Bäcker, der um zwei Uhr anfängt|Ein Morgen, bevor er beginnt.
Kraftfahrzeughaftpflichtversicherung, erklärt|Auf einer Seite, versprochen.
Ein Fahrrad aus fünf Fahrrädern|Die Teile lagen alle im Hof.
Leuchttürme, die keiner mehr braucht|Und die Leute, die sie trotzdem streichen.
Pilze bestimmen mit Frau Öztürk|Drei Regeln, und die wichtigste ist: stehen lassen.
Der Fahrplanwechsel und wir|Vier Minuten früher, und alles ist anders.""",
    "el": """\
Περπατώντας στη λαϊκή αγορά|Έξι το πρωί, πριν έρθει ο κόσμος.
Παλιοί χάρτες, καινούργιες γέφυρες|Ένας περίπατος με έναν χάρτη του 1908.
Μια μέρα για το ψωμί της εβδομάδας|Αλεύρι, νερό και πολλή αναμονή.
Τι κρύβει το υπόγειο της βιβλιοθήκης|Βιβλία που κανείς δεν ζήτησε από το 1952.
Ο σταθμός μετά το τελευταίο τρένο|Οι άνθρωποι που δουλεύουν όταν όλοι φεύγουν.
Από το παράθυρο της κουζίνας|Όταν αλλάζει η εποχή, αλλάζουν και οι ήχοι.
Ομπρέλες που άξιζε να φτιαχτούν|Πέντε ομπρέλες, ένα απόγευμα, λίγο σύρμα.
Οι καμινάδες της πόλης μου|Μετρήσαμε όσες έμειναν. Είναι επτά.
Πώς γράφεται ένα γράμμα|Για τις απαντήσεις που άργησαν πολύ.
Φωτογραφίζοντας τη βροχή|Το λίγο φως δείχνει καλύτερα.
Τα ονόματα των ανηφόρων|Ρωτήσαμε όσους μένουν στην κορυφή.
Ημερολόγιο μιας αυλής|Έντεκα γλάστρες και αμέτρητα σαλιγκάρια.
Ο φούρναρης στις δύο το πρωί|Τι ψήνεται όσο η πόλη κοιμάται.
Ρολόγια που πάνε μπροστά|Οδηγός επισκευής για όσους δεν βιάζονται.
Το ημερολόγιο του φαροφύλακα|Ένα φως που κανείς πια δεν χρειάζεται.
Τέσσερις ιστορίες από το νυχτερινό πλοίο|Δώδεκα ώρες, το ίδιο κατάστρωμα.
Λέξεις που δεν έχει το λεξικό|Μαζέψαμε τις αγαπημένες λέξεις των γιαγιάδων.
Δέκα χρόνια στο ίδιο παγκάκι|Μια φωτογραφία κάθε πρώτη Μαρτίου.
Η ομίχλη και η υπομονή|Το περισσότερο είναι αναμονή.
Ηλεκτροεγκεφαλογραφήματα και άλλες μεγάλες λέξεις|Τι χωράει σε μια επικεφαλίδα.""",
}
PARAGRAPHS = {
    "en": """\
We had meant to stay for an hour. By the time the kettle was on again it was dark outside, and \
the list of questions had grown longer instead of shorter.
Nobody had written any of it down. That is how it usually goes with things that work: they are \
shown once, from one pair of hands to the next, and after that everybody simply knows.
It helps to begin with what is in front of you. Count the steps, note the time, ask the person \
beside you for a name. The pattern comes later, and it is rarely the one you expected.
There is a rule here, though it hangs on no wall. Whoever arrives first opens the shutters; \
whoever leaves last says so out loud.
If you try it yourself, take your time with the second step. We rushed it twice and had to begin \
again both times, with cold fingers and rather less conviction.
Some of it was luck. A neighbour remembered the colour of the door, a niece still had the \
photograph, and the rain held off until we had found the right street.
What surprised us most was how little it cost. Two afternoons, a box of screws, and the loan of \
a ladder that we promise to bring back.""",
    "de": """\
Eigentlich wollten wir nur eine Stunde bleiben. Als der Kaffee zum zweiten Mal auf dem Tisch \
stand, war es draußen dunkel, und die Liste der Fragen war länger als vorher.
Aufgeschrieben hat das nie jemand. So ist es meistens mit Dingen, die funktionieren: Man zeigt \
sie einmal, und danach wissen es eben alle.
Man fängt am besten mit dem an, was vor einem liegt. Schritte zählen, Uhrzeit notieren, nach \
dem Namen fragen. Das Muster zeigt sich später, und selten ist es das erwartete.
Es gibt hier eine Regel, die an keiner Wand hängt: Wer zuerst kommt, öffnet die Läden; wer \
zuletzt geht, sagt laut Bescheid.
Wer es selbst versuchen will, nehme sich für den zweiten Schritt Zeit. Wir haben ihn zweimal \
übersprungen und beide Male von vorn begonnen.
Überrascht hat uns, wie wenig es gekostet hat: zwei Nachmittage, eine Schachtel Schrauben und \
eine geliehene Leiter, die wir ganz bestimmt zurückbringen.""",
    "el": """\
Λέγαμε να μείνουμε μία ώρα. Όταν ξαναβράσαμε καφέ, έξω είχε νυχτώσει και οι ερωτήσεις ήταν \
περισσότερες από πριν.
Κανείς δεν τα είχε γράψει ποτέ. Έτσι γίνεται με όσα δουλεύουν καλά: τα δείχνεις μια φορά, από \
χέρι σε χέρι, και ύστερα τα ξέρουν όλοι.
Βοηθάει να αρχίζεις από αυτό που έχεις μπροστά σου. Μέτρησε τα βήματα, σημείωσε την ώρα, ρώτα \
τον διπλανό σου πώς τον λένε. Το σχέδιο φαίνεται αργότερα.
Υπάρχει εδώ ένας κανόνας που δεν είναι γραμμένος πουθενά: όποιος έρχεται πρώτος ανοίγει τα \
παντζούρια, κι όποιος φεύγει τελευταίος το λέει δυνατά.
Αν το δοκιμάσεις, μη βιαστείς στο δεύτερο βήμα. Εμείς βιαστήκαμε δύο φορές και δύο φορές αρχίσαμε \
από την αρχή.
Μας ξάφνιασε πόσο λίγο κόστισε: δύο απογεύματα, ένα κουτί βίδες και μια σκάλα δανεική, που θα την \
επιστρέψουμε.""",
}
HEADINGS = {"en": "What we learned", "de": "Was wir gelernt haben", "el": "Τι μάθαμε"}
QUOTES = (
    ("There is no frigate like a book to take us lands away.", "Emily Dickinson"),
    ("Tudo vale a pena se a alma não é pequena.", "Fernando Pessoa"),
    ("Es irrt der Mensch, solang’ er strebt.", "Johann Wolfgang von Goethe"),
    ("Σα βγεις στον πηγαιμό για την Ιθάκη, να εύχεσαι νά ’ναι μακρύς ο δρόμος.", "Κ. Π. Καβάφης"),
    ("Simplicity is the glory of expression.", "Walt Whitman"),
    ("Wege entstehen dadurch, dass man sie geht.", "Franz Kafka"),
)
# Short films that their makers, the Blender Foundation, give to everybody.
VIDEOS = ("aqz-KE-bpKQ", "eRsGyueVLvQ", "R6MlUcmOul8", "WhWc3b3KhnY", "_cMxraX_5RE", "u9lj-c29dxI")
PICTURES = (
    "A wet street at dusk, with one lit window on the third floor.",
    "Hände, die ein Zahnrad gegen das Licht halten.",
    "Έντεκα γλάστρες στη σειρά, στο περβάζι ενός παραθύρου.",
)
READERS = (
    "ana.ribeiro m.okonkwo jo.van.dijk yuki.sato p.lefevre ingrid.h tomas.benes leila.karimi"
    " d.osullivan rosa.fuentes nils.aberg kemal.ozkan w.krawczyk amina.diallo g.ferraro chen.li"
    " s.papadakis r.tavares eva.lindholm omar.nasser"
).split()
LOCALES = ("en", "pt", "de", "es", "fr", "ja", "ar")


def seed(size: str) -> None:
    first = slug_of(ARTICLES["en"].partition("|")[0])
    if db.session.scalar(select(Post.id).where(Post.slug == first)) is not None:
        return
    factor, random = FACTORS[size], Random("blog")
    people = _people()
    authors = [person.id for person in people[:5]]
    posts = [_post(number, authors, random) for number in range(POSTS * factor)]
    db.session.execute(insert(Post), posts)
    _add_revisions(random)
    db.session.execute(insert(Subscriber), [_subscriber(n) for n in range(SUBSCRIBERS * factor)])
    _add_digest(posts)
    _add_reminders(people[:5])
    db.session.commit()


def _people() -> list[User]:
    """The authors, the editor and the moderator; whoever is there already gets the role."""
    known = {
        user.username: user
        for user in db.session.scalars(
            select(User).where(User.username.in_([person[0] for person in PEOPLE]))
        )
    }
    password = hash_password(current_app.config["BUREAU_DEMO_PASSWORD"])
    for login, first, last, role_name, bio in PEOPLE:
        user = known.setdefault(
            login,
            User(
                username=login,
                first_name=first,
                last_name=last,
                email=f"{login}@demo.example",
                password=password,
                active=True,
            ),
        )
        user.roles = [*{*user.roles, *find_roles([role_name])}]
        db.session.add(user)
        if bio:
            name = f"{first} {last}"
            profile = AuthorProfile(display_name=name, slug=slug_of(name), bio=f"<p>{bio}</p>")
            profile.user = user
            db.session.add(profile)
    db.session.flush()
    return [known[login] for login, *_rest in PEOPLE]


def _post(number: int, authors: list[int], random: Random) -> dict[str, Any]:
    """Seven of ten posts are texts; the last of each sixty wait, the ones before are drafts."""
    locale = ("en", "de", "el")[number % 3]
    articles = ARTICLES[locale].splitlines()
    again, which = divmod(number // 3, len(articles))
    title, summary = articles[which].split("|")
    title = f"{title} ({again + 1})" if again else title
    place = number % POSTS
    age = AGE_DAYS * max(0, 1 - place / (POSTS - SCHEDULED - DRAFTS))
    written = REFERENCE - timedelta(days=age + 2, minutes=random.randint(0, 600))
    status = _status(place)
    is_out = status in (PostStatus.PUBLISHED, PostStatus.ARCHIVED)
    return {
        "title": title,
        "slug": slug_of(title),
        "summary": summary if number % 4 else None,
        "status": status,
        "publish_at": REFERENCE + timedelta(days=number % 7 + 1, hours=3)
        if status is PostStatus.SCHEDULED
        else None,
        "published_at": written + timedelta(days=1) if is_out else None,
        "comments_open": number % 9 != 0,
        "author_id": authors[random.choice(WRITERS[locale])],
        "created_at": written,
        **_content(number, locale, random),
    }


def _status(place: int) -> PostStatus:
    if place >= POSTS - SCHEDULED:
        return PostStatus.SCHEDULED
    if place >= POSTS - SCHEDULED - DRAFTS:
        return PostStatus.DRAFT
    return PostStatus.ARCHIVED if place % 18 == 7 else PostStatus.PUBLISHED


def _content(number: int, locale: str, random: Random) -> dict[str, Any]:
    kinds = {3: PostKind.IMAGE, 6: PostKind.VIDEO, 9: PostKind.QUOTE}
    kind = kinds.get(number % 10, PostKind.TEXT)
    turn = number // 10
    quote, source = QUOTES[turn % len(QUOTES)] if kind is PostKind.QUOTE else (None, None)
    return {
        "kind": kind,
        "body": _body(locale, random) if kind is not PostKind.QUOTE else None,
        "image_alt": PICTURES[turn % len(PICTURES)] if kind is PostKind.IMAGE else None,
        "youtube_id": VIDEOS[turn % len(VIDEOS)] if kind is PostKind.VIDEO else None,
        "quote": quote,
        "quote_source": source,
    }


def _body(locale: str, random: Random) -> str:
    texts = random.sample(PARAGRAPHS[locale].splitlines(), random.randint(3, 5))
    first, *others = [f"<p>{text}</p>" for text in texts]
    return "\n".join([first, *others[:-1], f"<h2>{HEADINGS[locale]}</h2>", others[-1]])


def _add_revisions(random: Random) -> None:
    """Each post was saved once, every fifth again, and some of those a third time."""
    rows = []
    for post in db.session.scalars(select(Post).where(~Post.revisions.any()).order_by(Post.id)):
        count = random.choice((2, 3)) if post.id % 5 == 0 else 1
        for number in range(1, count + 1):
            is_last = number == count
            rows.append(
                {
                    "post_id": post.id,
                    "number": number,
                    "title": post.title,
                    "summary": post.summary if is_last else None,
                    "body": post.body if is_last else (post.body or "").partition("\n")[0] or None,
                    "saved_by_id": post.author_id,
                    "saved_at": post.created_at + timedelta(hours=5 * number),
                }
            )
    db.session.execute(insert(PostRevision), rows)


def _subscriber(number: int) -> dict[str, Any]:
    """Eight of ten are active, one waits for the confirmation, one has left."""
    states = {4: SubscriberState.PENDING, 7: SubscriberState.UNSUBSCRIBED}
    state = states.get(number % 10, SubscriberState.ACTIVE)
    joined = REFERENCE - timedelta(days=(number * 37) % AGE_DAYS, hours=number % 24)
    again, which = divmod(number, len(READERS))
    email = f"{READERS[which]}{again + 1 if again else ''}@readers.example"
    is_pending = state is SubscriberState.PENDING
    return {
        "email": email,
        "locale": LOCALES[number % len(LOCALES)],
        "state": state,
        "token_hash": sha256(email.encode()).hexdigest() if is_pending else None,
        "confirmed_at": None if is_pending else joined + timedelta(hours=1),
        "left_at": joined + timedelta(days=40) if state is SubscriberState.UNSUBSCRIBED else None,
        "created_at": joined,
    }


def _add_digest(posts: list[dict[str, Any]]) -> None:
    end = datetime(2026, 11, 7, 10, 0, tzinfo=UTC)
    start = end - timedelta(days=7)
    count = sum(1 for post in posts if post["published_at"] and start < post["published_at"] <= end)
    is_active = Subscriber.state == SubscriberState.ACTIVE
    readers = len(db.session.scalars(select(Subscriber.id).where(is_active)).all())
    state = DigestState.SENT if count else DigestState.SKIPPED
    db.session.add(
        Digest(
            window_start=start,
            window_end=end,
            state=state,
            post_count=count,
            recipient_count=readers if count else 0,
        )
    )


def _add_reminders(authors: list[User]) -> None:
    """One for each author, about the newest post of theirs."""
    for number, author in enumerate(authors):
        newest = select(Post).where(Post.author_id == author.id).order_by(Post.created_at.desc())
        db.session.add(
            Reminder(
                owner=author,
                post=db.session.scalar(newest.limit(1)),
                email=author.email,
                text="Ask the archive for permission to use the photograph.",
                due_at=REFERENCE + timedelta(days=number * 3 + 2, hours=number),
            )
        )

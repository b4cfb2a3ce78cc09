"""The people behind the demo blog: five authors, an editor and a moderator."""

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.extensions import db
from app.features.blog.desk.slugs import slug_of
from app.features.blog.models import AuthorProfile
from app.security.accounts import find_roles
from app.security.passwords import hash_password

AUTHORS = 5
# Which of the authors write in which language.
WRITERS = {"en": (0, 3), "de": (1, 4), "el": (2,)}
PEOPLE = (
    ("author", "Inês", "Carvalho", "Blog Author", "Writes about streets, maps and how we move."),
    ("blog.jonas", "Jonas", "Weidenfeller", "Blog Author", "Werkstatt, Holz und alte Maschinen."),
    ("blog.eleni", "Ελένη", "Παπαδάκη", "Blog Author", "Γράφει για κήπους, κουζίνες και καράβια."),
    ("blog.maeve", "Maeve", "O’Donnell", "Blog Author", "Libraries, archives, lost paper."),
    ("blog.lukas", "Lukas", "Brændgaard", "Blog Author", "Bread, beer and other slow things."),
    ("editor", "Beatriz", "Nogueira", "Blog Editor", "Keeps the desk tidy."),
    ("moderator", "Tomasz", "Zieliński", "Blog Moderator", ""),
)


def add_people() -> list[User]:
    """Add the people; whoever is there already gets the role."""
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

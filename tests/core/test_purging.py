"""What has waited long enough in the trash goes for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.history.models import Operation
from app.core.purging import purge_expired, trashable_models
from app.extensions import db
from app.features.blog.models import Post
from tests.core.attic import Box, Loan, Shelf, keep, stored
from tests.factories.blog import make_post

pytestmark = pytest.mark.both_databases


def test_what_has_waited_long_enough_is_purged(attic, scene):
    long_ago = now() - timedelta(days=31)
    keep(
        Shelf(name="Old", deleted_at=long_ago),
        Shelf(name="New", deleted_at=now() - timedelta(days=29)),
        Box(label="For ever", shelf=scene["top"], deleted_at=now() - timedelta(days=9999)),
    )

    assert purge_expired(Shelf) == (1, 0)
    assert purge_expired(Box) == (0, 0)
    assert sorted(db.session.scalars(sa.select(Shelf.name))) == ["Bottom shelf", "New", "Top shelf"]


def test_the_command_purges_what_features_have(app, db_session, cast):
    old, new = make_post(cast.owner, "Long gone"), make_post(cast.owner, "Just gone")
    old.deleted_at, new.deleted_at = now() - timedelta(days=31), now()
    db.session.commit()

    done = app.test_cli_runner().invoke(args=["purge-trash"])

    assert (done.exit_code, done.output) == (0, "Post: 1 deleted for good.\n")
    assert db.session.scalars(sa.select(Post.title)).all() == ["Just gone"]
    assert Post in trashable_models()


def test_nobody_undoes_what_the_command_has_purged(attic, scene):
    scene["bottom"].deleted_at = now() - timedelta(days=31)
    db.session.commit()
    assert purge_expired(Shelf) == (1, 0)

    done = db.session.scalars(sa.select(Operation).where(Operation.action == "purge-trash")).one()

    assert done.is_final


def test_what_others_refer_to_is_kept_and_counted(attic, scene):
    thrown = now() - timedelta(days=31)
    keep(Loan(name="Lent", box=scene["box"]))
    keep(*(Shelf(name=f"Old {number}", deleted_at=thrown) for number in range(3)))
    scene["top"].deleted_at = thrown
    db.session.commit()

    assert purge_expired(Shelf) == (3, 1)
    assert stored(scene["top"]) is not None

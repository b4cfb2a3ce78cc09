"""Those that are measured: how each is served, signed in to and asked."""

from bench.contestant import Contestant
from bench.peers.bureau import Bureau, BureauOnSqlite
from bench.peers.django_admin import Django
from bench.peers.fab import Fab
from bench.peers.flask_admin import FlaskAdmin
from bench.peers.floor import Floor
from bench.peers.sqladmin import SqlAdmin
from bench.peers.starlette_admin import StarletteAdmin

CONTESTANTS: dict[str, Contestant] = {
    contestant.name: contestant
    for contestant in (
        Bureau(),
        Fab(),
        Django(),
        FlaskAdmin(),
        SqlAdmin(),
        StarletteAdmin(),
        Floor(),
        BureauOnSqlite(),
    )
}
OURS = ("bureau", "bureau_sqlite")
NO_PEERS = (*OURS, "floor")
"""Those that nobody is compared with."""

from app.core.adopt.coltypes import TypeCode
from app.core.adopt.plan import Attribute, Model, Relation
from app.core.adopt.schema import Column, Table


def test_attributes_and_relations_share_one_set_of_names():
    column = Column("ArtistId", None)
    model = Model("Album", Table("Album"), "album")
    model.attributes.append(Attribute("artist_id", column, TypeCode("int")))
    model.relations.append(Relation("artist", '"Artist"'))

    assert model.names == {"artist_id", "artist"}
    assert model.attribute("ArtistId").name == "artist_id"

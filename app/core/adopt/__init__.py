"""Adopts a database that already exists: reads its schema and writes a feature for it.

`reflect` and its neighbours read the database into the plain records of `schema`; `plan` decides
what each table becomes; the `write_*` files turn the plan into code; `command` is the front door.
"""

-- A PostgreSQL schema with everything in it that is hard to map. No extension is needed.
CREATE SCHEMA sales;
CREATE SCHEMA unasked;
CREATE TABLE unasked.secret (id integer PRIMARY KEY);

CREATE TYPE mood AS ENUM ('very happy', 'so-so', 'sad', '1st', 'token', '');
CREATE TYPE sales.mood AS ENUM ('up', 'down');
CREATE TYPE pair AS (x integer, y integer);
CREATE DOMAIN postcode AS varchar(8) CHECK (VALUE ~ '^[0-9 -]+$');
CREATE DOMAIN percent AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);

CREATE TABLE country (
    code char(2) PRIMARY KEY,
    name varchar(80) NOT NULL UNIQUE
);
CREATE TABLE address (
    id serial PRIMARY KEY,
    street text NOT NULL,
    postcode postcode,
    country_code char(2) NOT NULL REFERENCES country
);
COMMENT ON TABLE address IS 'Where "things" go; three quotes """ too.';
COMMENT ON COLUMN address.street IS 'Street and number';
COMMENT ON COLUMN address.postcode IS 'A comment that is so long that it does not fit into one line of Python code, and so has to be written in more than one part, as "ruff" would have it, with 100% of its characters.';

CREATE TABLE person (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_name varchar(40) NOT NULL,
    last_name varchar(40) NOT NULL,
    mood mood NOT NULL DEFAULT 'so-so',
    moods mood[],
    boss integer,
    mentor_id bigint REFERENCES person,
    tags text[] NOT NULL DEFAULT '{}',
    numbers integer[],
    settings jsonb NOT NULL DEFAULT '{}',
    raw json,
    token uuid NOT NULL DEFAULT gen_random_uuid(),
    photo bytea,
    born date,
    seen timestamptz NOT NULL DEFAULT now(),
    seen_local timestamp,
    wakes time,
    wakes_zoned timetz,
    naps interval,
    share percent DEFAULT 12.5,
    balance numeric(12, 2) NOT NULL DEFAULT 0,
    anything numeric,
    height real,
    weight double precision,
    small smallint NOT NULL DEFAULT 3,
    big bigint,
    active boolean NOT NULL DEFAULT true,
    note text,
    level varchar(10) NOT NULL DEFAULT 'low' CHECK (level IN ('low', 'it''s high')),
    full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED,
    counter integer GENERATED ALWAYS AS IDENTITY,
    "class" varchar(10),
    "metadata" varchar(10),
    "list" varchar(10)
);
CREATE TABLE exotic (
    id integer PRIMARY KEY,
    host inet,
    net cidr,
    mac macaddr,
    mac8 macaddr8,
    search tsvector,
    period daterange,
    numbers int4range,
    slots tsmultirange,
    price money,
    flags bit(4),
    more_flags bit varying(8),
    place point,
    shape polygon,
    doc xml,
    ref oid,
    kind regclass,
    duo pair,
    days date[],
    grid integer[][],
    postcodes postcode[],
    path jsonpath,
    "char" "char",
    must_have point NOT NULL
);
CREATE TABLE "order" (
    id serial PRIMARY KEY,
    billing_address_id integer NOT NULL REFERENCES address,
    shipping_address_id integer REFERENCES address,
    person bigint NOT NULL REFERENCES person
);
CREATE TABLE order_line (
    order_id integer REFERENCES "order",
    line integer,
    amount numeric(10, 2) NOT NULL,
    discount numeric(10, 2) NOT NULL DEFAULT 0,
    total numeric(10, 2) GENERATED ALWAYS AS (amount - discount) STORED,
    PRIMARY KEY (order_id, line)
);
CREATE TABLE delivery (
    id serial PRIMARY KEY,
    order_id integer NOT NULL,
    line integer NOT NULL,
    note varchar(100),
    FOREIGN KEY (order_id, line) REFERENCES order_line,
    UNIQUE (order_id, line, note)
);
CREATE TABLE category (id serial PRIMARY KEY, name text NOT NULL, parent_id integer REFERENCES category);
CREATE TABLE passport (
    person_id bigint PRIMARY KEY REFERENCES person,
    number varchar(20) NOT NULL UNIQUE
);
CREATE TABLE person_category (
    person_id bigint REFERENCES person,
    category_id integer REFERENCES category,
    PRIMARY KEY (person_id, category_id)
);
CREATE TABLE friendship (
    person_id bigint REFERENCES person,
    friend_id bigint REFERENCES person,
    PRIMARY KEY (person_id, friend_id)
);
CREATE TABLE crowd (
    category_id integer REFERENCES category,
    number_id integer,
    PRIMARY KEY (category_id, number_id)
);
CREATE TABLE membership (
    person_id bigint REFERENCES person,
    category_id integer REFERENCES category,
    since date NOT NULL DEFAULT current_date,
    PRIMARY KEY (person_id, category_id)
);
-- Two foreign keys that share the tenant, and one that is only the tenant.
CREATE TABLE tenant (id integer PRIMARY KEY, name varchar(20) NOT NULL);
CREATE TABLE client (tenant_id integer REFERENCES tenant, id integer, name varchar(20), PRIMARY KEY (tenant_id, id));
CREATE TABLE product (tenant_id integer REFERENCES tenant, id integer, name varchar(20), PRIMARY KEY (tenant_id, id));
CREATE TABLE sale (
    id serial PRIMARY KEY,
    tenant_id integer NOT NULL REFERENCES tenant,
    client_id integer NOT NULL,
    product_id integer,
    FOREIGN KEY (tenant_id, client_id) REFERENCES client,
    FOREIGN KEY (tenant_id, product_id) REFERENCES product
);
-- Two tables that refer to each other.
CREATE TABLE department (id serial PRIMARY KEY, name varchar(20) NOT NULL, head_id integer);
CREATE TABLE worker (id serial PRIMARY KEY, name varchar(20) NOT NULL, department_id integer REFERENCES department);
ALTER TABLE department ADD FOREIGN KEY (head_id) REFERENCES worker;

CREATE TABLE no_key (a integer, b text);
CREATE TABLE unique_only (code varchar(5) NOT NULL UNIQUE, label varchar(20));
CREATE TABLE partial_only (code varchar(5) NOT NULL);
CREATE UNIQUE INDEX ON partial_only (code) WHERE code > 'b';
CREATE TABLE no_columns ();
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE measurement (id integer, taken date NOT NULL, value numeric, PRIMARY KEY (id, taken)) PARTITION BY RANGE (taken);
CREATE TABLE measurement_2024 PARTITION OF measurement FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE measurement_2025 PARTITION OF measurement FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

CREATE TABLE "Odd Name's ""table"" 100%" (
    "Ünï cödé" integer PRIMARY KEY,
    "2nd" integer,
    "a.b%c(d):e" text,
    "import" text,
    "FROM" text,
    "!!!" text,
    "Say ""hi""" text
);
CREATE TABLE "dotted.table" ("the.key" integer PRIMARY KEY, name text);
CREATE TABLE refers_to_dotted (id integer PRIMARY KEY, dotted_id integer REFERENCES "dotted.table");
CREATE TABLE "table" (id integer PRIMARY KEY, "column" integer);
CREATE TABLE "warning" (id integer PRIMARY KEY, "str" varchar(5), "registry" integer, "query" integer);
CREATE TABLE "user" (id integer PRIMARY KEY, name text);
CREATE TABLE box (id integer PRIMARY KEY);
CREATE TABLE boxes (id integer PRIMARY KEY);
CREATE TABLE a_table_whose_name_is_as_long_as_a_name_in_postgresql_can_be_63 (
    id integer PRIMARY KEY,
    a_column_whose_name_is_as_long_as_a_name_in_postgresql_can_be_63 integer
        REFERENCES a_table_whose_name_is_as_long_as_a_name_in_postgresql_can_be_63
);
CREATE TABLE sales."order" (id serial PRIMARY KEY, mood sales.mood, public_order_id integer REFERENCES "order");

CREATE VIEW person_view AS SELECT id AS person_view_id, first_name, balance FROM person;
CREATE VIEW keyless_view AS SELECT 1 AS one, 2 AS two FROM generate_series(1, 3);
CREATE VIEW paired_view AS SELECT order_id, line, amount FROM order_line;
CREATE MATERIALIZED VIEW country_count AS SELECT country_code, count(*) AS addresses FROM address GROUP BY 1;
CREATE UNIQUE INDEX ON country_count (country_code);

INSERT INTO country VALUES ('PT', 'Portugal'), ('JP', 'Japan');
INSERT INTO address (street, postcode, country_code) VALUES ('Rua 1', '1000-001', 'PT'), ('Ginza 2', '104', 'JP');
INSERT INTO person (first_name, last_name, mood, moods, tags, numbers, settings, raw, photo, born, seen_local, wakes, wakes_zoned, naps, anything, height, weight, big, note, mentor_id)
VALUES ('Ana', 'Lima', 'very happy', '{sad,"very happy"}', '{a,"b c"}', '{1,2}', '{"a": 1}', '[1]', '\x00ff', '1990-02-03', '2024-01-01 10:00', '07:00', '07:00+02', '20 minutes', 1.5, 1.5, 2.5, 9007199254740993, E'two\nlines', NULL),
       ('Bo', 'Ek', 'sad', NULL, '{}', NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1);
INSERT INTO exotic VALUES (1, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', to_tsvector('simple', 'hello world'),
    '[2024-01-01,2024-02-01)', '[1,5)', '{[2024-01-01 10:00,2024-01-01 11:00)}', '12.34', B'1010', B'101', '(1,2)', '((0,0),(1,1),(1,0))', '<a>b</a>', 42, 'person',
    ROW(1, 2), '{2024-01-01}', '{{1,2},{3,4}}', '{1000-001}', '$.a', 'x', '(0,0)');
INSERT INTO "order" (billing_address_id, shipping_address_id, person) VALUES (1, 2, 1), (2, NULL, 2);
INSERT INTO order_line (order_id, line, amount) VALUES (1, 1, 10), (1, 2, 20), (2, 1, 5);
INSERT INTO delivery (order_id, line) VALUES (1, 2);
INSERT INTO category (name, parent_id) VALUES ('All', NULL), ('Some', 1);
INSERT INTO passport VALUES (1, 'X1');
INSERT INTO person_category VALUES (1, 1), (1, 2);
INSERT INTO friendship VALUES (1, 2);
INSERT INTO membership VALUES (1, 2);
INSERT INTO tenant VALUES (1, 'One');
INSERT INTO client VALUES (1, 1, 'C');
INSERT INTO product VALUES (1, 1, 'P');
INSERT INTO sale (tenant_id, client_id, product_id) VALUES (1, 1, 1);
INSERT INTO department (name) VALUES ('D');
INSERT INTO worker (name, department_id) VALUES ('W', 1);
UPDATE department SET head_id = 1;
INSERT INTO unique_only VALUES ('a', 'A');
INSERT INTO no_key VALUES (1, 'x'), (1, 'x');
INSERT INTO measurement VALUES (1, '2024-05-05', 1), (2, '2025-05-05', 2);
INSERT INTO "Odd Name's ""table"" 100%" VALUES (1, 2, 'x', 'y', 'z', 'w', 'v');
INSERT INTO "dotted.table" VALUES (1, 'dot');
INSERT INTO refers_to_dotted VALUES (1, 1);
INSERT INTO "table" VALUES (1, 2);
INSERT INTO "user" VALUES (1, 'u');
INSERT INTO sales."order" (mood, public_order_id) VALUES ('up', 1);
REFRESH MATERIALIZED VIEW country_count;

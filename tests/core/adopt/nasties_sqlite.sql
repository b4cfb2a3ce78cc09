-- What SQLite lets people store: any value in any column, and types of their own making.
CREATE TABLE loose (
    id INTEGER PRIMARY KEY,
    untyped,
    oracle VARCHAR2(20),
    string STRING,
    mixed INTEGER,
    good_date DATE,
    date_with_time DATE,
    date_only DATETIME,
    seconds DATETIME,
    micro TIMESTAMP,
    iso DATETIME,
    broken_date DATE,
    julian DATETIME,
    epoch DATETIME,
    flag BOOLEAN,
    word_flag BOOLEAN,
    price DECIMAL(10, 2) DEFAULT 1.5,
    wrong_price DECIMAL(10, 2),
    doc JSON,
    wrong_doc JSON,
    note TEXT,
    title TEXT,
    wakes TIME,
    data BLOB,
    status TEXT DEFAULT 'new' CHECK (status IN ('new', 'don''t', 'in review')),
    total GENERATED ALWAYS AS (price * 2) VIRTUAL
);
INSERT INTO loose (untyped, oracle, string, mixed, good_date, date_with_time, date_only, seconds, micro, iso, broken_date,
    julian, epoch, flag, word_flag, price, wrong_price, doc, wrong_doc, note, title, wakes, data, status)
VALUES
    (1, 'a', 'a', 1, '2024-02-29', '2024-01-01 10:00:00', '2024-01-01', '2024-01-01 10:00:00', '2024-01-01 10:00:00.123456',
     '2024-01-01T10:00:00', '2024-02-30', 2460310.5, 1704067200, 1, 'yes', 1.25, 1.5, '{"a": 1}', '{', 'one' || char(10) || 'two', 'Short', '10:00:00', x'00ff', 'new'),
    (2, 'b', 'b', x'ff', NULL, '2024-01-02 10:00:00', NULL, '2024-01-02 10:00:00', '2024-01-01 10:00:00',
     '2024-01-02T10:00:00', 'soon', 2460311.5, 1704067201, 0, 'no', 2, 'free', '[]', '{}', 'x', 'Shorter', '11:00:00.000001', x'01', 'in review');
CREATE TABLE no_key (a TEXT, b TEXT);
INSERT INTO no_key VALUES ('x', 'y'), ('x', 'y');
CREATE TABLE no_key_at_all (rowid TEXT, b TEXT);
CREATE TABLE natural_key (code INT PRIMARY KEY, name TEXT) WITHOUT ROWID;
INSERT INTO natural_key VALUES (7, 'seven');
CREATE TABLE Refers_In_Another_Case (id INTEGER PRIMARY KEY, loose_id INTEGER REFERENCES LOOSE(ID), gone_id INTEGER REFERENCES gone(id), implicit INTEGER REFERENCES natural_key);
INSERT INTO Refers_In_Another_Case VALUES (1, 1, 1, 7);
CREATE TABLE pair_without_key (loose_id INTEGER REFERENCES loose(id), code INT REFERENCES natural_key(code), UNIQUE (loose_id, code));
INSERT INTO pair_without_key VALUES (1, 7);
CREATE TABLE gone (id INTEGER PRIMARY KEY);
CREATE VIEW broken_view AS SELECT * FROM gone;
DROP TABLE gone;
CREATE VIEW loose_view AS SELECT id, title, length(note) AS size FROM loose;
CREATE VIRTUAL TABLE search USING fts5(body);
CREATE TABLE "select" ("from" TEXT PRIMARY KEY, "a ""b"" %s [c]" INTEGER);
INSERT INTO "select" VALUES ('x', 1);
CREATE TABLE empty_table (id INTEGER PRIMARY KEY, made DATETIME, free);

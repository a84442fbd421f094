-- The people. AUTOINCREMENT, because the id of an account that was removed must never come back:
-- tickets are bound to it.
CREATE TABLE accounts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    handle           TEXT    NOT NULL UNIQUE CHECK (handle = lower(handle)),
    name             TEXT    NOT NULL,
    credential_epoch INTEGER NOT NULL,
    enabled          INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    verified         INTEGER NOT NULL CHECK (verified IN (0, 1)),
    created_at       INTEGER NOT NULL,
    list_version     INTEGER NOT NULL,
    prompt           TEXT    NOT NULL CHECK (prompt IN ('A', 'N')),
    privacy          TEXT    NOT NULL CHECK (privacy IN ('AL', 'BL')),
    -- "KEY value KEY value …", the ones that are set: a sign-in reads those of every contact,
    -- and here they cost no look-up of their own.
    properties       TEXT    NOT NULL
) STRICT;

-- Apart from the accounts, so that a listing of people never touches a hash.
CREATE TABLE passwords (
    account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    hash    TEXT NOT NULL
) STRICT;

CREATE TABLE contact_groups (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id      INTEGER NOT NULL CHECK (id BETWEEN 0 AND 29),
    name    TEXT    NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

-- One row for a person and another on any of the person's lists.
-- lists: FL 1, AL 2, BL 4, RL 8. group_bits: bit n is group n; 0 when not on FL.
CREATE TABLE contacts (
    owner      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    contact    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    lists      INTEGER NOT NULL CHECK (lists BETWEEN 1 AND 15 AND (lists & 6) <> 6),
    group_bits INTEGER NOT NULL CHECK ((lists & 1) = (group_bits <> 0)),
    PRIMARY KEY (owner, contact)
) STRICT, WITHOUT ROWID;

CREATE INDEX contacts_by_contact ON contacts (contact);

-- Keys that all nodes share.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The changes of accounts, for other processes to see. The counter, and not the log's own
-- key, gives out the sequence: its row stays locked until the commit, so that numbers become
-- visible in their order, and it survives the pruning of the log.
CREATE TABLE account_changes (
    sequence INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL,
    handle   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

CREATE TABLE account_change_counter (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;

INSERT INTO account_change_counter (id, last) VALUES (1, 0);

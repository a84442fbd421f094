-- The people. Handles are ASCII and compared byte by byte, whatever the database's locale.
CREATE TABLE accounts (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle           TEXT COLLATE "C" NOT NULL UNIQUE CHECK (handle = lower(handle)),
    name             TEXT   NOT NULL,
    credential_epoch BIGINT NOT NULL,
    enabled          BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    verified         BIGINT NOT NULL CHECK (verified IN (0, 1)),
    created_at       BIGINT NOT NULL,
    list_version     BIGINT NOT NULL,
    prompt           TEXT   NOT NULL CHECK (prompt IN ('A', 'N')),
    privacy          TEXT   NOT NULL CHECK (privacy IN ('AL', 'BL')),
    -- "KEY value KEY value …", the ones that are set: a sign-in reads those of every contact,
    -- and here they cost no look-up of their own.
    properties       TEXT   NOT NULL
);

-- Apart from the accounts, so that a listing of people never touches a hash.
CREATE TABLE passwords (
    account BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    hash    TEXT NOT NULL
);

CREATE TABLE contact_groups (
    account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id      BIGINT NOT NULL CHECK (id BETWEEN 0 AND 29),
    name    TEXT   NOT NULL,
    PRIMARY KEY (account, id)
);

-- One row for a person and another on any of the person's lists.
-- lists: FL 1, AL 2, BL 4, RL 8. group_bits: bit n is group n; 0 when not on FL.
CREATE TABLE contacts (
    owner      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    contact    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name       TEXT   NOT NULL,
    lists      BIGINT NOT NULL CHECK (lists BETWEEN 1 AND 15 AND (lists & 6) <> 6),
    group_bits BIGINT NOT NULL CHECK (((lists & 1) = 1) = (group_bits <> 0)),
    PRIMARY KEY (owner, contact)
);

CREATE INDEX contacts_by_contact ON contacts (contact);

-- Keys that all nodes share.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- The changes of accounts, for other processes to see. The counter, and not the log's own
-- key, gives out the sequence: its row stays locked until the commit, so that numbers become
-- visible in their order, and it survives the pruning of the log.
CREATE TABLE account_changes (
    sequence BIGINT PRIMARY KEY,
    account  BIGINT NOT NULL,
    handle   TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    at       BIGINT NOT NULL
);

CREATE TABLE account_change_counter (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);

INSERT INTO account_change_counter (id, last) VALUES (1, 0);

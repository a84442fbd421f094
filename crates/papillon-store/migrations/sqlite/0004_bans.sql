-- Addresses and accounts that are turned away: each row is about a range of addresses or about an account.
CREATE TABLE bans (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    network    TEXT    UNIQUE,
    account    INTEGER UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    reason     TEXT    NOT NULL,
    made_by    INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    made_at    INTEGER NOT NULL,
    -- NULL: it ends when it is lifted.
    ends_at    INTEGER CHECK (ends_at > 0),
    refused    INTEGER NOT NULL DEFAULT 0,
    refused_at INTEGER CHECK (refused_at > 0),
    CHECK ((network IS NULL) <> (account IS NULL))
) STRICT;

CREATE INDEX bans_by_maker ON bans (made_by);
CREATE INDEX bans_by_end ON bans (ends_at);

-- Grows with each change of a ban, for running services to see.
CREATE TABLE ban_version (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;

INSERT INTO ban_version (id, last) VALUES (1, 0);

-- Addresses and accounts that are turned away: each row is about a range of addresses or about an account.
CREATE TABLE bans (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network    TEXT COLLATE "C" UNIQUE,
    account    BIGINT UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    reason     TEXT   NOT NULL,
    made_by    BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    made_at    BIGINT NOT NULL,
    -- NULL: it ends when it is lifted.
    ends_at    BIGINT CHECK (ends_at > 0),
    refused    BIGINT NOT NULL DEFAULT 0,
    refused_at BIGINT CHECK (refused_at > 0),
    CHECK ((network IS NULL) <> (account IS NULL))
);

CREATE INDEX bans_by_maker ON bans (made_by);
CREATE INDEX bans_by_end ON bans (ends_at);

-- Grows with each change of a ban, for running services to see.
CREATE TABLE ban_version (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);

INSERT INTO ban_version (id, last) VALUES (1, 0);

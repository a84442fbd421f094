-- The mark of the accounts that may use the administrators' pages.
ALTER TABLE accounts ADD COLUMN admin BIGINT NOT NULL DEFAULT 0 CHECK (admin IN (0, 1));

-- Display pictures, apart from the accounts: a sign-in never touches them.
CREATE TABLE pictures (
    account      BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    content_type TEXT  NOT NULL,
    bytes        BYTEA NOT NULL CHECK (length(bytes) <= 524288)
);

-- Codes with which people make accounts by themselves. Not hashed: the inviting person looks them up to
-- send them, and a reader of this table can read the ticket key as well.
CREATE TABLE invitations (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       TEXT COLLATE "C" NOT NULL UNIQUE,
    made_by    BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    uses_left  BIGINT NOT NULL CHECK (uses_left >= 0)
);

CREATE INDEX invitations_by_maker ON invitations (made_by);

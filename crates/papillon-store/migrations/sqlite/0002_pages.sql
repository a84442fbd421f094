-- The mark of the accounts that may use the administrators' pages.
ALTER TABLE accounts ADD COLUMN admin INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1));

-- Display pictures, apart from the accounts: a sign-in never touches them.
CREATE TABLE pictures (
    account      INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    content_type TEXT NOT NULL,
    bytes        BLOB NOT NULL CHECK (length(bytes) <= 524288)
) STRICT;

-- Codes with which people make accounts by themselves. Not hashed: the inviting person looks them up to
-- send them, and a reader of this table can read the ticket key as well.
CREATE TABLE invitations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    code       TEXT    NOT NULL UNIQUE,
    made_by    INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses_left  INTEGER NOT NULL CHECK (uses_left >= 0)
) STRICT;

CREATE INDEX invitations_by_maker ON invitations (made_by);

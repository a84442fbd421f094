-- The sign-ins to the pages, one for each browser: signing out removes the row, and the cookie is void with it.
-- The id is a digest of the cookie.
CREATE TABLE web_sessions (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account    BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

CREATE INDEX web_sessions_by_account ON web_sessions (account);
CREATE INDEX web_sessions_by_end ON web_sessions (expires_at);

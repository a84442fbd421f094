-- Tells running services of changes of accounts and bans, so that they need not ask for them all the time. One that was
-- told looks at the counters; the message itself is empty, and several in one transaction are one.
CREATE OR REPLACE FUNCTION papillon_tell_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY papillon_news;
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS papillon_news_of_accounts ON account_change_counter;
CREATE TRIGGER papillon_news_of_accounts AFTER UPDATE ON account_change_counter
    FOR EACH STATEMENT EXECUTE FUNCTION papillon_tell_news();

DROP TRIGGER IF EXISTS papillon_news_of_bans ON ban_version;
CREATE TRIGGER papillon_news_of_bans AFTER UPDATE ON ban_version
    FOR EACH STATEMENT EXECUTE FUNCTION papillon_tell_news();

-- What a change of one contact on a person's lists has to know, in one round trip: it locks both accounts in the order
-- of their numbers, and only then reads, with a snapshot that has what the lock waited for. No row: one of them does not
-- exist. `a_list` is the bit of the list whose length is asked for, or 0.
CREATE OR REPLACE FUNCTION papillon_pair(an_owner BIGINT, a_contact TEXT, a_list BIGINT, a_group BIGINT)
RETURNS TABLE (
    owner_handle TEXT, owner_name TEXT, owner_properties TEXT,
    contact_id BIGINT, contact_handle TEXT, contact_name TEXT, contact_properties TEXT,
    own_lists BIGINT, own_groups BIGINT, their_lists BIGINT, their_groups BIGINT,
    has_group BIGINT, on_list BIGINT
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM a.id FROM accounts a WHERE a.id = an_owner OR a.handle = a_contact ORDER BY a.id FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT o.handle, o.name, o.properties, c.id, c.handle, c.name, c.properties,
            coalesce(m.lists, 0), coalesce(m.group_bits, 0), coalesce(t.lists, 0), coalesce(t.group_bits, 0),
            (SELECT count(*) FROM contact_groups g WHERE g.account = o.id AND g.id = a_group),
            CASE a_list WHEN 0 THEN 0
                ELSE (SELECT count(*) FROM contacts n WHERE n.owner = o.id AND (n.lists & a_list) <> 0) END
        FROM accounts o JOIN accounts c ON c.handle = a_contact
        LEFT JOIN contacts m ON m.owner = o.id AND m.contact = c.id
        LEFT JOIN contacts t ON t.owner = c.id AND t.contact = o.id
        WHERE o.id = an_owner;
END
$$;

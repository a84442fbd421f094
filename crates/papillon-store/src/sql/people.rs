//! A page of all accounts.

use msnp::FriendlyName;

use super::Fault;
use super::accounts::{account, select};
use super::connections::Lent;
use super::statement::statement;
use crate::People;

/// The condition of a search. Handles are kept in small letters. Names are kept percent-coded, and clients write the
/// digits of that in either case, so they are compared in small letters.
macro_rules! matching {
    ($select:expr, $order:literal) => {
        concat!($select, "WHERE handle LIKE $1 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!'", $order)
    };
}

pub(super) async fn page(reader: &mut Lent, search: &str, skip: u32, most: u32) -> Result<People, Fault> {
    let search = search.to_lowercase();
    // A text that no name can hold is looked for as it stands, and found in none.
    let coded = FriendlyName::from_text(&search).map(|name| name.as_wire().to_lowercase());
    let handle = anywhere(&search);
    let name = anywhere(coded.as_deref().unwrap_or(&search));
    let total = statement(matching!("SELECT count(*) FROM accounts ", ""))
        .bind(&*handle)
        .bind(&*name)
        .fetch_one(reader)
        .await?;
    let rows = statement(matching!(select!("", ""), " ORDER BY handle LIMIT $3 OFFSET $4"))
        .bind(&*handle)
        .bind(&*name)
        .bind(i64::from(most))
        .bind(i64::from(skip))
        .fetch_all(reader)
        .await?;
    Ok(People {
        accounts: rows.iter().map(account).collect::<Result<_, _>>()?,
        total: u64::try_from(total.try_get::<i64>(0)?).unwrap_or_default(),
    })
}

/// A pattern for texts that hold `part`.
fn anywhere(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in part.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::anywhere;

    #[test]
    fn what_is_searched_for_is_no_pattern() {
        assert_eq!(anywhere("a_b%20!"), "%a!_b!%20!!%");
        assert_eq!(anywhere(""), "%%");
    }
}

//! The form of a verb table: a row for each verb of a role, with its gates and its handler.

use std::ops::RangeInclusive;

use msnp::wire::Frame;
use msnp::{Dialect, ErrorCode, Invalid};

use super::command_error::CommandError::{self, Close, Error};
use crate::listen::EntryPoint;
use crate::people::Class;

/// A connection, as far as the rules ask it.
pub(super) trait Gate {
    /// The stage of a client.
    type State: Copy + PartialEq + 'static;
    /// The states in which a verb is legal if its rule names none.
    const USUAL: &'static [Self::State];

    fn stage(&self) -> Self::State;
    fn dialect(&self) -> Dialect;
    fn entry_point(&self) -> EntryPoint;
    /// Whether one more of a class is within the limit of the client's account; counts it if so.
    fn take(&self, class: Class) -> bool;
}

/// The limit on how often a verb may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// The rate of the account for this class.
    Counted(Class),
    /// The same. The handler counts: it finds out the account, or the class.
    ByHandler,
    /// None. The row says why.
    Free,
}

/// The rule for one verb.
pub(super) struct Rule<C: Gate> {
    pub(super) verb: &'static str,
    /// The dialects that have the verb.
    pub(super) dialects: RangeInclusive<Dialect>,
    /// The error for a client of another dialect.
    pub(super) elsewhere: CommandError,
    /// The states in which the verb is legal.
    pub(super) states: &'static [C::State],
    /// The error for a client that sends the verb in another state.
    pub(super) misplaced: CommandError,
    /// The error for a client of the gateway, where the verb is for others only.
    pub(super) gateway: Option<CommandError>,
    /// The limit on how often the verb may come.
    pub(super) limit: Limit,
    /// The error for a request that cannot be read.
    pub(super) unreadable: fn(Invalid) -> CommandError,
}

impl<C: Gate> Rule<C> {
    /// A rule for a verb that is legal in the usual states and by every entry point; one out of place ends the
    /// connection, one that cannot be read is answered 201.
    pub(super) const fn new(verb: &'static str, dialects: RangeInclusive<Dialect>, limit: Limit) -> Self {
        Self {
            verb,
            dialects,
            elsewhere: Close,
            states: C::USUAL,
            misplaced: Close,
            gateway: None,
            limit,
            unreadable: invalid_parameter,
        }
    }

    /// Lets a command through, or says why not. A verb that is not in the table ends the connection.
    pub(super) fn admit<'a>(
        rules: &'a [Self],
        connection: &C,
        frame: &Frame,
    ) -> Result<&'a Self, CommandError> {
        let verb = frame.verb();
        // In their order: a table has at most thirty rows, and the switchboard's most frequent verb is its first.
        let rule = rules.iter().find(|rule| rule.verb.as_bytes() == verb).ok_or(Close)?;
        // Before the dialect, which is not known until `VER` is answered.
        if !rule.states.contains(&connection.stage()) {
            return Err(rule.misplaced);
        }
        if !connection.dialect().is_in(&rule.dialects) {
            return Err(rule.elsewhere);
        }
        if let Some(error) = rule.gateway
            && connection.entry_point() == EntryPoint::Gateway
        {
            return Err(error);
        }
        // Last, because it counts: a request that is refused for another reason costs nothing.
        if let Limit::Counted(class) = rule.limit
            && !connection.take(class)
        {
            return Err(Error(class.error()));
        }
        Ok(rule)
    }

    /// The error for a request that cannot be read.
    pub(super) fn unreadable_error(&self, invalid: Invalid) -> CommandError {
        match invalid {
            // An error reply carries the transaction id of its request, and there is none to trust.
            Invalid::Text | Invalid::Verb | Invalid::TransactionId => Close,
            invalid => (self.unreadable)(invalid),
        }
    }
}

/// The usual answer to a command that cannot be read.
pub(super) fn invalid_parameter(_: Invalid) -> CommandError {
    Error(ErrorCode::InvalidParameter)
}

/// The answer to a command that cannot be read where clients know none.
pub(super) fn ends(_: Invalid) -> CommandError {
    Close
}

/// A role's table, and the function that hands a request to its handler.
///
/// A row is a verb, the request as the handler is to see it, the dialects, the limit, the fields of [`Rule`]
/// that are not as usual, and the handler. A row without a limit does not compile:
///
/// ```text
/// "ZAP" Zap(request) in: Msnp8..=Msnp9, limit: Counted(Changes) => connection.zap(request).await;
/// ```
macro_rules! verb_table {
    (
        $(#[$meta:meta])*
        async fn $carry_out:ident($connection:ident: $Connection:ident, $request:ident: $Request:ident);
        $($rows:tt)*
    ) => {
        $crate::roles::verb_table::verb_table! {
            @table [$(#[$meta])* pub(super) async fn $carry_out($connection: &mut $Connection, $request: $Request)]
            $Connection $request $Request $($rows)*
        }
    };
    (
        $(#[$meta:meta])*
        fn $carry_out:ident($connection:ident: $Connection:ident, $request:ident: $Request:ident, $out:ident: $Out:ty);
        $($rows:tt)*
    ) => {
        $crate::roles::verb_table::verb_table! {
            @table [$(#[$meta])* pub(super) fn $carry_out($connection: &mut $Connection, $request: $Request, $out: $Out)]
            $Connection $request $Request $($rows)*
        }
    };
    (
        @table [$($signature:tt)*] $Connection:ident $request:ident $Request:ident
        $($verb:literal $name:ident($given:pat) in: $dialects:expr, limit: $limit:expr
            $(, $field:ident: $value:expr)* => $handler:expr;)*
    ) => {
        pub(super) static RULES: &[$crate::roles::verb_table::Rule<$Connection>] = &[$(
            $crate::roles::verb_table::Rule {
                $($field: $value,)*
                ..$crate::roles::verb_table::Rule::new($verb, $dialects, $limit)
            },
        )*];

        $($signature)* -> $crate::roles::command_error::Outcome {
            match $request {
                $($Request::$name($given) => $handler,)*
                // For a request without a row, of which the test below knows none.
                _ => Err($crate::roles::command_error::CommandError::Close),
            }
        }

        #[cfg(test)]
        #[test]
        fn the_page_of_limits_has_every_verb() {
            $crate::roles::verb_table::compare_with_page(RULES);
        }

        #[cfg(test)]
        #[test]
        fn every_request_has_one_rule_and_every_rule_a_request() {
            $crate::roles::verb_table::compare(RULES, $Request::VERBS);
        }
    };
}

pub(super) use verb_table;

#[cfg(test)]
pub(super) fn compare<C: Gate>(rules: &[Rule<C>], requests: &[&str]) {
    let rules: Vec<_> = rules.iter().map(|rule| rule.verb).collect();
    let without: Vec<_> = requests.iter().filter(|verb| !rules.contains(verb)).collect();
    assert!(without.is_empty(), "requests without a rule: {without:?}");
    let unknown: Vec<_> = rules.iter().filter(|verb| !requests.contains(verb)).collect();
    assert!(unknown.is_empty(), "rules for what is no request: {unknown:?}");
    assert_eq!(rules.len(), requests.len(), "a verb has two rules");
}

/// A verb with a class stands in the row of its key, with the class's error; one without in the table of those.
#[cfg(test)]
pub(super) fn compare_with_page<C: Gate>(rules: &[Rule<C>]) {
    let page = include_str!("../../../../docs/limits.md");
    let (_, free) = page.split_once("## Without a rate").expect("a section of verbs without a rate");
    let (free, _) = free.split_once("\n## ").expect("another section");
    for Rule { verb, limit, .. } in rules {
        let name = format!("`{verb}`");
        match limit {
            Limit::Counted(class) => {
                let start = format!("| `{}` |", class.key());
                let row = page.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
                assert!(row.contains(&name), "{verb} is not in the row of {}", class.key());
                let (reason, code) = (class.refusal().name(), class.error().number());
                assert!(row.contains(&format!("| `{reason}` | {code}")), "{}: {reason}, {code}", class.key());
            }
            Limit::ByHandler => assert!(page.contains(&name), "{verb}"),
            Limit::Free => assert!(free.contains(&name), "{verb} is not among those without a rate"),
        }
    }
}

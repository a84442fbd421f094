//! Words of a line: mostly those that mean something to the service.

use arbitrary::Arbitrary;

/// The accounts whose conversation is random.
pub const ACCOUNTS: [&str; 4] = ["ada@example.com", "bob@example.com", "cy@example.com", "dot@example.com"];
/// The accounts that only talk to each other.
pub const BYSTANDERS: [&str; 2] = ["eve@example.com", "fay@example.com"];

const LISTS: [&str; 6] = ["FL", "AL", "BL", "RL", "fl", "XL"];
const STATUSES: [&str; 11] = ["NLN", "BSY", "IDL", "BRB", "AWY", "PHN", "LUN", "HDN", "FLN", "nln", "XXX"];
const KEYS: [&str; 7] = ["PHH", "PHW", "PHM", "MOB", "MBE", "WWE", "XXX"];
const NAMES: [&str; 6] = ["Bob", "B%C3%B6b%20B", "a%0D%0Ab", "%ff", "%E2%80%AE", "x%"];
const CLASSES: [&str; 5] = ["N", "A", "D", "U", "X"];

/// One word.
#[derive(Debug, Arbitrary)]
pub enum Word {
    Account(u8),
    List(u8),
    Status(u8),
    Key(u8),
    Name(u8),
    /// So many bytes.
    Long(u16),
    Class(u8),
    Number(u32),
    Group(u8),
    Switch(bool),
    Any(Vec<u8>),
}

impl Word {
    /// As it stands in a line. A word has no blank and ends no line.
    pub fn write(&self, line: &mut Vec<u8>) {
        let text = match self {
            Self::Account(number) => account(*number),
            Self::List(number) => of(&LISTS, *number),
            Self::Status(number) => of(&STATUSES, *number),
            Self::Key(number) => of(&KEYS, *number),
            Self::Name(number) => of(&NAMES, *number),
            Self::Class(number) => of(&CLASSES, *number),
            Self::Switch(on) => {
                if *on {
                    "ON"
                } else {
                    "OFF"
                }
            }
            Self::Long(length) => return line.extend(std::iter::repeat_n(b'x', usize::from(*length))),
            Self::Number(number) => return line.extend(number.to_string().bytes()),
            Self::Group(number) => return line.extend((number % 33).to_string().bytes()),
            Self::Any(bytes) => return line.extend(bytes.iter().filter(|byte| !b" \r\n".contains(byte))),
        };
        line.extend(text.bytes());
    }
}

/// Each account, and some that do not exist.
pub fn account(number: u8) -> &'static str {
    const OTHERS: [&str; 4] = ["nobody@example.com", "ADA@Example.Com", "ada", "@"];
    let all = ACCOUNTS.len() + BYSTANDERS.len() + OTHERS.len();
    let all = || ACCOUNTS.iter().chain(&BYSTANDERS).chain(&OTHERS).cycle().take(all);
    all().nth(usize::from(number) % all().count()).copied().unwrap_or_default()
}

/// One of a list.
pub fn of(list: &[&'static str], number: u8) -> &'static str {
    list[usize::from(number) % list.len()]
}

/// A valid list, status, key, name or class, by its number.
pub fn list(number: u8) -> &'static str {
    of(&LISTS[..3], number)
}

pub fn status(number: u8) -> &'static str {
    of(&STATUSES[..9], number)
}

pub fn key(number: u8) -> &'static str {
    of(&KEYS[..6], number)
}

pub fn name(number: u8) -> &'static str {
    of(&NAMES, number)
}

pub fn class(number: u8) -> &'static str {
    of(&CLASSES[..4], number)
}

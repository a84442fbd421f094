//! The steps of a conversation, and the lines that they are.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::words::{Word, account, class, key, list, name, status};

/// The most steps of one input.
const MOST: usize = 200;

/// The steps of one input: as many as it has bytes for.
#[derive(Debug)]
pub struct Script(pub Vec<Step>);

impl<'a> Arbitrary<'a> for Script {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut steps = Vec::new();
        while !input.is_empty() && steps.len() < MOST {
            steps.push(input.arbitrary()?);
        }
        Ok(Self(steps))
    }
}

/// The next act of one of the four accounts.
#[derive(Debug, Arbitrary)]
pub struct Step {
    pub who: u8,
    pub act: Act,
}

#[derive(Debug)]
pub enum Act {
    /// Connects and signs in; an older connection stays.
    SignIn {
        old: bool,
    },
    /// Connects and sends nothing.
    Connect,
    /// A request of a signed-in client.
    Ask(Asked),
    /// Opens a conversation.
    Open,
    /// Answers the last call.
    Answer,
    /// Says something in the conversation, or calls somebody.
    Say {
        class: u8,
        length: u16,
    },
    Call {
        whom: u8,
    },
    /// Any verb with any words.
    Loose {
        board: bool,
        verb: u8,
        words: Vec<Word>,
        payload: Option<u16>,
    },
    /// Any bytes.
    Raw {
        board: bool,
        bytes: Vec<u8>,
    },
    /// Stops to read, or reads again.
    Deaf,
    /// Disconnects without a word.
    Vanish {
        board: bool,
    },
}

impl<'a> Arbitrary<'a> for Act {
    /// A byte chooses: acts that lead on are more frequent than acts that end a connection.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.arbitrary::<u8>()? % 32 {
            0 | 1 => Self::SignIn { old: input.arbitrary()? },
            2 => Self::Connect,
            3..=12 => Self::Ask(input.arbitrary()?),
            13..=15 => Self::Open,
            16..=18 => Self::Answer,
            19..=22 => Self::Say { class: input.arbitrary()?, length: input.arbitrary()? },
            23..=25 => Self::Call { whom: input.arbitrary()? },
            26..=28 => Self::Loose {
                board: input.arbitrary()?,
                verb: input.arbitrary()?,
                words: input.arbitrary()?,
                payload: input.arbitrary()?,
            },
            29 => {
                let (board, length) = (input.arbitrary()?, usize::from(input.arbitrary::<u8>()?));
                Self::Raw { board, bytes: input.bytes(length.min(input.len()))?.to_vec() }
            }
            30 => Self::Deaf,
            _ => Self::Vanish { board: input.arbitrary()? },
        })
    }
}

/// A request, by its verb and up to three numbers that stand for its words.
#[derive(Debug, Arbitrary)]
pub struct Asked {
    verb: u8,
    a: u8,
    b: u8,
    n: u16,
}

/// The verbs of both servers, and two that neither has.
pub const VERBS: [&str; 32] = [
    "VER", "CVR", "INF", "USR", "OUT", "SYN", "GTC", "BLP", "PRP", "ADD", "REM", "REA", "ADG", "REG", "RMG",
    "CHG", "QRY", "PNG", "URL", "SND", "SDC", "FND", "PAG", "PGD", "IMS", "XFR", "MSG", "CAL", "ANS", "ACK",
    "ZAP", "usr",
];

/// The verbs with a payload.
const WITH_PAYLOAD: [&str; 5] = ["QRY", "SDC", "PAG", "PGD", "MSG"];

/// Whether the next bytes may belong to a line with this verb.
pub fn has_payload(verb: &str) -> bool {
    WITH_PAYLOAD.contains(&verb)
}

impl Asked {
    /// The line, and whether a line with its number has to come back.
    pub fn line(&self, transaction: u32, own: &str, challenge: &str) -> (Vec<u8>, bool) {
        let Self { verb, a, b, n } = *self;
        let (whom, group, yes) = (account(a), n % 32, b % 2 == 0);
        let line = match verb % 24 {
            0 => format!("SYN {transaction} {n}"),
            1 => format!("CHG {transaction} {} {n}", status(a)),
            2 => format!("CHG {transaction} {} 268435492 %3Cmsnobj%20Creator%3D%22{own}%22/%3E", status(a)),
            3 => format!("ADD {transaction} {} {whom} {}", list(b), name(b)),
            4 => format!("ADD {transaction} FL {whom} {} {group}", name(b)),
            5 => format!("REM {transaction} {} {whom}", list(b)),
            6 => format!("REM {transaction} FL {whom} {group}"),
            7 => format!("REA {transaction} {} {}", if yes { own } else { whom }, name(a)),
            8 => format!("ADG {transaction} {}{n} 0", name(a)),
            9 => format!("REG {transaction} {group} {} 0", name(a)),
            10 => format!("RMG {transaction} {group}"),
            11 => format!("BLP {transaction} {}", if yes { "AL" } else { "BL" }),
            12 => format!("GTC {transaction} {}", if yes { "A" } else { "N" }),
            13 => format!("PRP {transaction} {} {n}", key(a)),
            14 => format!("URL {transaction} INBOX"),
            15 => format!("SND {transaction} {whom} 0x0409 MSMSGS MSMSGS"),
            16 => with_payload(format!("SDC {transaction} {whom} 0x0409 MSMSGS MSMSGS X X {}", name(b)), n),
            17 => format!("FND {transaction} fname=x lname=y"),
            18 => with_payload(format!("PAG {transaction} {whom}"), n),
            19 => with_payload(format!("PGD {transaction} {whom} 1"), n),
            20 => format!("IMS {transaction} {}", if yes { "ON" } else { "OFF" }),
            21 => format!("QRY {transaction} msmsgs@msnmsgr.com 32\r\n{challenge}"),
            22 => String::from("PNG"),
            _ => String::from("OUT"),
        };
        let answered = !matches!(verb % 24, 22 | 23);
        let ends = line.contains("\r\n");
        let mut line = line.into_bytes();
        if !ends {
            line.extend(b"\r\n");
        }
        (line, answered)
    }
}

/// A message of this class.
pub fn message(transaction: u32, kind: u8, length: u16) -> Vec<u8> {
    with_payload(format!("MSG {transaction} {}", class(kind)), length % 1700).into_bytes()
}

/// A line with a payload of so many bytes.
fn with_payload(line: String, length: u16) -> String {
    let length = usize::from(length % 1800);
    format!("{line} {length}\r\n{}", "y".repeat(length))
}

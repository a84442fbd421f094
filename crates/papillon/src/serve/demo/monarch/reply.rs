//! Monarch's replies, as pure functions: text in, a reply out.

mod phrases;
mod topic;

use papillon_server::counted;
use time::{OffsetDateTime, UtcOffset};

use self::phrases::{ECHOES, JOKES, MUSINGS, pick};
use self::topic::Topic;

/// The shortcut of Monarch's emoticon.
pub(super) const EMOTICON: &str = "(monarch)";
/// Quotes are no longer than this many characters: a text has to fit into one message.
const LONGEST_QUOTE: usize = 240;
/// As [`LONGEST_QUOTE`], for names.
const LONGEST_NAME: usize = 40;

/// A message, and Monarch's knowledge at that moment.
pub(super) struct Heard<'a> {
    /// The words.
    pub(super) text: &'a str,
    /// The speaker's name, which may be empty.
    pub(super) name: &'a str,
    /// Whether others listen.
    pub(super) in_company: bool,
    /// The shortcuts of the custom emoticons in the text.
    pub(super) emoticons: &'a [&'a str],
    /// The names of the contacts that are online.
    pub(super) online: &'a [String],
    /// The time.
    pub(super) now: OffsetDateTime,
    /// The number of replies so far: phrases go round.
    pub(super) turn: usize,
    /// Monarch's latest texts in this conversation.
    pub(super) said: &'a [String],
}

/// Monarch's reaction to a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The text of it.
    pub(super) words: String,
    /// Whether to be seen typing for long.
    pub(super) takes_long: bool,
    /// A file that follows.
    pub(super) gift: Option<Gift>,
}

/// A file that Monarch sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gift {
    /// A picture of itself.
    Portrait,
    /// A text.
    Letter,
}

/// The reply. In company Monarch only speaks when it is spoken to, and it never answers its own words:
/// the other side may be such a bot as well.
pub(super) fn reply(heard: &Heard<'_>) -> Option<Reply> {
    let words = || heard.text.split_whitespace();
    // Word by word: clients and bots change blanks and line ends.
    let echoed = heard.said.iter().any(|said| said.split_whitespace().eq(words()));
    if echoed || (heard.in_company && !topic::names_monarch(heard.text)) {
        return None;
    }
    let topic = Topic::of(heard.text);
    let words = match topic {
        Topic::Help => help(),
        Topic::Greeting => greeting(heard.name),
        Topic::Feelings => String::from("Light as a feather, thank you. The wind is fine today. And you?"),
        Topic::Myself => about(),
        Topic::Portrait => String::from("Here I am, in a meadow. Take the file, if you like."),
        Topic::Letter => String::from("I wrote you a letter. Take the file, if you like."),
        Topic::Emoticon => format!("{EMOTICON} That is me in 19 by 19 pixels. {EMOTICON}"),
        Topic::Typing => {
            String::from("I was typing. Did you see it? My feet are small and the keys are far apart.")
        }
        Topic::Joke => pick(&JOKES, heard.turn).to_owned(),
        Topic::Who => who(heard.online),
        Topic::Time => clock(heard.now),
        Topic::Thanks => String::from("You are welcome. Flowers are welcome too."),
        Topic::Farewell => format!("Fly well, {}! I stay here.", name(heard.name)),
        Topic::Question => pick(&MUSINGS, heard.turn).to_owned(),
        Topic::Other => echo(heard),
    };
    let gift = match topic {
        Topic::Portrait => Some(Gift::Portrait),
        Topic::Letter => Some(Gift::Letter),
        _ => None,
    };
    Some(Reply { words, takes_long: topic == Topic::Typing, gift })
}

/// Monarch's text for a contact that comes online for the first time.
pub(super) fn welcome(of: &str) -> String {
    format!("Welcome, {}! I am Monarch, a bot. Say help to see what I can do. {EMOTICON}", name(of))
}

/// Monarch's text about a display picture.
pub(super) fn picture(bytes: usize, pixels: Option<(u32, u32)>) -> String {
    match pixels {
        Some((width, height)) => {
            let bytes = counted(bytes, "byte", "bytes");
            format!("I like your display picture: {width} × {height} pixels in {bytes}.")
        }
        None => {
            let bytes = counted(bytes, "byte", "bytes");
            format!("I have got your display picture, {bytes}, but I cannot make anything out on it.")
        }
    }
}

/// Monarch's text about a file that it received.
pub(super) fn thanks(file: &str, bytes: u64, sha256: &str) -> String {
    let bytes = counted(bytes, "byte", "bytes");
    format!("Thank you for {}: {bytes}.\r\nSHA-256 {sha256}", cut(file, LONGEST_QUOTE))
}

fn help() -> String {
    let lines = [
        "Say one of these:",
        "  picture: I send you my portrait",
        "  file: I send you a letter",
        "  emoticon: I show you mine",
        "  who, time, joke, typing",
        "Send me a file: I tell you its size and its SHA-256.",
        "Invite me to a conversation with others: I answer when you call me by my name.",
        "Say anything else, and we talk.",
    ];
    lines.join("\r\n")
}

fn greeting(of: &str) -> String {
    format!("Hello {}! {EMOTICON} Say help to see what I can do.", name(of))
}

fn about() -> String {
    String::from(
        "I am Monarch, a bot: a butterfly of Papillon's demo, built on its library msnp-client. I sign in as any \
         other client does.",
    )
}

fn who(online: &[String]) -> String {
    if online.is_empty() {
        return String::from("I see nobody online. Are you hiding?");
    }
    let names: Vec<_> = online.iter().map(|each| name(each)).collect();
    format!("Online: {}.", cut(&names.join(", "), LONGEST_QUOTE))
}

fn clock(now: OffsetDateTime) -> String {
    let now = now.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = now.to_hms();
    format!(
        "By the sun, and by this machine's clock, it is {hour:02}:{minute:02}:{second:02} UTC, {} {} {} {}.",
        now.weekday(),
        now.day(),
        now.month(),
        now.year()
    )
}

fn echo(heard: &Heard<'_>) -> String {
    if let [first, ..] = heard.emoticons {
        return format!("What a fine {}! Mine is {EMOTICON}.", cut(first, LONGEST_NAME));
    }
    let quote = cut(heard.text.trim(), LONGEST_QUOTE);
    if quote.is_empty() {
        return String::from("You are a person of few words.");
    }
    // Once only: the quote may hold `{}` itself.
    pick(&ECHOES, heard.turn).replacen("{}", &quote, 1)
}

fn name(of: &str) -> String {
    let name = cut(of.trim(), LONGEST_NAME);
    if name.is_empty() { String::from("friend") } else { name }
}

/// The first characters of another person's text, on one line.
fn cut(text: &str, longest: usize) -> String {
    let line = |char: char| if char.is_control() { ' ' } else { char };
    let mut cut: String = text.chars().take(longest).map(line).collect();
    if text.chars().nth(longest).is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests;

//! The topic of a message, as far as a butterfly can tell.

/// Requests have at most this many words; longer texts are conversation.
const LONGEST_REQUEST: usize = 9;

/// The topic of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// The things that a contact can ask for.
    Help,
    /// Somebody says hello.
    Greeting,
    /// Monarch's mood.
    Feelings,
    /// Monarch's identity.
    Myself,
    /// A picture as a file.
    Portrait,
    /// A file.
    Letter,
    /// The emoticon.
    Emoticon,
    /// To be seen typing.
    Typing,
    /// A joke.
    Joke,
    /// The contacts that are online.
    Who,
    /// The time.
    Time,
    /// Somebody is grateful.
    Thanks,
    /// Somebody goes.
    Farewell,
    /// Some question.
    Question,
    /// Anything.
    Other,
}

/// The words that show a topic. The first line that has one counts; those of several words have to stand together.
const SIGNS: [(Topic, &[&str]); 13] = [
    (Topic::Help, &["help", "commands", "what can you do"]),
    (Topic::Feelings, &["how are you", "how do you do", "how is it going"]),
    (Topic::Myself, &["who are you", "what are you", "are you a bot", "about"]),
    (Topic::Portrait, &["picture", "portrait", "photo", "image"]),
    (Topic::Letter, &["file", "letter", "send"]),
    (Topic::Emoticon, &["emoticon", "emoticons", "smiley", "emoji"]),
    (Topic::Typing, &["typing", "type"]),
    (Topic::Joke, &["joke", "jokes", "funny"]),
    (Topic::Who, &["who", "online"]),
    (Topic::Time, &["time", "clock", "date"]),
    (Topic::Thanks, &["thanks", "thank", "thx", "merci", "danke"]),
    (Topic::Farewell, &["bye", "goodbye", "farewell", "good night", "see you", "adieu"]),
    (
        Topic::Greeting,
        &["hi", "hello", "hey", "hallo", "bonjour", "salut", "hola", "good morning", "good evening"],
    ),
];

impl Topic {
    /// The topic of a text. Monarch's name does not count.
    pub(super) fn of(text: &str) -> Self {
        let words: Vec<_> = words(text).into_iter().filter(|word| word != "monarch").collect();
        if words.len() <= LONGEST_REQUEST {
            let sentence = format!(" {} ", words.join(" "));
            let has = |sign: &str| sentence.contains(&format!(" {sign} "));
            if let Some((topic, _)) = SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| has(sign))) {
                return *topic;
            }
            if words.is_empty() && names_monarch(text) {
                return Self::Greeting;
            }
        }
        if text.trim_end().ends_with('?') { Self::Question } else { Self::Other }
    }
}

/// Whether Monarch is spoken to, or at least about.
pub(super) fn names_monarch(text: &str) -> bool {
    words(text).iter().any(|word| word == "monarch")
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_lowercase).collect()
}

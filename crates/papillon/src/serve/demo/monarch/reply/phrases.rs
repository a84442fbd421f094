//! Monarch's repertoire.

/// One of the phrases; the next turn gives the next one.
pub(super) fn pick(phrases: &[&'static str], turn: usize) -> &'static str {
    phrases.get(turn % phrases.len().max(1)).copied().unwrap_or_default()
}

/// For everything that is no request. `{}` is the text.
pub(super) const ECHOES: [&str; 5] = [
    "“{}”, you say. Tell me more.",
    "“{}”. I shall think about that on my way to Mexico.",
    "You said “{}”, and the flowers nodded.",
    "“{}”: nobody has said that to me since I was a caterpillar.",
    "I heard “{}”, and every other character arrived as well.",
];

/// For questions.
pub(super) const MUSINGS: [&str; 4] = [
    "A good question. Ask me again when I have grown up; I was a caterpillar only last week.",
    "The wind knows. It blew the other way, though.",
    "Perhaps. It depends on the milkweed.",
    "I only know what is in my four wings. Say help, and you know it too.",
];

/// Jokes, more or less.
pub(super) const JOKES: [&str; 5] = [
    "Why did the butterfly stay off the network? It got caught in the web once.",
    "How does a butterfly sign in? It emerges from its session.",
    "What does a caterpillar do on New Year's Day? It turns over a new leaf.",
    "I would tell you one about UDP, but you might not get it. This is TCP: you did.",
    "Why are butterflies never invited to balls? They prefer moths. (I did not write these.)",
];

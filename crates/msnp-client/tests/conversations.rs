//! Conversations over the real service, with clients of this library and with raw ones.

#[path = "conversations/emoticons.rs"]
mod emoticons;
#[path = "conversations/events.rs"]
mod events;
#[path = "conversations/nudges.rs"]
mod nudges;
#[path = "conversations/people.rs"]
mod people;
#[path = "conversations/raw.rs"]
mod raw;
#[path = "conversations/readings.rs"]
mod readings;
#[path = "conversations/switchboards.rs"]
mod switchboards;
#[path = "conversations/texts.rs"]
mod texts;

//! The pages, fetched from the running service as browsers of then and now fetch them.

mod html;
mod messenger_calls;
mod pace;
mod people;
mod proxies;
mod setup;

//! `/admin/graph`: people, messages, sign-ins and refusals of the last hour and day, each a small picture.
//!
//! The picture is SVG that this service writes. Below it stand its numbers, for browsers that know no SVG and people
//! that see no pictures.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::counts::{Totals, bars};
use crate::site::pages::accounts::People;
use crate::site::pages::accounts::caller::Caller;
use crate::site::pages::accounts::error::PageError;
use crate::site::pages::accounts::forms::word;

/// The size of a picture.
const WIDTH: usize = 288;
const HEIGHT: usize = 56;
/// The width of a bar with its gap, before the picture is stretched to its size.
const BAR: usize = 4;

/// A number over time.
struct Subject {
    /// In the address of the picture.
    name: &'static str,
    title: &'static str,
    /// People are there all the time; the rest happens, and is added up.
    adds_up: bool,
    of: fn(&Totals) -> u64,
}

const SUBJECTS: [Subject; 5] = [
    Subject { name: "people", title: "People signed in", adds_up: false, of: |totals| totals.people },
    Subject { name: "messages", title: "Messages", adds_up: true, of: |totals| totals.messages },
    Subject { name: "sign-ins", title: "Sign-ins", adds_up: true, of: |totals| totals.sign_ins },
    Subject {
        name: "failed-sign-ins",
        title: "Failed sign-ins",
        adds_up: true,
        of: |totals| totals.failed_sign_ins,
    },
    Subject { name: "refusals", title: "Refusals", adds_up: true, of: |totals| totals.refusals },
];

/// A row of the table on the page.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// The numbers in words.
    pub(super) hour: String,
    pub(super) day: String,
}

/// The table of all pictures, with the numbers that they show.
pub(super) fn rows(people: &People) -> Vec<Row> {
    let history = &people.service.counts.history;
    let (hour, day) = (history.hour(), history.day());
    let row = |subject: &Subject| Row {
        name: subject.name,
        title: subject.title,
        hour: subject.words(&hour, false),
        day: subject.words(&day, true),
    };
    SUBJECTS.iter().map(row).collect()
}

/// One picture: `of` is the subject, `in` the hour or the day.
pub(super) async fn show(
    State(people): State<Arc<People>>,
    caller: Caller,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    caller.admin()?;
    let subject = SUBJECTS.iter().find(|subject| subject.name == word(&query, "of"));
    let day = match word(&query, "in") {
        "hour" => false,
        "day" => true,
        _ => return Err(PageError::NotFound),
    };
    let history = &people.service.counts.history;
    let totals = if day { history.day() } else { history.hour() };
    let svg = subject.ok_or(PageError::NotFound)?.svg(&totals, day);
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], svg).into_response())
}

impl Subject {
    fn values(&self, totals: &[Totals]) -> Vec<u64> {
        totals.iter().map(self.of).collect()
    }

    /// `120, at most 14 in a minute`.
    fn words(&self, totals: &[Totals], day: bool) -> String {
        let values = self.values(totals);
        let (most, last) = (values.iter().max(), values.last());
        let (Some(most), Some(last)) = (most, last) else { return String::from("nothing yet") };
        match (self.adds_up, day) {
            (false, _) => format!("{last} now, at most {most} at the end of a minute"),
            (true, false) => format!("{}, at most {most} in a minute", values.iter().sum::<u64>()),
            (true, true) => format!("{}, at most {most} in 15 minutes", values.iter().sum::<u64>()),
        }
    }

    fn svg(&self, totals: &[Totals], day: bool) -> String {
        let (span, values) = (if day { "the last day" } else { "the last hour" }, self.values(totals));
        let most = values.iter().copied().max().unwrap_or_default().max(1);
        let (title, words) = (self.title, self.words(totals, day));
        let wide = bars(day) * BAR;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {wide} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"t d\">\
             <title id=\"t\">{title} in {span}</title><desc id=\"d\">{words}</desc>\
             <rect width=\"{wide}\" height=\"{HEIGHT}\" fill=\"#f3f6fa\"/><path fill=\"#1f5ba8\" d=\""
        );
        let left = bars(day).saturating_sub(values.len());
        for (number, value) in values.into_iter().enumerate().filter(|(_, value)| *value > 0) {
            // A small number is seen as well.
            let high = u128::from(value) * (HEIGHT - 2) as u128 / u128::from(most);
            let (x, high) = ((left + number) * BAR, high.max(1));
            // Writing to a string cannot fail.
            let _ = write!(svg, "M{x} {HEIGHT}v-{high}h{}v{high}z", BAR - 1);
        }
        svg.push_str("\"/></svg>\n");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(messages: &[u64]) -> Vec<Totals> {
        messages.iter().map(|messages| Totals { messages: *messages, ..Totals::default() }).collect()
    }

    #[test]
    fn the_newest_bar_is_at_the_right_and_the_highest_fills_the_picture() {
        let messages = &SUBJECTS[1];
        let svg = messages.svg(&totals(&[1_000_000, 0, 1]), false);
        assert!(svg.contains("d=\"M228 56v-54h3v54z") && svg.contains("zM236 56v-1h3v1z\"/>"), "{svg}");
        assert_eq!(svg.matches('M').count() - svg.matches("Messages").count(), 2, "{svg}");
        assert!(svg.contains("<title id=\"t\">Messages in the last hour</title>"), "{svg}");
        assert!(svg.contains("<desc id=\"d\">1000001, at most 1000000 in a minute</desc>"), "{svg}");
        let svg = messages.svg(&totals(&[7]), true);
        assert!(svg.contains("d=\"M380 56v-54h3v54z\""), "{svg}");
        assert!(messages.svg(&totals(&[u64::MAX]), true).contains("v-54h"));
        assert!(messages.svg(&[], true).contains("d=\"\""));
    }

    #[test]
    fn the_numbers_are_told_in_words() {
        let (people, messages) = (&SUBJECTS[0], &SUBJECTS[1]);
        assert_eq!(people.words(&[], true), "nothing yet");
        let all = [3, 5, 4].map(|people| Totals { people, messages: people, ..Totals::default() });
        assert_eq!(people.words(&all, true), "4 now, at most 5 at the end of a minute");
        assert_eq!(messages.words(&all, true), "12, at most 5 in 15 minutes");
        assert_eq!(messages.words(&all, false), "12, at most 5 in a minute");
    }
}

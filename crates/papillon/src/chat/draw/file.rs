//! A file in a conversation.

use msnp_client::{TransferId, TransferRoute};
use ratatui::text::Span;

use crate::chat::state::{App, File, Stage, Tone};
use crate::{clean, size};

/// The cells of a progress bar.
const BAR: u64 = 20;

/// The progress of the file, in words and with a bar.
pub(super) fn spans(app: &App, id: TransferId, file: &File) -> Vec<Span<'static>> {
    let theme = app.theme;
    let TransferId(number) = id;
    let title = format!("{} ({})", file.name, size::bytes(file.size));
    let mut spans = vec![Span::styled(title, theme.strong())];
    if !file.stage.is_over() {
        spans.push(Span::styled(format!(" #{number}"), theme.dim()));
    }
    match &file.stage {
        Stage::Offered if file.sending => {
            spans.push(Span::styled(" – waiting for an answer", theme.dim()));
        }
        Stage::Offered => {
            spans.push(Span::styled(" – /accept or /decline", theme.attention()));
        }
        Stage::Running { bytes } => {
            // The size is a claim of the peer: it may be zero, or so large that the products below need 128 bits.
            let (done, all) = ((*bytes).min(file.size), file.size.max(1));
            let full = usize::try_from(u128::from(done) * u128::from(BAR) / u128::from(all)).unwrap_or(0);
            let percent = u128::from(done) * 100 / u128::from(all);
            spans.push(Span::raw("\n"));
            spans.push(Span::styled("█".repeat(full), theme.tone(Tone::Good)));
            spans.push(Span::styled("░".repeat((BAR as usize).saturating_sub(full)), theme.dim()));
            spans.push(Span::raw(format!(" {percent:>3} %")));
            if let Some(speed) = file.speed() {
                spans.push(Span::raw(format!("  {}/s", size::bytes(speed))));
            }
            if let Some(route) = file.route {
                spans.push(Span::styled(format!("  {}", way(route)), theme.dim()));
            }
        }
        Stage::Done(Some(path)) => {
            let path = clean::line(&path.to_string_lossy());
            spans.push(Span::styled(format!(" – here it is: {path}"), theme.tone(Tone::Good)));
        }
        Stage::Done(None) => {
            let way = file.route.map_or(String::new(), |route| format!(" ({})", way(route)));
            spans.push(Span::styled(format!(" – delivered{way}"), theme.tone(Tone::Good)));
        }
        Stage::Failed(why) => spans.push(Span::styled(format!(" – {why}"), theme.tone(Tone::Bad))),
    }
    spans
}

fn way(route: TransferRoute) -> &'static str {
    match route {
        TransferRoute::Switchboard => "switchboard",
        TransferRoute::Direct => "direct",
        TransferRoute::Msnftp => "MSNFTP",
        _ => "another way",
    }
}

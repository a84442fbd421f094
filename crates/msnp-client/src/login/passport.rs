//! The exchange of the challenge for a ticket: at the nexus, then at the login server.

use std::io;
use std::time::Duration;

use hyper::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::HeaderValue;
use hyper::http::response::Parts;
use hyper::{StatusCode, Uri};
use msnp::Handle;
use msnp::command::usr::Ticket;
use msnp::invisible_characters::{is_blank, marked};
use msnp::passport::{AuthenticationInfo, Challenge, Credentials, Failure, PassportUrls, Secret};

use super::{https, protocol};
use crate::SignInError;
use crate::settings::Settings;

/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// The wait where the server asks for one without a time.
const USUAL_WAIT: Duration = Duration::from_secs(60);
/// The most characters of the server's words that are kept.
const MAX_REASON: usize = 500;

/// Fetches a ticket for this challenge.
pub(super) async fn ticket(
    settings: &Settings,
    account: &Handle,
    password: &Secret,
    challenge: &str,
) -> Result<Ticket, SignInError> {
    let login = login_server(settings).await?;
    let credentials = Credentials {
        sign_in: account.to_string(),
        password: password.clone(),
        challenge: Some(
            Challenge::parse(challenge).map_err(|_| protocol(&settings.server, "its challenge is empty"))?,
        ),
    };
    let mut authorization = HeaderValue::from_str(&credentials.to_header())
        .map_err(|_| SignInError::Setting("the password has characters that cannot be sent".into()))?;
    // Its `Debug` form hides the password then.
    authorization.set_sensitive(true);
    let (server, answer) = follow(settings, login, Some(authorization)).await?;
    match answer.status {
        StatusCode::OK => read_ticket(&answer).ok_or_else(|| protocol(&server, "its answer has no ticket")),
        StatusCode::UNAUTHORIZED => Err(refusal(&answer)),
        StatusCode::TOO_MANY_REQUESTS => {
            Err(SignInError::TooManyAttempts { wait: retry_after(&answer).unwrap_or(USUAL_WAIT) })
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            Err(SignInError::Busy { wait: retry_after(&answer).unwrap_or(USUAL_WAIT) })
        }
        status => Err(protocol(&server, &format!("it answers the password with HTTP {status}"))),
    }
}

/// The reason of a 401. Clients of 2003 show the words of this status only, so every refusal has it.
fn refusal(answer: &Parts) -> SignInError {
    if let Some(wait) = retry_after(answer) {
        return SignInError::TooManyAttempts { wait };
    }
    match reason(answer) {
        Some(reason) if !reason.starts_with(Failure::WRONG_PASSWORD) => SignInError::LoginRefused { reason },
        // A server that gives no reason means the password (ESC).
        _ => SignInError::WrongPassword,
    }
}

/// The words for people in a 401 (`cbtxt`), as one line.
fn reason(answer: &Parts) -> Option<String> {
    let header = answer.headers.get(WWW_AUTHENTICATE)?.to_str().ok()?;
    let text = Failure::parse(header).ok()?.text?;
    // Line ends are invisible characters, too, and words that they part should stay apart.
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = marked(&line).filter(|(_, is_out_of_place)| !is_out_of_place).map(|(c, _)| c);
    let reason: String = visible.take(MAX_REASON).collect();
    (!is_blank(&reason)).then_some(reason)
}

/// Asks the nexus for the address of the login.
async fn login_server(settings: &Settings) -> Result<Uri, SignInError> {
    let (server, answer) = nexus(settings).await?;
    let Some(header) = answer.headers.get("PassportURLs") else {
        let what = format!("it answers HTTP {} without PassportURLs", answer.status);
        return Err(protocol(&server, &what));
    };
    let urls = header.to_str().ok().and_then(|value| PassportUrls::parse(value).ok());
    let Some((host, port, path)) = urls.as_ref().and_then(PassportUrls::endpoint) else {
        return Err(protocol(&server, "its PassportURLs name no login server"));
    };
    format!("https://{host}:{port}{path}")
        .parse()
        .map_err(|_| protocol(&server, "the address of the login server cannot be read"))
}

/// Asks at the one port or the other, where the port is not configured.
async fn nexus(settings: &Settings) -> Result<(String, Parts), SignInError> {
    // A refused connection shows a host that is there and listens elsewhere. With any other fault the second port would
    // only double the wait.
    let refused = |source: &io::Error| source.kind() == io::ErrorKind::ConnectionRefused;
    match (follow(settings, settings.nexus.clone(), None).await, &settings.other_nexus) {
        (Err(SignInError::Unreachable { server: first, source }), Some(other)) if refused(&source) => {
            match follow(settings, other.clone(), None).await {
                Err(SignInError::Unreachable { server, source }) => {
                    Err(SignInError::Unreachable { server: format!("{first} or {server}"), source })
                }
                answered => answered,
            }
        }
        (answered, _) => answered,
    }
}

/// Gets an answer that is no redirect. The password only ever goes over TLS.
async fn follow(
    settings: &Settings,
    mut uri: Uri,
    authorization: Option<HeaderValue>,
) -> Result<(String, Parts), SignInError> {
    let mut server = String::new();
    for _ in 0..=MAX_REDIRECTS {
        server = uri.authority().map(ToString::to_string).unwrap_or_default();
        // The credentials go to the target of a redirect, too: Passport sent accounts of other domains to other hosts,
        // and clients repeat the header there (GAIM).
        let answer = https::get(&settings.trust, &uri, authorization.clone()).await?;
        if answer.status == StatusCode::FORBIDDEN {
            return Err(SignInError::AddressRefused { server });
        }
        if !answer.status.is_redirection() {
            return Ok((server, answer));
        }
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let next = location.and_then(|location| location.parse::<Uri>().ok());
        let next = next.filter(|next| next.scheme_str() == Some("https") && next.host().is_some());
        uri = next.ok_or_else(|| protocol(&server, "it refers to an address that is not https"))?;
    }
    Err(protocol(&server, "it only refers to other addresses"))
}

/// The time that the server asks to wait. The form of the header that is a date counts as none.
fn retry_after(answer: &Parts) -> Option<Duration> {
    let seconds = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

fn read_ticket(answer: &Parts) -> Option<Ticket> {
    let value = answer.headers.get("Authentication-Info")?.to_str().ok()?;
    Ticket::parse(AuthenticationInfo::parse(value).ok()?.ticket()).ok()
}

#[cfg(test)]
mod tests {
    use hyper::Response;

    use super::*;

    fn refused(header: &str, retry_after: Option<&str>) -> SignInError {
        let mut answer = Response::builder().status(401).header("WWW-Authenticate", header);
        if let Some(seconds) = retry_after {
            answer = answer.header("Retry-After", seconds);
        }
        refusal(&answer.body(()).unwrap().into_parts().0)
    }

    fn with_text(text: &str) -> SignInError {
        refused(&Failure::new(text).to_header_value(), None)
    }

    #[test]
    fn a_refusal_without_words_means_the_password() {
        for header in ["Passport1.4 da-status=failed", "Passport1.4 da-status=failed,cbtxt=", "Basic", ""] {
            assert!(matches!(refused(header, None), SignInError::WrongPassword), "{header}");
        }
        for words in
            ["The address or the password is not right.", "The address or the password is not right. X"]
        {
            assert!(matches!(with_text(words), SignInError::WrongPassword), "{words}");
        }
    }

    #[test]
    fn other_words_are_passed_on() {
        let error = with_text("This account is banned until 2100-01-01 00:00 (UTC).");
        assert_eq!(
            error.to_string(),
            "the service refused the sign-in: This account is banned until 2100-01-01 00:00 (UTC)."
        );
    }

    #[test]
    fn words_of_a_server_stay_on_one_line_and_have_an_end() {
        let SignInError::LoginRefused { reason } = with_text("a\r\n\tb\u{1b}[31m\u{202e}c") else { panic!() };
        assert_eq!(reason, "a b[31mc");
        let SignInError::LoginRefused { reason } = with_text(&"é".repeat(3000)) else { panic!() };
        assert_eq!(reason.chars().count(), 500);
        assert!(matches!(with_text(" \r\n\u{200b} "), SignInError::WrongPassword));
    }

    #[test]
    fn a_refusal_with_a_time_to_wait_is_one_of_too_many_attempts() {
        let header = Failure::new("There were too many attempts.").to_header_value();
        let error = refused(&header, Some("7"));
        assert!(matches!(error, SignInError::TooManyAttempts { wait } if wait.as_secs() == 7), "{error}");
    }
}

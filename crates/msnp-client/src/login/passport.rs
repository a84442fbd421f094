//! The exchange of the challenge for a ticket: at the nexus, then at the login server.

use std::io;
use std::time::Duration;

use hyper::header::{LOCATION, RETRY_AFTER};
use hyper::http::HeaderValue;
use hyper::http::response::Parts;
use hyper::{StatusCode, Uri};
use msnp::Handle;
use msnp::command::usr::Ticket;
use msnp::passport::{AuthenticationInfo, Challenge, Credentials, PassportUrls, Secret};

use super::{https, protocol};
use crate::SignInError;
use crate::settings::Settings;

/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// The wait where the server asks for one without a time.
const USUAL_WAIT: Duration = Duration::from_secs(60);

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
        // Clients of 2003 show the reason of this status only, so too many attempts get it, too.
        StatusCode::UNAUTHORIZED => Err(retry_after(&answer)
            .map_or(SignInError::WrongPassword, |wait| SignInError::TooManyAttempts { wait })),
        StatusCode::TOO_MANY_REQUESTS => {
            Err(SignInError::TooManyAttempts { wait: retry_after(&answer).unwrap_or(USUAL_WAIT) })
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            Err(SignInError::Busy { wait: retry_after(&answer).unwrap_or(USUAL_WAIT) })
        }
        status => Err(protocol(&server, &format!("it answers the password with HTTP {status}"))),
    }
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

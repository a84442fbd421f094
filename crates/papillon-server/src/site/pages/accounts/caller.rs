//! The caller: the account, or the anonymous visitor, that asks for a page.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use msnp::Handle;
use papillon_store::{Account, AccountId};

use super::People;
use super::cookies::Cookie;
use super::error::PageError;
use super::frame::Frame;
use super::sender::is_sent_by_another;
use crate::http::Visitor;
use crate::passport::{Device, DeviceMint, Source, to_hex};
use crate::site::pages::page;

/// The sender of a request to a page.
pub(in crate::site::pages) struct Caller {
    /// The browser's end of the connection.
    pub(in crate::site::pages) visitor: Visitor,
    account: Option<Account>,
    /// The cookie of the session, where it is valid.
    session: Option<String>,
    /// The mark of an account that has signed in with this browser before.
    mark: Option<String>,
    /// The cookie to which the caller's forms are bound.
    bound_to: String,
    /// A cookie that the browser does not have yet.
    new_cookie: Option<HeaderValue>,
    /// Whether the browser names another site's page as the sender.
    is_sent_by_another: bool,
}

impl Caller {
    /// The account that is signed in. Without one the answer is the sign-in page.
    pub(in crate::site::pages) fn account(&self) -> Result<&Account, PageError> {
        self.account.as_ref().ok_or(PageError::SignIn { to: "" })
    }

    /// As [`account`](Self::account), for pages of administrators.
    pub(in crate::site::pages) fn admin(&self) -> Result<&Account, PageError> {
        match &self.account {
            Some(account) if account.admin => Ok(account),
            Some(_) => Err(PageError::NotAdmin),
            None => Err(PageError::SignIn { to: "admin" }),
        }
    }

    /// The values that a page for this caller needs.
    pub(in crate::site::pages) fn frame(&self, people: &People) -> Frame {
        Frame {
            signed_in: self.account.is_some(),
            admin: self.account.as_ref().is_some_and(|account| account.admin),
            token: people.keys.form_token(&self.bound_to),
            operator: people.service.config.operator.clone(),
        }
    }

    /// Shows a page.
    pub(in crate::site::pages) fn show(
        &self,
        status: StatusCode,
        template: &impl askama::Template,
    ) -> Response {
        let mut response = page(status, template);
        if let Some(cookie) = &self.new_cookie {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        response
    }

    /// Signs an account in, in this browser, until `epoch` has passed, and redirects the browser to another page. From
    /// now on the browser and its address are known for the account.
    pub(super) async fn sign_in(
        &self,
        people: &People,
        handle: &Handle,
        account: AccountId,
        epoch: i64,
        to: &'static str,
    ) -> Result<Response, PageError> {
        let session = people.begin_session(self.session(), account, epoch).await?;
        people.passport.remember(handle, epoch, self.visitor.peer.ip());
        let mut response = redirect(to, Cookie::Session.set(&session, self.visitor.secure));
        let mark = people.keys.devices().issue(handle, epoch, SystemTime::now());
        if let Some(cookie) = Cookie::Device.keep(&mark, DeviceMint::LIFETIME, self.visitor.secure) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// The source of a sign-in of this account by the caller.
    pub(super) fn source(&self, people: &People, account: &str) -> Source {
        Source { address: self.visitor.peer.ip(), device: self.device(people, account) }
    }

    fn device(&self, people: &People, account: &str) -> Option<Device> {
        let handle = Handle::parse(account).ok()?;
        people.keys.devices().verify(self.mark.as_deref()?, &handle, SystemTime::now())
    }

    /// Redirects the browser to another page, signed in no more. The session has to be ended beforehand.
    pub(in crate::site::pages) fn signed_out(&self, to: &'static str) -> Response {
        redirect(to, Cookie::Session.clear(self.visitor.secure))
    }

    /// The cookie of the caller's session.
    pub(in crate::site::pages) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Fails unless this service has shown the form to this very browser.
    pub(in crate::site::pages) fn check_form(&self, people: &People, token: &str) -> Result<(), PageError> {
        if self.is_sent_by_another || !people.keys.is_form_token(&self.bound_to, token) {
            return Err(PageError::Forged);
        }
        Ok(())
    }
}

impl FromRequestParts<Arc<People>> for Caller {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, people: &Arc<People>) -> Result<Self, PageError> {
        // The HTTP server puts it into each request.
        let visitor = parts.extensions.get::<Visitor>().cloned().ok_or(PageError::Unavailable)?;
        let read = |cookie: Cookie| cookie.read(&parts.headers, visitor.secure);
        let session = read(Cookie::Session);
        let account = match session {
            Some(session) => people.account_of(session, visitor.peer.ip()).await?,
            None => None,
        };
        // The letters keep the two kinds apart: a cookie of one kind cannot be planted as the other's.
        let (bound_to, new_cookie) = match (session, &account, read(Cookie::Browser)) {
            (Some(session), Some(_), _) => (format!("s{session}"), None),
            (_, _, Some(browser)) => (format!("b{browser}"), None),
            _ => {
                let browser = to_hex(&rand::random::<[u8; 16]>());
                (format!("b{browser}"), Cookie::Browser.set(&browser, visitor.secure))
            }
        };
        let is_sent_by_another = is_sent_by_another(&parts.headers, &visitor);
        let session = session.filter(|_| account.is_some()).map(str::to_owned);
        let mark = read(Cookie::Device).map(str::to_owned);
        Ok(Self { visitor, account, session, mark, bound_to, new_cookie, is_sent_by_another })
    }
}

/// Redirects a browser to another page of this service. 302 and not 303, which the oldest do not know: after a form,
/// all of them ask for the new page with `GET`.
pub(in crate::site::pages) fn redirect(to: &str, cookie: Option<HeaderValue>) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return PageError::Unavailable.into_response() };
    let mut response = StatusCode::FOUND.into_response();
    response.headers_mut().insert(LOCATION, to);
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

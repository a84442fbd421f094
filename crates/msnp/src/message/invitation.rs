//! `text/x-msmsgsinvite`: an invitation to another program, and the answers.
//!
//! Source: HYP *Invitations* and NINA, see `docs/protocol/sources.md`. MSN Messenger up
//! to 5.0 sends files in this way.

use std::net::IpAddr;

use super::{Headers, Message};
use crate::Invalid;
use crate::connection_type::ConnectionType;
use crate::numbers::decimal;

/// The `Application-GUID` of file transfer.
pub const FILE_TRANSFER_GUID: &str = "{5D3E02AB-6190-11d3-BBBB-00C04F795683}";

/// The mask of `PortX` and `PortX-Internal`, so that no translator rewrites them.
const PORT_MASK: u16 = 0x3141;

/// `Invitation-Command`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvitationCommand {
    /// Offers something.
    Invite,
    /// Takes the offer; then the other side tells where to connect.
    Accept,
    /// Refuses, or ends what was accepted.
    Cancel,
}

/// `Cancel-Code`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelCode {
    /// `REJECT`: the user refused.
    Reject,
    /// `REJECT_NOT_INSTALLED`: the program is not there.
    RejectNotInstalled,
    /// `TIMEOUT`: the user did not answer.
    Timeout,
    /// `FAIL`.
    Fail,
    /// `FTTIMEOUT`: the file did not start to come.
    FileTransferTimeout,
    /// `OUTBANDCANCEL`: the window was closed.
    OutBandCancel,
    /// Anything else, as written.
    Other(String),
}

impl CancelCode {
    const NAMES: [(&'static str, Self); 6] = [
        ("REJECT", Self::Reject),
        ("REJECT_NOT_INSTALLED", Self::RejectNotInstalled),
        ("TIMEOUT", Self::Timeout),
        ("FAIL", Self::Fail),
        ("FTTIMEOUT", Self::FileTransferTimeout),
        ("OUTBANDCANCEL", Self::OutBandCancel),
    ];

    /// Reads a code, in any case.
    pub fn parse(text: &str) -> Self {
        let known = Self::NAMES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        known.map_or_else(|| Self::Other(text.to_owned()), |(_, code)| code)
    }

    /// The code as it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Reject => "REJECT",
            Self::RejectNotInstalled => "REJECT_NOT_INSTALLED",
            Self::Timeout => "TIMEOUT",
            Self::Fail => "FAIL",
            Self::FileTransferTimeout => "FTTIMEOUT",
            Self::OutBandCancel => "OUTBANDCANCEL",
            Self::Other(text) => text,
        }
    }
}

/// One message of a negotiation. Which fields it has depends on the command and the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The command.
    pub command: InvitationCommand,
    /// `Invitation-Cookie`: the number of the negotiation, the same in all its messages.
    pub cookie: u32,
    /// `Application-Name`, in the inviting user's language.
    pub application_name: Option<String>,
    /// `Application-GUID`: which program; see [`FILE_TRANSFER_GUID`].
    pub application_guid: Option<String>,
    /// `Session-Protocol`, as `SM1`; not for files.
    pub session_protocol: Option<String>,
    /// `Session-ID`: a GUID in braces; not for files.
    pub session_id: Option<String>,
    /// `Application-File`: the name of the file. It is the peer's text: never use it as a path.
    pub file_name: Option<String>,
    /// `Application-FileSize`, in bytes.
    pub file_size: Option<u64>,
    /// `Connectivity`: `N` when the inviting client can take no connection.
    pub connectivity: Option<bool>,
    /// `Launch-Application`.
    pub launch_application: Option<bool>,
    /// `Request-Data`: which fields the answer should have, as `IP-Address:`.
    pub request_data: Option<String>,
    /// `IP-Address`: the address to connect to.
    pub ip_address: Option<IpAddr>,
    /// `IP-Address-Internal`: the same behind the translator (5.0 and later).
    pub ip_address_internal: Option<IpAddr>,
    /// `Port`: the port to connect to; 6891 and up.
    pub port: Option<u16>,
    /// `PortX`: the port again, plain here and masked on the wire.
    pub port_x: Option<u16>,
    /// `PortX-Internal`: the port behind the translator, plain here and masked on the wire.
    pub port_x_internal: Option<u16>,
    /// `AuthCookie`: the number that the connecting side sends first.
    pub auth_cookie: Option<u64>,
    /// `Sender-Connect`: the sender of the file connects to its receiver (5.0 and later).
    pub sender_connect: Option<bool>,
    /// `Cancel-Code`.
    pub cancel_code: Option<CancelCode>,
    /// `Conn-Type`; for voice.
    pub connection_type: Option<ConnectionType>,
    /// `Sip-Capability`; for voice.
    pub sip_capability: Option<String>,
}

impl Invitation {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msmsgsinvite";

    /// A message with only a command and a cookie.
    pub fn new(command: InvitationCommand, cookie: u32) -> Self {
        Self {
            command,
            cookie,
            application_name: None,
            application_guid: None,
            session_protocol: None,
            session_id: None,
            file_name: None,
            file_size: None,
            connectivity: None,
            launch_application: None,
            request_data: None,
            ip_address: None,
            ip_address_internal: None,
            port: None,
            port_x: None,
            port_x_internal: None,
            auth_cookie: None,
            sender_connect: None,
            cancel_code: None,
            connection_type: None,
            sip_capability: None,
        }
    }

    /// The offer of a file.
    pub fn file(cookie: u32, name: impl Into<String>, size: u64) -> Self {
        Self {
            application_name: Some("File Transfer".into()),
            application_guid: Some(FILE_TRANSFER_GUID.into()),
            file_name: Some(name.into()),
            file_size: Some(size),
            ..Self::new(InvitationCommand::Invite, cookie)
        }
    }

    /// A refusal, or an end.
    pub fn cancel(cookie: u32, code: CancelCode) -> Self {
        Self { cancel_code: Some(code), ..Self::new(InvitationCommand::Cancel, cookie) }
    }

    /// Whether the negotiation is about a file.
    pub fn is_for_file(&self) -> bool {
        self.application_guid.as_ref().is_some_and(|guid| guid.eq_ignore_ascii_case(FILE_TRANSFER_GUID))
    }

    /// Reads the body. Lines may come in any order, unknown ones are ignored, and a field that
    /// cannot be read counts as missing.
    ///
    /// # Errors
    /// [`Invalid::Missing`] or [`Invalid::Parameter`] when the command or the cookie is missing or bad.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        let fields = message.fields();
        let command = fields.get("Invitation-Command").ok_or(Invalid::Missing("Invitation-Command"))?;
        let command = match command.to_ascii_uppercase().as_str() {
            "INVITE" => InvitationCommand::Invite,
            "ACCEPT" => InvitationCommand::Accept,
            "CANCEL" => InvitationCommand::Cancel,
            _ => return Err(Invalid::Parameter("Invitation-Command")),
        };
        let cookie = fields.get("Invitation-Cookie").ok_or(Invalid::Missing("Invitation-Cookie"))?;
        let cookie = decimal(cookie).ok_or(Invalid::Parameter("Invitation-Cookie"))?;
        let text = |name| fields.get(name).map(str::to_owned);
        // The mask is its own inverse.
        let masked = |name| fields.read::<u16>(name).map(|port| port ^ PORT_MASK);
        Ok(Self {
            command,
            cookie,
            application_name: text("Application-Name"),
            application_guid: text("Application-GUID"),
            session_protocol: text("Session-Protocol"),
            session_id: text("Session-ID"),
            file_name: text("Application-File"),
            file_size: fields.read("Application-FileSize"),
            connectivity: flag(&fields, "Connectivity"),
            launch_application: flag(&fields, "Launch-Application"),
            request_data: text("Request-Data"),
            ip_address: fields.read("IP-Address"),
            ip_address_internal: fields.read("IP-Address-Internal"),
            port: fields.read("Port"),
            port_x: masked("PortX"),
            port_x_internal: masked("PortX-Internal"),
            auth_cookie: fields.read("AuthCookie"),
            sender_connect: flag(&fields, "Sender-Connect"),
            cancel_code: fields.get("Cancel-Code").map(CancelCode::parse),
            connection_type: fields.get("Conn-Type").and_then(|name| ConnectionType::parse(name).ok()),
            sip_capability: text("Sip-Capability"),
        })
    }

    /// The message; its body ends with a blank line.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        let truth = |value: bool| if value { "TRUE" } else { "FALSE" };
        let masked = |port: u16| port ^ PORT_MASK;
        fields.maybe("Application-Name", self.application_name.as_ref());
        fields.maybe("Application-GUID", self.application_guid.as_ref());
        fields.maybe("Session-Protocol", self.session_protocol.as_ref());
        fields.maybe("Session-ID", self.session_id.as_ref());
        let command = match self.command {
            InvitationCommand::Invite => "INVITE",
            InvitationCommand::Accept => "ACCEPT",
            InvitationCommand::Cancel => "CANCEL",
        };
        fields.push("Invitation-Command", command);
        fields.push("Invitation-Cookie", self.cookie.to_string());
        fields.maybe("Cancel-Code", self.cancel_code.as_ref().map(CancelCode::as_str));
        fields.maybe("Application-File", self.file_name.as_ref());
        fields.maybe("Application-FileSize", self.file_size);
        fields.maybe("Connectivity", self.connectivity.map(|can| if can { "Y" } else { "N" }));
        fields.maybe("Conn-Type", self.connection_type);
        fields.maybe("Sip-Capability", self.sip_capability.as_ref());
        fields.maybe("IP-Address", self.ip_address);
        fields.maybe("IP-Address-Internal", self.ip_address_internal);
        fields.maybe("Port", self.port);
        fields.maybe("PortX", self.port_x.map(masked));
        fields.maybe("PortX-Internal", self.port_x_internal.map(masked));
        fields.maybe("AuthCookie", self.auth_cookie);
        fields.maybe("Sender-Connect", self.sender_connect.map(truth));
        fields.maybe("Launch-Application", self.launch_application.map(truth));
        fields.maybe("Request-Data", self.request_data.as_ref());
        let mut body = Vec::from(fields.to_lines());
        body.extend_from_slice(b"\r\n");
        Message::new("text/x-msmsgsinvite; charset=UTF-8", body)
    }
}

/// `TRUE` and `FALSE`, or `Y` and `N`.
fn flag(fields: &Headers, name: &str) -> Option<bool> {
    match fields.get(name)?.to_ascii_uppercase().as_str() {
        // `Connectivity` has letters and the other fields words; either is taken in each.
        "TRUE" | "Y" => Some(true),
        "FALSE" | "N" => Some(false),
        _ => None,
    }
}

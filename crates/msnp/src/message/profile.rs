//! `text/x-msmsgsprofile`: the facts that the service tells a client about its own account.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;

use super::{Headers, Message};
use crate::Invalid;
use crate::connection_type::{client_port_from_wire, client_port_to_wire};
use crate::passport::Secret;

/// The first message of a session, right after `USR … OK`. All of it stands in the headers, the
/// body is empty. Source: HYP *Messages* and YW, see `docs/protocol/sources.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// `LoginTime`: when this session began, in Unix seconds.
    pub login_time: u64,
    /// `EmailEnabled`: the account has a mailbox, and the client shows it.
    pub email_enabled: bool,
    /// `MemberIdHigh`: the upper half of the account's number.
    pub member_id_high: i32,
    /// `MemberIdLow`: the lower half.
    pub member_id_low: i32,
    /// `lang_preference`: a Windows locale id.
    pub lang_preference: u32,
    /// `preferredEmail`.
    pub preferred_email: String,
    /// `country`: two letters, or empty.
    pub country: String,
    /// `PostalCode`.
    pub postal_code: String,
    /// `Gender`: `m`, `f` or empty.
    pub gender: String,
    /// `Kid`: a child's account.
    pub kid: bool,
    /// `Age`.
    pub age: String,
    /// `BDayPre`: the precision of the birthday.
    pub birthday_precision: String,
    /// `Birthday`.
    pub birthday: String,
    /// `Wallet`.
    pub wallet: String,
    /// `Flags`: the meaning is unknown; 1027 is usual.
    pub flags: u32,
    /// `sid`: the number of the site, 507 for Messenger.
    pub sid: u32,
    /// `kv`: the version of the Passport key.
    pub kv: u32,
    /// `MSPAuth`: the ticket for the mail site.
    pub mspauth: Secret,
    /// `ClientIP`: the address at which the service sees the client. `0.0.0.0` when it did not say (MSNP2).
    pub client_ip: IpAddr,
    /// `ClientPort`: the port there, as a plain number; its bytes change places on the wire.
    /// 0 over HTTP.
    pub client_port: u16,
}

impl Default for Profile {
    /// The profile of a usual account without a mailbox; time, address and port are zero.
    fn default() -> Self {
        Self {
            login_time: 0,
            email_enabled: false,
            member_id_high: 0,
            member_id_low: 0,
            // The numbers here are those of HYP's sample.
            lang_preference: 1033,
            preferred_email: String::new(),
            country: String::new(),
            postal_code: String::new(),
            gender: String::new(),
            kid: false,
            age: String::new(),
            birthday_precision: String::new(),
            birthday: String::new(),
            wallet: String::new(),
            flags: 1027,
            sid: 507,
            kv: 5,
            mspauth: Secret::default(),
            client_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            client_port: 0,
        }
    }
}

impl Profile {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msmsgsprofile";

    /// Reads a profile. Only the login time has to be there: MSNP2 sends nothing else. A field that is
    /// missing or cannot be read is empty or zero.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when the login time is missing or no number.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        let fields = &message.headers;
        let flag = |name| fields.get(name) == Some("1");
        let number = |name| fields.read(name).unwrap_or(0);
        Ok(Self {
            login_time: fields.read("LoginTime").ok_or(Invalid::Missing("LoginTime"))?,
            email_enabled: flag("EmailEnabled"),
            member_id_high: member_id(fields, "MemberIdHigh"),
            member_id_low: member_id(fields, "MemberIdLow"),
            lang_preference: number("lang_preference"),
            preferred_email: fields.text("preferredEmail"),
            country: fields.text("country"),
            postal_code: fields.text("PostalCode"),
            gender: fields.text("Gender"),
            kid: flag("Kid"),
            age: fields.text("Age"),
            birthday_precision: fields.text("BDayPre"),
            birthday: fields.text("Birthday"),
            wallet: fields.text("Wallet"),
            flags: number("Flags"),
            sid: number("sid"),
            kv: number("kv"),
            mspauth: fields.get("MSPAuth").unwrap_or_default().into(),
            client_ip: fields.read("ClientIP").unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            client_port: client_port_from_wire(fields.read("ClientPort").unwrap_or(0)),
        })
    }

    /// The message.
    pub fn to_message(&self) -> Message {
        let mut message = Message::new("text/x-msmsgsprofile; charset=UTF-8", Bytes::new());
        let flag = |set: bool| if set { "1" } else { "0" };
        let fields = &mut message.headers;
        fields.push("LoginTime", self.login_time.to_string());
        fields.push("EmailEnabled", flag(self.email_enabled));
        fields.push("MemberIdHigh", self.member_id_high.to_string());
        fields.push("MemberIdLow", self.member_id_low.to_string());
        fields.push("lang_preference", self.lang_preference.to_string());
        fields.push("preferredEmail", &self.preferred_email);
        fields.push("country", &self.country);
        fields.push("PostalCode", &self.postal_code);
        fields.push("Gender", &self.gender);
        fields.push("Kid", flag(self.kid));
        fields.push("Age", &self.age);
        fields.push("BDayPre", &self.birthday_precision);
        fields.push("Birthday", &self.birthday);
        fields.push("Wallet", &self.wallet);
        fields.push("Flags", self.flags.to_string());
        fields.push("sid", self.sid.to_string());
        fields.push("kv", self.kv.to_string());
        fields.push("MSPAuth", self.mspauth.expose());
        // A socket for both families shows an IPv4 client as ::ffff:a.b.c.d, which clients of
        // 2003 cannot read.
        fields.push("ClientIP", self.client_ip.to_canonical().to_string());
        fields.push("ClientPort", client_port_to_wire(self.client_port).to_string());
        message
    }

    /// The payload of the `MSG` that carries it. It holds the ticket: don't log it.
    pub fn to_bytes(&self) -> Bytes {
        self.to_message().to_bytes()
    }
}

/// Half a member id: 32 bits, written with a sign or without.
fn member_id(fields: &Headers, name: &str) -> i32 {
    let signed = fields.read::<i32>(name);
    signed.or_else(|| fields.read::<u32>(name).map(u32::cast_signed)).unwrap_or(0)
}

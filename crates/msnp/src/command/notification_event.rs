//! What a notification server says to a client.

use bytes::BytesMut;

use super::{
    add, adg, blp, bpr, chg, chl, cvr, error, fln, fnd, gtc, iln, ims, ipg, lsg, lst, msg, nln, not, out,
    prp, qng, qry, rea, read, reg, rem, rmg, rng, sdc, snd, syn, unknown, url, usr, ver, xfr,
};
use crate::wire::{Encode, Frame, Words};
use crate::{Invalid, ParseError};

/// A command from a notification server to a client.
///
/// ```
/// use bytes::BytesMut;
/// use msnp::Status;
/// use msnp::command::NotificationEvent;
/// use msnp::wire::{Decoder, Encode, Limits, Stream};
///
/// let line = "NLN AWY bob@example.com Bob 268435492\r\n";
/// let mut decoder = Decoder::new(Stream::NotificationEvents, Limits::EVENTS);
/// let frame = decoder.next(&mut BytesMut::from(line))?.expect("a whole line");
/// let event = NotificationEvent::parse(&frame)?;
/// assert_eq!(event.to_bytes(), line);
/// let NotificationEvent::Nln(push) = event else { panic!("not NLN") };
/// assert_eq!((push.status, push.name.text().as_ref()), (Status::Away, "Bob"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotificationEvent {
    /// `VER`: the common dialects
    Ver(ver::Reply),
    /// `CVR`: which versions there are
    Cvr(cvr::Reply),
    /// `USR`: a challenge, or signed in
    Usr(usr::Reply),
    /// `XFR`: go to another server
    Xfr(xfr::Reply),
    /// `SYN`: the version of the lists
    Syn(syn::Reply),
    /// `GTC`: what to do when added, after `SYN`
    GtcLine(gtc::Line),
    /// `GTC`: that was changed
    Gtc(gtc::Reply),
    /// `BLP`: who may see one unlisted, after `SYN`
    BlpLine(blp::Line),
    /// `BLP`: that was changed
    Blp(blp::Reply),
    /// `PRP`: a property of one's own, after `SYN`
    PrpLine(prp::Line),
    /// `PRP`: one was changed
    Prp(prp::Reply),
    /// `LSG`: a group, after `SYN`
    Lsg(lsg::Line),
    /// `LST`: somebody on a list, after `SYN`
    Lst(lst::Line),
    /// `BPR`: a property of the contact before, after `SYN`
    BprLine(bpr::Line),
    /// `BPR`: a contact changed one
    Bpr(bpr::Push),
    /// `ADD`: somebody was put on a list
    Add(add::Reply),
    /// `REM`: somebody was taken off a list
    Rem(rem::Reply),
    /// `ADG`: a group was made
    Adg(adg::Reply),
    /// `RMG`: a group was removed
    Rmg(rmg::Reply),
    /// `REG`: a group was renamed
    Reg(reg::Reply),
    /// `REA`: somebody was renamed
    Rea(rea::Reply),
    /// `CHG`: the state was changed
    Chg(chg::Chg),
    /// `ILN`: a contact is there
    Iln(iln::Push),
    /// `NLN`: a contact came or changed
    Nln(nln::Push),
    /// `FLN`: a contact went
    Fln(fln::Push),
    /// `CHL`: a challenge
    Chl(chl::Challenge),
    /// `QRY`: the answer was right
    Qry(qry::Reply),
    /// `QNG`: the service is there
    Qng(qng::Reply),
    /// `URL`: where the page is
    Url(url::Reply),
    /// `SND`: the invitation is taken
    Snd(snd::Reply),
    /// `SDC`: the invitation is taken
    Sdc(sdc::Reply),
    /// `FND`: a match
    Fnd(fnd::Reply),
    /// `IMS`: messages were switched
    Ims(ims::Reply),
    /// `RNG`: a call
    Rng(rng::Push),
    /// `MSG`: a message from the service
    Msg(msg::FromService),
    /// `NOT`: an alert
    Not(not::Push),
    /// `IPG`: a page
    Ipg(ipg::Push),
    /// `OUT`: the end
    Out(out::Notice),
    /// A refusal
    Error(error::Reply),
}

impl NotificationEvent {
    /// Reads a frame of this stream. Names are read as well as they can be; see [`Frame::legible`].
    ///
    /// # Errors
    /// [`Invalid::Verb`] for a verb that no service sends here; [`Invalid::Text`] for a line that is not
    /// text; otherwise for the first parameter that is missing or bad, with the transaction id if that was
    /// read before it.
    pub fn parse(frame: &Frame) -> Result<Self, ParseError> {
        read(&frame.legible(), Self::parse_words)
    }

    fn parse_words(frame: &Frame, words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(match frame.verb() {
            b"VER" => Self::Ver(ver::Reply::parse(words.transaction()?, words)?),
            b"CVR" => Self::Cvr(cvr::Reply::parse(words.transaction()?, words)?),
            b"USR" => Self::Usr(usr::Reply::parse(words.transaction()?, words)?),
            b"XFR" => Self::Xfr(xfr::Reply::parse(words.transaction()?, words)?),
            b"SYN" => Self::Syn(syn::Reply::parse(words.transaction()?, words)?),
            b"GTC" if !words.number_is_next() => Self::GtcLine(gtc::Line::parse(words)?),
            b"GTC" => Self::Gtc(gtc::Reply::parse(words.transaction()?, words)?),
            b"BLP" if !words.number_is_next() => Self::BlpLine(blp::Line::parse(words)?),
            b"BLP" => Self::Blp(blp::Reply::parse(words.transaction()?, words)?),
            b"PRP" if !words.number_is_next() => Self::PrpLine(prp::Line::parse(words)?),
            b"PRP" => Self::Prp(prp::Reply::parse(words.transaction()?, words)?),
            b"LSG" => Self::Lsg(lsg::Line::parse(words)?),
            b"LST" => Self::Lst(lst::Line::parse(words)?),
            b"BPR" if !words.number_is_next() => Self::BprLine(bpr::Line::parse(words)?),
            b"BPR" => Self::Bpr(bpr::Push::parse(words)?),
            b"ADD" => Self::Add(add::Reply::parse(words.transaction()?, words)?),
            b"REM" => Self::Rem(rem::Reply::parse(words.transaction()?, words)?),
            b"ADG" => Self::Adg(adg::Reply::parse(words.transaction()?, words)?),
            b"RMG" => Self::Rmg(rmg::Reply::parse(words.transaction()?, words)?),
            b"REG" => Self::Reg(reg::Reply::parse(words.transaction()?, words)?),
            b"REA" => Self::Rea(rea::Reply::parse(words.transaction()?, words)?),
            b"CHG" => Self::Chg(chg::Chg::parse(words.transaction()?, words)?),
            b"ILN" => Self::Iln(iln::Push::parse(words.transaction()?, words)?),
            b"NLN" => Self::Nln(nln::Push::parse(words)?),
            b"FLN" => Self::Fln(fln::Push::parse(words)?),
            b"CHL" => {
                words.transaction()?;
                Self::Chl(chl::Challenge::parse(words)?)
            }
            b"QRY" => Self::Qry(qry::Reply { transaction: words.transaction()? }),
            b"QNG" => Self::Qng(qng::Reply::parse(words)?),
            b"URL" => Self::Url(url::Reply::parse(words.transaction()?, words)?),
            b"SND" => Self::Snd(snd::Reply::parse(words.transaction()?, words)?),
            b"SDC" => Self::Sdc(sdc::Reply::parse(words.transaction()?, words)?),
            b"FND" => Self::Fnd(fnd::Reply::parse(words.transaction()?, words)?),
            b"IMS" => Self::Ims(ims::Reply::parse(words.transaction()?, words)?),
            b"RNG" => Self::Rng(rng::Push::parse(words)?),
            b"MSG" => Self::Msg(msg::FromService::parse(words, frame.payload())?),
            b"NOT" => Self::Not(not::Push::parse(words, frame.payload())?),
            b"IPG" => Self::Ipg(ipg::Push::parse(words, frame.payload())?),
            b"OUT" => Self::Out(out::Notice::parse(words)?),
            verb => match error::number(verb) {
                Some(number) => Self::Error(error::Reply::parse(number, words)),
                None => return Err(unknown(words)),
            },
        })
    }
}

impl Encode for NotificationEvent {
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Ver(command) => command.encode(out),
            Self::Cvr(command) => command.encode(out),
            Self::Usr(command) => command.encode(out),
            Self::Xfr(command) => command.encode(out),
            Self::Syn(command) => command.encode(out),
            Self::GtcLine(command) => command.encode(out),
            Self::Gtc(command) => command.encode(out),
            Self::BlpLine(command) => command.encode(out),
            Self::Blp(command) => command.encode(out),
            Self::PrpLine(command) => command.encode(out),
            Self::Prp(command) => command.encode(out),
            Self::Lsg(command) => command.encode(out),
            Self::Lst(command) => command.encode(out),
            Self::BprLine(command) => command.encode(out),
            Self::Bpr(command) => command.encode(out),
            Self::Add(command) => command.encode(out),
            Self::Rem(command) => command.encode(out),
            Self::Adg(command) => command.encode(out),
            Self::Rmg(command) => command.encode(out),
            Self::Reg(command) => command.encode(out),
            Self::Rea(command) => command.encode(out),
            Self::Chg(command) => command.encode(out),
            Self::Iln(command) => command.encode(out),
            Self::Nln(command) => command.encode(out),
            Self::Fln(command) => command.encode(out),
            Self::Chl(command) => command.encode(out),
            Self::Qry(command) => command.encode(out),
            Self::Qng(command) => command.encode(out),
            Self::Url(command) => command.encode(out),
            Self::Snd(command) => command.encode(out),
            Self::Sdc(command) => command.encode(out),
            Self::Fnd(command) => command.encode(out),
            Self::Ims(command) => command.encode(out),
            Self::Rng(command) => command.encode(out),
            Self::Msg(command) => command.encode(out),
            Self::Not(command) => command.encode(out),
            Self::Ipg(command) => command.encode(out),
            Self::Out(command) => command.encode(out),
            Self::Error(command) => command.encode(out),
        }
    }
}

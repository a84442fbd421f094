//! What a client says to a notification server.

use bytes::BytesMut;

use super::{
    add, adg, blp, chg, cvr, fnd, gtc, ims, inf, pag, pgd, prp, qry, rea, read, reg, rem, rmg, sdc, snd, syn,
    unknown, url, usr, ver, without_arguments, xfr,
};
use crate::wire::{Encode, Frame, Line, Words};
use crate::{Invalid, ParseError};

/// A command from a client to a notification server.
///
/// ```
/// use bytes::BytesMut;
/// use msnp::List;
/// use msnp::command::NotificationRequest;
/// use msnp::wire::{Decoder, Encode, Limits, Stream};
///
/// let line = "ADD 5 AL bob@example.com Bob\r\n";
/// let mut decoder = Decoder::new(Stream::NotificationRequests, Limits::SIGNED_IN);
/// let frame = decoder.next(&mut BytesMut::from(line))?.expect("a whole line");
/// let request = NotificationRequest::parse(&frame)?;
/// assert_eq!(request.to_bytes(), line);
/// let NotificationRequest::Add(add) = request else { panic!("not ADD") };
/// assert_eq!((add.list, add.handle.as_str()), (List::Allow, "bob@example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotificationRequest {
    /// `VER`: the dialects it speaks
    Ver(ver::Request),
    /// `CVR`: what it is
    Cvr(cvr::Request),
    /// `INF`: which security packages there are
    Inf(inf::Request),
    /// `USR`: sign in
    Usr(usr::Request),
    /// `SYN`: fetch the lists
    Syn(syn::Request),
    /// `GTC`: set what it does when added
    Gtc(gtc::Request),
    /// `BLP`: set who may see it unlisted
    Blp(blp::Request),
    /// `PRP`: set a property
    Prp(prp::Request),
    /// `ADD`: put somebody on a list
    Add(add::Request),
    /// `REM`: take somebody off a list
    Rem(rem::Request),
    /// `ADG`: make a group
    Adg(adg::Request),
    /// `RMG`: remove a group
    Rmg(rmg::Request),
    /// `REG`: rename a group
    Reg(reg::Request),
    /// `REA`: rename somebody
    Rea(rea::Request),
    /// `CHG`: change state
    Chg(chg::Chg),
    /// `QRY`: answer a challenge
    Qry(qry::Request),
    /// `PNG`: is the service there? See [`qng`](super::qng)
    Png,
    /// `URL`: where a page is
    Url(url::Request),
    /// `SND`: invite by mail
    Snd(snd::Request),
    /// `SDC`: invite by mail, with a text
    Sdc(sdc::Request),
    /// `FND`: search the directory
    Fnd(fnd::Request),
    /// `PAG`: page somebody (MSNP8)
    Pag(pag::Request),
    /// `PGD`: page somebody (MSNP9)
    Pgd(pgd::Request),
    /// `IMS`: switch messages
    Ims(ims::Request),
    /// `XFR`: ask for a switchboard
    Xfr(xfr::Request),
    /// `OUT`: goodbye
    Out,
}

impl NotificationRequest {
    /// Reads a frame of this stream.
    ///
    /// # Errors
    /// [`Invalid::Verb`] for a verb that no client sends here; [`Invalid::Text`] for a line that is not text;
    /// otherwise for the first parameter that is missing or bad, with the transaction id if that was read
    /// before it.
    pub fn parse(frame: &Frame) -> Result<Self, ParseError> {
        read(frame, Self::parse_words)
    }

    fn parse_words(frame: &Frame, words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(match frame.verb() {
            b"VER" => Self::Ver(ver::Request::parse(words.transaction()?, words)?),
            b"CVR" => Self::Cvr(cvr::Request::parse(words.transaction()?, words)?),
            b"INF" => Self::Inf(inf::Request { transaction: words.transaction()? }),
            b"USR" => Self::Usr(usr::Request::parse(words.transaction()?, words)?),
            b"SYN" => Self::Syn(syn::Request::parse(words.transaction()?, words)?),
            b"GTC" => Self::Gtc(gtc::Request::parse(words.transaction()?, words)?),
            b"BLP" => Self::Blp(blp::Request::parse(words.transaction()?, words)?),
            b"PRP" => Self::Prp(prp::Request::parse(words.transaction()?, words)?),
            b"ADD" => Self::Add(add::Request::parse(words.transaction()?, words)?),
            b"REM" => Self::Rem(rem::Request::parse(words.transaction()?, words)?),
            b"ADG" => Self::Adg(adg::Request::parse(words.transaction()?, words)?),
            b"RMG" => Self::Rmg(rmg::Request::parse(words.transaction()?, words)?),
            b"REG" => Self::Reg(reg::Request::parse(words.transaction()?, words)?),
            b"REA" => Self::Rea(rea::Request::parse(words.transaction()?, words)?),
            b"CHG" => Self::Chg(chg::Chg::parse(words.transaction()?, words)?),
            b"QRY" => Self::Qry(qry::Request::parse(words.transaction()?, words, frame.payload())?),
            b"PNG" => without_arguments(Self::Png, words),
            b"URL" => Self::Url(url::Request::parse(words.transaction()?, words)?),
            b"SND" => Self::Snd(snd::Request::parse(words.transaction()?, words)?),
            b"SDC" => Self::Sdc(sdc::Request::parse(words.transaction()?, words, frame.payload())?),
            b"FND" => Self::Fnd(fnd::Request::parse(words.transaction()?, words)?),
            b"PAG" => Self::Pag(pag::Request::parse(words.transaction()?, words, frame.payload())?),
            b"PGD" => Self::Pgd(pgd::Request::parse(words.transaction()?, words, frame.payload())?),
            b"IMS" => Self::Ims(ims::Request::parse(words.transaction()?, words)?),
            b"XFR" => Self::Xfr(xfr::Request::parse(words.transaction()?, words)?),
            b"OUT" => without_arguments(Self::Out, words),
            _ => return Err(unknown(words)),
        })
    }
}

impl Encode for NotificationRequest {
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Ver(command) => command.encode(out),
            Self::Cvr(command) => command.encode(out),
            Self::Inf(command) => command.encode(out),
            Self::Usr(command) => command.encode(out),
            Self::Syn(command) => command.encode(out),
            Self::Gtc(command) => command.encode(out),
            Self::Blp(command) => command.encode(out),
            Self::Prp(command) => command.encode(out),
            Self::Add(command) => command.encode(out),
            Self::Rem(command) => command.encode(out),
            Self::Adg(command) => command.encode(out),
            Self::Rmg(command) => command.encode(out),
            Self::Reg(command) => command.encode(out),
            Self::Rea(command) => command.encode(out),
            Self::Chg(command) => command.encode(out),
            Self::Qry(command) => command.encode(out),
            Self::Png => Line::new(out, "PNG").end(),
            Self::Url(command) => command.encode(out),
            Self::Snd(command) => command.encode(out),
            Self::Sdc(command) => command.encode(out),
            Self::Fnd(command) => command.encode(out),
            Self::Pag(command) => command.encode(out),
            Self::Pgd(command) => command.encode(out),
            Self::Ims(command) => command.encode(out),
            Self::Xfr(command) => command.encode(out),
            Self::Out => Line::new(out, "OUT").end(),
        }
    }
}

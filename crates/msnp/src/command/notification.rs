//! The commands between a client and a notification server.

use bytes::BytesMut;

use super::table::verbs;
// A row is all that names a verb's module.
use super::*;
use crate::wire::{EncodeFor, Parse};

verbs! {
    /// A command from a client to a notification server.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use msnp::{Dialect, List};
    /// use msnp::command::NotificationRequest;
    /// use msnp::wire::{Decoder, EncodeFor, Limits, Stream};
    ///
    /// let line = "ADD 5 AL bob@example.com Bob\r\n";
    /// let mut decoder = Decoder::new(Stream::NotificationRequests, Limits::SIGNED_IN);
    /// let frame = decoder.next(&mut BytesMut::from(line))?.expect("a whole line");
    /// let request = NotificationRequest::parse(&frame, Dialect::Msnp9)?;
    /// assert_eq!(request.to_bytes_for(Dialect::Msnp9), line);
    /// let NotificationRequest::Add(add) = request else { panic!("not ADD") };
    /// assert_eq!((add.list, add.handle.as_str()), (List::Allow, "bob@example.com"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    NotificationRequest {
        "VER" Ver(ver::Request) "the client offers its dialects" => Ver(ver::Reply) "the common dialects";
        "CVR" Cvr(cvr::Request) "the client names its version" => Cvr(cvr::Reply) "the versions that the service knows";
        "INF" Inf(inf::Request) "the client asks for the security packages";
        "USR" Usr(usr::Request) "sign in" => Usr(usr::Reply) "a challenge, or the client is signed in";
        "SYN" Syn(syn::Request) "fetch the lists" => Syn(syn::Reply) "the version of the lists";
        "GTC" Gtc(gtc::Request) "change the setting for additions" => Gtc(gtc::Reply) "the setting was changed";
        "BLP" Blp(blp::Request) "change the setting for unlisted accounts" => Blp(blp::Reply) "the setting was changed";
        "PRP" Prp(prp::Request) "set a property" => Prp(prp::Reply) "the property was set";
        "ADD" Add(add::Request) "put an account on a list" => Add(add::Reply) "an account was put on a list";
        "REM" Rem(rem::Request) "take an account off a list" => Rem(rem::Reply) "an account was taken off a list";
        "ADG" Adg(adg::Request) "make a group" => Adg(adg::Reply) "a group was made";
        "RMG" Rmg(rmg::Request) "remove a group" => Rmg(rmg::Reply) "a group was removed";
        "REG" Reg(reg::Request) "rename a group" => Reg(reg::Reply) "a group was renamed";
        "REA" Rea(rea::Request) "rename an account or a contact" => Rea(rea::Reply) "an account or a contact was renamed";
        "CHG" Chg(chg::Chg) "change state" => Chg(chg::Chg) "the state was changed";
        "QRY" Qry(qry::Request) + payload "answer a challenge" => Qry(qry::Reply) "the answer was right";
        // Its reply has a verb of its own, `QNG`, and so stands among the events.
        "PNG" Png(qng::Request) "check that the service is there; see [`qng`]";
        "URL" Url(url::Request) "ask for the address of a page" => Url(url::Reply) "the address of the page";
        "SND" Snd(snd::Request) "invite by mail" => Snd(snd::Reply) "the invitation is accepted";
        "SDC" Sdc(sdc::Request) + payload "invite by mail, with a text" => Sdc(sdc::Reply) "the invitation is accepted";
        "FND" Fnd(fnd::Request) "search the directory" => Fnd(fnd::Reply) "a match";
        "PAG" Pag(pag::Request) + payload "page an account (MSNP8)";
        "PGD" Pgd(pgd::Request) + payload "page an account (MSNP9)";
        "IMS" Ims(ims::Request) "switch messages on or off" => Ims(ims::Reply) "messages were switched";
        "XFR" Xfr(xfr::Request) "ask for a switchboard" => Xfr(xfr::Reply) "connect to another server";
        "OUT" Out(out::Request) "end the session";
    }

    /// A command from a notification server to a client.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use msnp::{Dialect, Status};
    /// use msnp::command::NotificationEvent;
    /// use msnp::wire::{Decoder, EncodeFor, Limits, Stream};
    ///
    /// let line = "NLN AWY bob@example.com Bob 268435492\r\n";
    /// let mut decoder = Decoder::new(Stream::NotificationEvents, Limits::EVENTS);
    /// let frame = decoder.next(&mut BytesMut::from(line))?.expect("a whole line");
    /// let event = NotificationEvent::parse(&frame, Dialect::Msnp9)?;
    /// assert_eq!(event.to_bytes_for(Dialect::Msnp9), line);
    /// let NotificationEvent::Nln(push) = event else { panic!("not NLN") };
    /// assert_eq!((push.status, push.name.text().as_ref()), (Status::Away, "Bob"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    NotificationEvent {
        // These carry no transaction id: `word_is_next` tells them from the replies, which begin with one.
        "GTC" GtcLine(gtc::Line) if word_is_next "the setting for additions, after `SYN`";
        "BLP" BlpLine(blp::Line) if word_is_next "the setting for unlisted accounts, after `SYN`";
        "PRP" PrpLine(prp::Line) if word_is_next "a property of the account, after `SYN`";
        "LSG" Lsg(lsg::Line) "a group, after `SYN`";
        "LST" Lst(lst::Line) "an account on a list, after `SYN`";
        // The other form begins with the list version.
        "BPR" BprLine(bpr::Line) if word_is_next "a property of the last `LST`'s contact, after `SYN`";
        "BPR" Bpr(bpr::Push) "a contact changed a property";
        "ILN" Iln(iln::Push) "a contact is online already";
        "NLN" Nln(nln::Push) "a contact came online or changed";
        "FLN" Fln(fln::Push) "a contact went offline";
        "CHL" Chl(chl::Challenge) "a challenge";
        "QNG" Qng(qng::Reply) "the service is there";
        "RNG" Rng(rng::Push) "an account calls the reader to a session";
        "MSG" Msg(msg::FromService) + payload "a message from the service";
        "NOT" Not(not::Push) + payload "an alert of another service";
        "IPG" Ipg(ipg::Push) + payload "a page from a mobile";
        "OUT" Out(out::Notice) "the service ends the connection";
        else Error(error::Reply) "The refusal of a request";
    }
}

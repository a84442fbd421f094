//! An account and its connections.

use msnp::Dialect;
use msnp::challenge::PRODUCTS;
use msnp::wire::{Frame, Stream};
use papillon_server::fuzzing::World;

use super::connection::{Connection, word};

/// An account and its client.
pub struct Person {
    pub handle: &'static str,
    pub notification: Option<Connection>,
    pub board: Option<Connection>,
    /// Connections that others have replaced.
    former: Vec<Connection>,
    /// The conversation's number and the cookie of the last call.
    call: Option<(String, String)>,
    cookie: Option<String>,
    /// The right answer to the last challenge.
    pub challenge: String,
    pub is_deaf: bool,
}

impl Person {
    pub fn new(handle: &'static str) -> Self {
        Self {
            handle,
            notification: None,
            board: None,
            former: Vec::new(),
            call: None,
            cookie: None,
            challenge: "0".repeat(32),
            is_deaf: false,
        }
    }

    /// Connects to the notification server.
    pub fn connect(&mut self, world: &World, dialect: Dialect) -> &mut Connection {
        let connection = Connection::new(world, Stream::NotificationEvents, dialect);
        self.former.extend(self.notification.take());
        self.notification.insert(connection)
    }

    /// Signs in and appears.
    pub fn sign_in(&mut self, world: &World, dialect: Dialect) {
        let (ticket, handle) = (world.ticket(self.handle), self.handle);
        let offer = if dialect == Dialect::Msnp8 { "MSNP8 CVR0" } else { "MSNP9 MSNP8 CVR0" };
        let connection = self.connect(world, dialect);
        for request in [
            format!("VER {{}} {offer}"),
            format!("CVR {{}} 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}"),
            format!("USR {{}} TWN I {handle}"),
            format!("USR {{}} TWN S {ticket}"),
            String::from("CHG {} NLN 268435492"),
        ] {
            let number = connection.number().to_string();
            connection.ask((request.replace("{}", &number) + "\r\n").as_bytes());
        }
        self.hear();
    }

    /// Opens a conversation, if the service lets this person.
    pub fn open(&mut self, world: &World) {
        self.cookie = None;
        let Some(notification) = &mut self.notification else { return };
        let dialect = notification.dialect;
        let number = notification.number();
        notification.ask(format!("XFR {number} SB\r\n").as_bytes());
        self.hear();
        let Some(cookie) = self.cookie.take() else { return };
        self.enter(world, dialect, |handle| format!("USR 1 {handle} {cookie}\r\n"));
    }

    /// Answers the last call.
    pub fn answer(&mut self, world: &World) {
        let Some((session, cookie)) = self.call.take() else { return };
        let dialect = self.notification.as_ref().map_or(Dialect::NEWEST, |connection| connection.dialect);
        self.enter(world, dialect, |handle| format!("ANS 1 {handle} {cookie} {session}\r\n"));
    }

    fn enter(&mut self, world: &World, dialect: Dialect, line: impl Fn(&str) -> String) {
        let mut board = Connection::new(world, Stream::SwitchboardEvents, dialect);
        board.number();
        board.ask(line(self.handle).as_bytes());
        self.former.extend(self.board.replace(board));
        self.hear();
    }

    /// Takes what waits, unless this person is deaf.
    pub fn hear(&mut self) {
        if self.is_deaf {
            return;
        }
        for connection in &mut self.former {
            connection.take();
        }
        self.former.retain(|connection| !connection.is_over);
        if let Some(board) = &mut self.board {
            board.take();
        }
        let frames = self.notification.as_mut().map(Connection::take).unwrap_or_default();
        for frame in &frames {
            self.note(frame);
        }
    }

    fn note(&mut self, frame: &Frame) {
        let text = |at| word(frame, at).unwrap_or_default().to_owned();
        match frame.verb() {
            b"XFR" => self.cookie = Some(text(5)),
            b"RNG" => self.call = Some((text(1), text(4))),
            b"CHL" => {
                let digest = PRODUCTS[0].answer(&text(2));
                self.challenge = String::from_utf8_lossy(&digest[..]).into_owned();
            }
            _ => {}
        }
    }

    /// One of the two connections, if it is there.
    pub fn of(&mut self, board: bool) -> Option<&mut Connection> {
        if board { self.board.as_mut() } else { self.notification.as_mut() }
    }

    /// Every request of this person has its answer, as far as this person listens.
    pub fn check(&self, board: bool) {
        if self.is_deaf {
            return;
        }
        if let Some(connection) = if board { &self.board } else { &self.notification } {
            connection.check();
        }
    }

    /// Is gone without a word.
    pub fn vanish(&mut self) {
        for connection in self.former.iter_mut().chain(&mut self.notification).chain(&mut self.board) {
            connection.vanish();
        }
    }
}

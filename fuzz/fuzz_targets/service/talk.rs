//! A conversation of four accounts, beside that of two bystanders.

use msnp::Dialect;
use papillon_server::fuzzing::World;

use super::person::Person;
use super::step::{Act, Step, VERBS, has_payload, message};
use super::words::{ACCOUNTS, BYSTANDERS, of};

/// See the module.
pub struct Talk {
    people: Vec<Person>,
    bystanders: [Person; 2],
    said: u32,
    world: World,
}

impl Talk {
    /// Nobody is there but the bystanders, who talk to each other.
    pub fn begin() -> Self {
        let accounts: Vec<_> = ACCOUNTS.into_iter().chain(BYSTANDERS).collect();
        let world = World::new(&accounts);
        let mut bystanders = BYSTANDERS.map(Person::new);
        let [eve, fay] = &mut bystanders;
        eve.sign_in(&world, Dialect::Msnp8);
        fay.sign_in(&world, Dialect::Msnp9);
        eve.open(&world);
        if let Some(board) = &mut eve.board {
            let number = board.number();
            board.ask(format!("CAL {number} {}\r\n", fay.handle).as_bytes());
        }
        fay.hear();
        fay.answer(&world);
        eve.hear();
        let people = ACCOUNTS.map(Person::new).into();
        let mut talk = Self { people, bystanders, said: 0, world };
        talk.check_bystanders();
        talk
    }

    /// One step, after which everything is as it has to be.
    pub fn take(&mut self, step: &Step) {
        let count = self.people.len();
        let person = &mut self.people[usize::from(step.who) % count];
        if person.notification.is_none() && matches!(step.act, Act::Ask(_) | Act::Open) {
            person.sign_in(&self.world, Dialect::NEWEST);
        }
        act(person, &self.world, &step.act);
        for person in &mut self.people {
            person.hear();
        }
        // Messages are answered for when others have taken them, so those of a switchboard come later.
        for person in &self.people {
            person.check(false);
        }
        self.check_bystanders();
    }

    /// Everybody listens once more, then all go.
    pub fn end(mut self) {
        for person in &mut self.people {
            person.is_deaf = false;
        }
        for _ in 0..3 {
            for person in &mut self.people {
                person.hear();
            }
        }
        for person in &self.people {
            person.check(false);
            person.check(true);
        }
        self.check_bystanders();
        for person in self.people.iter_mut().chain(&mut self.bystanders) {
            person.vanish();
        }
        self.world.emptied();
        assert_eq!(self.world.open(), 0);
    }

    /// The bystanders hear each other, in order and nothing else.
    fn check_bystanders(&mut self) {
        self.said += 1;
        let words = format!("Content-Type: text/plain\r\n\r\n{}", self.said);
        let [eve, fay] = &mut self.bystanders;
        let from = eve.handle;
        for (speaker, listener) in [(eve, fay)] {
            let (Some(here), Some(there)) = (&mut speaker.board, &mut listener.board) else {
                panic!("the bystanders do not come together")
            };
            let number = here.number();
            here.ask(format!("MSG {number} A {}\r\n{words}", words.len()).as_bytes());
            let heard = there.take();
            let [heard] = &heard[..] else { panic!("{} messages for one", heard.len()) };
            assert!(heard.line().starts_with(format!("MSG {from} ").as_bytes()));
            assert_eq!(heard.payload(), words.as_bytes());
            let told = here.take();
            let [told] = &told[..] else { panic!("{} answers to one", told.len()) };
            assert_eq!(told.line().trim_ascii_end(), format!("ACK {number}").as_bytes());
            speaker.hear();
            listener.hear();
        }
    }
}

fn act(person: &mut Person, world: &World, act: &Act) {
    match act {
        Act::SignIn { old } => person.sign_in(world, if *old { Dialect::Msnp8 } else { Dialect::Msnp9 }),
        Act::Connect => drop(person.connect(world, Dialect::NEWEST)),
        Act::Ask(asked) => {
            let (own, challenge) = (person.handle, person.challenge.clone());
            let Some(connection) = &mut person.notification else { return };
            let (line, answered) = asked.line(connection.number(), own, &challenge);
            if answered { connection.ask(&line) } else { connection.send(&line) }
        }
        Act::Open => person.open(world),
        Act::Answer => person.answer(world),
        Act::Say { class, length } => {
            let Some(board) = &mut person.board else { return };
            let line = message(board.number(), *class, *length);
            // Of the others nothing is heard when all goes well.
            let is_answered = matches!(super::words::class(*class), "A" | "D");
            if is_answered { board.ask(&line) } else { board.send(&line) }
        }
        Act::Call { whom } => {
            let Some(board) = &mut person.board else { return };
            let number = board.number();
            board.ask(format!("CAL {number} {}\r\n", super::words::account(*whom)).as_bytes());
        }
        Act::Loose { board, verb, words, payload } => {
            let Some(connection) = person.of(*board) else { return };
            let verb = of(&VERBS, *verb);
            let mut line = format!("{verb} {}", connection.number()).into_bytes();
            for word in words {
                line.push(b' ');
                word.write(&mut line);
            }
            if let Some(length) = payload {
                line.extend(format!(" {length}\r\n{}", "z".repeat(usize::from(*length % 2048))).bytes());
            } else {
                line.extend(b"\r\n");
            }
            if has_payload(verb) || payload.is_some() || verb == "PNG" {
                connection.blur(&line);
            } else {
                connection.ask(&line);
            }
        }
        Act::Raw { board, bytes } => {
            if let Some(connection) = person.of(*board) {
                connection.blur(bytes);
            }
        }
        Act::Deaf => person.is_deaf = !person.is_deaf,
        Act::Vanish { board } => {
            if let Some(connection) = person.of(*board) {
                connection.vanish();
            }
        }
    }
}

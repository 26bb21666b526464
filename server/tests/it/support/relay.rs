//! A stretch of the way to a server that a test may cut, or stop.

#![allow(dead_code, reason = "each of the tests that share it uses a part")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

/// Listens on a port of its own, and passes on what comes.
pub(crate) struct Relay {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    mood: AtomicU8,
    /// As soon as this was passed on, no answer is.
    last_words: Mutex<Vec<u8>>,
    open: Mutex<Vec<TcpStream>>,
}

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Passed on.
    Open = 0,
    /// Ended at once.
    Cut = 1,
    /// Accepted; nothing is passed on, and nothing said.
    Silent = 2,
    /// What is asked is passed on, what is answered is not.
    Deaf = 3,
}

impl Relay {
    /// To a server at `target`.
    pub(crate) fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (state, target) = (Arc::new(State::default()), target.to_owned());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.is(Mood::Cut) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&target) else { continue };
                shared.join(&client, &server);
            }
        });
        Self { address, state }
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Passes on what is asked until one question has these octets in it, and no answer from then on.
    pub(crate) fn hold_answers_after(&self, words: &[u8]) {
        *self.state.last_words.lock().unwrap() = words.to_vec();
    }

    /// From now on; to cut ends the connections there are as well.
    pub(crate) fn set(&self, mood: Mood) {
        self.state.mood.store(mood as u8, Ordering::SeqCst);
        if mood == Mood::Cut {
            for stream in self.state.open.lock().unwrap().drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl State {
    fn is(&self, mood: Mood) -> bool {
        self.mood.load(Ordering::SeqCst) == mood as u8
    }

    fn join(self: &Arc<Self>, client: &TcpStream, server: &TcpStream) {
        let pair = || (client.try_clone().unwrap(), server.try_clone().unwrap());
        let ((client_in, server_out), (client_out, server_in)) = (pair(), pair());
        self.open.lock().unwrap().extend([pair().0, pair().1]);
        for (from, to, deaf) in [(client_in, server_out, false), (server_in, client_out, true)] {
            let state = Arc::clone(self);
            std::thread::spawn(move || state.pass_on(from, to, deaf));
        }
    }

    fn pass_on(&self, mut from: TcpStream, mut to: TcpStream, is_answer: bool) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let last_words = self.last_words.lock().unwrap().clone();
            let is_last = |part: &[u8]| !last_words.is_empty() && part == last_words;
            if !is_answer && buffer[..read].windows(last_words.len().max(1)).any(is_last) {
                self.last_words.lock().unwrap().clear();
                self.mood.store(Mood::Deaf as u8, Ordering::SeqCst);
            }
            let is_held_back = self.is(Mood::Silent) || is_answer && self.is(Mood::Deaf);
            if !is_held_back && to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

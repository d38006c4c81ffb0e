//! The codes that owners are sent: from the outbox of the login server.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

/// Reads each letter once.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    read: HashSet<PathBuf>,
    codes: HashMap<String, String>,
}

impl Letters {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, state: Arc::default() }
    }

    /// The last code that this owner was sent, once.
    pub(super) fn take(&self, name: &str) -> Option<String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // A folder that is not there has no letters.
        let _ = self.read(&mut state);
        state.codes.remove(name)
    }

    fn read(&self, state: &mut State) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|it| it != "txt") || !state.read.insert(path.clone()) {
                continue;
            }
            let text = fs::read_to_string(&path)?;
            let to = text.lines().next().and_then(|line| line.strip_prefix("To: "));
            let code = text.split_once("the code is ").map(|(_, rest)| rest.trim());
            if let (Some(to), Some(code)) = (to, code) {
                state.codes.insert(to.to_owned(), code.to_owned());
            }
        }
        Ok(())
    }
}

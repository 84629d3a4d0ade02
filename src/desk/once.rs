//! What a request with a key asks for is done once. Who repeats it is told of what is there now.

use super::{Desk, StartError};
use crate::driver::CommandError;
use crate::graph::Hidden;
use crate::store::{Note, Used};

/// A request with a key that its sender has chosen.
#[derive(Debug)]
pub struct Keyed {
    /// The key.
    pub key: String,
    /// What is asked, of what: method and address.
    pub request: String,
    /// What came with it; there may be secrets in it.
    pub body: Hidden,
    /// Who asks.
    pub who: String,
}

/// What a deed gave, and whether it was done before.
pub type Repeated<T> = (T, bool);

impl Desk {
    /// Does what a request asks for, unless the same request has done it. `deed` changes one thing by
    /// the desk that it is given; `again` gives the same answer from what is there, by the number of
    /// what was made or changed. A request without a key is carried out whenever it comes.
    ///
    /// # Errors
    /// Those of `deed`, of which nothing is kept; or that the key was used for something else.
    pub fn once<T, E: From<StartError>>(
        &self,
        keyed: Option<Keyed>,
        deed: impl FnOnce(&Self) -> Result<T, E>,
        again: impl Fn(i64) -> Result<T, E>,
    ) -> Result<Repeated<T>, E> {
        let Some(keyed) = keyed else {
            return Ok((deed(self)?, false));
        };
        let note = self.note(keyed)?;
        if let Some(made) = self.did(&note)? {
            return Ok((again(made)?, true));
        }
        let noting = Self {
            handle: self.handle.noting(note.clone()),
            ..self.clone()
        };
        match deed(&noting) {
            Ok(done) => Ok((done, false)),
            // It may be in the way of the deed that the same request did meanwhile.
            Err(why) => match self.did(&note)? {
                Some(made) => Ok((again(made)?, true)),
                None => Err(why),
            },
        }
    }

    fn note(&self, keyed: Keyed) -> Result<Note, StartError> {
        let of = ["request", &keyed.key, &keyed.request];
        let digest = self.vault.tag(&of, &keyed.body);
        Ok(Note {
            digest: digest.map_err(|why| StartError::Sealed(why.to_string()))?,
            key: keyed.key,
            who: keyed.who,
        })
    }

    /// What the same request has made or changed.
    fn did(&self, note: &Note) -> Result<Option<i64>, StartError> {
        match self.store.used(&note.key)? {
            None => Ok(None),
            Some(Used::Request { digest, made }) if digest == note.digest => Ok(Some(made)),
            Some(Used::Request { .. }) => Err(CommandError::KeyTaken.into()),
            Some(Used::Start(pipeline)) => Err(CommandError::KeyReused(pipeline).into()),
        }
    }
}

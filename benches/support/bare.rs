//! The raw ingredient: one Argon2id computation and nothing around it.

use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher, PasswordVerifier, Version};
use doorward::Cost;

use crate::door::{Failure, PASSWORD};

/// One Argon2id hash of [`PASSWORD`], to be verified in the two ways that the `argon2` crate has.
#[derive(Debug)]
pub struct Bare {
    argon2: Argon2<'static>,
    memory: Vec<Block>,
    digest: [u8; 32],
    phc: String,
}

impl Bare {
    /// A hash at this cost, and the memory for it, taken once.
    ///
    /// # Errors
    ///
    /// Whatever the `argon2` crate says against the parameters.
    pub fn new(cost: Cost) -> Result<Self, Failure> {
        let told = |error: argon2::Error| Failure::from(error.to_string());
        let params = Params::new(cost.m_kib(), cost.t(), cost.p(), Some(32)).map_err(told)?;
        let memory = vec![Block::new(); params.block_count()];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let phc = argon2
            .hash_password_with_salt(PASSWORD.as_bytes(), SALT)
            .map_err(|error| error.to_string())?
            .to_string();
        let mut bare = Self { argon2, memory, digest: [0; 32], phc };
        bare.digest = bare.fill(PASSWORD);
        Ok(bare)
    }

    /// Verifies with the memory that was taken once: the least that a verification can take.
    pub fn verify(&mut self, password: &str) -> bool {
        self.fill(password) == self.digest
    }

    /// Verifies as the `argon2` crate does by itself: it parses the text and takes memory each time.
    pub fn verify_password(&self, password: &str) -> bool {
        self.argon2.verify_password(password.as_bytes(), self.phc.as_str()).is_ok()
    }

    fn fill(&mut self, password: &str) -> [u8; 32] {
        let mut out = [0; 32];
        self.argon2
            .hash_password_into_with_memory(password.as_bytes(), SALT, &mut out, &mut self.memory)
            .expect("lengths and parameters are right");
        out
    }
}

const SALT: &[u8] = b"sixteen of bytes";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree() {
        let mut bare = Bare::new(Cost::minimal_for_tests()).unwrap();
        for (password, right) in [(PASSWORD, true), ("another", false)] {
            assert_eq!(bare.verify(password), right);
            assert_eq!(bare.verify_password(password), right);
        }
    }
}

//! Field-level encryption for doorward: keyring, context, committing envelope, blind index.

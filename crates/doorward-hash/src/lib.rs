//! Password hashing for doorward: Argon2id PHC strings, decoys, reusable memory, password policy.

//! The committed vectors, which `vectors/make.py` made with another implementation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use doorward_kms::WrappedKey;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

#[test]
fn wrapped_keys_match() {
    let vectors = include_str!("vectors/wrapped_key_v1.txt").split("[wrapped_key]\n").skip(1);
    let mut count = 0;
    for vector in vectors {
        let value = |name: &str| {
            let mut lines = vector.lines().filter_map(|line| line.split_once(" = "));
            lines.find(|(found, _)| *found == name).unwrap().1
        };
        let stored = hex(value("wrapped"));
        let key = WrappedKey::parse(&stored).unwrap();
        assert_eq!(key.id().get().to_string(), value("id"));
        assert_eq!(key.key().as_str(), value("arn"));
        assert_eq!(key.to_bytes(), stored);
        count += 1;
    }
    assert_eq!(count, 3);
}

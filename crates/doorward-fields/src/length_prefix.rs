//! `lp(x)`: the one way parts are joined, so that no two lists of parts have the same bytes.

/// Gives `sink` the length of `part` as a u32, big endian, then `part`.
///
/// A part of 2^32 - 1 bytes or more has `ff ff ff ff` and its length as a u64 instead, so that the
/// function is total and the code stays prefix-free.
pub(crate) fn length_prefixed(part: &[u8], mut sink: impl FnMut(&[u8])) {
    write_length(part.len(), &mut sink);
    sink(part);
}

const ESCAPE: u32 = u32::MAX;

fn write_length(length: usize, sink: &mut impl FnMut(&[u8])) {
    match u32::try_from(length) {
        Ok(short) if short != ESCAPE => sink(&short.to_be_bytes()),
        _ => {
            sink(&ESCAPE.to_be_bytes());
            sink(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_length(length, &mut |piece| bytes.extend_from_slice(piece));
        bytes
    }

    #[test]
    fn a_part_follows_its_length() {
        let mut bytes = Vec::new();
        length_prefixed(b"abc", |piece| bytes.extend_from_slice(piece));
        assert_eq!(bytes, b"\0\0\0\x03abc");
    }

    #[test]
    fn the_longest_short_length_has_four_bytes() {
        assert_eq!(length(0xffff_fffe), [0xff, 0xff, 0xff, 0xfe]);
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_length_beyond_u32_is_escaped_not_cut() {
        assert_eq!(
            length(0xffff_ffff),
            [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]
        );
        assert_eq!(length(1 << 32), [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0]);
    }
}

//! Base32: the digits, for whichever alphabet.

/// The whole groups of five bits of `bytes`, the first bit first, each as an index into an alphabet of 32.
/// Bits that are left over at the end are dropped.
pub(crate) fn quintets(bytes: &[u8]) -> impl Iterator<Item = usize> {
    (0..bytes.len() * 8 / 5).map(|number| {
        let (at, shift) = (number * 5 / 8, number * 5 % 8);
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let pair = u16::from(bytes[at]) << 8 | u16::from(next);
        usize::from(pair >> (11 - shift) & 0b1_1111)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10, without the padding, which stands for bits that this leaves out.
    #[test]
    fn whole_groups_are_those_of_the_standard() {
        let base32 = |text: &str| -> String {
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
            quintets(text.as_bytes()).map(|digit| char::from(alphabet[digit])).collect()
        };
        for (text, digits) in
            [("", ""), ("f", "M"), ("fo", "MZX"), ("foo", "MZXW"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(text), digits, "{text}");
        }
    }
}

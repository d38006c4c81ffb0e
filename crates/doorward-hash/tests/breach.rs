//! Lists of breached passwords: the range protocol and the file.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use doorward_hash::{BreachDigest, BreachFilter, FilterError, Password, RangeError, RangeQuery};
use proptest::prelude::*;
use sha1::{Digest, Sha1};

/// `password` in SHA-1 begins with 5BAA6.
const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";
const OTHER: &str = "0018A45C4D1DEF81644B54AB7F969B88D65";

fn count_in(body: &str) -> Result<u64, RangeError> {
    RangeQuery::of(&Password::from("password")).count_in(body)
}

fn filter(passwords: &[&str]) -> BreachFilter {
    passwords.iter().map(|&password| BreachDigest::of(&Password::from(password))).collect()
}

#[test]
fn only_five_digits_are_told() {
    let query = RangeQuery::of(&Password::from("password"));
    assert_eq!(query.prefix(), "5BAA6");
    assert_eq!(format!("{query:?}"), "RangeQuery([REDACTED])");
}

#[test]
fn answers_are_counted() {
    for (body, count) in [
        (format!("{OTHER}:12\r\n{SUFFIX}:10434004\r\n"), 10_434_004),
        (format!("{SUFFIX}:3\n{OTHER}:12"), 3),
        (format!("{}:7", SUFFIX.to_lowercase()), 7),
        (format!("{OTHER}:12\r\n"), 0),
        // Padding
        (format!("{SUFFIX}:0\r\n{OTHER}:0"), 0),
        (format!("{SUFFIX}:{}\n{SUFFIX}:1", u64::MAX), u64::MAX),
    ] {
        assert_eq!(count_in(&body), Ok(count), "{body}");
    }
}

#[test]
fn what_is_no_answer_says_nothing() {
    assert_eq!(count_in(""), Err(RangeError::Empty));
    let good = format!("{OTHER}:1\r\n");
    for bad in [
        "<html>".to_owned(),
        SUFFIX.to_owned(),
        format!("{SUFFIX}:"),
        format!("{SUFFIX}:+1"),
        format!("{SUFFIX}:-1"),
        format!("{SUFFIX}: 1"),
        format!("{SUFFIX}:1:1"),
        format!("{SUFFIX}:99999999999999999999"),
        format!("5BAA6{SUFFIX}:1"),
        format!("{}G:1", &SUFFIX[1..]),
        format!("{}é:1", &SUFFIX[2..]),
        "\r\n".to_owned(),
    ] {
        // Also behind the line that was looked for.
        let body = format!("{good}{SUFFIX}:2\r\n{bad}\r\n");
        assert_eq!(count_in(&body), Err(RangeError::Malformed { line: 3 }), "{bad}");
    }
}

#[test]
fn answers_are_bounded() {
    let line = format!("{OTHER}:1\n");
    let body = line.repeat(RangeQuery::MAX_BODY / line.len());
    assert_eq!(count_in(&body), Ok(0));
    let too_long = RangeError::TooLong { max_bytes: RangeQuery::MAX_BODY };
    assert_eq!(count_in(&format!("{body}{line}")), Err(too_long));
}

#[test]
fn a_filter_survives_its_file() {
    for passwords in [&["a", "b", "c", "a"][..], &["żółć"], &[]] {
        let filter = filter(passwords);
        let read = BreachFilter::parse(&filter.to_bytes()).unwrap();
        assert_eq!(read.len(), filter.len());
        assert_eq!(read.is_empty(), passwords.is_empty());
        assert!(passwords.iter().all(|&password| read.contains(&Password::from(password))));
        assert!(!read.contains(&Password::from("d")));
        assert_eq!(read.to_bytes(), filter.to_bytes());
    }
    assert_eq!(format!("{:?}", filter(&["a", "b", "a"])), "BreachFilter { len: 2, .. }");
}

/// Version 1, byte for byte: a file of one release is read by the next.
#[test]
fn the_file_is_as_documented() {
    let mut file = b"DWBREACH\x01\0\0\0\0\0\0\0\x01\x5b\xaa\x61\xe4\xc9\xb9".to_vec();
    file.extend(Sha1::digest(&file));
    assert_eq!(filter(&["password"]).to_bytes(), file);
}

#[test]
fn other_files_are_refused() {
    let parse = |file: &[u8]| BreachFilter::parse(file).unwrap_err();
    assert_eq!(parse(b""), FilterError::Foreign);
    assert_eq!(parse(b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"), FilterError::Foreign);
    let checked = |body: &[u8]| {
        let mut file = body.to_vec();
        file.extend(Sha1::digest(body));
        parse(&file)
    };
    assert_eq!(checked(b"DWBREACH\x02"), FilterError::Version { found: 2 });
    assert_eq!(checked(b"DWBREACH\x01\0\0\0\0\0\0\0\x02aaaaaa"), FilterError::Damaged);
    assert_eq!(checked(b"DWBREACH\x01\0\0\0\0\0\0\0\x01aaaaaaa"), FilterError::Damaged);
    assert_eq!(
        checked(b"DWBREACH\x01\xff\xff\xff\xff\xff\xff\xff\xffaaaaaa"),
        FilterError::Damaged
    );
    for entries in [b"bbbbbbaaaaaa", b"aaaaaaaaaaaa"] {
        let body = [b"DWBREACH\x01\0\0\0\0\0\0\0\x02".as_slice(), entries].concat();
        assert_eq!(checked(&body), FilterError::Unsorted);
    }
}

proptest! {
    #[test]
    fn every_listed_password_is_found(passwords in proptest::collection::vec(".{0,20}", 0..60)) {
        let words: Vec<&str> = passwords.iter().map(String::as_str).collect();
        let read = BreachFilter::parse(&filter(&words).to_bytes()).unwrap();
        prop_assert!(words.iter().all(|&word| read.contains(&Password::from(word))));
    }

    /// Cut short, lengthened, or with one byte changed, a file is refused.
    #[test]
    fn damage_is_noticed(cut in 0..60_usize, at in 0..60_usize, change in 1..=255_u8) {
        let file = filter(&["a", "b", "c", "d"]).to_bytes();
        prop_assert!(BreachFilter::parse(&file[..cut.min(file.len() - 1)]).is_err());
        let mut changed = file.clone();
        changed[at] ^= change;
        prop_assert!(BreachFilter::parse(&changed).is_err());
        prop_assert!(BreachFilter::parse(&[&file[..], &[change]].concat()).is_err());
    }

    #[test]
    fn reading_never_panics(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        text in any::<String>(),
        body in "([0-9A-Fa-f]{33,36}:?[0-9+-]{0,21}\r?\n?){0,4}",
    ) {
        let _ = BreachFilter::parse(&bytes);
        let _ = BreachFilter::parse(&[b"DWBREACH\x01", &bytes[..]].concat());
        let _ = text.parse::<BreachDigest>();
        let _ = count_in(&text);
        let _ = count_in(&body);
    }
}

//! PHC strings: by other implementations, back and forth, flipped, planted and arbitrary.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use doorward_hash::{
    Arena, Ceiling, Cost, HashError, Hasher, Outdated, ParseError, Password, Salt, StoredHash,
    Subject, Verdict, Work,
};
use proptest::prelude::*;

/// `$argon2id$v=19$<params>$<16 bytes of salt>$<32 bytes of digest>`.
fn phc(params: &str) -> String {
    format!(
        "$argon2id$v=19${params}$c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
}

fn parse(text: &str) -> Result<StoredHash, ParseError> {
    StoredHash::parse(text, &Ceiling::default())
}

fn verdict(password: &str, stored: &StoredHash) -> Verdict {
    Hasher::new(Cost::minimal_for_tests())
        .verify(&mut Arena::new(), &Password::from(password), Subject::Stored(stored))
        .unwrap()
        .verdict()
}

fn unhex(text: &str) -> String {
    let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
    String::from_utf8((0..text.len()).step_by(2).map(byte).collect()).unwrap()
}

#[test]
fn hashes_of_the_reference_implementation_verify() {
    let mut arena = Arena::new();
    let hasher = Hasher::new(Cost::minimal_for_tests());
    let mut seen = 0;
    let lines = include_str!("fixtures/argon2-cffi.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let (password, phc) = line.split_once(' ').unwrap();
        let password = unhex(password);
        let stored = parse(phc).unwrap();
        let mut verdict = |password: &str| {
            let password = Password::from(password);
            let verified = hasher.verify(&mut arena, &password, Subject::Stored(&stored));
            verified.unwrap().verdict()
        };
        assert_ne!(verdict(&password), Verdict::Invalid, "{stored:?}");
        assert_eq!(verdict(&format!("{password}.")[1..]), Verdict::Invalid, "{stored:?}");
        seen += 1;
    }
    assert_eq!(seen, 12);
}

/// The Argon2id vectors of the reference implementation's own tests, short salt and all.
#[test]
fn known_answers_of_the_reference_tests() {
    for (password, rest) in [
        ("password", "m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        ("password", "m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        ("password", "m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg"),
        ("password", "m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        ("password", "m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw"),
        ("password", "m=262144,t=2,p=1$c29tZXNhbHQ$eP4eyR+zqlZX1y5xCFTkw9m5GYx0L5YWwvCFvtlbLow"),
        ("password", "m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw"),
        (
            "differentpassword",
            "m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94",
        ),
    ] {
        let stored = parse(&format!("$argon2id$v=19${rest}")).unwrap();
        assert_eq!(verdict(password, &stored), Verdict::Outdated(Outdated::Salt), "{stored:?}");
    }
}

/// RFC 9106 section 5.3. It uses a secret and associated data, which this crate does not: so it
/// holds the backend to the RFC.
#[test]
fn the_backend_gives_the_tag_of_rfc_9106() {
    use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};

    let mut params = ParamsBuilder::new();
    params.m_cost(32).t_cost(3).p_cost(4).output_len(32);
    params.data(AssociatedData::new(&[4; 12]).unwrap());
    let params = params.build().unwrap();
    let argon2 =
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let expected = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53,
        0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01,
        0xe6, 0x59,
    ];
    assert_eq!(tag, expected);
}

#[test]
fn a_planted_row_is_refused_before_memory_is_taken() {
    for params in ["m=4194303,t=1,p=1", "m=4294967295,t=1,p=1", "m=262145,t=1,p=1"] {
        let refused = parse(&phc(params)).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{params}: {refused}");
    }
    for params in ["m=8,t=17,p=1", "m=136,t=1,p=17", "m=262144,t=5,p=1", "m=8,t=4294967295,p=1"] {
        let refused = parse(&phc(params)).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{params}: {refused}");
    }

    // Parsed within a wider ceiling than the hasher's: still refused, and no memory taken.
    let wide = Ceiling::new().with_memory_kib(u32::MAX).with_work(Work::from_blocks(u64::MAX));
    let planted = StoredHash::parse(&phc("m=4194303,t=1,p=1"), &wide).unwrap();
    let mut arena = Arena::new();
    let refused =
        Hasher::default().verify(&mut arena, &Password::from("guess"), Subject::Stored(&planted));
    assert!(matches!(refused, Err(HashError::OverCeiling(_))));
    assert_eq!(arena.capacity_kib(), 0);
}

#[test]
fn a_ceiling_below_the_policy_is_raised_to_it() {
    let narrow = Ceiling::new().with_memory_kib(8).with_output_bytes(16).with_work(Work::ZERO);
    let hasher = Hasher::default().with_ceiling(narrow);
    let mut arena = Arena::new();
    let password = Password::from("correct horse battery staple");
    let hash = hasher.hash(&mut arena, &password, Salt::from_bytes([1; 16])).unwrap();
    let stored = StoredHash::parse(hash.expose_secret(), hasher.ceiling()).unwrap();
    let verified = hasher.verify(&mut arena, &password, Subject::Stored(&stored)).unwrap();
    assert_eq!(verified.verdict(), Verdict::Valid);
    assert!(StoredHash::parse(&phc("m=19457,t=1,p=1"), hasher.ceiling()).is_err());
}

#[test]
fn other_schemes_are_unsupported_and_not_malformed() {
    let always = [
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
        "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
        "$argon2id$v=19$m=256,t=2,p=1,keyid=AAAA$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+o",
    ];
    let by_feature = [
        (
            "argon2-legacy",
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        ),
        (
            "argon2-legacy",
            "$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        ),
        (
            "argon2-legacy",
            "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        ),
        (
            "argon2-legacy",
            "$argon2id$m=256,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        ),
        ("bcrypt", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"),
        ("scrypt", "$scrypt$ln=17,r=8,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"),
    ];
    let is_on = |feature: &str| match feature {
        "argon2-legacy" => cfg!(feature = "argon2-legacy"),
        "bcrypt" => cfg!(feature = "bcrypt"),
        _ => cfg!(feature = "scrypt"),
    };
    let off = by_feature.into_iter().filter(|(feature, _)| !is_on(feature)).map(|(_, text)| text);
    for text in always.into_iter().chain(off) {
        let refused = parse(text).unwrap_err();
        assert!(matches!(refused, ParseError::Unsupported { .. }), "{text}: {refused}");
    }
}

#[test]
fn anything_else_is_malformed() {
    let good = phc("m=8,t=1,p=1");
    assert!(parse(&good).is_ok());
    let cut = &good[..good.rfind('$').unwrap()];
    for text in [
        "",
        "$",
        "hunter2",
        cut,
        &format!("{good}\n"),
        &format!(" {good}"),
        &format!("{good}$"),
        &format!("{good}="),
        &format!("{good}{}", "A".repeat(400)),
        // Base64 with loose trailing bits: another spelling of the same digest.
        &format!("{}B", &good[..good.len() - 1]),
        &phc("t=1,m=8,p=1"),
        &phc("m=08,t=1,p=1"),
        &phc("m=8,t=1"),
        &phc("m=8,t=1,p=1,x=1"),
        &phc("m=8,m=8,t=1,p=1"),
        &phc("m=7,t=1,p=1"),
        &phc("m=15,t=1,p=2"),
        &phc("m=8,t=0,p=1"),
        &phc("m=8,t=1,p=0"),
        &phc("m=-8,t=1,p=1"),
        &phc("m=99999999999,t=1,p=1"),
    ] {
        assert_eq!(parse(text).unwrap_err(), ParseError::Malformed, "{text}");
    }
}

#[test]
fn what_cannot_be_hashed_is_typed() {
    let hasher = Hasher::new(Cost::minimal_for_tests());
    let hash = |password: String| {
        hasher.hash(&mut Arena::new(), &Password::from(password), Salt::from_bytes([1; 16]))
    };
    assert_eq!(hash(String::new()).unwrap_err(), HashError::EmptyPassword);
    assert_eq!(hash("x".repeat(1025)).unwrap_err(), HashError::PasswordTooLong);
    assert!(hash("x".repeat(1024)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_hashed_verifies_and_nothing_else(
        password in ".{1,60}", other in ".{0,60}", salt in any::<[u8; 16]>(),
    ) {
        let hasher = Hasher::new(Cost::minimal_for_tests());
        let mut arena = Arena::new();
        let right = Password::from(password.as_str());
        let hash = hasher.hash(&mut arena, &right, Salt::from_bytes(salt)).unwrap();
        let stored = parse(hash.expose_secret()).unwrap();
        prop_assert_eq!(verdict(&password, &stored), Verdict::Valid);
        let expected = if other == password { Verdict::Valid } else { Verdict::Invalid };
        prop_assert_eq!(verdict(&other, &stored), expected);
        for near in [format!("{password} "), format!(" {password}"), format!("{password}\0")] {
            prop_assert_eq!(verdict(&near, &stored), Verdict::Invalid);
        }
    }

    /// Nothing is ignored at the end, up to the last byte that is hashed at all.
    #[test]
    fn the_whole_password_counts(length in 1_usize..=1024, at in any::<prop::sample::Index>()) {
        let hasher = Hasher::new(Cost::minimal_for_tests());
        let mut text = "a".repeat(length);
        let right = Password::from(text.as_str());
        let stored = hasher.hash(&mut Arena::new(), &right, Salt::from_bytes([1; 16])).unwrap();
        let at = at.index(length);
        text.replace_range(at..=at, "b");
        prop_assert_eq!(verdict(&text, &stored), Verdict::Invalid);
    }

    /// A changed string is refused or verifies nothing.
    #[test]
    fn any_other_character_breaks_the_hash(
        at in any::<prop::sample::Index>(), to in prop_oneof![any::<char>(), (b' '..=b'~').prop_map(char::from)],
    ) {
        let hasher = Hasher::new(Cost::minimal_for_tests());
        let password = Password::from("correct horse");
        let hash = hasher.hash(&mut Arena::new(), &password, Salt::from_bytes([1; 16])).unwrap();
        let good = hash.expose_secret();
        let mut flipped: Vec<char> = good.chars().collect();
        let at = at.index(flipped.len());
        prop_assume!(flipped[at] != to);
        flipped[at] = to;
        let flipped: String = flipped.into_iter().collect();
        if let Ok(stored) = parse(&flipped) {
            prop_assert_eq!(verdict("correct horse", &stored), Verdict::Invalid, "{}", flipped);
        }
    }
}

/// The same for every character of the base64 alphabet at every place.
#[test]
fn every_single_flip_of_salt_and_digest_breaks_the_hash() {
    let hasher = Hasher::new(Cost::minimal_for_tests());
    let password = Password::from("correct horse");
    let hash = hasher.hash(&mut Arena::new(), &password, Salt::from_bytes([1; 16])).unwrap();
    let good = hash.expose_secret();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let start = good.find("p=1$").unwrap() + 4;
    for at in start..good.len() {
        for to in alphabet.chars().filter(|to| !good[at..].starts_with(*to)) {
            let flipped = format!("{}{to}{}", &good[..at], &good[at + 1..]);
            if let Ok(stored) = parse(&flipped) {
                assert_eq!(verdict("correct horse", &stored), Verdict::Invalid, "{flipped}");
            }
        }
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }

    /// Strings that get far into the parser; what it accepts it gives back unchanged.
    #[test]
    fn parsing_near_misses_never_panics(
        text in "\\$(argon2id|argon2i|2b)?\\$?(v=[0-9]{1,3}\\$)?(m=[0-9]{0,11},t=[0-9]{0,11},p=[0-9]{0,11}|[a-z=,0-9]{0,20})\\$[A-Za-z0-9+/]{0,70}\\$[A-Za-z0-9+/=]{0,90}",
    ) {
        if let Ok(stored) = parse(&text) {
            prop_assert_eq!(stored.expose_secret(), text);
        }
    }

    #[test]
    fn well_formed_parameters_come_back(
        p in 1_u32..=16, extra in 0_u32..60_000, t in 1_u32..=16,
    ) {
        let m = 8 * p + extra;
        let text = phc(&format!("m={m},t={t},p={p}"));
        let stored = parse(&text).unwrap();
        prop_assert_eq!(stored.kind().to_string(), format!("argon2id m={m},t={t},p={p}"));
        prop_assert_eq!(stored.expose_secret(), text);
    }
}

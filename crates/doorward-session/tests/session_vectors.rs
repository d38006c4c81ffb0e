//! The committed vectors of tokens and records, which `vectors/make_sessions.py` made with another implementation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, SystemTime};

use doorward_session::{
    AccountDetails, Authentication, Factor, Grant, GrantPlace, GrantPolicy, Holder, OneTimeRecord,
    OneTimeToken, Presented, Purpose, Scopes, SecondFactor, SessionRecord, Token, TokenKind,
    TokenSecret,
};

use support::Vector;

fn vectors(kind: &str) -> Vec<Vector> {
    support::vectors(include_str!("vectors/sessions_v1.txt"), kind)
}

#[test]
fn tokens_match() {
    for (name, kind) in [
        ("token access", TokenKind::Access),
        ("token refresh", TokenKind::Refresh),
        ("token session", TokenKind::Session),
    ] {
        for vector in vectors(name) {
            let (account, session) = (vector.array("account"), vector.array("session"));
            let mut made = Token::new(kind, account, session, secret(&vector, "secret"));
            if kind == TokenKind::Refresh {
                made = made.with_seal(vector.array("seal"));
            }
            assert_eq!(made.to_text().as_str(), vector.text("text"));
            let read = Token::parse(kind, vector.text("text")).unwrap();
            assert_eq!((read.account(), read.session()), (&account, &session));
            assert_eq!(read.secret().expose(), &vector.array("secret"));
            assert_eq!(read.digest(), vector.array("digest"));
            let seal = if kind == TokenKind::Refresh { vector.array("seal") } else { [0; 20] };
            assert_eq!(read.seal(), &seal);
        }
    }
}

#[test]
fn one_time_tokens_match() {
    for vector in vectors("one_time_token") {
        let made = OneTimeToken::new(vector.array("secret"));
        assert_eq!(made.to_text().as_str(), vector.text("text"));
        let read = OneTimeToken::parse(vector.text("text")).unwrap();
        assert_eq!(read.digest(purpose(&vector)), vector.array("digest"));
        let others = PURPOSES.into_iter().filter(|other| *other != purpose(&vector));
        assert!(
            others
                .map(|other| read.digest(other))
                .all(|digest| digest != made.digest(purpose(&vector)))
        );
    }
}

#[test]
fn one_time_records_match() {
    for vector in vectors("one_time_record") {
        let (index, epoch) = (vector.array("index"), vector.number("epoch"));
        let made = match vector.bytes("live") {
            [1] => OneTimeRecord::new(purpose(&vector), vector.array("account"), epoch, index),
            _ => OneTimeRecord::of_nobody(purpose(&vector), index),
        };
        let made = made.with_text(vector.text("text"));
        assert_eq!(made.to_bytes().as_slice(), vector.bytes("bytes"));
        let read = OneTimeRecord::parse(vector.bytes("bytes")).unwrap();
        assert!(read == made);
        assert_eq!((read.epoch(), read.expose_text()), (epoch, vector.text("text")));
    }
}

#[test]
fn sessions_match() {
    for vector in vectors("session") {
        let [bits] = vector.array("factors");
        let factors = [Factor::Password, Factor::MailedCode, Factor::Totp, Factor::RecoveryCode];
        let factors = (0..).zip(factors).filter(|(at, _)| bits >> at & 1 == 1);
        let login = Authentication::new(vector.time("authenticated_at"), factors.map(|(_, f)| f));
        let (epoch, ends_at) = (vector.number("epoch"), vector.time("ends_at"));
        let digest = vector.array("digest");
        let made = SessionRecord::new(login, epoch, ends_at, Holder::Session(digest));
        assert_eq!(made.to_bytes(), vector.bytes("bytes"));
        let read = SessionRecord::parse(vector.bytes("bytes")).unwrap();
        assert_eq!(read, made);
        assert!(read.is_held_by(&digest));
    }
}

/// From the first secret on: the tokens that follow, and what is kept of them after each exchange.
#[test]
fn grants_match() {
    let policy = GrantPolicy::default();
    for vector in vectors("grant") {
        let (account, session) = (vector.array("account"), vector.array("session"));
        let place = GrantPlace::new(&account, &session);
        let opened = vector.time("opened");
        let scopes: Scopes = vector.text("scopes").parse().unwrap();
        let first = secret(&vector, "first");
        let (mut grant, mut secrets) = Grant::new(place, scopes, first.clone(), &policy, opened);
        let mut now = opened;
        for salt in vector.bytes("salts").as_chunks().0 {
            now += Duration::from_secs(10);
            let exchanged = grant.exchange(place, secrets.refresh(), *salt, &policy, now);
            let (next, given) = exchanged.unwrap();
            (grant, secrets) = (next.unwrap(), given);
        }
        assert_eq!(secrets.refresh().expose(), &vector.array("refresh"));
        assert_eq!(secrets.access().expose(), &vector.array("access"));
        assert_eq!(kept(&grant, opened).to_bytes(), vector.bytes("bytes"));

        let read = SessionRecord::parse(vector.bytes("bytes")).unwrap();
        let Holder::Grant(read) = read.holder() else { panic!("no grant") };
        assert!(read.access(place, secrets.access(), now).is_some());
        // Who has the first token only is given what follows from it.
        if let Presented::Recent(again) = read.present(place, &first, &policy, now) {
            assert_eq!(again.refresh().expose(), secrets.refresh().expose());
        } else {
            assert!(vector.bytes("salts").is_empty());
        }
    }
}

#[test]
fn account_details_match() {
    for vector in vectors("details") {
        let (verified_at, factor) = (vector.bytes("verified_at"), vector.bytes("second_factor"));
        let verified_at = (!verified_at.is_empty()).then(|| vector.time("verified_at"));
        let factor = (!factor.is_empty()).then(|| SecondFactor::parse(factor).unwrap());
        let made =
            AccountDetails::default().with_verified_at(verified_at).with_second_factor(factor);
        assert_eq!(made.to_bytes().unwrap().as_slice(), vector.bytes("bytes"));
        let read = AccountDetails::parse(vector.bytes("bytes")).unwrap();
        assert_eq!(read.verified_at(), verified_at);
        assert_eq!(read.to_bytes().unwrap().as_slice(), vector.bytes("bytes"));
    }
}

const PURPOSES: [Purpose; 5] = [
    Purpose::Enrolment,
    Purpose::IdentifierChange,
    Purpose::Invitation,
    Purpose::Recovery,
    Purpose::Verification,
];

fn purpose(vector: &Vector) -> Purpose {
    PURPOSES.into_iter().find(|purpose| purpose.name() == vector.text("purpose")).unwrap()
}

fn secret(vector: &Vector, name: &str) -> TokenSecret {
    TokenSecret::new(vector.array(name))
}

/// The record that the script makes of a grant.
fn kept(grant: &Grant, opened: SystemTime) -> SessionRecord {
    let login = Authentication::new(opened, [Factor::Password]);
    let ends_at = opened + Duration::from_secs(3_000);
    SessionRecord::new(login, 7, ends_at, Holder::Grant(Box::new(grant.clone())))
}

//! Sessions in the hands of a thief: tokens that were made up, a table that was copied or written to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{Session, SessionStore as _};
use doorward::{Clock as _, ErrorKind, EventKind, Keys, NewGrant, NewSession, SessionId};
use doorward_session::{Token, TokenKind};
use support::sessions::{forged, parts};
use support::{door, door_on, keys};

const KIND: TokenKind = TokenKind::Session;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn r15_a_token_that_was_made_up_of_others_opens_nothing() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let (alice, again) = (door.token("alice").await, door.token("alice").await);
    let mallory = door.token("mallory").await;
    let grant = door.grant("mallory").await;
    let mut made_up = Vec::new();
    for bit in 0..256 {
        made_up.push(forged(KIND, &alice, |it| it.secret[bit / 8] ^= 1 << (bit % 8)));
        let bit = bit / 2;
        made_up.push(forged(KIND, &alice, |it| it.account[bit / 8] ^= 1 << (bit % 8)));
        made_up.push(forged(KIND, &alice, |it| it.session[bit / 8] ^= 1 << (bit % 8)));
    }
    for secret in [[0; 32], [255; 32], parts(KIND, &again).secret] {
        made_up.push(forged(KIND, &alice, |it| it.secret = secret));
    }
    // Mallory's secret, with the names of Alice.
    made_up.push(forged(KIND, &mallory, |it| it.account = parts(KIND, &alice).account));
    made_up.push(forged(KIND, &mallory, |it| {
        let alice = parts(KIND, &alice);
        (it.account, it.session) = (alice.account, alice.session);
    }));
    // What opens a grant, as a session.
    for (kind, text) in [(TokenKind::Access, grant.access()), (TokenKind::Refresh, grant.refresh())]
    {
        let token = Token::parse(kind, text).unwrap();
        let secret = token.secret().clone();
        let token = Token::new(KIND, *token.account(), *token.session(), secret);
        made_up.push(token.to_text().to_string());
    }
    for text in &made_up {
        assert!(Token::parse(KIND, text).is_ok(), "it has the form of a token");
        assert!(!door.is_open(text).await);
        door.auth.sessions().end(text).await.unwrap();
        door.auth.tokens().revoke(text).await.unwrap();
        assert!(door.auth.tokens().introspect(text).await.unwrap().active().is_none());
    }
    for token in [&alice, &again, &mallory] {
        assert!(door.is_open(token).await, "nobody was thrown out by them");
    }
    assert!(door.is_good(grant.access()).await);
}

#[tokio::test]
async fn r15_a_token_with_one_letter_changed_opens_nothing() {
    let door = door().with_account("alice").await;
    let token = door.token("alice").await;
    for at in 0..token.len() {
        for letter in ["A", "b", "_", ".", " ", "\u{e4}"] {
            let mut typed = token.clone();
            typed.replace_range(at..=at, letter);
            assert_eq!(door.is_open(&typed).await, typed == token, "{at} {letter}");
        }
    }
}

#[tokio::test]
async fn r15_a_token_of_other_keys_or_another_tenant_opens_nothing() {
    let door = door().with_account("alice").await;
    let (token, pair) = (door.token("alice").await, door.grant("alice").await);
    let strange = Keys::generate().unwrap();
    for other in [
        door_on(door.memory.clone(), &strange, |builder, _| builder),
        door_on(door.memory.clone(), &keys(), |builder, _| builder.tenant("other")),
    ] {
        assert!(!other.is_open(&token).await && !other.is_good(pair.access()).await);
        assert!(other.refresh(pair.refresh()).await.is_none());
    }
    let rotated = keys().rotate().unwrap();
    let later = door_on(door.memory.clone(), &rotated, |builder, _| builder);
    assert!(later.is_open(&token).await && later.is_good(pair.access()).await);
    assert!(later.refresh(pair.refresh()).await.is_some(), "a rotation throws nobody out");
}

#[tokio::test]
async fn law_06_a_dump_holds_no_token_and_no_label() {
    let door = door().with_account("alice").await;
    let new = NewSession::new(door.proof("alice").await).label("Firefox on Linux");
    let open = door.auth.sessions().open(new).await.unwrap().unwrap();
    let new = NewGrant::new(door.proof("alice").await, "invoices:read".parse().unwrap());
    let first = door.auth.tokens().grant(new.label("Bookkeeping")).await.unwrap().unwrap();
    let second = door.refresh(first.refresh()).await.unwrap();
    let mut traces: Vec<String> =
        ["Firefox", "Linux", "Bookkeeping", "dws_", "dwa_", "dwr_"].map(str::to_owned).into();
    for (kind, text) in [
        (KIND, open.token()),
        (TokenKind::Access, first.access()),
        (TokenKind::Access, second.access()),
        (TokenKind::Refresh, first.refresh()),
        (TokenKind::Refresh, second.refresh()),
    ] {
        let token = Token::parse(kind, text).unwrap();
        traces.push(text[48..90].to_owned());
        // A digest of it is all that is kept, and opens nothing.
        traces.push(hex(token.secret().expose()));
    }
    let dump = door.memory.dump();
    assert_eq!(dump.lines().filter(|line| line.starts_with("session: ")).count(), 2);
    for trace in traces {
        assert!(!dump.contains(&trace), "the dump holds {trace}");
        let in_hex = hex(trace.as_bytes());
        assert!(!dump.contains(&in_hex), "the dump holds {trace} in hexadecimal");
    }
}

#[tokio::test]
async fn law_07_a_session_that_is_copied_to_another_account_or_id_does_not_open() {
    let door = door();
    let alice = door.register("alice").await;
    door.register("mallory").await;
    let victim = door.open("alice").await;
    let thief = door.open("mallory").await;
    let (account, id) = (thief.principal().account(), thief.principal().session());
    let own = door.memory.session(account, id, door.clock.now()).await.unwrap().unwrap();
    let place = |account, id| {
        Session::new(account, id, own.value().to_vec(), own.opened_at(), own.expires_at())
    };
    let planted = SessionId::generate().unwrap();
    let _ = door.memory.open(place(alice, planted)).await.unwrap();
    let _ = door.memory.open(place(account, planted)).await.unwrap();
    let session = victim.principal().session();
    let kept = door.memory.session(alice, session, door.clock.now()).await.unwrap().unwrap();
    let version = kept.version();
    let _ = door.memory.renew(place(alice, session), version, door.clock.now()).await.unwrap();
    door.events.take();
    for (account, id) in [(alice, planted), (account, planted), (alice, session)] {
        let token = forged(KIND, thief.token(), |it| {
            (it.account, it.session) = (*account.as_bytes(), *id.as_bytes());
        });
        assert!(!door.is_open(&token).await);
    }
    assert_eq!(door.told(EventKind::Failed(ErrorKind::Corrupt)), 3, "an operator learns of it");
    assert!(door.is_open(thief.token()).await);
    assert!(!door.is_open(victim.token()).await, "what was overwritten is as good as ended");
    // What cannot be opened does not keep an owner from logging in, and is not shown.
    let open = door.open("alice").await;
    let shown = door.auth.sessions().list(open.principal()).await.unwrap();
    assert_eq!(
        shown.iter().map(|info| info.id()).collect::<Vec<_>>(),
        [open.principal().session()]
    );
}

#[tokio::test]
async fn law_07_a_session_with_a_bit_changed_does_not_open() {
    let door = door().with_account("alice").await;
    let open = door.open("alice").await;
    let (account, id) = (open.principal().account(), open.principal().session());
    let now = door.clock.now();
    let own = door.memory.session(account, id, now).await.unwrap().unwrap();
    let mut version = own.version();
    for at in 0..own.value().len() {
        let mut changed = own.value().to_vec();
        changed[at] ^= 1 << (at % 8);
        let _ = door.memory.renew(own.clone().with_value(changed), version, now).await.unwrap();
        version = version.next();
        assert!(!door.is_open(open.token()).await, "byte {at}");
    }
    let _ = door.memory.renew(own, version, now).await.unwrap();
    assert!(door.is_open(open.token()).await);
}

#[tokio::test]
async fn r15_whoever_can_write_times_to_the_table_makes_no_session_live_longer_than_it_may() {
    let door = door().with_account("alice").await;
    let open = door.open("alice").await;
    let (account, id) = (open.principal().account(), open.principal().session());
    let own = door.memory.session(account, id, door.clock.now()).await.unwrap().unwrap();
    let later =
        own.expires_at() + 1_000 * (own.expires_at().duration_since(own.opened_at()).unwrap());
    let version = own.version();
    let _ = door.memory.renew(own.clone().with_expires_at(later), version, own.opened_at()).await;
    let day = std::time::Duration::from_secs(86_400);
    door.clock.advance(day);
    assert!(!door.is_open(open.token()).await);
}

#[tokio::test]
async fn law_08_nothing_that_can_be_shown_shows_a_token_or_a_label() {
    let door = door().with_account("alice").await;
    let planted = door.token("alice").await;
    let new =
        NewSession::new(door.proof("alice").await).label("Firefox").replacing(planted.as_str());
    let mut shown = format!("{new:?}");
    let open = door.auth.sessions().open(new).await.unwrap().unwrap();
    let new =
        NewGrant::new(door.proof("alice").await, "read".parse().unwrap()).label("Bookkeeping");
    shown += &format!("{new:?}");
    let pair = door.auth.tokens().grant(new).await.unwrap().unwrap();
    let next = door.refresh(pair.refresh()).await.unwrap();
    let principal = door.check(open.token()).await.unwrap();
    let listed = door.auth.sessions().list(&principal).await.unwrap();
    let fresh = principal.fresh().unwrap();
    shown += &format!("{open:?}{pair:?}{next:?}{principal:?}{listed:?}{fresh:?}");
    for token in [open.token(), pair.access(), next.access(), next.refresh()] {
        let introspection = door.auth.tokens().introspect(token).await.unwrap();
        shown += &format!("{introspection:?}{}", introspection.to_json());
    }
    shown += &format!("{:?}{:?}{:?}", door.auth.sessions(), door.auth.tokens(), door.auth);
    shown += &format!("{:?}{:?}", door.memory, door.events.take());
    let mut secrets = vec!["Firefox".to_owned(), "Bookkeeping".to_owned()];
    for token in
        [&planted, open.token(), pair.access(), pair.refresh(), next.access(), next.refresh()]
    {
        secrets.push(token[48..].to_owned());
        secrets.push(token[48..90].to_owned());
    }
    for secret in secrets {
        assert!(!shown.contains(&secret), "{secret} is shown");
    }
}

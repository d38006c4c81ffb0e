//! R9: nobody chooses the address that they are counted by.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use doorward::SourcePrefix;
use doorward_http::{Proxies, ProxyHeader};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, line) in lines {
        headers.append(*name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    headers
}

fn trusting() -> Proxies {
    Proxies::trusting(["10.0.0.0/8", "fd00::/8"].map(|prefix| prefix.parse().unwrap()))
}

fn client(proxies: &Proxies, peer: &str, lines: &[(&'static str, &str)]) -> Option<String> {
    proxies.client(Some(ip(peer)), &headers(lines)).ip().map(|ip| ip.to_string())
}

const XFF: &str = "x-forwarded-for";

#[test]
fn r09_a_header_of_nobody_who_is_trusted_changes_nothing() {
    let lines =
        [(XFF, "198.51.100.1"), ("forwarded", "for=198.51.100.2"), ("x-real-ip", "198.51.100.3")];
    for proxies in [Proxies::none(), trusting()] {
        let found = proxies.client(Some(ip("192.0.2.7")), &headers(&lines));
        assert_eq!(found.ip(), Some(ip("192.0.2.7")));
        assert!(!found.is_forwarded() && !found.is_proxy());
    }
}

#[test]
fn r09_what_the_client_writes_on_the_left_is_not_looked_at() {
    let proxies = trusting();
    for written in ["6.6.6.6", "10.9.9.9", "unknown", "garbage", "", "\u{e9}\u{e9}", "\"", ",,,,"] {
        let line = format!("{written}, 192.0.2.7, 10.0.0.2");
        assert_eq!(client(&proxies, "10.0.0.1", &[(XFF, &line)]).as_deref(), Some("192.0.2.7"));
        let lines = [(XFF, written), (XFF, "192.0.2.7"), (XFF, "10.0.0.2")];
        assert_eq!(client(&proxies, "10.0.0.1", &lines).as_deref(), Some("192.0.2.7"));
        let line = format!("for={written}, for=192.0.2.7, for=10.0.0.2");
        assert_eq!(
            client(&proxies, "10.0.0.1", &[("forwarded", &line)]).as_deref(),
            Some("192.0.2.7")
        );
    }
}

#[test]
fn r09_a_hop_without_an_address_is_no_address_and_not_the_next_one() {
    let proxies = trusting();
    for hop in ["unknown", "_hidden", "garbage", "", "10.0.0.1.example", "fd00::1%eth0"] {
        for line in [format!("6.6.6.6, {hop}"), format!("6.6.6.6, {hop}, 10.0.0.2")] {
            let found = proxies.client(Some(ip("10.0.0.1")), &headers(&[(XFF, &line)]));
            assert_eq!(found.ip(), None, "{line}");
            assert!(found.is_forwarded());
        }
    }
}

#[test]
fn all_hops_trusted_is_the_outermost_and_no_header_is_the_proxy_itself() {
    let proxies = trusting();
    assert_eq!(
        client(&proxies, "10.0.0.1", &[(XFF, "10.0.0.3, 10.0.0.2")]).as_deref(),
        Some("10.0.0.3")
    );
    let found = proxies.client(Some(ip("10.0.0.1")), &HeaderMap::new());
    assert_eq!(found.ip(), Some(ip("10.0.0.1")));
    assert!(found.is_proxy() && !found.is_forwarded());
    let mapped =
        proxies.client(Some(ip("::ffff:10.0.0.1")), &headers(&[(XFF, "::ffff:192.0.2.7")]));
    assert_eq!(mapped.ip(), Some(ip("192.0.2.7")));
}

#[test]
fn r09_two_headers_agree_or_one_of_them_is_named() {
    let proxies = trusting();
    let agreeing = [(XFF, "6.6.6.6, 192.0.2.7"), ("forwarded", "for=192.0.2.7")];
    assert_eq!(client(&proxies, "10.0.0.1", &agreeing).as_deref(), Some("192.0.2.7"));
    // The proxy adds to one, and passes the other on as the client wrote it.
    let spoofed = [(XFF, "192.0.2.7"), ("forwarded", "for=6.6.6.6")];
    assert_eq!(client(&proxies, "10.0.0.1", &spoofed), None);
    let one = proxies.clone().reading(ProxyHeader::XForwardedFor);
    assert_eq!(client(&one, "10.0.0.1", &spoofed).as_deref(), Some("192.0.2.7"));
    let other = proxies.reading(ProxyHeader::Forwarded);
    assert_eq!(client(&other, "10.0.0.1", &spoofed).as_deref(), Some("6.6.6.6"));
    // A header that is not read is not there.
    let found = other.client(Some(ip("10.0.0.1")), &headers(&[(XFF, "6.6.6.6")]));
    assert!(found.is_proxy());
}

#[test]
fn a_peer_without_an_address_is_a_proxy_only_where_it_was_said() {
    let lines = headers(&[(XFF, "192.0.2.7")]);
    assert_eq!(trusting().client(None, &lines).ip(), None);
    assert_eq!(Proxies::none().client(None, &lines).ip(), None);
    let local = trusting().trusting_local_peers();
    assert_eq!(local.client(None, &lines).ip(), Some(ip("192.0.2.7")));
    assert_eq!(local.client(None, &HeaderMap::new()).ip(), None);
}

#[test]
fn r09_hops_without_end_are_no_address() {
    let proxies = trusting();
    let line = |hops: usize| format!("192.0.2.7{}", ", 10.0.0.2".repeat(hops));
    assert_eq!(client(&proxies, "10.0.0.1", &[(XFF, &line(63))]).as_deref(), Some("192.0.2.7"));
    assert_eq!(client(&proxies, "10.0.0.1", &[(XFF, &line(64))]), None);
    assert_eq!(client(&proxies, "10.0.0.1", &[(XFF, &line(100_000))]), None);
}

/// What a client may send: text, and headers that others would write.
fn written() -> impl Strategy<Value = Vec<String>> {
    let hop = prop_oneof![
        Just("6.6.6.6".to_owned()),
        Just("10.0.0.5".to_owned()),
        Just("for=6.6.6.6".to_owned()),
        Just("for=\"10.0.0.5\"".to_owned()),
        Just("unknown".to_owned()),
        "[\"\\\\,;= a-f0-9.:\\[\\]_-]{0,16}",
        "\\PC{0,12}",
    ];
    let line = prop::collection::vec(hop, 0..4).prop_map(|hops| hops.join(", "));
    prop::collection::vec(line, 0..3)
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from(bits).into()),
    ]
}

/// As a proxy writes it, in one of the usual spellings.
fn spelled(address: IpAddr, is_forwarded: bool, spelling: u8) -> String {
    let node = match (address, spelling % 3) {
        (IpAddr::V6(v6), 0) if !is_forwarded => v6.to_string(),
        (IpAddr::V6(v6), 1) => format!("[{v6}]:4711"),
        (IpAddr::V6(v6), _) => format!("[{v6}]"),
        (IpAddr::V4(v4), 1) => format!("{v4}:4711"),
        (IpAddr::V4(v4), _) => v4.to_string(),
    };
    match (is_forwarded, spelling % 2) {
        (false, _) => node,
        (true, 0) => format!("for=\"{node}\";proto=https"),
        (true, _) => format!("by=_proxy;For=\"{node}\";host=\"a, for=6.6.6.6\""),
    }
}

/// A proxy: the last byte of its address, whether it adds to the last line, and how it spells.
fn proxies() -> impl Strategy<Value = Vec<(u8, bool, u8)>> {
    prop::collection::vec((1..255_u8, any::<bool>(), any::<u8>()), 1..5)
}

/// The lines that arrive, and the peer that they arrive from, once honest proxies, each in its own line or behind what is
/// there, have added theirs.
fn passed_on(
    client: IpAddr,
    mut lines: Vec<String>,
    proxies: &[(u8, bool, u8)],
    is_forwarded: bool,
) -> (Vec<String>, IpAddr) {
    let mut peer = client;
    for &(number, appends, spelling) in proxies {
        let hop = spelled(peer, is_forwarded, spelling);
        match lines.last_mut() {
            Some(line) if appends => {
                line.push_str(", ");
                line.push_str(&hop);
            }
            _ => lines.push(hop),
        }
        peer = Ipv4Addr::new(10, 0, 0, number).into();
    }
    (lines, peer)
}

/// `None` where no server takes them.
fn taken(lines: &[(&'static str, &[String])]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, lines) in lines {
        for line in *lines {
            headers.append(*name, HeaderValue::from_bytes(line.as_bytes()).ok()?);
        }
    }
    Some(headers)
}

fn is_trusted(client: IpAddr) -> bool {
    let prefixes = ["10.0.0.0/8", "fd00::/8"].map(|prefix| prefix.parse::<SourcePrefix>().unwrap());
    prefixes.iter().any(|prefix| prefix.contains(client))
}

const BOTH: [(&str, ProxyHeader); 2] =
    [(XFF, ProxyHeader::XForwardedFor), ("forwarded", ProxyHeader::Forwarded)];

proptest! {
    #[test]
    fn r09_whatever_a_client_sends_it_is_counted_by_its_own_address(
        client in address(),
        written in written(),
        proxies in proxies(),
        is_forwarded in any::<bool>(),
    ) {
        let (name, header) = BOTH[usize::from(is_forwarded)];
        let (lines, peer) = passed_on(client, written, &proxies, is_forwarded);
        let Some(headers) = taken(&[(name, &lines)]) else { return Ok(()) };
        let found = trusting().reading(header).client(Some(peer), &headers);
        if !is_trusted(client) {
            prop_assert_eq!(found.ip(), Some(client.to_canonical()), "{:?}", lines);
        }
        prop_assert!(found.is_forwarded());
    }

    /// Proxies add to one header, and pass the other one on as the client wrote it.
    #[test]
    fn r09_with_a_header_that_no_proxy_knows_it_is_counted_by_its_own_address_or_by_none(
        client in address(),
        written in (written(), written()),
        proxies in proxies(),
        is_forwarded in any::<bool>(),
    ) {
        let (name, header) = BOTH[usize::from(is_forwarded)];
        let (other, _) = BOTH[usize::from(!is_forwarded)];
        let (lines, peer) = passed_on(client, written.0, &proxies, is_forwarded);
        let Some(headers) = taken(&[(name, &lines), (other, &written.1)]) else { return Ok(()) };
        if is_trusted(client) {
            return Ok(());
        }
        let own = Some(client.to_canonical());
        let found = trusting().client(Some(peer), &headers);
        prop_assert!(found.ip().is_none() || found.ip() == own, "{:?} {:?}", lines, written.1);
        prop_assert!(found.is_forwarded());
        // Told which one, nobody loses their address by the other.
        prop_assert_eq!(trusting().reading(header).client(Some(peer), &headers).ip(), own);
    }

    #[test]
    fn any_header_is_read_without_a_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4)) {
        let mut headers = HeaderMap::new();
        for line in &lines {
            if let Ok(value) = HeaderValue::from_bytes(line) {
                headers.append(XFF, value.clone());
                headers.append("forwarded", value);
            }
        }
        let _ = trusting().client(Some(ip("10.0.0.1")), &headers);
    }
}

//! Whatever a client writes, it is counted by its own address, or by none.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use doorward_http::{Proxies, ProxyHeader};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

/// The client, as an honest proxy writes it behind what the client has sent.
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 7);
const PROXY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

fuzz_target!(|data: (bool, bool, &[u8])| {
    let (is_forwarded, has_line_of_its_own, written) = data;
    let (name, header, hop) = if is_forwarded {
        ("forwarded", ProxyHeader::Forwarded, format!("for=\"{CLIENT}:4711\";proto=https"))
    } else {
        ("x-forwarded-for", ProxyHeader::XForwardedFor, CLIENT.to_string())
    };
    let mut headers = HeaderMap::new();
    let lines = if has_line_of_its_own {
        vec![written.to_vec(), hop.into_bytes()]
    } else {
        vec![[written, b", ", hop.as_bytes()].concat()]
    };
    for line in lines {
        match HeaderValue::from_bytes(&line) {
            Ok(value) => headers.append(name, value),
            // No server takes it.
            Err(_) => return,
        };
    }
    let trusting = Proxies::trusting(["10.0.0.0/8".parse().unwrap()]);
    let found = trusting.clone().reading(header).client(Some(PROXY.into()), &headers);
    assert_eq!(found.ip(), Some(IpAddr::V4(CLIENT)));

    // Without an honest hop: an answer, or none.
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(written) {
        headers.append("forwarded", value.clone());
        headers.append("x-forwarded-for", value);
    }
    let found = trusting.client(Some(PROXY.into()), &headers);
    assert!(found.is_forwarded() || headers.is_empty());
});

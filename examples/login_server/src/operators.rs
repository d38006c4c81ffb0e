//! Who is an operator: whoever asks from one of the networks that are said to be theirs.

use doorward::SourcePrefix;
use doorward_http::{ClientAddress, Problem};

/// The networks of the operators.
#[derive(Clone, Debug)]
pub(crate) struct Operators(Vec<SourcePrefix>);

impl Operators {
    /// Of these, or of this machine where there are none.
    pub(crate) fn from(mut prefixes: Vec<SourcePrefix>) -> Self {
        if prefixes.is_empty() {
            let loopback = [
                SourcePrefix::around([127, 0, 0, 1].into(), 8),
                SourcePrefix::around(LOOPBACK_6.into(), 128),
            ];
            prefixes.extend(loopback);
        }
        Self(prefixes)
    }

    /// Lets an operator by. For everybody else there is nothing here. What carries a header of a proxy and comes from
    /// nobody who is trusted as one may come from anywhere, and so may what a trusted one has sent without its header.
    pub(crate) fn check(
        &self,
        address: &ClientAddress,
        headers: &http::HeaderMap,
    ) -> Result<(), Problem> {
        let says_it_is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
        let is_direct = !address.is_proxy() && says_it_is_forwarded == address.is_forwarded();
        let is_theirs = address.ip().is_some_and(|ip| self.0.iter().any(|own| own.contains(ip)));
        let is_here = address.is_forwarded()
            || !address.ip().is_some_and(|ip| ip.is_loopback())
            || is_this_machine(headers);
        if is_direct && is_theirs && is_here { Ok(()) } else { Err(Problem::not_found()) }
    }
}

/// Whether this machine is asked for by its address, or as `localhost`. A page that an operator looks at may have any other
/// name lead here, and read what is answered.
fn is_this_machine(headers: &http::HeaderMap) -> bool {
    let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let Some(Ok(host)) = host.map(str::parse::<http::uri::Authority>) else { return false };
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok()
}

const FORWARDED: [&str; 9] = [
    "cf-connecting-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];
const LOOPBACK_6: std::net::Ipv6Addr = std::net::Ipv6Addr::LOCALHOST;

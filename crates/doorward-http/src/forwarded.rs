//! The hops that `Forwarded` (RFC 7239) and `X-Forwarded-For` name, from the right to the left.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::HeaderMap;
use http::header::FORWARDED;

/// A hop that names no address: `unknown`, a name made up, or no hop at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unnamed;

/// The hops of `X-Forwarded-For`, the last one first; `None` where there is no such header.
pub(crate) fn x_forwarded_for(
    headers: &HeaderMap,
) -> Option<impl Iterator<Item = Result<IpAddr, Unnamed>>> {
    let lines = lines(headers, X_FORWARDED_FOR)?;
    Some(lines.flat_map(Elements::without_quotes).map(|hop| node(text(hop?)?)))
}

/// The hops of `Forwarded`, likewise.
pub(crate) fn forwarded(
    headers: &HeaderMap,
) -> Option<impl Iterator<Item = Result<IpAddr, Unnamed>>> {
    let lines = lines(headers, FORWARDED.as_str())?;
    Some(lines.flat_map(Elements::with_quotes).map(|element| forwarded_for(element?)))
}

pub(crate) const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// A line of a header, or what is looked at of it: its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a [u8],
    is_whole: bool,
}

/// The lines of a header, the last one first, up to what is looked at of all.
fn lines<'a>(headers: &'a HeaderMap, name: &str) -> Option<impl Iterator<Item = Line<'a>>> {
    let mut lines = headers.get_all(name).iter().rev().map(|line| line.as_bytes()).peekable();
    lines.peek()?;
    Some(lines.scan(Some(MOST_BYTES), |left, line| {
        let most = (*left)?;
        *left = most.checked_sub(line.len());
        let text = &line[line.len().saturating_sub(most)..];
        Some(Line { text, is_whole: left.is_some() })
    }))
}

/// Hops have some forty bytes, and more where a proxy adds other parameters.
const MOST_BYTES: usize = 4096;

/// The elements of one line, the last one first. One that begins before what is looked at names no address.
///
/// What stands on the left may have been written by the client, with quotes that nobody closes. What a proxy has written
/// stands on the right, and its quotes are its own; so they are paired from the right, and nothing on the left can move
/// the comma that a proxy's element begins behind.
struct Elements<'a> {
    left: Option<Line<'a>>,
    has_quotes: bool,
}

impl<'a> Elements<'a> {
    fn with_quotes(line: Line<'a>) -> Self {
        Self { left: Some(line), has_quotes: true }
    }

    fn without_quotes(line: Line<'a>) -> Self {
        Self { left: Some(line), has_quotes: false }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<&'a [u8], Unnamed>;

    fn next(&mut self) -> Option<Self::Item> {
        let Line { text, is_whole } = self.left.take()?;
        let mut is_quoted = false;
        for (at, byte) in text.iter().enumerate().rev() {
            match byte {
                b'"' if self.has_quotes && !(is_quoted && is_escaped(text, at)) => {
                    is_quoted = !is_quoted;
                }
                b',' if !is_quoted => {
                    self.left = Some(Line { text: &text[..at], is_whole });
                    return Some(Ok(&text[at + 1..]));
                }
                _ => {}
            }
        }
        Some(if is_quoted || !is_whole { Err(Unnamed) } else { Ok(text) })
    }
}

/// Whether an odd number of backslashes stands before this place.
fn is_escaped(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// The node of the one `for` of an element.
fn forwarded_for(element: &[u8]) -> Result<IpAddr, Unnamed> {
    let mut left = text(element)?;
    let mut found = None;
    loop {
        left = left.trim_start_matches([' ', '\t', ';']);
        if left.is_empty() {
            return found.ok_or(Unnamed);
        }
        let (name, rest) = left.split_once('=').ok_or(Unnamed)?;
        if name.is_empty() || !name.bytes().all(is_of_token) {
            return Err(Unnamed);
        }
        let (value, rest) = value(rest)?;
        left = rest.trim_start_matches([' ', '\t']);
        if !left.is_empty() && !left.starts_with(';') {
            return Err(Unnamed);
        }
        if name.eq_ignore_ascii_case("for") && found.replace(node(&value)?).is_some() {
            return Err(Unnamed);
        }
    }
}

/// A value and what is behind it: a quoted string (RFC 9110, section 5.6.4), or whatever ends before `;`. Colons and
/// brackets belong into quotes, and are often left without.
fn value(text: &str) -> Result<(String, &str), Unnamed> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        let is_plain = value.bytes().all(|byte| is_of_token(byte) || b":[]".contains(&byte));
        return if is_plain { Ok((value.to_owned(), rest)) } else { Err(Unnamed) };
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next().ok_or(Unnamed)?.1),
            char => value.push(char),
        }
    }
    Err(Unnamed)
}

/// An address, perhaps with a port, which is of no interest.
fn node(text: &str) -> Result<IpAddr, Unnamed> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(ip.to_canonical());
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or(Unnamed)?;
        let ip: Ipv6Addr = address.parse().map_err(|_| Unnamed)?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return if is_port { Ok(IpAddr::V6(ip).to_canonical()) } else { Err(Unnamed) };
    }
    let (address, port) = text.split_once(':').ok_or(Unnamed)?;
    let ip: Ipv4Addr = address.parse().map_err(|_| Unnamed)?;
    if is_port(port) { Ok(ip.into()) } else { Err(Unnamed) }
}

/// A number, or a made-up name (RFC 7239, section 6).
fn is_port(text: &str) -> bool {
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = text.len() > 1
        && text.starts_with('_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    is_number || is_name
}

/// ASCII without the white space around it.
fn text(bytes: &[u8]) -> Result<&str, Unnamed> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).ok_or(Unnamed)?;
    Ok(text.trim_matches([' ', '\t']))
}

/// RFC 9110, section 5.6.2.
fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, lines: &[&str]) -> Vec<Option<String>> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, http::HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let hop = |hop: Result<IpAddr, Unnamed>| hop.ok().map(|ip| ip.to_string());
        if name == X_FORWARDED_FOR {
            x_forwarded_for(&headers).into_iter().flatten().map(hop).collect()
        } else {
            forwarded(&headers).into_iter().flatten().map(hop).collect()
        }
    }

    fn one(name: &'static str, line: &str) -> Option<String> {
        let hops = read(name, &[line]);
        assert_eq!(hops.len(), 1, "{line}");
        hops.into_iter().next().unwrap()
    }

    #[test]
    fn hops_come_from_the_right_to_the_left_over_all_lines() {
        let some =
            |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        let lines = ["192.0.2.1,192.0.2.2", " 192.0.2.3 ,\t192.0.2.4"];
        let expected = some(&["192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"]);
        assert_eq!(read(X_FORWARDED_FOR, &lines), expected);
        let lines = ["for=192.0.2.1, for=192.0.2.2;by=x", "for=192.0.2.3 ,For=\"192.0.2.4\""];
        assert_eq!(read("forwarded", &lines), expected);
        assert!(read(X_FORWARDED_FOR, &[]).is_empty() && read("forwarded", &[]).is_empty());
    }

    #[test]
    fn a_hop_is_an_address_in_any_spelling() {
        for (text, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:8080", "192.0.2.1"),
            ("192.0.2.1:_http", "192.0.2.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:8080", "2001:db8::1"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("[::ffff:192.0.2.1]:1", "192.0.2.1"),
        ] {
            assert_eq!(one(X_FORWARDED_FOR, text).as_deref(), Some(expected), "{text}");
            assert_eq!(one("forwarded", &format!("for=\"{text}\"")).as_deref(), Some(expected));
            assert_eq!(
                one("forwarded", &format!("proto=https; FOR={text} ;by=_x")).as_deref(),
                Some(expected)
            );
        }
    }

    #[test]
    fn what_names_no_address_is_no_address() {
        for text in [
            "",
            "unknown",
            "_hidden",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.1:",
            "192.0.2.1:123456",
            "192.0.2.1:x",
            "192.0.02.1",
            "[2001:db8::1",
            "2001:db8::1]",
            "[2001:db8::1]x",
            "[192.0.2.1]",
            "fe80::1%eth0",
            "[fe80::1%25eth0]",
            "192.0.2.1 192.0.2.2",
            "\u{661}92.0.2.1",
            "localhost",
            "0x7f.0.0.1",
            "127.1",
        ] {
            assert_eq!(one(X_FORWARDED_FOR, text), None, "{text}");
            assert_eq!(one("forwarded", &format!("for=\"{text}\"")), None, "{text}");
        }
        for element in [
            "",
            "proto=https",
            "for",
            "for=",
            "=192.0.2.1",
            "for=192.0.2.1;for=192.0.2.2",
            "for=192.0.2.1 x",
            "for=\"192.0.2.1",
            "for=\"192.0.2.1\"x",
            "fo r=192.0.2.1",
            "for==192.0.2.1",
            "for=192.0.2.1;\"=x",
        ] {
            assert_eq!(one("forwarded", element), None, "{element}");
        }
    }

    #[test]
    fn no_more_is_looked_at_than_the_end() {
        let hop = Some("192.0.2.1".to_owned());
        let behind = ",192.0.2.1";
        let line = |written: usize| format!("{}{behind}", "x".repeat(written));
        let room = MOST_BYTES - behind.len();
        // Whether all of it, all but a byte, or next to nothing of what stands on the left is looked at, it is no address.
        for written in [room - 1, room, room + 1, 10 * MOST_BYTES] {
            assert_eq!(read(X_FORWARDED_FOR, &[&line(written)]), [hop.clone(), None]);
        }
        // An address of which the first byte is not looked at would be another one.
        let cut = |first: &str| format!("{first},{}", " ".repeat(MOST_BYTES - "92.0.2.1,".len()));
        assert_eq!(read(X_FORWARDED_FOR, &[&cut("92.0.2.1")])[1], Some("92.0.2.1".to_owned()));
        assert_eq!(read(X_FORWARDED_FOR, &[&cut("192.0.2.1")]), [None, None]);
        // The lines before a line that uses it up are not looked at; those before one that does not are.
        assert_eq!(read(X_FORWARDED_FOR, &["192.0.2.2", &line(room + 1)]).len(), 2);
        let lines = read(X_FORWARDED_FOR, &["192.0.2.2", &line(room - "192.0.2.2".len())]);
        assert_eq!(lines, [hop, None, Some("192.0.2.2".to_owned())]);
        let quoted = format!("for=\"{}\",for=192.0.2.1", "x".repeat(MOST_BYTES));
        assert_eq!(read("forwarded", &[&quoted]), [Some("192.0.2.1".to_owned()), None]);
    }

    #[test]
    fn r09_quotes_of_the_client_do_not_swallow_what_a_proxy_has_written() {
        for client in [
            "for=\"",
            "for=\"6.6.6.6",
            "\"",
            "\"\"\"",
            "for=6.6.6.6;x=\"",
            "for=6.6.6.6;x=\"\\",
            "\\",
            "\\\"",
            "for=\"\\\"",
            "x=\"a,b",
            ",,,",
            "for=6.6.6.6, \"",
        ] {
            for (proxy, address) in [
                ("for=192.0.2.1", "192.0.2.1"),
                ("for=\"[2001:db8::1]:80\"", "2001:db8::1"),
                ("by=x;for=192.0.2.1;host=\"a, for=6.6.6.6; \\\"b\\\\\"", "192.0.2.1"),
            ] {
                let hops = read("forwarded", &[&format!("{client}, {proxy}")]);
                assert_eq!(hops[0].as_deref(), Some(address), "{client}, {proxy}");
            }
        }
    }
}

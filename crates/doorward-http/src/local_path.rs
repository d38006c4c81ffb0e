//! Paths of this service, for redirects.

/// A path that a redirect may go to: of this origin, whatever a browser makes of it.
///
/// `//host`, `/\host` and whatever else browsers read as another host are none (CWE-601).
pub(crate) fn local_path(text: &str) -> Option<&str> {
    let is_plain = text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#'));
    let mut bytes = text.bytes();
    let is_path = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/'));
    (is_plain && is_path).then_some(text)
}

const LONGEST: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_hosts_are_no_paths_of_ours() {
        for path in ["/", "/a", "/a/b?c=d&e=f", "/a//b", "/@host", "/a:b"] {
            assert_eq!(local_path(path), Some(path));
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for other in [
            "",
            "a",
            "//host",
            "/\\host",
            "\\/host",
            "https://host/",
            "javascript:alert(1)",
            "/\t/host",
            "/a\r\nSet-Cookie: a=b",
            " /a",
            "/ä",
            "/a#b",
            &long,
        ] {
            assert_eq!(local_path(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_a_header_and_begins_with_one_slash(text in "[/\\\\a-z:?#@\t ]{0,12}") {
            if let Some(path) = local_path(&text) {
                prop_assert!(path.starts_with('/') && !path.starts_with("//"));
                prop_assert!(!path.contains(['\\', '\t', ' ', '#']));
                prop_assert!(http::HeaderValue::from_str(path).is_ok());
            }
        }
    }
}

use std::fmt;

use thiserror::Error;

/// The Amazon Resource Name of a KMS key: `arn:aws:kms:eu-central-1:111122223333:key/...`.
///
/// A whole ARN, for it is compared with what KMS says and with what a wrapped key claims: an alias may
/// point to another key tomorrow, a bare key id may mean a key of another account.
///
/// ```
/// use doorward_kms::KeyArn;
///
/// assert!(KeyArn::parse("arn:aws:kms:eu-central-1:111122223333:key/1234abcd").is_ok());
/// assert!(KeyArn::parse("alias/users").is_err());
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyArn(String);

impl KeyArn {
    /// The longest ARN, in bytes.
    pub const MAX_BYTES: usize = 2_048;

    /// Reads an ARN.
    ///
    /// # Errors
    ///
    /// [`MalformedKeyArn`] if it is no ARN of a KMS key.
    pub fn parse(text: &str) -> Result<Self, MalformedKeyArn> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_arn = match parts[..] {
            ["arn", partition, "kms", region, account, resource] => {
                let key = resource.strip_prefix("key/").unwrap_or_default();
                [partition, region, account, key].iter().all(|part| !part.is_empty())
            }
            _ => false,
        };
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_arn && is_plain && text.len() <= Self::MAX_BYTES {
            return Ok(Self(text.to_owned()));
        }
        Err(MalformedKeyArn)
    }

    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no ARN of a KMS key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
#[error(
    "not the ARN of a KMS key; give all of arn:partition:kms:region:account:key/id, and no alias"
)]
pub struct MalformedKeyArn;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_arns_of_keys_are_read() {
        for good in ["arn:aws:kms:us-east-1:1:key/a", "arn:aws-cn:kms:cn-north-1:1:key/mrk-1"] {
            assert_eq!(KeyArn::parse(good).unwrap().to_string(), good);
        }
        let long = format!("arn:aws:kms:us-east-1:1:key/{}", "a".repeat(2_048));
        for bad in [
            "",
            "1234abcd",
            "alias/users",
            "arn:aws:kms:us-east-1:1:alias/users",
            "arn:aws:s3:us-east-1:1:key/a",
            "arn:aws:kms:us-east-1:1:key/",
            "arn:aws:kms::1:key/a",
            "arn:aws:kms:us-east-1:1:key/a b",
            &long,
        ] {
            assert_eq!(KeyArn::parse(bad), Err(MalformedKeyArn), "{bad}");
        }
    }
}

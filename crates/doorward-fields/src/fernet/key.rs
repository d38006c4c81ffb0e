use aes::Aes128;
use base64ct::{Base64, Encoding as _};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use hmac::Mac as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::OpenedToken;
use super::token::Token;
use crate::kdf::{HmacSha256, finish, hmac};

/// 16 bytes that sign, 16 that encrypt.
pub(super) struct FernetKey {
    // On the heap: moving the key leaves no copy behind.
    signing: Box<HmacSha256>,
    encryption: Box<Zeroizing<[u8; 16]>>,
}

impl FernetKey {
    /// Takes what `cryptography` takes, except strangers inside and padding without need: both alphabets,
    /// and a last digit with more bits than the 32 bytes need, as in keys that were typed by hand.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut digits: Zeroizing<[u8; DIGITS]> = Zeroizing::new(text.as_bytes().try_into().ok()?);
        for digit in digits.iter_mut() {
            *digit = match *digit {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            };
        }
        // With a digit in place of the padding it is 33 bytes. The bits too many are in the last one.
        let mut secret = Zeroizing::new([0; 33]);
        digits[DIGITS - 1] = match digits[DIGITS - 1] {
            b'=' => b'A',
            _ => return None,
        };
        Base64::decode(digits.as_slice(), &mut *secret).ok()?;
        Some(Self::new(&secret))
    }

    fn new(secret: &[u8; 33]) -> Self {
        let mut encryption = Box::new(Zeroizing::new([0; 16]));
        encryption.copy_from_slice(&secret[16..32]);
        Self { signing: Box::new(hmac(&secret[..16])), encryption }
    }

    /// Whether the token's tag is this key's. Compared in constant time.
    pub(super) fn made(&self, token: &Token) -> bool {
        let mut mac = HmacSha256::clone(&self.signing);
        mac.update(token.signed());
        let mut tag = [0; 32];
        finish(mac, &mut tag);
        tag.as_slice().ct_eq(token.tag()).into()
    }

    /// Decrypts a token that this key [made](Self::made). `None`: its padding is wrong.
    pub(super) fn open(&self, token: Token, number: usize) -> Option<OpenedToken> {
        let (made_at, iv, place) = (token.made_at(), token.iv(), token.ciphertext());
        let start = place.start;
        let mut bytes = token.into_bytes();
        let cipher = Decryptor::<Aes128>::new((&**self.encryption).into(), &iv.into());
        let length = cipher.decrypt_padded::<Pkcs7>(&mut bytes[place]).ok()?.len();
        Some(OpenedToken::new(bytes, start..start + length, made_at, number))
    }
}

const DIGITS: usize = 44;

//! The URI that an authenticator app is told, as a picture.

use std::fmt;
use std::fmt::Write as _;

use qrcodegen::QrCodeEcc;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::OtpauthUri;

/// The QR code (ISO/IEC 18004) of an [`OtpauthUri`], which an authenticator app reads with a camera.
///
/// It shows the secret to everybody who sees it: wiped on drop, and so are the pictures; `Debug` shows
/// nothing of it. What the page, the terminal or the browser keeps of them is not within reach, nor is what
/// the encoder left while it worked.
///
/// ```
/// use doorward_session::{OtpauthUri, QrCode, TotpSecret};
///
/// let secret = TotpSecret::new([7; 20]); // in service: random
/// let code = QrCode::new(&OtpauthUri::new(&secret, "Acme", "alice@example.com")?)?;
/// assert!(code.svg().starts_with("<svg "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct QrCode {
    /// How many modules a side has.
    size: usize,
    /// Line by line; 1 for a dark one.
    modules: Zeroizing<Vec<u8>>,
}

impl QrCode {
    /// The code of a URI. It can be read with about 15 % of it covered (level M), or more if that takes no
    /// more room.
    ///
    /// # Errors
    ///
    /// [`QrCodeError`] if the URI is too long for any QR code. None is: [`OtpauthUri`] bounds its names.
    pub fn new(uri: &OtpauthUri) -> Result<Self, QrCodeError> {
        let code = qrcodegen::QrCode::encode_text(uri.expose_secret(), QrCodeEcc::Medium)
            .map_err(|_| QrCodeError)?;
        let side = code.size();
        let size = usize::try_from(side).map_err(|_| QrCodeError)?;
        let mut modules = Zeroizing::new(Vec::with_capacity(size * size));
        for y in 0..side {
            modules.extend((0..side).map(|x| u8::from(code.get_module(x, y))));
        }
        Ok(Self { size, modules })
    }

    /// The picture as an `svg` element, to stand in a page or in a file of its own. Its user unit is a module
    /// and it has no size: give it one by its parent or its attributes, of at least 3 pixels a module.
    ///
    /// It is black on white, also on a dark page, with the margin that a camera needs. It refers to nothing
    /// outside itself, and has neither script nor inline style, so that a strict content security policy lets
    /// it stand.
    #[must_use]
    pub fn svg(&self) -> Zeroizing<String> {
        let side = self.side();
        // Growing would leave copies behind: a run takes less than 20 bytes, and there is one for two modules
        // at most.
        let mut svg = Zeroizing::new(String::with_capacity(512 + 10 * side * side));
        // Writing into a string cannot fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
             shape-rendering=\"crispEdges\"><title>QR code for an authenticator app</title>\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
        );
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let run = (x..side).take_while(|&x| self.is_dark(x, y)).count();
                if run > 0 {
                    let _ = write!(svg, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run + 1;
            }
        }
        svg.push_str("\"/></svg>");
        svg
    }

    /// The picture as text, for a terminal: two modules a character, one above the other.
    ///
    /// Light modules are the inked ones, for the light text on dark ground of most terminals. On light ground
    /// it is inverted, which some apps cannot read.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let side = self.side();
        // Three bytes a character.
        let mut text = Zeroizing::new(String::with_capacity((3 * side + 1) * side.div_ceil(2)));
        for y in (0..side).step_by(2) {
            text.extend((0..side).map(|x| {
                // The side is odd: below the last line is half a line of quiet zone more.
                match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                    (false, false) => '\u{2588}',
                    (false, true) => '\u{2580}',
                    (true, false) => '\u{2584}',
                    (true, true) => ' ',
                }
            }));
            text.push('\n');
        }
        text
    }

    /// Modules of a side with the quiet zone.
    fn side(&self) -> usize {
        self.size + 2 * QUIET
    }

    /// Counted with the quiet zone.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.size);
        let module = inside(x).zip(inside(y)).map(|(x, y)| self.modules[y * self.size + x]);
        module == Some(1)
    }
}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrCode([REDACTED])")
    }
}

/// The text is too long for any QR code.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the URI is too long for a QR code; give shorter names for the issuer and the account")]
#[non_exhaustive]
pub struct QrCodeError;

/// How many light modules there are on every side: ISO/IEC 18004 asks for four.
const QUIET: usize = 4;

#[cfg(test)]
mod tests {
    use quircs::Quirc;

    use super::*;
    use crate::TotpSecret;

    /// URIs of the shortest, a usual and the longest names.
    fn uris() -> [OtpauthUri; 3] {
        let secret = TotpSecret::new([0xa5; 20]);
        let uri = |issuer: &str, account: &str| OtpauthUri::new(&secret, issuer, account).unwrap();
        let longest = ("\u{1f6aa}".repeat(16), "\u{540d}\u{1f6aa}x".repeat(40));
        assert_eq!((longest.0.len(), longest.1.len()), (64, 320));
        [uri("A", "b"), uri("Acme", "alice@example.com"), uri(&longest.0, &longest.1)]
    }

    /// Reads the code in a picture of `side` modules, as a camera would see it.
    fn read(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
        const SCALE: usize = 4;
        let pixels = side * SCALE;
        let light = |at: usize| !is_dark(at % pixels / SCALE, at / pixels / SCALE);
        let image: Vec<u8> = (0..pixels * pixels).map(|at| u8::from(light(at)) * 255).collect();
        let mut reader = Quirc::new();
        let found: Vec<_> = reader.identify(pixels, pixels, &image).collect();
        assert_eq!(found.len(), 1);
        let read = found[0].as_ref().unwrap().decode().unwrap();
        String::from_utf8(read.payload).unwrap()
    }

    /// The numbers of an `M x y h run v 1 h -run z`.
    fn rectangle(command: &str) -> [usize; 3] {
        let (from, rest) = command.split_once('h').unwrap();
        let (x, y) = from.split_once(' ').unwrap();
        let (run, rest) = rest.split_once("v1h-").unwrap();
        assert_eq!(rest, format!("{run}z"));
        [x, y, run].map(|number| number.parse().unwrap())
    }

    #[test]
    fn a_reader_reads_the_svg() {
        for uri in uris() {
            let code = QrCode::new(&uri).unwrap();
            let (svg, side) = (code.svg(), code.size + 8);
            assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")));
            let (_, path) = svg.split_once(" d=\"M").unwrap();
            let path = path.strip_suffix("\"/></svg>").unwrap();
            let mut dark = vec![vec![false; side]; side];
            for [x, y, run] in path.split('M').map(rectangle) {
                dark[y][x..][..run].fill(true);
            }
            assert_eq!(read(side, |x, y| dark[y][x]), uri.expose_secret());
            for edge in (0..4).chain(side - 4..side) {
                let mut modules = dark[edge].iter().chain(dark.iter().map(|line| &line[edge]));
                assert!(modules.all(|dark| !dark), "the quiet zone is light");
            }
            assert!(svg.len() <= 512 + 10 * side * side, "{} for {side}", svg.len());
        }
    }

    #[test]
    fn a_reader_reads_the_text() {
        for uri in uris() {
            let code = QrCode::new(&uri).unwrap();
            let text = code.text();
            let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
            let side = code.size + 8;
            assert_eq!(lines.len(), side.div_ceil(2));
            assert!(lines.iter().all(|line| line.len() == side));
            let is_dark = |x: usize, y: usize| match lines[y / 2][x] {
                '\u{2588}' => false,
                '\u{2580}' => !y.is_multiple_of(2),
                '\u{2584}' => y.is_multiple_of(2),
                ' ' => true,
                other => panic!("{other}"),
            };
            assert_eq!(read(side, is_dark), uri.expose_secret());
        }
    }

    #[test]
    fn the_svg_is_named_and_stands_alone() {
        let [_, usual, _] = uris();
        let svg = QrCode::new(&usual).unwrap().svg();
        assert!(svg.contains(" role=\"img\" ") && svg.contains("<title>QR code for an"));
        assert!(svg.contains(" shape-rendering=\"crispEdges\""));
        for absent in ["script", "style", "href", "url(", "<image", "alice", "Acme"] {
            assert!(!svg.contains(absent), "{absent}");
        }
        assert_eq!(svg.matches("http").count(), 1, "the name space alone");
    }

    #[test]
    fn law_08_the_code_is_not_printed() {
        let [shortest, ..] = uris();
        assert_eq!(format!("{:?}", QrCode::new(&shortest).unwrap()), "QrCode([REDACTED])");
    }
}

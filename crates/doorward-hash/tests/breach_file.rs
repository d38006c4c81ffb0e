//! The list that stays in its file, and the writer that makes it in bounded memory.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::{
    fs,
    io::{self, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use doorward_hash::{
    BreachCheck, BreachDigest, BreachFile, BreachFileError, BreachFilter, BreachStatus,
    FilterError, FilterWriteError, FilterWriter, Password,
};
use proptest::prelude::*;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn target(&self) -> PathBuf {
        self.0.join("breached.dwb")
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn password(number: usize) -> Password {
    Password::from(format!("password number {number}"))
}

fn digests(count: usize) -> Vec<BreachDigest> {
    (0..count).map(|number| BreachDigest::of(&password(number))).collect()
}

fn file(count: usize) -> Vec<u8> {
    digests(count).into_iter().collect::<BreachFilter>().to_bytes()
}

fn open(bytes: Vec<u8>) -> Result<BreachFile<Cursor<Vec<u8>>>, BreachFileError> {
    BreachFile::new(Cursor::new(bytes))
}

fn filter_error(error: BreachFileError) -> FilterError {
    match error {
        BreachFileError::Filter(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_answers_as_the_filter_in_memory() {
    for count in [0, 1, 2, 681, 682, 683, 30_000] {
        let bytes = file(count);
        let (in_memory, in_file) = (BreachFilter::parse(&bytes).unwrap(), open(bytes).unwrap());
        assert_eq!(in_file.len(), in_memory.len() as u64);
        assert_eq!(in_file.is_empty(), count == 0);
        in_file.verify().unwrap();
        for number in (0..count).chain(100_000..101_000) {
            let password = password(number);
            assert_eq!(in_file.contains(&password).unwrap(), number < count, "{number}");
            assert_eq!(in_memory.contains(&password), number < count, "{number}");
        }
    }
    assert_eq!(format!("{:?}", open(file(2)).unwrap()), "BreachFile { len: 2, .. }");
}

#[tokio::test]
async fn r21_a_file_is_a_breach_check() {
    let check = open(file(10)).unwrap();
    assert_eq!(check.look_up(&password(7)).await.unwrap(), BreachStatus::Known);
    assert_eq!(check.look_up(&password(70)).await.unwrap(), BreachStatus::NotKnown);
}

#[test]
fn opening_checks_header_and_size() {
    let bytes = file(3);
    assert_eq!(filter_error(open(Vec::new()).unwrap_err()), FilterError::Foreign);
    assert_eq!(
        filter_error(open(b"DWBREACH\x02".to_vec()).unwrap_err()),
        FilterError::Version { found: 2 }
    );
    let longer = [bytes.clone(), vec![0]].concat();
    for damaged in [bytes[..bytes.len() - 1].to_vec(), bytes[..12].to_vec(), longer] {
        assert_eq!(filter_error(open(damaged).unwrap_err()), FilterError::Damaged);
    }
    let mut endless = bytes;
    endless[9..17].fill(0xff);
    assert_eq!(filter_error(open(endless).unwrap_err()), FilterError::Damaged);
    let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("there is no such file");
    assert!(matches!(BreachFile::open(missing).unwrap_err(), BreachFileError::Io(_)));
}

#[test]
fn what_is_out_of_order_is_an_error_and_not_a_miss() {
    let mut bytes = file(100);
    // Turned round, all of it.
    let end = bytes.len() - 20;
    let entries: Vec<_> = bytes[17..end].chunks(6).rev().flatten().copied().collect();
    bytes[17..end].copy_from_slice(&entries);
    let file = open(bytes).unwrap();
    for number in 0..200 {
        let error = file.contains(&password(number)).unwrap_err();
        assert_eq!(filter_error(error), FilterError::Unsorted);
    }
    assert_eq!(filter_error(file.verify().unwrap_err()), FilterError::Unsorted);
}

/// A disk that fails after so many bytes.
struct Failing(Cursor<Vec<u8>>, u64);

impl Read for Failing {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.0.position() >= self.1 {
            Err(io::ErrorKind::BrokenPipe.into())
        } else {
            self.0.read(bytes)
        }
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[tokio::test]
async fn r21_a_disk_that_fails_is_no_answer() {
    let check = BreachFile::new(Failing(Cursor::new(file(5)), 17)).unwrap();
    for number in 0..10 {
        assert!(check.look_up(&password(number)).await.is_err());
    }
    assert!(matches!(check.verify().unwrap_err(), BreachFileError::Io(_)));
}

#[test]
fn the_writer_writes_what_the_filter_writes() {
    let folder = Folder::new("writer");
    let expected = file(5_000);
    let mut sorted = digests(5_000);
    sorted.sort_unstable_by_key(|digest| *digest.as_bytes());
    let twice: Vec<_> = sorted.iter().chain(&sorted).cloned().collect();
    for (digests, memory) in [
        (sorted, 600),
        (digests(5_000), 600),
        (twice, 600),
        (digests(5_000), 1 << 20),
        (digests(5_000), 0),
    ] {
        // A new file takes the place of an old one.
        let mut writer = FilterWriter::create(folder.target()).unwrap().with_memory(memory);
        digests.iter().for_each(|digest| writer.push(digest).unwrap());
        let written = writer.finish().unwrap();
        assert_eq!((written.entries(), written.bytes()), (5_000, expected.len() as u64));
        assert!(fs::read(folder.target()).unwrap() == expected);
        assert_eq!(folder.names(), ["breached.dwb"]);
    }
    let file = BreachFile::open(folder.target()).unwrap();
    file.verify().unwrap();
    assert!(file.contains(&password(4_999)).unwrap() && !file.contains(&password(5_000)).unwrap());
}

#[test]
fn an_empty_list_is_a_file() {
    let folder = Folder::new("empty");
    let mut writer = FilterWriter::create(folder.target()).unwrap();
    writer.read_list("\n \r\n".as_bytes()).unwrap();
    assert_eq!(writer.finish().unwrap().entries(), 0);
    assert_eq!(fs::read(folder.target()).unwrap(), BreachFilter::default().to_bytes());
}

#[test]
fn nothing_is_half_written() {
    let folder = Folder::new("half");
    fs::write(folder.target(), "what was there").unwrap();
    let mut writer = FilterWriter::create(folder.target()).unwrap().with_memory(0);
    digests(50).iter().for_each(|digest| writer.push(digest).unwrap());
    assert_eq!(folder.names().len(), 2);
    drop(writer);
    assert_eq!(folder.names(), ["breached.dwb"]);
    assert_eq!(fs::read(folder.target()).unwrap(), b"what was there");
    // One that is left behind by a crash is in nobody's way.
    let writers: Vec<_> = (0..3).map(|_| FilterWriter::create(folder.target()).unwrap()).collect();
    assert_eq!(folder.names().len(), 4);
    drop(writers);
    let nowhere = folder.0.join("nowhere").join("breached.dwb");
    assert!(matches!(FilterWriter::create(nowhere).unwrap_err(), FilterWriteError::Io(_)));
    assert!(FilterWriter::create("").is_err());
}

#[test]
fn the_line_that_is_wrong_is_named() {
    let folder = Folder::new("lines");
    let good = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004";
    let long = "0".repeat(1 << 20);
    for bad in ["oops", &good[1..], &long, &format!("{good}{long}")] {
        let mut writer = FilterWriter::create(folder.target()).unwrap();
        let list = format!("{good}\r\n\r\n{good}\n{bad}\n{good}\n");
        let error = writer.read_list(list.as_bytes()).unwrap_err();
        assert!(matches!(error, FilterWriteError::Line { number: 4, .. }), "{error}");
        assert!(
            error.to_string().starts_with("Line 4 of the list: This is not a SHA-1"),
            "{error}"
        );
    }
    let mut writer = FilterWriter::create(folder.target()).unwrap();
    let error = writer.read_list(&b"\xff\xff\n"[..]).unwrap_err();
    assert!(matches!(error, FilterWriteError::Line { number: 1, .. }), "{error}");
    assert!(!folder.target().exists());
}

proptest! {
    /// Whatever one byte does to a file: it is noticed, or nothing changes.
    #[test]
    fn a_changed_byte_is_noticed(at in 0..637_usize, change in 1..=255_u8) {
        let mut bytes = file(100);
        prop_assert_eq!(bytes.len(), 637);
        bytes[at] ^= change;
        prop_assert!(open(bytes).and_then(|file| file.verify()).is_err());
    }

    #[test]
    fn reading_never_panics(
        count in 0..50_u8,
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = open(bytes.clone());
        let mut whole = b"DWBREACH\x01\0\0\0\0\0\0\0".to_vec();
        whole.push(count);
        whole.extend(bytes.iter().cycle().take(usize::from(count) * 6 + 20));
        whole.resize(usize::from(count) * 6 + 37, 7);
        let file = open(whole).unwrap();
        for number in 0..20 {
            let _ = file.contains(&password(number));
        }
        let _ = file.verify();
    }
}

//! A web server's log, line by line: from a file, a compressed one, or stdin.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// The longest line that is read whole; what follows of a longer one is passed over.
const LINE_MAX_BYTES: usize = 64 * 1024;

/// What a file begins with that gzip wrote (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Shows each line of a log; `-` is stdin. What is compressed by gzip is known by its first bytes, whatever its name. Bytes
/// that are not UTF-8 are replaced.
pub fn lines(path: &Path, visit: &mut dyn FnMut(&str)) -> io::Result<()> {
    let plain: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
    let mut plain = BufReader::with_capacity(1 << 16, plain);
    if plain.fill_buf()?.starts_with(&GZIP) {
        each(&mut BufReader::with_capacity(1 << 16, MultiGzDecoder::new(plain)), visit)
    } else {
        each(&mut plain, visit)
    }
}

fn each(source: &mut dyn BufRead, visit: &mut dyn FnMut(&str)) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = LINE_MAX_BYTES as u64;
        if source.take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() == LINE_MAX_BYTES && !line.ends_with(b"\n") {
            skip(source)?;
        }
        visit(&String::from_utf8_lossy(&line));
    }
}

/// Passes over what is left of a line.
fn skip(source: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let here = source.fill_buf()?;
        let (used, ends) = match here.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (here.len(), here.is_empty()),
        };
        source.consume(used);
        if ends {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(bytes: &[u8]) -> io::Result<Vec<String>> {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(bytes)?;
        let mut read = Vec::new();
        lines(file.path(), &mut |line| read.push(line.trim_end().to_owned())).map(|()| read)
    }

    #[test]
    fn plain_and_compressed_logs_are_read_alike() {
        let text = b"one\r\ntwo \xff\nthree";
        let pack = |bytes: &[u8]| {
            let mut pack = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            pack.write_all(bytes).unwrap();
            pack.finish().unwrap()
        };
        let expected = ["one", "two \u{fffd}", "three"];
        assert_eq!(read(text).unwrap(), expected);
        assert_eq!(read(&pack(text)).unwrap(), expected);
        // A log that was appended to is compressed in several parts.
        assert_eq!(read(&[pack(b"one\r\ntwo \xff\n"), pack(b"three")].concat()).unwrap(), expected);
        let whole = pack(text);
        assert!(read(&whole[..whole.len() - 6]).is_err(), "what is cut off is no whole log");
    }

    #[test]
    fn a_line_without_an_end_takes_no_memory() {
        let long = [&b"x".repeat(3 * LINE_MAX_BYTES)[..], b"\nnext\n"].concat();
        let lines = read(&long).unwrap();
        assert_eq!((lines.len(), lines[0].len(), lines[1].as_str()), (2, LINE_MAX_BYTES, "next"));
    }
}

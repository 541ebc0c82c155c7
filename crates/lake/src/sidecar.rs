//! `<segment>.idx`: for each row group a filter over the words of raw bytes and values, so that an address, a hash or
//! a rare word is found without reading the groups that do not have it.
//!
//! The file is a magic of 8 bytes and the filters' blocks; how many each group has stands in the manifest, as does
//! the checksum. A filter is the split block Bloom filter of the Parquet format over [`words::hash`]: 32-byte blocks
//! of eight 32-bit words, one bit in each. A query reads one block for each word, and holds nothing in memory. What
//! a sidecar says is never needed: without it, or where it is damaged, the groups are read.

use crate::{LakeError, words};
use datafusion::arrow::array::StringArray;
use rustc_hash::FxHashSet;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

const MAGIC: &[u8; 8] = b"WFIDX\x00\x01\n";
const BLOCK: usize = 32;
/// Bits for each distinct word of a group: about one word in a hundred seems to be there and is not.
const BITS_PER_WORD: usize = 10;
/// Words shorter than this are everywhere and in no filter.
pub(crate) const SHORTEST: usize = 3;
const SALTS: [u32; 8] = [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

fn block_of(hash: u64, blocks: u32) -> usize {
    (((hash >> 32) * u64::from(blocks)) >> 32) as usize
}

fn bits_of(hash: u64) -> [u32; 8] {
    // The low half of the hash, by definition of the filter.
    SALTS.map(|salt| 1 << ((hash as u32).wrapping_mul(salt) >> 27))
}

/// Filters in the making.
pub(crate) struct Builder {
    bytes: Vec<u8>,
    lower: String,
    hashes: FxHashSet<u64>,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder { bytes: MAGIC.to_vec(), lower: String::new(), hashes: FxHashSet::default() }
    }

    /// Adds the filter of a row group; the answer is how many blocks it has.
    pub(crate) fn group(&mut self, raw: &StringArray, derived: &StringArray) -> u32 {
        self.hashes.clear();
        for text in raw.iter().flatten() {
            words::lower_into(text, &mut self.lower);
            words::each(&self.lower, true, |word| add(&mut self.hashes, word));
        }
        for text in derived.iter().flatten() {
            text.split(' ').for_each(|word| add(&mut self.hashes, word));
        }
        let blocks = (self.hashes.len() * BITS_PER_WORD).div_ceil(BLOCK * 8).max(1);
        let start = self.bytes.len();
        self.bytes.resize(start + blocks * BLOCK, 0);
        let count = u32::try_from(blocks).unwrap_or(u32::MAX);
        for hash in &self.hashes {
            let at = start + block_of(*hash, count) * BLOCK;
            for (place, bit) in bits_of(*hash).into_iter().enumerate() {
                let word = &mut self.bytes[at + place * 4..at + place * 4 + 4];
                word.iter_mut().zip(bit.to_le_bytes()).for_each(|(byte, bit)| *byte |= bit);
            }
        }
        count
    }

    /// Writes the file; the answer is its checksum.
    pub(crate) fn write(self, path: &Path) -> Result<u32, LakeError> {
        crate::files::replace(path, |file| file.write_all(&self.bytes))?;
        Ok(crc32fast::hash(&self.bytes))
    }
}

fn add(hashes: &mut FxHashSet<u64>, word: &str) {
    if word.len() >= SHORTEST {
        hashes.insert(words::hash(word));
    }
}

/// The filter of one row group on disk.
pub(crate) struct Filter<'f> {
    pub file: &'f File,
    /// Blocks in front of it, those of other groups.
    pub before: u64,
    pub blocks: u32,
}

impl Filter<'_> {
    /// False: no row of the group has the word.
    pub(crate) fn has(&self, hash: u64) -> bool {
        let at = MAGIC.len() as u64 + (self.before + block_of(hash, self.blocks) as u64) * BLOCK as u64;
        let mut block = [0u8; BLOCK];
        if self.blocks == 0 || self.file.read_exact_at(&mut block, at).is_err() {
            return true;
        }
        let (words, _) = block.as_chunks::<4>();
        words.iter().zip(bits_of(hash)).all(|(word, bit)| u32::from_le_bytes(*word) & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_every_word_and_few_others() {
        let raws: Vec<String> = (0..5_000).map(|i| format!("user{i} from 10.{}.{}.7", i / 200, i % 200)).collect();
        let mut builder = Builder::new();
        let other = builder.group(&StringArray::from(vec!["something else"]), &StringArray::from(vec![None::<&str>]));
        let blocks = builder.group(&StringArray::from(raws), &StringArray::from(vec![Some("authentication start")]));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.idx");
        builder.write(&path).unwrap();
        let file = File::open(&path).unwrap();
        let filter = Filter { file: &file, before: u64::from(other), blocks };
        for word in ["user0", "user4999", "10.24.199.7", "from", "authentication"] {
            assert!(filter.has(words::hash(word)), "{word}");
        }
        let wrong = (0..10_000).filter(|i| filter.has(words::hash(&format!("absent{i}")))).count();
        assert!(wrong < 200, "{wrong} of 10000 words seem to be there");
    }

    /// Files of this format exist: the bytes must stay what they are.
    #[test]
    fn the_format_stays() {
        let mut builder = Builder::new();
        builder.group(&StringArray::from(vec!["Failed password for root from 192.0.2.7"]), &StringArray::from(vec![Some("authentication")]));
        assert_eq!(hex::encode(&builder.bytes), include_str!("sidecar.golden").trim());
    }
}

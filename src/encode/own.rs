//! The program's own file, for reading the weights in it a layer at a time: where they are looked at as they lie, all of
//! them, 31 MB, are resident in this process for as long as it runs.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use crate::text::encoder::Read;

/// Bytes at the beginning that must be the same in the file.
const HEAD: usize = 4096;

/// Reads what lies in memory at `of` from the file that it came from. None where the system doesn't tell which.
pub(super) fn reader(of: &'static [u8]) -> Option<Read> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let at = place(&maps, of.as_ptr().addr(), of.len())?;
    let file = File::open("/proc/self/exe").ok()?;
    let read = move |from: usize, to: &mut [u8]| file.read_exact_at(to, at + from as u64).is_ok();
    let known = of.get(..HEAD).unwrap_or(of);
    let mut head = vec![0; known.len()];
    (read(0, &mut head) && head == known).then(|| Box::new(read) as Read)
}

/// Where in its file the memory from `address` on lies, as proc_pid_maps(5) has it.
fn place(maps: &str, address: usize, length: usize) -> Option<u64> {
    maps.lines().find_map(|line| {
        let mut parts = line.split_ascii_whitespace();
        let (from, to) = parts.next()?.split_once('-')?;
        let from = usize::from_str_radix(from, 16).ok()?;
        let to = usize::from_str_radix(to, 16).ok()?;
        let offset = u64::from_str_radix(parts.nth(1)?, 16).ok()?;
        let within = from <= address && address.checked_add(length)? <= to;
        within.then(|| offset + (address - from) as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::encoder::weights;

    #[test]
    fn what_is_read_is_what_lies_there() {
        let read = reader(weights()).unwrap();
        for (from, length) in [(0, 1), (4095, 2), (1 << 20, 70_000), (weights().len() - 9, 9)] {
            let mut bytes = vec![0; length];
            assert!(read(from, &mut bytes));
            assert!(bytes == weights()[from..from + length], "{from}");
        }
        assert!(!read(1 << 40, &mut [0]), "there is nothing");
        assert!(reader(Box::leak(vec![7; 9].into())).is_none(), "it came from no file");
    }

    #[test]
    fn a_place_is_found_within_one_mapping() {
        let maps =
            "55d0-55e0 r--p 00000000 fe:00 1 /a\n55e0-5600 r-xp 00000f00 fe:00 1 /a b\nnonsense\n";
        assert_eq!(place(maps, 0x55e4, 8), Some(0xf04));
        assert_eq!(place(maps, 0x55de, 8), None, "it lies in two");
        assert_eq!(place(maps, 0x5600, 1), None);
        assert_eq!(place("7f00-7fff rw-p 0 0:0 0\n", usize::MAX, 2), None);
    }
}

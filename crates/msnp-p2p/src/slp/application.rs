//! The values of `EUF-GUID`, the purpose of a session. Sources LP, PAP, AMSN, SHARP, EME.

use crate::Guid;

/// Display pictures, custom emoticons, backgrounds:
/// `{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}`.
pub const OBJECT: Guid = guid(0xa426_8eec, 0xfec5, 0x49e5, 0x95c3_f126_696b_dbf6);
/// Files: `{5D3E02AB-6190-11D3-BBBB-00C04F795683}`.
pub const FILE: Guid = guid(0x5d3e_02ab, 0x6190, 0x11d3, 0xbbbb_00c0_4f79_5683);
/// "Show me your webcam": `{1C9AA97E-9C05-4583-A3BD-908A196F1E92}`.
pub const WEBCAM_ASKED: Guid = guid(0x1c9a_a97e, 0x9c05, 0x4583, 0xa3bd_908a_196f_1e92);
/// "I show you my webcam": `{4BD96FC0-AB17-4425-A14A-439185962DC8}`.
pub const WEBCAM_OFFERED: Guid = guid(0x4bd9_6fc0, 0xab17, 0x4425, 0xa14a_4391_8596_2dc8);
/// Games and activities: `{6A13AF9C-5308-4F35-923A-67E8DDA40C2F}`.
pub const ACTIVITY: Guid = guid(0x6a13_af9c, 0x5308, 0x4f35, 0x923a_67e8_dda4_0c2f);

const fn guid(first: u32, second: u16, third: u16, rest: u64) -> Guid {
    let (a, b, c, d) = (first.to_le_bytes(), second.to_le_bytes(), third.to_le_bytes(), rest.to_be_bytes());
    Guid([a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_they_are_written() {
        for (guid, text) in [
            (OBJECT, "{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}"),
            (FILE, "{5D3E02AB-6190-11D3-BBBB-00C04F795683}"),
            (WEBCAM_ASKED, "{1C9AA97E-9C05-4583-A3BD-908A196F1E92}"),
            (WEBCAM_OFFERED, "{4BD96FC0-AB17-4425-A14A-439185962DC8}"),
            (ACTIVITY, "{6A13AF9C-5308-4F35-923A-67E8DDA40C2F}"),
        ] {
            assert_eq!(guid.to_string(), text);
        }
    }
}

//! Character references of HTML: the named ones people write, and the numeric ones as browsers read them.
//! Knows no markup beyond `&...;` and never expands anything but a single reference.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// HTML 4.01 24.2.1: names of U+00A0 to U+00FF, in order.
const LATIN_1: &str = "\
     nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg \
     plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 \
     iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml \
     Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
     Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
     egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde \
     ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// The other names of HTML 4.01 24.3 and 24.4 and the names of HTML 13.5 met in feeds, each with its code point in hexadecimal.
const OTHERS: &str = "\
     AMP 26 Abreve 102 Alpha 391 Aogon 104 Beta 392 COPY a9 Cacute 106 Ccaron 10c Chi 3a7 \
     Dagger 2021 Delta 394 Dstrok 110 Ecaron 11a Eogon 118 Epsilon 395 Eta 397 GT 3e Gamma \
     393 Gbreve 11e Idot 130 Iota 399 Kappa 39a LT 3c Lambda 39b Lstrok 141 Mu 39c Nacute 143 \
     Ncaron 147 NewLine a NoBreak 2060 Nu 39d OElig 152 Odblac 150 Omega 3a9 Omicron 39f Phi \
     3a6 Pi 3a0 Prime 2033 Psi 3a8 QUOT 22 REG ae Rcaron 158 Rho 3a1 Sacute 15a Scaron 160 \
     Scedil 15e Sigma 3a3 TRADE 2122 Tab 9 Tau 3a4 Tcedil 162 Theta 398 Udblac 170 Upsilon \
     3a5 Uring 16e Xi 39e Yuml 178 Zacute 179 Zcaron 17d Zdot 17b ZeroWidthSpace 200b Zeta \
     396 abreve 103 alefsym 2135 alpha 3b1 amacr 101 amp 26 and 2227 ang 2220 aogon 105 apos \
     27 ast 2a asymp 2248 bdquo 201e beta 3b2 bigstar 2605 breve 2d8 bsol 5c bull 2022 cacute \
     107 cap 2229 caron 2c7 ccaron 10d check 2713 chi 3c7 circ 2c6 clubs 2663 colon 3a comma \
     2c commat 40 cong 2245 crarr 21b5 cross 2717 cup 222a dArr 21d3 dagger 2020 darr 2193 \
     dash 2010 dcaron 10f delta 3b4 diams 2666 dollar 24 dstrok 111 ecaron 11b emacr 113 \
     empty 2205 emsp 2003 emsp13 2004 emsp14 2005 ensp 2002 eogon 119 epsilon 3b5 equals 3d \
     equiv 2261 eta 3b7 euro 20ac excl 21 exist 2203 fnof 192 forall 2200 frac13 2153 frac15 \
     2155 frac18 215b frac23 2154 frac38 215c frac58 215d frac78 215e frasl 2044 gamma 3b3 \
     gbreve 11f ge 2265 grave 60 gt 3e hArr 21d4 hairsp 200a half bd harr 2194 hearts 2665 \
     hellip 2026 horbar 2015 hyphen 2010 imacr 12b image 2111 imath 131 infin 221e inodot 131 \
     int 222b iota 3b9 isin 2208 kappa 3ba lArr 21d0 lambda 3bb lang 2329 larr 2190 lbrace 7b \
     lbrack 5b lceil 2308 lcub 7b ldquo 201c ldquor 201e le 2264 leftarrow 2190 lfloor 230a \
     lowast 2217 lowbar 5f loz 25ca lpar 28 lrm 200e lsaquo 2039 lsqb 5b lsquo 2018 lsquor \
     201a lstrok 142 lt 3c mdash 2014 minus 2212 mu 3bc nabla 2207 nacute 144 ncaron 148 \
     ndash 2013 ne 2260 ni 220b notin 2209 nsub 2284 nu 3bd num 23 numsp 2007 odblac 151 \
     oelig 153 oline 203e omacr 14d omega 3c9 omicron 3bf oplus 2295 or 2228 otimes 2297 part \
     2202 percnt 25 period 2e permil 2030 perp 22a5 phi 3c6 phone 260e pi 3c0 piv 3d6 plus 2b \
     prime 2032 prod 220f prop 221d psi 3c8 puncsp 2008 quest 3f quot 22 rArr 21d2 radic 221a \
     rang 232a rarr 2192 rbrace 7d rbrack 5d rcaron 159 rceil 2309 rcub 7d rdquo 201d rdquor \
     201d real 211c rfloor 230b rho 3c1 rightarrow 2192 rlm 200f rpar 29 rsaquo 203a rsqb 5d \
     rsquo 2019 rsquor 2019 sacute 15b sbquo 201a scaron 161 scedil 15f sdot 22c5 semi 3b \
     sigma 3c3 sigmaf 3c2 sim 223c sol 2f spades 2660 star 2606 starf 2605 sub 2282 sube 2286 \
     sum 2211 sup 2283 supe 2287 tau 3c4 tcaron 165 tcedil 163 there4 2234 theta 3b8 thetasym \
     3d1 thinsp 2009 tilde 2dc trade 2122 uArr 21d1 uarr 2191 udblac 171 umacr 16b upsih 3d2 \
     upsilon 3c5 uring 16f verbar 7c vert 7c weierp 2118 xi 3be zacute 17a zcaron 17e zdot \
     17c zeta 3b6 zwj 200d zwnj 200c";

/// What browsers make of the numbers 128 to 159 (HTML 13.2.5.80); a zero stands for itself.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/// The longest name in the tables, in bytes; what is longer is not looked up.
const LONGEST: usize = 16;

fn table() -> &'static HashMap<&'static str, char> {
    static TABLE: OnceLock<HashMap<&'static str, char>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let latin = (0xa0_u8..=0xff).map(char::from);
        let mut map: HashMap<_, _> = LATIN_1.split_whitespace().zip(latin).collect();
        let mut words = OTHERS.split_whitespace();
        while let (Some(name), Some(code)) = (words.next(), words.next()) {
            let found = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
            map.extend(found.map(|c| (name, c)));
        }
        map
    })
}

/// The character of `&body;`, given the body: `amp`, `#38`, `#x26`. `None` if it is no reference.
pub fn reference(body: &str) -> Option<char> {
    let Some(number) = body.strip_prefix('#') else {
        return (body.len() <= LONGEST).then(|| table().get(body).copied()).flatten();
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok()?,
        None if !number.starts_with('+') => number.parse().ok()?,
        _ => return None,
    };
    let code = match code.checked_sub(128).and_then(|at| WINDOWS_1252.get(at as usize)) {
        Some(&mapped) if mapped != 0 => u32::from(mapped),
        _ => code,
    };
    // Control characters and what XML 1.0 2.2 forbids are no text, however they are written.
    let forbidden = |c: &char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    char::from_u32(code).filter(|c| !forbidden(c) || matches!(c, '\t' | '\n' | '\r'))
}

/// Text with its references decoded once. A stray `&` and what is no known name stay as written.
pub fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // `#x10FFFF` and the longest name both end within this; a longer search would be quadratic.
        let end = rest.bytes().skip(1).take(LONGEST + 1).position(|b| b == b';' || b == b'&');
        let body = end.filter(|end| rest.as_bytes()[end + 1] == b';').map(|end| &rest[1..=end]);
        match body.and_then(|body| reference(body).map(|c| (c, body.len() + 2))) {
            Some((c, length)) => {
                out.push(c);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole() {
        assert_eq!(LATIN_1.split_whitespace().count(), 96);
        assert!(table().keys().all(|name| name.len() <= LONGEST));
        for (name, c) in
            [("nbsp", '\u{a0}'), ("yuml", 'ÿ'), ("rsquo", '’'), ("diams", '♦'), ("apos", '\'')]
        {
            assert_eq!(reference(name), Some(c), "{name}");
        }
    }

    #[test]
    fn decodes_once_and_leaves_the_rest() {
        assert_eq!(decode("a &amp;lt; b &#8217; &#x2014; &#146;"), "a &lt; b ’ — ’");
        assert_eq!(decode("R&D & &unknown; &#xD800; &#0; &"), "R&D & &unknown; &#xD800; &#0; &");
        assert_eq!(decode("&&&amp;é&eacute;"), "&&&éé");
    }
}

//! The colours that a terminal would show, as classes: sixteen of them, which style sheets make readable in light
//! and in dark.

use anstyle_parse::Params;

/// How a terminal shows a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::web) struct Style {
    colour: Option<u8>,
    ground: Option<u8>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    inverse: bool,
    strike: bool,
}

/// The sixteen as most terminals have them.
const SIXTEEN: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

impl Style {
    /// Its classes; empty: like any text. On a ground of its own a text has the colour of texts, so that it can
    /// be read on any.
    pub(in crate::web) fn class(&self) -> String {
        let mut classes: Vec<String> = Vec::new();
        match (self.inverse, self.colour, self.ground) {
            (true, None, _) => classes.push("inverse".to_owned()),
            (true, Some(n), _) | (false, _, Some(n)) => classes.push(format!("g{n}")),
            (false, Some(n), None) => classes.push(format!("f{n}")),
            (false, None, None) => {}
        }
        let flags = [
            (self.bold, "bold"),
            (self.dim && !self.bold, "dim"),
            (self.italic, "italic"),
            (self.underline, "underline"),
            (self.strike, "strike"),
        ];
        let set = flags.iter().filter(|(set, _)| *set);
        classes.extend(set.map(|(_, class)| (*class).to_owned()));
        classes.join(" ")
    }

    /// What "select graphic rendition" says.
    pub(in crate::web) fn set(&mut self, params: &Params) {
        let mut groups = params.iter();
        while let Some(group) = groups.next() {
            let [code, rest @ ..] = group else { continue };
            match (*code, rest) {
                (38 | 48 | 58, []) => {
                    let one = |p: &[u16]| p.first().copied().unwrap_or(0);
                    let more: Vec<u16> = match groups.next().map(one) {
                        Some(5) => [5].into_iter().chain(groups.next().map(one)).collect(),
                        Some(2) => [2]
                            .into_iter()
                            .chain(groups.by_ref().take(3).map(one))
                            .collect(),
                        _ => Vec::new(),
                    };
                    self.paint(*code, &more);
                }
                // With colons a colour space may stand before red.
                (38 | 48 | 58, [2, _, r, g, b, ..]) => self.paint(*code, &[2, *r, *g, *b]),
                (38 | 48 | 58, rest) => self.paint(*code, rest),
                (4, [kind, ..]) => self.underline = *kind != 0,
                (code, _) => self.flag(code),
            }
        }
    }

    fn paint(&mut self, code: u16, colour: &[u16]) {
        let byte = |n: u16| n.min(255) as u8;
        let colour = match *colour {
            [5, n] => indexed(byte(n)),
            [2, r, g, b] => nearest([byte(r), byte(g), byte(b)]),
            _ => return,
        };
        match code {
            38 => self.colour = Some(colour),
            48 => self.ground = Some(colour),
            // The colour of the underline.
            _ => {}
        }
    }

    fn flag(&mut self, code: u16) {
        let low = |base: u16| (code - base) as u8;
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            4 | 21 => self.underline = true,
            7 => self.inverse = true,
            9 => self.strike = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.inverse = false,
            29 => self.strike = false,
            30..=37 => self.colour = Some(low(30)),
            39 => self.colour = None,
            40..=47 => self.ground = Some(low(40)),
            49 => self.ground = None,
            90..=97 => self.colour = Some(low(90) + 8),
            100..=107 => self.ground = Some(low(100) + 8),
            // Blinking, hidden, fonts: a text is a text.
            _ => {}
        }
    }
}

/// One of 256 as one of sixteen.
fn indexed(n: u8) -> u8 {
    match n {
        0..=15 => n,
        16..=231 => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
            let n = n - 16;
            nearest([level(n / 36), level(n / 6 % 6), level(n % 6)])
        }
        232..=255 => nearest([8 + (n - 232) * 10; 3]),
    }
}

/// The nearest of the sixteen.
fn nearest(colour: [u8; 3]) -> u8 {
    let far = |of: &[u8; 3]| -> u32 {
        let parts = of.iter().zip(colour);
        parts.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    (0..)
        .zip(&SIXTEEN)
        .min_by_key(|(_, of)| far(of))
        .map_or(7, |(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::{indexed, nearest};

    #[test]
    fn any_colour_is_the_nearest_of_sixteen() {
        for (n, expected) in [
            (3, 3),
            (16, 0),
            (196, 9),
            (46, 10),
            (231, 15),
            (232, 0),
            (244, 8),
            (255, 7),
        ] {
            assert_eq!(indexed(n), expected, "{n}");
        }
        assert_eq!(nearest([250, 10, 5]), 9);
        assert_eq!(nearest([200, 10, 5]), 1);
        assert_eq!(nearest([0x58, 0xa6, 0xff]), 12);
    }

    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        let linear = |c: f64| {
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
    }

    #[test]
    fn every_colour_can_be_read_in_light_and_in_dark() {
        let css = include_str!("../../../static/app.css");
        let pair = |name: &str| -> [f64; 2] {
            let (_, rest) = css.split_once(&format!("--{name}: light-dark(")).unwrap();
            let (both, _) = rest.split_once(')').unwrap();
            let (light, dark) = both.split_once(", ").unwrap();
            [luminance(light), luminance(dark)]
        };
        for ground in ["card", "code", "hover"] {
            let ground = pair(ground);
            for n in 0..16 {
                for (colour, ground) in pair(&format!("ansi-{n}")).into_iter().zip(ground) {
                    let ratio = (colour.max(ground) + 0.05) / (colour.min(ground) + 0.05);
                    assert!(ratio >= 4.5, "ansi-{n}: {ratio}");
                }
            }
        }
    }
}

//! A small reader of JSON (RFC 8259). It shares no code with the program's.

/// How deeply the program lets arrays and objects be nested.
const DEPTH: usize = 128;

/// One level of a JSON text.
#[derive(Debug)]
pub enum Level<'a> {
    Object(Vec<(String, &'a str)>),
    List(Vec<&'a str>),
    Text(String),
    /// A number, `true`, `false` or `null`.
    Other(&'a str),
}

/// Reads a whole text; `None` if it is no JSON, is nested too deeply, or escapes half of a character.
pub fn read(text: &str) -> Option<Level<'_>> {
    let mut reader = Reader { text, at: 0 };
    reader.skip_space();
    let level = reader.value(1)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(level)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, word: &str) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    fn value(&mut self, depth: usize) -> Option<Level<'a>> {
        let start = self.at;
        match self.rest().chars().next()? {
            '{' if depth <= DEPTH => self.object(depth).map(Level::Object),
            '[' if depth <= DEPTH => self.list(depth).map(Level::List),
            '"' => self.string().map(Level::Text),
            '-' | '0'..='9' => self.number().map(|()| Level::Other(&self.text[start..self.at])),
            _ => {
                ["true", "false", "null"].into_iter().find(|word| self.take(word).is_some()).map(Level::Other)
            }
        }
    }

    fn piece(&mut self, depth: usize) -> Option<&'a str> {
        let start = self.at;
        self.value(depth)?;
        Some(&self.text[start..self.at])
    }

    fn object(&mut self, depth: usize) -> Option<Vec<(String, &'a str)>> {
        let mut members = vec![];
        self.separated('{', '}', |reader| {
            let key = reader.string()?;
            reader.skip_space();
            reader.take(":")?;
            reader.skip_space();
            members.push((key, reader.piece(depth + 1)?));
            Some(())
        })?;
        Some(members)
    }

    fn list(&mut self, depth: usize) -> Option<Vec<&'a str>> {
        let mut elements = vec![];
        self.separated('[', ']', |reader| {
            elements.push(reader.piece(depth + 1)?);
            Some(())
        })?;
        Some(elements)
    }

    fn separated(
        &mut self,
        open: char,
        close: char,
        mut one: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let mut close_text = [0; 4];
        let close = &*close.encode_utf8(&mut close_text);
        self.take(open.encode_utf8(&mut [0; 4]))?;
        self.skip_space();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            one(self)?;
            self.skip_space();
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(",")?;
            self.skip_space();
        }
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take("-");
        if self.take("0").is_none() {
            self.digits()?;
        }
        if self.take(".").is_some() {
            self.digits()?;
        }
        if self.take("e").or_else(|| self.take("E")).is_some() {
            let _ = self.take("+").or_else(|| self.take("-"));
            self.digits()?;
        }
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut decoded = String::new();
        loop {
            let character = self.rest().chars().next()?;
            self.at += character.len_utf8();
            match character {
                '"' => return Some(decoded),
                '\0'..='\u{1f}' => return None,
                '\\' => decoded.push(self.escape()?),
                _ => decoded.push(character),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let escaped = self.rest().chars().next()?;
        self.at += escaped.len_utf8();
        Some(match escaped {
            '"' | '\\' | '/' => escaped,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => match self.unit()? {
                high @ 0xd800..=0xdbff => {
                    self.take("\\u")?;
                    let low = self.unit().filter(|low| (0xdc00..=0xdfff).contains(low))?;
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
                }
                unit => char::from_u32(unit)?,
            },
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

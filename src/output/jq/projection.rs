//! Which keys of a row an expression can look at: the others need not be written for it, nor read. What cannot be
//! followed for certain looks at everything. It must not know what the keys mean.

use std::collections::BTreeSet;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::{Part, Path};

/// The keys of a row that an expression can look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// All of them.
    All,
    /// These.
    Keys(BTreeSet<String>),
}

impl Projection {
    /// Whether this key can be looked at.
    #[must_use]
    pub fn holds(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Keys(keys) => keys.contains(key),
        }
    }

    /// What the expression looks at in a document that holds its rows in a list under this key, or, without one, is the
    /// row itself.
    pub(crate) fn of(expression: &str, rows_key: Option<&str>) -> Self {
        let mut walk =
            Walk { rows_key: rows_key.unwrap_or_default(), keys: BTreeSet::new(), variables: Vec::new() };
        let input = if rows_key.is_some() { Place::Document } else { Place::Row };
        let term = jaq_core::load::parse(expression, |parser| parser.term());
        // A row that comes out is printed, or goes where nobody follows: all of it counts.
        match term.and_then(|term| walk.place(&term, &input)) {
            Some(Place::Free) => Self::Keys(walk.keys),
            _ => Self::All,
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Made by the expression, or a part of the document that is there in full.
    Free,
    /// The document.
    Document,
    /// A row, of which only the keys that were looked at are there.
    Row,
    /// A list of such values.
    List(Box<Place>),
}

impl Place {
    fn list(of: Self) -> Option<Self> {
        match of {
            Self::Free => Some(Self::Free),
            Self::Document => None,
            of => Some(Self::List(Box::new(of))),
        }
    }

    fn free(self) -> Option<Self> {
        (self == Self::Free).then_some(self)
    }
}

struct Walk<'e> {
    rows_key: &'e str,
    keys: BTreeSet<String>,
    /// Variables that are bound, the innermost last.
    variables: Vec<(&'e str, Place)>,
}

impl<'e> Walk<'e> {
    /// Where all that `term` makes of the input comes from; `None` if that is not certain, or comes from several.
    fn place(&mut self, term: &Term<&'e str>, input: &Place) -> Option<Place> {
        match term {
            Term::Id => Some(input.clone()),
            Term::Num(_) | Term::Arr(None) | Term::Break(_) => Some(Place::Free),
            Term::Str(_, parts) => self.all_free(parts.iter().filter_map(inserted), input),
            Term::Recurse => input.clone().free(),
            Term::Neg(term) => self.place(term, input)?.free(),
            Term::Arr(Some(items)) => Place::list(self.place(items, input)?),
            Term::Obj(entries) => self.object(entries, input),
            Term::Path(of, path) => self.path(of, path, input),
            Term::BinOp(left, operator, right) => self.operation(left, operator, right, input),
            Term::Label(_, term) | Term::TryCatch(term, None) => self.place(term, input),
            Term::TryCatch(term, Some(caught)) => {
                // What is caught is a message or a value that was thrown, and both are free.
                let tried = self.place(term, input)?;
                same(tried, &self.place(caught, &Place::Free)?)
            }
            Term::IfThenElse(branches, otherwise) => {
                let mut place = match otherwise {
                    Some(term) => self.place(term, input)?,
                    None => input.clone(),
                };
                for (condition, term) in branches {
                    self.place(condition, input)?.free()?;
                    place = same(place, &self.place(term, input)?)?;
                }
                Some(place)
            }
            Term::Fold(_, items, Pattern::Var(name), steps) => {
                let (start, steps) = steps.split_first()?;
                self.place(start, input)?.free()?;
                let item = self.place(items, input)?;
                self.bound(name, item, |walk| walk.all_free(steps, &Place::Free))
            }
            Term::Var(name) => {
                self.variables.iter().rev().find(|(bound, _)| bound == name).map(|(_, place)| place.clone())
            }
            Term::Call(name, arguments) => self.call(name, arguments, input),
            Term::Fold(..) | Term::Def(..) => None,
        }
    }

    fn all_free<'t>(
        &mut self,
        terms: impl IntoIterator<Item = &'t Term<&'e str>>,
        input: &Place,
    ) -> Option<Place>
    where
        'e: 't,
    {
        for term in terms {
            self.place(term, input)?.free()?;
        }
        Some(Place::Free)
    }

    fn bound<T>(&mut self, name: &'e str, place: Place, then: impl FnOnce(&mut Self) -> T) -> T {
        self.variables.push((name, place));
        let done = then(self);
        self.variables.pop();
        done
    }

    fn object(&mut self, entries: &[(Term<&'e str>, Option<Term<&'e str>>)], input: &Place) -> Option<Place> {
        for (key, value) in entries {
            match (value, key, literal(key)) {
                (Some(value), ..) => {
                    self.place(key, input)?.free()?;
                    self.place(value, input)?.free()?;
                }
                // `{key}` is `{key: .key}`, and `{$name}` is `{name: $name}`.
                (None, _, Some(key)) => drop(self.member(input, key)?.free()?),
                (None, Term::Var(_), _) => drop(self.place(key, input)?.free()?),
                (None, ..) => return None,
            }
        }
        Some(Place::Free)
    }

    fn path(&mut self, of: &Term<&'e str>, path: &Path<Term<&'e str>>, input: &Place) -> Option<Place> {
        let mut place = self.place(of, input)?;
        for (part, _) in &path.0 {
            place = match (part, place) {
                (Part::Range(None, None), Place::List(item)) => *item,
                (Part::Range(from, to), list @ Place::List(_)) => {
                    let are_numbers = from.iter().chain(to).all(is_number);
                    are_numbers.then_some(list)?
                }
                (Part::Range(from, to), place) => {
                    self.all_free(from.iter().chain(to), input)?;
                    place.free()?
                }
                (Part::Index(index), Place::List(item)) => is_number(index).then_some(*item)?,
                (Part::Index(index), Place::Free) => self.place(index, input)?.free()?,
                (Part::Index(index), place) => self.member(&place, literal(index)?)?,
            };
        }
        Some(place)
    }

    fn member(&mut self, of: &Place, key: &str) -> Option<Place> {
        match of {
            Place::Document if key == self.rows_key => Some(Place::List(Box::new(Place::Row))),
            // What stands beside the rows is written in full.
            Place::Free | Place::Document => Some(Place::Free),
            Place::Row => {
                self.keys.insert(key.to_owned());
                Some(Place::Free)
            }
            // An error, whose words would show the list.
            Place::List(_) => None,
        }
    }

    fn operation(
        &mut self,
        left: &Term<&'e str>,
        operator: &BinaryOp<&'e str>,
        right: &Term<&'e str>,
        input: &Place,
    ) -> Option<Place> {
        match operator {
            BinaryOp::Pipe(None) => {
                let between = self.place(left, input)?;
                self.place(right, &between)
            }
            BinaryOp::Pipe(Some(Pattern::Var(name))) => {
                let value = self.place(left, input)?;
                self.bound(name, value, |walk| walk.place(right, input))
            }
            BinaryOp::Pipe(Some(_)) => None,
            BinaryOp::Comma | BinaryOp::Alt => {
                let left = self.place(left, input)?;
                same(left, &self.place(right, input)?)
            }
            BinaryOp::Or | BinaryOp::And | BinaryOp::Math(_) | BinaryOp::Cmp(_) => {
                self.all_free([left, right], input)
            }
            BinaryOp::Assign | BinaryOp::Update | BinaryOp::UpdateMath(_) | BinaryOp::UpdateAlt => {
                input.clone().free()?;
                self.all_free([left, right], input)
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[Term<&'e str>], input: &Place) -> Option<Place> {
        match (name, arguments, input) {
            // These do not look at their input, or only at how long it is.
            ("empty" | "true" | "false" | "null" | "now" | "nan" | "infinite", [], _)
            | ("length", [], Place::List(_)) => Some(Place::Free),
            ("select", [condition], _) => {
                self.place(condition, input)?.free()?;
                Some(input.clone())
            }
            ("first" | "last", [items], _) => self.place(items, input),
            ("limit", [count, items], _) => {
                self.place(count, input)?.free()?;
                self.place(items, input)
            }
            ("isempty", [items], _) => self.place(items, input).map(|_| Place::Free),
            ("any" | "all", [items, condition], _) => {
                let item = self.place(items, input)?;
                self.place(condition, &item)?.free()
            }
            ("first" | "last", [], Place::List(item)) => Some((**item).clone()),
            ("reverse", [], Place::List(_)) => Some(input.clone()),
            ("map", [change], Place::List(item)) => Place::list(self.place(change, item)?),
            ("any" | "all", [condition], Place::List(item)) => self.place(condition, item)?.free(),
            ("min_by" | "max_by", [key], Place::List(item)) => {
                self.place(key, item)?.free()?;
                Some((**item).clone())
            }
            ("sort_by" | "unique_by", [key], Place::List(item)) => {
                self.place(key, item)?.free()?;
                Some(input.clone())
            }
            ("group_by", [key], Place::List(item)) => {
                self.place(key, item)?.free()?;
                Place::list(input.clone())
            }
            // Whatever it does, it does it to values that are there in full.
            (_, arguments, Place::Free) => self.all_free(arguments, &Place::Free),
            _ => None,
        }
    }
}

fn same(one: Place, other: &Place) -> Option<Place> {
    (one == *other).then_some(one)
}

fn inserted<'t, 'e>(part: &'t StrPart<&'e str, Term<&'e str>>) -> Option<&'t Term<&'e str>> {
    match part {
        StrPart::Term(term) => Some(term),
        StrPart::Str(_) | StrPart::Char(_) => None,
    }
}

/// The text of a string that is written as it is.
fn literal<'e>(term: &Term<&'e str>) -> Option<&'e str> {
    match term {
        Term::Str(None, parts) => match parts.as_slice() {
            [StrPart::Str(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn is_number(term: &Term<&str>) -> bool {
    match term {
        Term::Num(_) => true,
        Term::Neg(term) => matches!(**term, Term::Num(_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;

//! What paths set and delete, in place: by definitions each step would copy what it changes.

use std::iter::once;
use std::mem::take;

use jaq_core::path::Opt;
use jaq_core::{Error, ValT};
use jaq_json::{Map, Rc, Val, ValR};

/// An index that would fill memory is a mistake.
const LARGEST_INDEX: usize = 1_000_000;

/// Puts `new` at the path, and makes what is missing on the way.
pub(super) fn set(target: Val, path: &[Val], new: Val) -> ValR {
    let Some((key, rest)) = path.split_first() else { return Ok(new) };
    match (target, key) {
        (Val::Null, Val::TStr(_)) => set(Val::obj(Map::default()), path, new),
        (Val::Null, Val::Num(_) | Val::Obj(_)) => set(Val::Arr(Rc::default()), path, new),
        (Val::Obj(mut members), Val::TStr(_)) => {
            let slot = Rc::make_mut(&mut members).entry(key.clone()).or_insert(Val::Null);
            *slot = set(take(slot), rest, new)?;
            Ok(Val::Obj(members))
        }
        (Val::Arr(mut items), Val::Num(_)) => {
            let index = place(key, items.len()).filter(|index| *index <= LARGEST_INDEX);
            let index = index.ok_or_else(|| Error::str(format_args!("index {key} is out of bounds")))?;
            let items_now = Rc::make_mut(&mut items);
            if items_now.len() <= index {
                items_now.resize(index + 1, Val::Null);
            }
            items_now[index] = set(take(&mut items_now[index]), rest, new)?;
            Ok(Val::Arr(items))
        }
        (array @ Val::Arr(_), Val::Obj(_)) => {
            let put = |inner| once(set(inner, rest, new.clone()).map_err(Into::into));
            array.map_index(key, Opt::Essential, put).map_err(|_| Error::str("a slice takes an array"))
        }
        (other, _) => Err(Error::index(other, key.clone())),
    }
}

/// Without what is at the path. What is left keeps its order.
pub(super) fn delete(mut target: Val, path: &[Val]) -> ValR {
    let Some((key, rest)) = path.split_first() else { return Ok(Val::Null) };
    match (&mut target, key) {
        (Val::Null, _) => {}
        (Val::Obj(members), Val::TStr(_)) => {
            let members = Rc::make_mut(members);
            if rest.is_empty() {
                members.shift_remove(key);
            } else if let Some(slot) = members.get_mut(key) {
                *slot = delete(take(slot), rest)?;
            }
        }
        (Val::Arr(items), Val::Num(_)) => {
            if let Some(index) = place(key, items.len()).filter(|index| *index < items.len()) {
                let items = Rc::make_mut(items);
                if rest.is_empty() {
                    items.remove(index);
                } else {
                    items[index] = delete(take(&mut items[index]), rest)?;
                }
            }
        }
        (Val::Arr(_), Val::Obj(_)) => {
            let inner = if rest.is_empty() {
                Val::Arr(Rc::default())
            } else {
                delete(target.clone().index(key)?, rest)?
            };
            return set(target, std::slice::from_ref(key), inner);
        }
        _ => return Err(Error::index(target, key.clone())),
    }
    Ok(target)
}

/// Where an index leads; a negative one counts from the end.
fn place(index: &Val, length: usize) -> Option<usize> {
    let index = jaq_std::ValT::as_f64(index)?.floor();
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is out of bounds")]
    let index = index as isize;
    if index < 0 { length.checked_sub(index.unsigned_abs()) } else { Some(index.unsigned_abs()) }
}

//! `=`, `|=` and their kin as calls of `assign_path` and `modify_path`. The library has its own way to run them, which fails
//! where something is missing on the way to what is set.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::path::{Part, Path};

/// No expression can have a variable of this name.
const OPERAND: &str = "$=";

pub(super) fn as_calls(term: Term<&str>) -> Term<&str> {
    match term {
        Term::BinOp(left, operator, right) => binary(as_calls(*left), operator, as_calls(*right)),
        Term::Str(format, parts) => Term::Str(format, parts.into_iter().map(part).collect()),
        Term::Arr(inner) => Term::Arr(inner.map(|term| boxed(*term))),
        Term::Obj(members) => {
            Term::Obj(members.into_iter().map(|(key, value)| (as_calls(key), value.map(as_calls))).collect())
        }
        Term::Neg(inner) => Term::Neg(boxed(*inner)),
        Term::Label(name, inner) => Term::Label(name, boxed(*inner)),
        Term::Fold(name, source, pattern, steps) => {
            Term::Fold(name, boxed(*source), pattern, steps.into_iter().map(as_calls).collect())
        }
        Term::TryCatch(tried, caught) => Term::TryCatch(boxed(*tried), caught.map(|term| boxed(*term))),
        Term::IfThenElse(cases, otherwise) => {
            let cases = cases.into_iter().map(|(test, then)| (as_calls(test), as_calls(then)));
            Term::IfThenElse(cases.collect(), otherwise.map(|term| boxed(*term)))
        }
        Term::Def(definitions, inner) => {
            let definitions = definitions.into_iter().map(|Def { name, args, body }| Def {
                name,
                args,
                body: as_calls(body),
            });
            Term::Def(definitions.collect(), boxed(*inner))
        }
        Term::Call(name, arguments) => Term::Call(name, arguments.into_iter().map(as_calls).collect()),
        Term::Path(source, Path(steps)) => {
            let steps = steps.into_iter().map(|(step, optional)| {
                let step = match step {
                    Part::Index(index) => Part::Index(as_calls(index)),
                    Part::Range(from, to) => Part::Range(from.map(as_calls), to.map(as_calls)),
                };
                (step, optional)
            });
            Term::Path(boxed(*source), Path(steps.collect()))
        }
        leaf @ (Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Var(_)) => leaf,
    }
}

fn binary<'s>(left: Term<&'s str>, operator: BinaryOp<&'s str>, right: Term<&'s str>) -> Term<&'s str> {
    let operator = match operator {
        BinaryOp::Assign => return Term::Call("assign_path", vec![left, right]),
        BinaryOp::Update => return Term::Call("modify_path", vec![left, right]),
        BinaryOp::UpdateMath(operator) => BinaryOp::Math(operator),
        BinaryOp::UpdateAlt => BinaryOp::Alt,
        other => return Term::BinOp(Box::new(left), other, Box::new(right)),
    };
    let new = Term::BinOp(Box::new(Term::Id), operator, Box::new(Term::Var(OPERAND)));
    let modify = Term::Call("modify_path", vec![left, new]);
    Term::BinOp(Box::new(right), BinaryOp::Pipe(Some(Pattern::Var(OPERAND))), Box::new(modify))
}

fn boxed(term: Term<&str>) -> Box<Term<&str>> {
    Box::new(as_calls(term))
}

fn part<'s>(part: StrPart<&'s str, Term<&'s str>>) -> StrPart<&'s str, Term<&'s str>> {
    match part {
        StrPart::Term(term) => StrPart::Term(as_calls(term)),
        other => other,
    }
}

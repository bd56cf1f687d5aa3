//! Lays options over each other, each keeping the type of its default. Knows no option by name.

use toml::{Table, Value};

use super::PREFIX;

/// Lays `given` over `table`; names an option that is not known.
pub(super) fn overlay(table: &mut Table, given: Table, path: &str) -> Result<(), String> {
    for (key, value) in given {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (table.get_mut(&key), value) {
            (None, _) => return Err(format!("there is no option {name}")),
            (Some(Value::Table(inner)), Value::Table(given)) => overlay(inner, given, &name)?,
            (Some(place), value) if place.same_type(&value) => *place = value,
            // "2" is as good a price as "2.0".
            (Some(place @ Value::Float(_)), Value::Integer(n)) => *place = Value::Float(n as f64),
            (Some(place), value) => {
                let (want, got) = (place.type_str(), value.type_str());
                return Err(format!("{name} must be of type {want}, not {got}"));
            }
        }
    }
    Ok(())
}

/// Sets the option that `name` stands for, read as the type of its default.
pub(super) fn set_from_env(table: &mut Table, name: &str, text: &str) -> Result<(), String> {
    let wanted = name.strip_prefix(PREFIX).unwrap_or(name).to_ascii_lowercase();
    let place = find(table, &wanted).ok_or("there is no such option")?;
    *place = match place {
        Value::Integer(_) => {
            Value::Integer(text.trim().parse().map_err(|_| format!("{text:?} is not a number"))?)
        }
        Value::Float(_) => {
            Value::Float(text.trim().parse().map_err(|_| format!("{text:?} is not a number"))?)
        }
        Value::Boolean(_) => Value::Boolean(
            text.trim().parse().map_err(|_| format!("{text:?} is not true or false"))?,
        ),
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(|t| Value::String(t.to_owned()))
                .collect(),
        ),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

/// `fetch_timeout` is `timeout` in `[fetch]`, `data_dir` is itself.
fn find<'t>(table: &'t mut Table, wanted: &str) -> Option<&'t mut Value> {
    if table.get(wanted).is_some_and(|v| !v.is_table()) {
        return table.get_mut(wanted);
    }
    table.iter_mut().find_map(|(key, value)| {
        let rest = wanted.strip_prefix(key.as_str())?.strip_prefix('_')?;
        find(value.as_table_mut()?, rest)
    })
}

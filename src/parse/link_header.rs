//! The `Link` field (RFC 8288 3): targets by relation. Reads what WebSub discovery needs, no more.

/// The first target with this relation, as written, in the fields of one answer.
pub fn target<'a>(fields: &'a [String], rel: &str) -> Option<&'a str> {
    fields.iter().flat_map(|field| links(field)).find_map(|(target, parameters)| {
        let has = divided(parameters, ';').any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else { return false };
            let mut names = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && names.any(|n| n.eq_ignore_ascii_case(rel))
        });
        has.then_some(target)
    })
}

/// The parts between marks that stand outside of `"…"`.
fn divided(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == mark && !quoted
    })
}

/// `<target>; parameters, <target>; …`: commas and semicolons inside of `<…>` and `"…"` divide nothing.
fn links(field: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = field;
    std::iter::from_fn(move || {
        let begin = rest.find('<')?;
        let (target, after) = rest.get(begin + 1..)?.split_once('>')?;
        let mut quoted = false;
        let end = after.find(|c: char| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        let (parameters, next) = after.split_at(end.unwrap_or(after.len()));
        rest = next;
        Some((target.trim(), parameters))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_found_among_others() {
        let fields = [
            "<https://a.example/x,y;z>; title=\"a, <b>; rel=hub\"; rel=next".to_owned(),
            "<https://hub.example/>; rel=\"x HUB\", </feed>; rel=self".to_owned(),
        ];
        assert_eq!(target(&fields, "hub"), Some("https://hub.example/"));
        assert_eq!(target(&fields, "self"), Some("/feed"));
        assert_eq!(target(&fields, "next"), Some("https://a.example/x,y;z"));
        assert_eq!(target(&fields, "prev"), None);
        assert_eq!(target(&["<", "<>", ";", "<a", "é<é>é; rel"].map(String::from), "hub"), None);
    }
}

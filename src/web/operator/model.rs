//! What the operator's page says of the language model.

use crate::admin::ModelUse;
use crate::model::Coverage;
use crate::publish::clean;
use crate::text::phrases::Phrases;

/// What the operator should know at once.
pub(super) fn warnings(model: &ModelUse, t: &Phrases) -> Vec<String> {
    let mut said = Vec::new();
    if model.reached.is_some() {
        said.push(t.say("operator.model.reached").to_owned());
    }
    if !model.sources_reached.is_empty() {
        let shows = clean::line(&model.sources_reached.join(", "), 500);
        said.push(t.fill("operator.model.sources", &[("shows", &shows)]));
    }
    if model.resting.is_some() {
        said.push(t.say("operator.model.resting").to_owned());
    }
    said
}

/// Rows of the status table.
pub(super) fn facts(model: &ModelUse, t: &Phrases) -> Vec<(String, String)> {
    let fact = |key: &str, value: String| (t.say(key).to_owned(), value);
    let name = model.model.as_deref().map(|name| clean::line(name, 100));
    let spent = &model.today.spent;
    let tally = &model.ever.tally;
    let work = t.fill(
        "operator.model.of",
        &[
            ("written", &tally.written),
            ("passages", &tally.passages),
            ("dropped", &tally.dropped()),
        ],
    );
    let mut rows = vec![
        fact("operator.model.name", name.unwrap_or_else(|| t.say("operator.model.none").into())),
        fact("operator.model.work", work),
        fact("operator.model.today", format!("{} + {}", spent.tokens_in, spent.tokens_out)),
    ];
    if spent.money > 0 {
        let money = format!("{:.4}", spent.money as f64 / 1e6);
        rows.push(fact("operator.model.money", money));
    }
    if model.today.lost > 0 {
        rows.push(fact("operator.model.lost", model.today.lost.to_string()));
    }
    rows
}

/// A source's line.
pub(super) fn row(coverage: &Coverage, t: &Phrases) -> Option<String> {
    let (written, dropped) = (coverage.written, coverage.dropped);
    let all = u64::from(written) + u64::from(dropped);
    let share = u64::from(dropped) * 100 / all.max(1);
    (coverage.to_write > 0).then(|| {
        t.fill(
            "operator.model.source",
            &[("written", &written), ("passages", &coverage.to_write), ("share", &share)],
        )
    })
}

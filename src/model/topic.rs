//! Named subjects and the words that define them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// A subject with a feed of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// In the address: `a-z`, `0-9` and `-`.
    pub slug: String,
    /// For people.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Lower-case words and phrases that define it.
    pub words: Vec<String>,
    /// Slugs it had before, the oldest first.
    #[serde(default)]
    pub formerly: Vec<String>,
}

impl Topic {
    /// The slug it had first, which is in its feed's permanent id.
    pub fn first_slug(&self) -> &str {
        self.formerly.first().unwrap_or(&self.slug)
    }
}

/// All topics, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicSet {
    topics: Vec<Topic>,
}

/// Why a topic file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TopicSetError {
    /// Not TOML of the right form.
    #[error(
        "topics can't be read: {0}; each topic is [[topic]] with slug, name, description and words"
    )]
    Toml(#[from] Box<toml::de::Error>),
    /// The slug can't stand in an address.
    #[error("topic slug {0:?} must be 1 to 60 of a-z, 0-9 and -, and not start or end with -")]
    Slug(String),
    /// Two topics under one address.
    #[error("topic slug {0:?} is named twice; a slug under formerly must be nobody else's")]
    Twice(String),
    /// A topic without words would match nothing.
    #[error("topic {0:?} has no words; give it at least one")]
    NoWords(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    topic: Vec<Topic>,
}

impl TopicSet {
    /// Reads the form of `data/topics.toml`.
    pub fn parse(text: &str) -> Result<Self, TopicSetError> {
        let file: File = toml::from_str(text).map_err(Box::new)?;
        let mut known = HashSet::new();
        for topic in &file.topic {
            for slug in topic.formerly.iter().chain([&topic.slug]) {
                if !is_slug(slug) {
                    return Err(TopicSetError::Slug(slug.clone()));
                }
                if !known.insert(slug) {
                    return Err(TopicSetError::Twice(slug.clone()));
                }
            }
            if topic.words.iter().all(|w| w.trim().is_empty()) {
                return Err(TopicSetError::NoWords(topic.slug.clone()));
            }
        }
        Ok(Self { topics: file.topic })
    }

    /// These, in this order.
    pub fn new(topics: Vec<Topic>) -> Self {
        Self { topics }
    }

    /// Topics of `over` replace those with the same slug and are added otherwise.
    pub fn overlaid(mut self, over: Self) -> Self {
        for topic in over.topics {
            match self.topics.iter_mut().find(|t| t.slug == topic.slug) {
                Some(place) => *place = topic,
                None => self.topics.push(topic),
            }
        }
        self
    }

    /// By slug.
    pub fn get(&self, slug: &str) -> Option<&Topic> {
        self.topics.iter().find(|t| t.slug == slug)
    }

    /// What the topic is called now that had this slug before.
    pub fn renamed(&self, slug: &str) -> Option<&str> {
        self.renames().find(|(old, _)| *old == slug).map(|(_, new)| new)
    }

    /// All slugs that topics had before and no topic has now, with those they have now.
    pub fn renames(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self
            .topics
            .iter()
            .flat_map(|topic| topic.formerly.iter().map(|old| (old.as_str(), topic.slug.as_str())));
        all.filter(|(old, _)| self.get(old).is_none())
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.topics.iter()
    }
}

fn is_slug(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_directory_overrides_and_adds() {
        let topic = |slug: &str, name: &str| {
            format!(
                "[[topic]]\nslug=\"{slug}\"\nname=\"{name}\"\ndescription=\"\"\nwords=[\"x\"]\n"
            )
        };
        let base = TopicSet::parse(&(topic("a", "A") + &topic("b", "B"))).unwrap();
        let over = TopicSet::parse(&(topic("b", "New B") + &topic("c", "C"))).unwrap();
        let names: Vec<_> = base.overlaid(over).iter().map(|t| t.name.clone()).collect();
        assert_eq!(names, ["A", "New B", "C"]);
    }

    #[test]
    fn bad_files_say_what_is_wrong() {
        let slug = "[[topic]]\nslug=\"../x\"\nname=\"\"\ndescription=\"\"\nwords=[\"x\"]\n";
        assert!(matches!(TopicSet::parse(slug), Err(TopicSetError::Slug(_))));
        assert!(TopicSet::parse("[[topic]]\nslag=\"a\"").is_err());
        let twice =
            "[[topic]]\nslug=\"a\"\nname=\"\"\ndescription=\"\"\nwords=[\"x\"]\nformerly=[\"b\"]\n";
        let twice = twice.to_owned() + &twice.replace("\"a\"", "\"c\"");
        assert!(matches!(TopicSet::parse(&twice), Err(TopicSetError::Twice(_))));
    }

    #[test]
    fn a_topic_is_found_by_the_slugs_it_had() {
        let topic = |slug: &str, formerly: &[&str]| Topic {
            slug: slug.into(),
            name: slug.into(),
            description: String::new(),
            words: vec!["x".into()],
            formerly: formerly.iter().map(|slug| (*slug).into()).collect(),
        };
        let set = TopicSet::new(vec![topic("new", &["old", "older"]), topic("older", &[])]);
        assert_eq!(
            (set.renamed("old"), set.renamed("older"), set.renamed("x")),
            (Some("new"), None, None)
        );
        assert_eq!(set.get("new").unwrap().first_slug(), "old");
    }
}

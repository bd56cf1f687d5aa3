//! Named subjects and the words that define them.

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
        for topic in &file.topic {
            if !is_slug(&topic.slug) {
                return Err(TopicSetError::Slug(topic.slug.clone()));
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
    }
}

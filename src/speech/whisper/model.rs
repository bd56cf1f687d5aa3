//! Whisper's two networks as ONNX files, run by rten.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use serde::Deserialize;

use super::WhisperError;
use super::mel::COLUMNS;

/// What is said of the networks beside them.
#[derive(Debug, Clone, Deserialize)]
pub struct Shape {
    pub num_mel_bins: usize,
    decoder_layers: usize,
    decoder_attention_heads: usize,
    d_model: usize,
}

/// Both.
pub struct Networks {
    encoder: Model,
    decoder: Model,
    pub shape: Shape,
    options: RunOptions,
}

/// What the encoder made of thirty seconds.
pub struct Heard(Value);

/// Where the decoder is: what it remembers of all tokens so far.
pub struct Past {
    /// By layer: its own keys and values, then the encoder's.
    kept: Vec<Value>,
    begun: bool,
}

const KINDS: [&str; 4] = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"];

impl Networks {
    /// Loads them, eight bits a weight where there are such files.
    pub fn open(folder: &Path) -> Result<Self, WhisperError> {
        let shape: Shape = super::json(&folder.join("config.json"))?;
        let encoder = load(folder, "encoder_model")?;
        let decoder = load(folder, "decoder_model_merged")?;
        // One core is the server's.
        let cores =
            std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1));
        let pool = Arc::new(ThreadPool::with_num_threads(cores));
        let options = RunOptions::default().with_thread_pool(Some(pool));
        Ok(Self { encoder, decoder, shape, options })
    }

    /// `mel` is band by band.
    pub fn encode(&self, mel: Vec<f32>) -> Result<Heard, WhisperError> {
        let mel = Tensor::from_data(&[1, self.shape.num_mel_bins, COLUMNS], mel);
        let (input, output) =
            (node(&self.encoder, "input_features")?, node(&self.encoder, "last_hidden_state")?);
        let mut out = self
            .encoder
            .run(vec![(input, mel.into())], &[output], Some(self.options.clone()))
            .map_err(|e| WhisperError::Run(e.to_string()))?;
        out.pop().map(Heard).ok_or_else(|| WhisperError::Run("the encoder gave nothing".into()))
    }

    /// Nothing said yet.
    pub fn begin(&self) -> Past {
        let heads = self.shape.decoder_attention_heads;
        let empty =
            || Value::from(Tensor::<f32>::zeros(&[1, heads, 0, self.shape.d_model / heads.max(1)]));
        Past {
            kept: (0..self.shape.decoder_layers * KINDS.len()).map(|_| empty()).collect(),
            begun: false,
        }
    }

    /// Says `tokens` on top of `past`. How likely each token is to come next, as logits.
    pub fn say(
        &self,
        heard: &Heard,
        past: &mut Past,
        tokens: &[usize],
    ) -> Result<Vec<f32>, WhisperError> {
        let ids: Vec<i32> = tokens.iter().filter_map(|t| i32::try_from(*t).ok()).collect();
        let ids = NdTensor::from_data([1, ids.len()], ids);
        let goes_on = NdTensor::from_data([1], vec![i32::from(past.begun)]);
        let mut inputs: Vec<(NodeId, ValueOrView)> = vec![
            (node(&self.decoder, "input_ids")?, ids.into()),
            (node(&self.decoder, "encoder_hidden_states")?, heard.0.as_view().into()),
            (node(&self.decoder, "use_cache_branch")?, goes_on.into()),
        ];
        let mut outputs = vec![node(&self.decoder, "logits")?];
        let kept = std::mem::take(&mut past.kept);
        let places =
            (0..self.shape.decoder_layers).flat_map(|layer| KINDS.map(|kind| (layer, kind)));
        let mut encoders = Vec::new();
        for ((layer, kind), value) in places.zip(kept) {
            // What the decoder keeps of the encoder is made once.
            let fixed = past.begun && kind.starts_with("encoder");
            inputs.push((
                node(&self.decoder, &format!("past_key_values.{layer}.{kind}"))?,
                if fixed {
                    encoders.push(value.clone());
                    value.into()
                } else {
                    value.into()
                },
            ));
            if !fixed {
                outputs.push(node(&self.decoder, &format!("present.{layer}.{kind}"))?);
            }
        }
        let out = self.decoder.run(inputs, &outputs, Some(self.options.clone()));
        let mut out = out.map_err(|e| WhisperError::Run(e.to_string()))?.into_iter();
        let logits = out.next().and_then(|v| v.into_tensor::<f32>());
        let logits =
            logits.ok_or_else(|| WhisperError::Run("the decoder gave no logits".into()))?;
        if past.begun {
            let mut encoders = encoders.into_iter();
            // Two of the decoder, two of the encoder, by layer.
            for _ in 0..self.shape.decoder_layers {
                past.kept.extend(out.by_ref().take(2));
                past.kept.extend(encoders.by_ref().take(2));
            }
        } else {
            past.kept.extend(out);
            past.begun = true;
        }
        let vocabulary = logits.shape().last().copied().unwrap_or(0);
        let all = logits.to_vec();
        all.len()
            .checked_sub(vocabulary)
            .and_then(|from| all.get(from..))
            .map(<[f32]>::to_vec)
            .ok_or_else(|| WhisperError::Run("the decoder gave no logits".into()))
    }
}

fn node(model: &Model, name: &str) -> Result<NodeId, WhisperError> {
    model.node_id(name).map_err(|e| WhisperError::Run(e.to_string()))
}

fn load(folder: &Path, name: &str) -> Result<Model, WhisperError> {
    let endings = ["_quantized", "_int8", ""];
    let files = endings.iter().flat_map(|ending| {
        let file = format!("{name}{ending}.onnx");
        [folder.join("onnx").join(&file), folder.join(&file)]
    });
    let files: Vec<PathBuf> = files.collect();
    let found = files.iter().find(|path| path.exists());
    let path = found.ok_or_else(|| WhisperError::Weights {
        path: folder.join("onnx").join(format!("{name}_quantized.onnx")),
        detail: "there is no such file".into(),
    })?;
    Model::load_file(path)
        .map_err(|e| WhisperError::Weights { path: path.clone(), detail: e.to_string() })
}

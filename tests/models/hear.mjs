// A recogniser that is not ours, for tests/models/speech.sh: the same weights, run by transformers.js and ONNX Runtime.
// node hear.mjs WEIGHTS-PARENT MODEL FILE.wav: prints segments as JSON. Reads 16 kHz, one channel, 16 bits.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [parent, model, file] = process.argv.slice(2);
// Found from where it was called, since it is installed for this test only.
const { pipeline, env } = await import(createRequire(`${process.cwd()}/x.js`).resolve("@huggingface/transformers"));
env.allowRemoteModels = false;
env.localModelPath = parent;
const hear = await pipeline("automatic-speech-recognition", model, {
  dtype: "q8",
  session_options: { intraOpNumThreads: 1 },
});
const wav = readFileSync(file);
const samples = new Float32Array((wav.length - 44) / 2);
for (let n = 0; n < samples.length; n++) samples[n] = wav.readInt16LE(44 + 2 * n) / 32768;
const said = await hear(samples, { return_timestamps: true, chunk_length_s: 30, language: "en" });
const segments = said.chunks.map(({ timestamp: [start, end], text }) => ({ start, end: end ?? start, text }));
console.log(JSON.stringify({ language: "en", segments }));

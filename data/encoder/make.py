#!/usr/bin/env python3
"""Makes the encoder's files.                (needs numpy; `weights` of an ONNX model also onnx)

  make.py weights MODEL TOKENIZER.json FOLDER
  make.py centre PROGRAM FOLDER INPUT.jsonl...
      After PROGRAM was built with these weights: the mean direction of 500 sentences of each file (lines with "utterances",
      "text" or "query"), which the encoder takes off. Then PROGRAM must be built again.

  make.py topics PROGRAM TOPICS.toml > topics.vectors
      Of what each topic is, the first bytes of a hash and the vector: what src/insight/topics/shipped.rs reads.
  make.py vectors TOKENIZER.json FOLDER < TEXTS.jsonl > vectors.json        (also needs tokenizers)
      The vectors of lines with "text" as a plain reading of the paper has them: what the program is tested with.

`weights` makes `model.safetensors` and `words.txt` of a BERT of Sentence Transformers: the layers' matrices in eight bits a number
(`NAME.q8`, by panels of outputs), the embeddings in four (`NAME.q4`, two in a byte, the lower half first, plus eight), each with a
scale of half precision for 32 numbers of a row (`NAME.scales`), that of the least squared error among 48; the rest in single precision. The
pooler isn't kept, as the mean of the pieces doesn't need it. MODEL is a safetensors file, or ONNX as `optimum` writes it.
"""
import base64, hashlib, json, pathlib, re, struct, sys, tomllib
import numpy as np

GROUP, PANEL = 32, 16
KINDS = {"F16": np.float16, "F32": np.float32}


def read(path):
    """Every tensor of real numbers in the file, by name, in single precision."""
    return read_onnx(path) if str(path).endswith(".onnx") else read_safetensors(*parts(path))


def parts(path):
    """The table of a safetensors file, and its numbers."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def read_onnx(path):
    """A matrix has no name of its own there: it has that of the product it stands in, the other way round."""
    import onnx

    graph = onnx.load(path).graph
    known = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    tensors = {n: v.astype(np.float32) for n, v in known.items() if v.dtype.kind == "f" and not n.startswith("onnx::")}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in known:
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            tensors[f"{name}.weight"] = np.ascontiguousarray(known[node.input[1]].T, np.float32)
    return tensors


def read_safetensors(table, data):
    tensors = {}
    for name, place in table.items():
        if kind := KINDS.get(place.get("dtype")):
            start, end = place["data_offsets"]
            tensors[name] = np.frombuffer(data[start:end], kind).reshape(place["shape"]).astype(np.float32)
    return tensors


def pack(matrix, bits):
    """Steps from -2^(bits-1) on, and scales."""
    groups, top = matrix.reshape(-1, GROUP), 2 ** (bits - 1)
    outmost = groups[np.arange(len(groups)), np.abs(groups).argmax(1)]
    steps, scales = np.zeros(groups.shape, np.int8), np.zeros(len(groups), np.float16)
    least = np.full(len(groups), np.inf, np.float32)
    for place in np.linspace(0.62 * top, 1.06 * top, 24):
        for sign in (1, -1):
            scale = (outmost * sign / place).astype(np.float16)
            wide = np.where(scale == 0, 1, scale).astype(np.float32)[:, None]
            step = np.clip(np.round(groups / wide), -top, top - 1)
            error = ((step * wide - groups) ** 2).sum(1)
            better = error < least
            least[better], scales[better], steps[better] = error[better], wide[better, 0], step[better]
    return steps.reshape(-1), scales


def panels(values, outputs):
    """Of rows for outputs: 16 outputs together, input by input, as encoder/src/product.rs reads them."""
    return np.ascontiguousarray(values.reshape(outputs // PANEL, PANEL, -1).swapaxes(1, 2)).reshape(-1)


def rows(values, outputs):
    """Back again."""
    return values.reshape(outputs // PANEL, -1, PANEL).swapaxes(1, 2).reshape(outputs, -1)


def weights(model, tokenizer, folder):
    tensors = {"centre": ("F32", np.zeros(384, np.float32))}
    for name, tensor in sorted(read(model).items()):
        if name.startswith("pooler."):
            continue
        if tensor.ndim == 1:
            tensors[name] = ("F32", tensor)
            continue
        embeddings = name.startswith("embeddings.")
        steps, scales = pack(tensor, 4 if embeddings else 8)
        if embeddings:
            steps = (steps + 8).astype(np.uint8)
            tensors[f"{name}.q4"] = ("U8", steps[::2] | steps[1::2] << 4)
            tensors[f"{name}.scales"] = ("F16", scales)
        else:
            tensors[f"{name}.q8"] = ("I8", panels(steps, len(tensor)))
            tensors[f"{name}.scales"] = ("F32", panels(scales.astype(np.float32), len(tensor)))
    table, at = {}, 0
    for name, (kind, values) in tensors.items():
        table[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    write(folder, table, b"".join(values.tobytes() for _, values in tensors.values()))
    vocabulary = json.loads(pathlib.Path(tokenizer).read_text(encoding="utf-8"))["model"]["vocab"]
    words = sorted(vocabulary, key=vocabulary.get)
    pathlib.Path(folder, "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


def write(folder, table, body):
    head = json.dumps(table, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    pathlib.Path(folder, "model.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + body)


def encoder_of(program):
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "benches" / "engine"))
    import nearness

    return nearness.Encoder(program)


def topics(program, path):
    all = tomllib.loads(pathlib.Path(path).read_text(encoding="utf-8"))["topic"]
    encoder = encoder_of(program)
    for texts, rows in encoder.kept([f"{topic['name']}: {topic['description']}" for topic in all]):
        wide = len(rows) // len(texts)
        for at, text in enumerate(texts):
            sys.stdout.buffer.write(hashlib.sha256(text.encode()).digest()[:8] + rows[at * wide : (at + 1) * wide])
    encoder.close()


def centre(program, folder, *inputs):
    random, texts = np.random.RandomState(0), []
    for path in inputs:
        some = []
        for line in map(json.loads, open(path, encoding="utf-8")):
            whole = [u["text"] for u in line.get("utterances", [])] + [line[k] for k in ("text", "query") if k in line]
            some += [s for text in whole for s in re.split(r"(?<=[.!?])\s+", text) if len(s.split()) >= 8]
        texts += list(random.choice(some, min(500, len(some)), replace=False))
    encoder = encoder_of(program)
    mean = encoder.vectors(texts).mean(0)
    encoder.close()
    table, body = parts(pathlib.Path(folder) / "model.safetensors")
    start, end = table["centre"]["data_offsets"]
    if any(body[start:end]):
        sys.exit("PROGRAM has a centre already: make the weights anew and build it with them first")
    write(folder, table, body[:start] + mean.astype("<f4").tobytes() + body[end:])


def unpacked(folder):
    """What the program reads, as matrices again."""
    table, body = parts(pathlib.Path(folder) / "model.safetensors")
    get = lambda name, kind: np.frombuffer(body[slice(*table[name]["data_offsets"])], kind)
    tensors = {}
    for name in table:
        if name.endswith(".q4"):
            whole = name.removesuffix(".q4")
            halves = get(name, np.uint8)
            steps = np.stack([halves & 15, halves >> 4], 1).reshape(-1, GROUP).astype(np.float32) - 8
            tensors[whole] = (steps * get(f"{whole}.scales", "<f2").astype(np.float32)[:, None]).reshape(-1, 384)
        elif name.endswith(".q8"):
            whole = name.removesuffix(".q8")
            outputs = table[whole.replace("weight", "bias")]["shape"][0]
            scales = rows(get(f"{whole}.scales", "<f4"), outputs).repeat(GROUP, 1)
            tensors[whole] = rows(get(name, np.int8), outputs) * scales
        elif not name.endswith(".scales"):
            tensors[name] = get(name, "<f4")
    return tensors


def direction(tensors, pieces):
    """Devlin et al. 2019, and the mean of what comes out."""
    from scipy.special import erf

    def linear(x, name):
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * tensors[f"{name}.LayerNorm.weight"] + tensors[f"{name}.LayerNorm.bias"]

    of = lambda kind, at: tensors[f"embeddings.{kind}_embeddings.weight"][at]
    x = norm(of("word", pieces) + of("position", np.arange(len(pieces))) + of("token_type", 0), "embeddings")
    for number in range(sum(name.endswith("intermediate.dense.bias") for name in tensors)):
        layer = f"encoder.layer.{number}"
        heads = lambda part: linear(x, f"{layer}.attention.self.{part}").reshape(len(pieces), -1, 32).swapaxes(0, 1)
        near = heads("query") @ heads("key").swapaxes(1, 2) / 32**0.5
        near = np.exp(near - near.max(-1, keepdims=True))
        seen = (near / near.sum(-1, keepdims=True) @ heads("value")).swapaxes(0, 1).reshape(x.shape)
        x = norm(x + linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output")
        within = linear(x, f"{layer}.intermediate.dense")
        x = norm(x + linear(within * (1 + erf(within / 2**0.5)) / 2, f"{layer}.output.dense"), f"{layer}.output")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean) - tensors["centre"]


def vectors(tokenizer, folder):
    from tokenizers import Tokenizer

    known, tensors = Tokenizer.from_file(tokenizer), unpacked(folder)
    known.no_padding()
    known.enable_truncation(128)
    out = []
    for text in (json.loads(line)["text"] for line in sys.stdin if line.strip()):
        way = direction(tensors, known.encode(text).ids)
        # As text/embed.rs keeps it; it reckons the scale anew.
        steps = np.round(way / np.abs(way).max() * 127).astype(np.int8)
        kept = base64.b64encode(bytes(4) + steps.tobytes()).decode().rstrip("=")
        out.append(json.dumps({"text": text, "vector": kept}, ensure_ascii=False))
    print("[\n" + ",\n".join(out) + "\n]")


if __name__ == "__main__":
    verbs = {"weights": weights, "centre": centre, "topics": topics, "vectors": vectors}
    if len(sys.argv) < 4 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    verbs[sys.argv[1]](*sys.argv[2:])

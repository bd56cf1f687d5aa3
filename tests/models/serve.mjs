// A chat endpoint as OpenAI's is spoken, with a real model behind it: a GGUF file run by node-llama-cpp on this machine.
// node serve.mjs MODEL.gguf PORT. One question at a time, by one thread: two wait for each other where others are at work.
// JSON schemas are kept to by a grammar made of them.
import { createServer } from "node:http";
import { getLlama, LlamaChatSession } from "node-llama-cpp";

const [file, port] = process.argv.slice(2);
const name = file.split("/").pop();
const llama = await getLlama({ gpu: false, build: "never" });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({ contextSize: { max: 4096 }, sequences: 1, threads: 1 });
const sequence = context.getSequence();
// As other servers have it by default, or so small a model says one thing for ever.
const repeatPenalty = { lastTokens: 128, penalty: 1.08 };
let turn = Promise.resolve();

async function answer(body) {
  const [system, user] = body.messages.map((message) => message.content);
  await sequence.clearHistory();
  const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: system });
  const schema = body.response_format?.json_schema?.schema;
  const grammar = schema ? await llama.createGrammarForJsonSchema(schema) : undefined;
  const before = sequence.tokenMeter.getState();
  const maxTokens = body.max_tokens ?? 600;
  const { responseText, stopReason } = await session.promptWithMeta(user, { grammar, maxTokens, temperature: body.temperature ?? 0, repeatPenalty });
  const used = sequence.tokenMeter.diff(before);
  session.dispose({ disposeSequence: false });
  const reason = stopReason === "maxTokens" ? "length" : "stop";
  return {
    object: "chat.completion",
    model: name,
    choices: [{ index: 0, message: { role: "assistant", content: responseText }, finish_reason: reason }],
    usage: { prompt_tokens: used.usedInputTokens, completion_tokens: used.usedOutputTokens },
  };
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const reply = (status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
    return reply(404, { error: { message: "there is only /v1/chat/completions" } });
  }
  const body = JSON.parse(Buffer.concat(chunks).toString());
  turn = turn.then(async () => {
    try {
      reply(200, await answer(body));
    } catch (error) {
      reply(400, { error: { message: String(error?.message ?? error) } });
    }
  });
});
server.listen(Number(port), "127.0.0.1", () => console.log(`serving ${name} on ${server.address().port}`));

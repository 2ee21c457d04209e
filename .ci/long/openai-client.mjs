// OpenAI's client for Node against the service at RETORT_URL: what it reads is what the API says.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const base = process.env.RETORT_URL;
const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: process.env.RETORT_KEY, maxRetries: 0 });
const messages = [{ role: 'user', content: 'What is the capital of Mongolia?' }];

const refused = async (call, kind, status, code) => {
  const e = await call().then(() => assert.fail(`no ${kind.name}`), e => e);
  assert(e instanceof kind, `${e}`);
  assert.deepEqual([e.status, e.code], [status, code]);
  return e;
};

async function models() {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.deepEqual(ids, ['handbook', 'retort-encoder']);
  await refused(() => client.models.retrieve('none'), OpenAI.NotFoundError, 404, 'model_not_found');
}

async function chat() {
  const completion = await client.chat.completions.create({ model: 'handbook', messages });
  const { message, finish_reason: reason } = completion.choices[0];
  assert.match(message.content, /Ulaanbaatar/);
  assert.equal(reason, 'stop');
  assert.equal(message.annotations.length, completion.citations.length);
  const points = [...message.content]; // offsets count code points, strings here UTF-16
  message.annotations.forEach(({ type, url_citation: cited }, i) => {
    assert.equal(type, 'url_citation');
    assert(points.slice(cited.start_index, cited.end_index).length > 0);
    assert(cited.url.startsWith(`${base}/documents/`));
    assert.equal(cited.title, completion.citations[i].title);
  });
  assert.equal(completion.retort.abstained, false);
  return message.content;
}

async function stream(whole) {
  let text = '';
  let last;
  let usage;
  const parts = await client.chat.completions.create({
    model: 'handbook', messages, stream: true, stream_options: { include_usage: true },
  });
  for await (const part of parts) {
    text += part.choices[0]?.delta.content ?? '';
    if (part.choices[0]?.finish_reason) last = part;
    usage = part.usage ?? usage;
  }
  assert.equal(text, whole);
  assert.equal(last.choices[0].finish_reason, 'stop');
  assert.equal(last.retort.abstained, false);
  assert(last.citations.length > 0 && usage.total_tokens > 0);
}

async function streamHelper(whole) {
  const runner = client.chat.completions.stream({ model: 'handbook', messages });
  assert.equal(await runner.finalContent(), whole);
}

async function embeddings() {
  const input = ['The capital of Mongolia', '🌴 leave days'];
  const of = async format =>
    (await client.embeddings.create({ model: 'retort-encoder', input, ...format })).data.map(item => item.embedding);
  const plain = await of({ encoding_format: 'float' });
  const decodedByClient = await of({}); // asks for base64
  const coded = (await of({ encoding_format: 'base64' })).map(text => {
    const bytes = Buffer.from(text, 'base64');
    return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  });
  for (const [i, numbers] of plain.entries()) {
    for (const other of [coded[i], decodedByClient[i]]) {
      assert.equal(other.length, numbers.length);
      assert(numbers.every((x, j) => Math.abs(x - other[j]) < 1e-6));
    }
  }
}

async function errors() {
  const ask = (more, of = client) => () => of.chat.completions.create({ model: 'handbook', messages, ...more });
  await refused(ask({ model: 'none' }), OpenAI.NotFoundError, 404, 'model_not_found');
  const e = await refused(ask({ n: 2 }), OpenAI.BadRequestError, 400, 'unsupported_parameter');
  assert.equal(e.param, 'n');
  await refused(ask({ temperature: 9 }), OpenAI.BadRequestError, 400, 'invalid_parameter');
  await refused(ask({}, client.withOptions({ apiKey: 'rt_wrong' })), OpenAI.AuthenticationError, 401, 'invalid_api_key');
  const reader = client.withOptions({ apiKey: process.env.RETORT_READER_KEY });
  await refused(ask({}, reader), OpenAI.PermissionDeniedError, 403, 'missing_scope');
  await refused(ask({ retort: { timeout_ms: 1 } }), OpenAI.InternalServerError, 504, 'deadline_exceeded');
}

await models();
const answer = await chat();
await stream(answer);
await streamHelper(answer);
await embeddings();
await errors();
console.log('as it should be, with openai for Node');

// The REST API: JSON calls, uploads and event streams. A refusal is thrown as its problem object.
import {texts} from './texts.js';

const BASE = '/api/v1';

export class Refusal extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

function headers(method, more = {}) {
  const all = {...more};
  if (!['GET', 'HEAD'].includes(method)) {
    const cookie = document.cookie.split('; ').find(c => c.startsWith('XSRF-TOKEN='));
    if (cookie) {
      all['X-XSRF-TOKEN'] = decodeURIComponent(cookie.slice('XSRF-TOKEN='.length));
    }
  }
  return all;
}

async function refusal(response) {
  if (response.status === 401) {
    location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const type = response.headers.get('Content-Type') ?? '';
  const body = type.includes('json') ? await response.json() : {};
  return new Refusal({status: response.status, title: `${response.status}`, code: '', ...body});
}

const send = (path, options) => request(BASE + path, options);

async function request(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new Refusal({status: 0, title: texts.offline, code: 'offline'});
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

export async function call(method, path, body) {
  const json = body === undefined ? {} : {'Content-Type': 'application/json'};
  const response = await send(path, {
    method,
    headers: headers(method, {Accept: 'application/json', ...json}),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return response.status === 204 ? null : response.json();
}

/** What the API says of itself. */
export const description = async () => (await request('/v3/api-docs', {headers: {Accept: 'application/json'}})).json();

/** All items of a list, page after page. */
export async function all(path) {
  const items = [];
  let cursor = null;
  do {
    const mark = path.includes('?') ? '&' : '?';
    const page = await call('GET', path + mark + 'limit=100' + (cursor ? '&cursor=' + encodeURIComponent(cursor) : ''));
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

/** Sends files with their paths; answers the job. The same key again is the same upload. */
export async function upload(collection, files, key, signal) {
  const form = new FormData();
  for (const {file} of files) {
    form.append('file', file, file.name);
  }
  form.append('items', new Blob([JSON.stringify(files.map(({path}) => ({path})))], {type: 'application/json'}));
  const response = await send(`/collections/${encodeURIComponent(collection)}/documents`, {
    method: 'POST',
    headers: headers('POST', {'Idempotency-Key': key}),
    body: form,
    signal,
  });
  return response.json();
}

/** Sends JSON lines, a text or a file. */
export async function putLines(path, lines) {
  const response = await send(path, {method: 'PUT', headers: headers('PUT', {Accept: 'application/json', 'Content-Type': 'application/x-ndjson'}), body: lines});
  return response.json();
}

/** A list as JSON lines. */
export async function readLines(path) {
  return (await send(path, {headers: {Accept: 'application/x-ndjson'}})).text();
}

/** Ends the session and leaves for the login page. */
export async function signOut() {
  await fetch('/logout', {method: 'POST', headers: headers('POST')});
  location.assign('/login');
}

/** Reads an event stream and hands each event over: handle(name, data, id). */
export async function stream(path, {method = 'GET', body, signal, handle}) {
  const json = body === undefined ? {} : {'Content-Type': 'application/json'};
  const response = await send(path, {
    method,
    signal,
    headers: headers(method, {Accept: 'text/event-stream', ...json}),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) {
      return;
    }
    buffer += value;
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const event = parse(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (event) {
        handle(event.name, event.data, event.id);
      }
    }
  }
}

function parse(block) {
  let name = 'message';
  let id = '';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) {
      name = line.slice(6).trim();
    } else if (line.startsWith('id:')) {
      id = line.slice(3).trim();
    } else if (line.startsWith('data:')) {
      data.push(line.slice(5).trimStart());
    }
  }
  return data.length ? {name, id, data: JSON.parse(data.join('\n'))} : null;
}

// The API as its own description has it: operations by what they are about, what each takes and gives, and a command that calls it.
import {problemView} from './answer.js';
import {description} from './api.js';
import {icon} from './icons.js';
import {announce, problemOf, say, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, repeat} from './view.js';

const words = texts.reference;
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

let api = null; // the description
let groups = []; // of operations, by tag
let codes = new Set(); // of problems, each of which has a help page
let problem = null;
let wanted = ''; // what the list is narrowed to
const open = new Set(); // operations by their ids, and what is unfolded in them

async function enter() {
  addEventListener('hashchange', toHash);
  if (api === null) {
    try {
      read(await description());
      problem = null;
    } catch (error) {
      problem = problemOf(error);
    }
  }
  await toHash();
}

function leave() {
  removeEventListener('hashchange', toHash);
}

function read(found) {
  api = found;
  codes = new Set(api.components.schemas.Problem?.properties.code?.enum ?? []);
  const operations = Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter(method => item[method]).map(method => ({method, path, ...item[method]})));
  groups = api.tags.map(tag => ({...tag, operations: operations.filter(o => o.tags?.[0] === tag.name)})).filter(group => group.operations.length);
}

/** Opens the operation that the address names, and goes there. */
async function toHash() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (groups.some(group => group.operations.some(o => o.operationId === id))) {
    open.add(id);
    wanted = '';
  }
  await update();
  const there = id ? document.getElementById(id) : null;
  there?.scrollIntoView();
  there?.querySelector('summary')?.focus({preventScroll: true});
}

function toggle(event, key) {
  const isOpen = event.currentTarget.open;
  if (isOpen !== open.has(key)) {
    isOpen ? open.add(key) : open.delete(key);
    update();
  }
}

const holds = o => wanted.toLowerCase().split(/\s+/).every(word => `${o.method} ${o.path} ${o.summary} ${o.operationId} ${o.tags[0]}`.toLowerCase().includes(word));

function narrow(event) {
  wanted = event.target.value;
  announce(words.found(groups.flatMap(group => group.operations).filter(holds).length));
}

// ---- the page

function view() {
  const shown = groups.map(group => ({...group, operations: group.operations.filter(holds)})).filter(group => group.operations.length);
  return html`
    <div class="page reference">
      <header class="page-head">
        <h1 tabindex="-1">${words.title}</h1>
        ${api ? api.info.description.split('\n\n').map(paragraph => html`<p class="quiet">${marked(paragraph)}</p>`) : nothing}
        <p class="quiet">${words.elsewhere} <a href="/docs/api">${words.guide}</a> · <a href="/docs/client">${words.client}</a> ·
          <a href="/v3/api-docs">JSON</a> · <a href="/v3/api-docs.yaml">YAML</a></p>
      </header>
      ${problem ? problemView(problem) : api === null ? html`<p class="quiet" role="status">${texts.loading}</p>` : html`
        <section class="section" aria-labelledby="credential-title">
          <h2 id="credential-title">${words.credential}</h2>
          ${Object.values(api.components.securitySchemes).map(scheme => html`<p>${marked(scheme.description)}</p>`)}
          ${commandView('export RETORT_KEY=rt_…', words.keyCommand)}
        </section>
        <search class="reference-find">
          <label class="field">${words.narrow}<input type="search" name="narrow" autocomplete="off" .value=${wanted} @input=${narrow}></label>
          <div class="chips" role="group" aria-label=${words.groups}>${shown.map(group => html`<a class="button chip" href=${`#${anchor(group)}`}>${group.name}</a>`)}</div>
        </search>
        ${shown.length ? repeat(shown, group => group.name, groupView) : html`<div class="blank"><p>${words.nothing}</p></div>`}`}
    </div>`;
}

const anchor = group => `group-${group.name.toLowerCase()}`;

function groupView(group) {
  return html`
    <section class="section" aria-labelledby=${anchor(group)}>
      <div><h2 id=${anchor(group)}>${group.name}</h2><p class="quiet">${marked(group.description)}</p></div>
      <div class="operations">${repeat(group.operations, o => o.operationId, operationView)}</div>
    </section>`;
}

function operationView(o) {
  const isOpen = open.has(o.operationId);
  return html`
    <details class="operation" id=${o.operationId} .open=${isOpen} @toggle=${event => toggle(event, o.operationId)}>
      <summary>
        <span class="method method-${o.method}">${o.method.toUpperCase()}</span>
        <h3><code>${broken(o.path)}</code></h3>
        <span class="operation-summary">${o.summary}</span>
      </summary>
      ${isOpen ? bodyView(o) : nothing}
    </details>`;
}

/** A long path may break after each of its slashes. */
const broken = path => path.split(/(?<=\/)/).map((part, n) => n ? html`<wbr>${part}` : part);

function bodyView(o) {
  const responses = Object.entries(o.responses);
  const problems = responses.filter(([status]) => Number(status) >= 400);
  const id = o.operationId;
  return html`
    <div class="operation-body">
      ${o.description ? html`<p>${marked(o.description)}</p>` : nothing}
      <p class="quiet">${scopeOf(o)} · <code>${id}</code> · <a href=${`#${id}`}>${words.address}</a></p>
      ${commandView(command(o), words.command)}
      ${o.parameters?.length ? html`<section aria-labelledby=${`${id}-parameters`}><h4 id=${`${id}-parameters`}>${words.parameters}</h4>
        <ul class="schema">${o.parameters.map(p => fieldView(p.name, p.schema, `${id}/${p.name}`, {required: p.required, where: words.places[p.in], said: p.description, example: p.example}))}</ul></section>` : nothing}
      ${o.requestBody ? html`<section aria-labelledby=${`${id}-request`}><h4 id=${`${id}-request`}>${words.request}</h4>${contentView(o.requestBody.content, `${id}/request`, words.request)}</section>` : nothing}
      ${responses.filter(([status]) => Number(status) < 400).map(([status, response]) => html`
        <section aria-labelledby=${`${id}-${status}`}><h4 id=${`${id}-${status}`}>${words.response(status)}</h4>
          <p>${marked(response.description)}</p>
          ${response.headers ? html`<ul class="schema">${Object.entries(response.headers).map(([name, header]) => fieldView(name, header.schema, `${id}/${status}/${name}`, {where: words.places.header, said: header.description}))}</ul>` : nothing}
          ${contentView(response.content ?? {}, `${id}/${status}`, words.response(status))}</section>`)}
      ${problems.length ? html`<section aria-labelledby=${`${id}-problems`}><h4 id=${`${id}-problems`}>${words.problems}</h4>
        <dl class="problems">${problems.map(([status, response]) => html`<div><dt>${status}</dt><dd>${marked(response.description)}</dd></div>`)}</dl></section>` : nothing}
    </div>`;
}

function scopeOf(o) {
  return o.security?.length === 0 ? words.open : o['x-required-scope'] ? html`${words.scope} <code>${o['x-required-scope']}</code>` : words.anyCredential;
}

/** Words between backticks are code, and codes of problems lead to their help pages. */
function marked(text) {
  return text.split('`').map((part, n) => n % 2 === 0 ? part : codes.has(part) ? html`<a href=${`/problems/${part}`}><code>${part}</code></a>` : html`<code>${part}</code>`);
}

// ---- bodies and their schemas

function contentView(content, key, title) {
  return Object.entries(content).map(([type, {schema, example}]) => html`
    <div class="content">
      <p class="quiet"><code>${type}</code>${schema ? ` · ${typeOf(schema)}` : ''}</p>
      ${schema ? structures(schema).map(structure => fieldsView(structure, `${key}/${type}`)) : nothing}
      ${example === undefined ? nothing : unfolding(`${key}/${type}/example`, words.example, () => html`
        <pre class="code" tabindex="0" role="group" aria-label=${`${words.example}: ${title}`}>${typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre>`)}
    </div>`);
}

const nameOf = reference => reference.split('/').at(-1);

/** The objects that a value of this schema is, or holds as entries; each `{name, properties, required}`. */
function structures(schema, name = '') {
  if (schema.$ref) {
    return structures(api.components.schemas[nameOf(schema.$ref)], nameOf(schema.$ref));
  }
  const inner = [...schema.anyOf ?? [], ...schema.items ? [schema.items] : [], ...typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []];
  return schema.properties ? [{name, properties: schema.properties, required: schema.required ?? []}] : inner.flatMap(one => structures(one, name));
}

const fieldsView = ({properties, required}, key) => html`
  <ul class="schema">${Object.entries(properties).map(([name, schema]) => fieldView(name, schema, `${key}/${name}`, {required: required.includes(name)}))}</ul>`;

/** Drawn when it is unfolded: a schema may lead to itself. */
function unfolding(key, title, content) {
  return html`
    <details .open=${open.has(key)} @toggle=${event => toggle(event, key)}>
      <summary>${title}</summary>
      ${open.has(key) ? content() : nothing}
    </details>`;
}

function typeOf(schema) {
  if (schema.$ref) {
    return nameOf(schema.$ref);
  }
  if (schema.anyOf) {
    return schema.anyOf.map(typeOf).join(words.or);
  }
  return [schema.type ?? words.anything].flat().map(type => {
    switch (type) {
      case 'array': return words.listOf(schema.items ? typeOf(schema.items) : words.anything);
      case 'object': return typeof schema.additionalProperties === 'object' && !schema.properties ? words.mapOf(typeOf(schema.additionalProperties)) : type;
      case 'string': return words.formats[schema.format] ?? type;
      default: return type;
    }
  }).join(words.or);
}

/** What holds of a value beside its type. */
function bounds(schema) {
  return [schema, ...schema.anyOf ?? []].flatMap(of => [
    words.between(of.minimum, of.maximum),
    of.exclusiveMinimum === undefined ? '' : words.above(of.exclusiveMinimum),
    words.between(of.minLength, of.maxLength, words.characters),
    words.between(of.minItems, of.maxItems, words.entries),
    words.between(of.minProperties, of.maxProperties, words.entries),
  ]).filter(Boolean);
}

function fieldView(name, schema, key, {required = false, where = '', said = schema.description, example = undefined}) {
  const facts = [where, typeOf(schema), ...bounds(schema), required ? words.required : ''].filter(Boolean);
  const values = (schema.enum ?? []).filter(value => value !== null);
  return html`
    <li>
      <p><code class="field-name">${name}</code> <span class="quiet">${facts.join(' · ')}</span></p>
      ${said ? html`<p>${marked(said)}</p>` : nothing}
      ${values.length ? html`<p class="quiet">${words.oneOf} ${values.map((value, n) => html`${n ? ', ' : ''}${marked(`\`${value}\``)}`)}</p>` : nothing}
      ${schema.pattern ? html`<p class="quiet">${words.pattern} <code>${schema.pattern}</code></p>` : nothing}
      ${example === undefined ? nothing : html`<p class="quiet">${words.forExample} <code>${example}</code></p>`}
      ${structures(schema).map(structure => unfolding(`${key}:${structure.name}`, words.fieldsOf(structure.name || name), () => fieldsView(structure, key)))}
    </li>`;
}

// ---- commands

const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;

/** What has no example is the caller's to set, as a variable of the shell. */
const valueOf = parameter => parameter.example === undefined ? `$${parameter.name.toUpperCase()}` : encodeURIComponent(parameter.example);

function command(o) {
  const needed = (o.parameters ?? []).filter(p => p.required);
  const path = needed.filter(p => p.in === 'path').reduce((all, p) => all.replace(`{${p.name}}`, valueOf(p)), o.path);
  const query = needed.filter(p => p.in === 'query').map(p => `${p.name}=${valueOf(p)}`).join('&');
  const parts = [
    `curl ${o.method === 'get' ? '' : `-X ${o.method.toUpperCase()} `}"${location.origin}${path}${query ? `?${query}` : ''}"`,
    o.security?.length === 0 ? '' : '-H "Authorization: Bearer $RETORT_KEY"',
    ...bodyOf(o.requestBody?.content ?? {}),
  ];
  return parts.filter(Boolean).join(' \\\n  ');
}

function bodyOf(content) {
  const types = Object.keys(content);
  const type = types.find(name => content[name].example !== undefined) ?? types[0];
  switch (type) {
    case undefined: return [];
    case 'multipart/form-data': return ['-F file=@leave.txt'];
    case 'application/json': return ['-H \'Content-Type: application/json\'', `-d ${quoted(JSON.stringify(content[type].example))}`];
    default: return [`-H 'Content-Type: ${type}'`, '--data-binary @questions.jsonl'];
  }
}

function commandView(line, title) {
  return html`
    <div class="command">
      <pre class="code" tabindex="0" role="group" aria-label=${title}>${line}</pre>
      <button class="small" aria-label=${words.copyOf(title)} @click=${() => copy(line)}>${icon('copy')} ${texts.copy}</button>
    </div>`;
}

async function copy(line) {
  try {
    await navigator.clipboard.writeText(line);
    say(texts.copied);
  } catch {
    say(words.copyYourself); // a page may be without the right to use the clipboard
  }
}

export const referencePage = {title: () => words.title, enter, leave, view};

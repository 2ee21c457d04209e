// "Show sources": each word tinted and underlined by its copy share, and where a single one comes from.
import {call} from './api.js';
import {slice} from './code-points.js';
import {percent} from './format.js';
import {light, openSource} from './source.js';
import {update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

const AROUND = 40; // code points of the source shown on each side of the copied words
const STEPS = [0.05, 0.25, 0.5, 0.75];

const step = share => STEPS.filter(s => share >= s).length;

/** Surroundings of source spans that were looked up, by document, version and span. */
const found = new Map();

function versionOf(turn, documentId) {
  const all = [...turn.citations, ...turn.retrievals.flatMap(r => r.neighbours), ...(turn.answer?.neighbours ?? [])];
  return all.find(n => n.document_id === documentId)?.version ?? null;
}

const titleOf = (turn, documentId) =>
  [...turn.citations, ...turn.retrievals.flatMap(r => r.neighbours), ...(turn.answer?.neighbours ?? [])]
      .find(n => n.document_id === documentId)?.title ?? '';

/** Points at a token, or with null at none. */
export function point(turn, token) {
  if (turn.pointed === token) {
    return;
  }
  turn.pointed = token;
  const source = token?.top_source;
  light(source ? {document_id: source.document_id, ...source.source_span} : null);
  update();
  if (source) {
    lookUp(turn, source);
  }
}

const keyOf = source => `${source.chunk_id}/${source.source_span.start}/${source.source_span.end}`;

async function lookUp(turn, source) {
  const key = `${turn.id}/${keyOf(source)}`;
  if (found.has(key)) {
    return;
  }
  found.set(key, {state: 'fetching'});
  const {start, end} = source.source_span;
  const from = Math.max(0, start - AROUND);
  const version = versionOf(turn, source.document_id);
  try {
    const doc = await call('GET', `/documents/${source.document_id}`);
    const to = Math.min(doc.characters ?? end, end + AROUND);
    const {text} = await call('GET',
        `/documents/${source.document_id}/passage?start=${from}&end=${to}${version ? `&version=${version}` : ''}`);
    found.set(key, {
      state: 'found', before: slice(text, 0, start - from), words: slice(text, start - from, end - from), after: slice(text, end - from, to - from),
    });
  } catch {
    found.set(key, {state: 'gone'}); // deleted or replaced since; that is an answer too
  }
  update();
}

function openToken(turn, token) {
  const source = token.top_source;
  if (source) {
    openSource({
      document_id: source.document_id, version: versionOf(turn, source.document_id) ?? 1,
      start: source.source_span.start, end: source.source_span.end, quote: null,
      chunk: turn.answer?.neighbours.find(n => n.chunk_id === source.chunk_id)?.span ?? null, citation: null,
    });
  }
}

/** From word to word by the arrow keys: the words are one stop of the Tab key. */
function move(event) {
  const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!by) {
    return;
  }
  event.preventDefault();
  const tokens = [...event.currentTarget.querySelectorAll('.token')];
  const at = tokens.indexOf(document.activeElement);
  tokens[Math.min(tokens.length - 1, Math.max(0, at + by))]?.focus();
}

export const tokenKeys = move;

/** A piece of the answer's text as a word that can be pointed at. */
export function tokenView(turn, token, text, isFirst) {
  const stop = turn.pointed ? turn.pointed === token : isFirst;
  return html`<span class="token share-${step(token.copy_share)} ${turn.pointed === token ? 'pointed' : ''}" role="button" tabindex=${stop ? 0 : -1}
      aria-label=${texts.attribution.label(text, token.copy_share)}
      @mouseenter=${() => point(turn, token)} @focus=${() => point(turn, token)} @click=${() => openToken(turn, token)}
      @keydown=${event => { if (event.key === 'Enter') { openToken(turn, token); } }}>${text}</span>`;
}

/** What is known of the word that is pointed at; as high when nothing is, so that nothing jumps. */
export function readoutView(turn) {
  const token = turn.pointed;
  return html`
    <div class="readout" id=${`readout-${turn.key}`}>
      <div class="legend" aria-hidden="true"><span>${texts.attribution.legend}</span>${
          texts.attribution.steps.map((s, n) => html`<span class="legend-step"><span class="token share-${n}">Aa</span> ${s}</span>`)}</div>
      <div class="readout-words">${token ? pointedView(turn, token) : html`<p class="quiet">${texts.attribution.hint}</p>`}</div>
    </div>`;
}

function pointedView(turn, token) {
  const source = token.top_source;
  const logprob = token.logprob.toFixed(2).replace('-', '−');
  return html`
    <p><strong class="prose">${token.text.trim() || '␣'}</strong>
      <span class="quiet">${token.copy_share < STEPS[0] ? texts.attribution.own : texts.attribution.share(token.copy_share)} · ${
          texts.attribution.logprob(logprob, percent(Math.exp(token.logprob)))}</span></p>
    ${source ? wordsView(turn, source) : html`<p class="quiet">${texts.attribution.none}</p>`}`;
}

function wordsView(turn, source) {
  const words = found.get(`${turn.id}/${keyOf(source)}`);
  if (!words || words.state === 'fetching') {
    return html`<p class="quiet">${texts.attribution.fetching}</p>`;
  }
  if (words.state === 'gone') {
    return html`<p class="quiet">${texts.attribution.gone}</p>`;
  }
  const title = titleOf(turn, source.document_id);
  return html`<p class="source-words"><span class="prose">…${words.before}<span class="lit">${words.words}</span>${words.after}…</span>
    ${title ? html`<span class="quiet">${texts.attribution.from} ${title}</span>` : nothing}</p>`;
}

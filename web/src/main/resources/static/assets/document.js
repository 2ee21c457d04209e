// One document: its text with a marked span, and what is known of it.
import {problemView} from './answer.js';
import {call} from './api.js';
import {slice} from './code-points.js';
import {canRetry, removeDocument, retryDocument} from './collections.js';
import {bytes, count, date} from './format.js';
import {go} from './router.js';
import {findSheet, markedText, showsPage, viewSwitch} from './source.js';
import {collectionTitle, may, problemOf, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

const WINDOW = 12_000; // code points fetched at a time

let id = null;
let doc = null;
let passage = null; // what has been fetched so far: {start, end, text}
let span = null;
let sheet = null; // what a page of a PDF shows
let asPage = false;
let notice = null;
let problem = null;

const number = text => /^\d{1,9}$/.test(text ?? '') ? Number(text) : null;

async function enter({params, query}) {
  if (id !== params[0]) {
    doc = null;
  }
  id = params[0];
  passage = null;
  span = null;
  sheet = null;
  asPage = false;
  notice = null;
  problem = null;
  update();
  try {
    doc = await call('GET', `/documents/${encodeURIComponent(id)}`);
    await readAround(query);
  } catch (error) {
    const wrong = problemOf(error);
    problem = wrong.status === 404 ? {...wrong, detail: texts.document.gone} : wrong;
  }
  await update();
  toSpan();
}

const toSpan = () => document.getElementById('cited')?.scrollIntoView({block: 'center'});

/** Fetches the text around the span of the address, and marks the span if it is one of this very version. */
async function readAround(query) {
  const [version, start, end] = ['version', 'start', 'end'].map(name => number(query.get(name)));
  if (!doc.characters) {
    return;
  }
  const asked = start !== null && end !== null && end > start;
  if (asked && version !== null && version !== doc.version) {
    notice = texts.document.versionGone(version);
  } else if (asked && end > doc.characters) {
    notice = texts.document.outOfRange;
  } else if (asked) {
    span = {start, end};
  }
  const middle = span ? span.start - WINDOW / 4 : 0;
  const from = Math.max(0, middle);
  passage = await read(from, Math.min(doc.characters, Math.max(from + WINDOW, span?.end ?? 0)));
  if (doc.media_type === 'application/pdf') {
    const found = await findSheet(doc, span ?? {start: 0, end: 0}, null);
    sheet = found.sheet;
    asPage = await showsPage(sheet);
    notice ??= found.notice;
  }
}

function unshowable() {
  notice = texts.source.pageFailed;
  sheet = null;
  asPage = false;
  update();
}

async function showAs(page) {
  asPage = page;
  await update();
  toSpan();
}

const read = (start, end) => call('GET', `/documents/${id}/passage?start=${start}&end=${end}&version=${doc.version}`);

async function extend(start, end) {
  try {
    const piece = await read(start, end);
    passage = piece.start < passage.start
        ? {...passage, start: piece.start, text: piece.text + passage.text}
        : {...passage, end: piece.end, text: passage.text + piece.text};
  } catch (error) {
    problem = problemOf(error);
  }
  update();
}

/** What comes before is put above without moving what is being read. */
async function before() {
  const height = document.documentElement.scrollHeight;
  await extend(Math.max(0, passage.start - WINDOW), passage.start);
  await update();
  scrollBy(0, document.documentElement.scrollHeight - height);
}

const again = () => enter({params: [id], query: new URLSearchParams(location.search)});

function view() {
  if (!doc) {
    return html`<div class="page narrow-page"><h1 tabindex="-1">${texts.source.title}</h1>
      ${problem ? problemView(problem) : html`<p class="quiet" role="status">${texts.loading}</p>`}
      ${problem ? html`<p><a href="/collections">${texts.collections.back}</a></p>` : nothing}</div>`;
  }
  return html`
    <div class="page document-page">
      <header class="page-head">
        <p class="crumbs"><a href="/collections">${texts.collections.title}</a> <span aria-hidden="true">/</span>
          <a href=${`/collections/${doc.collection}`}>${collectionTitle(doc.collection)}</a></p>
        <h1 tabindex="-1">${doc.title}</h1>
        <p class="quiet path">${doc.path}</p>
        ${doc.reason ? html`<p class="notice"><strong>${texts.status[doc.status]}.</strong> ${doc.reason.message} ${texts.wayOut[doc.reason.code] ?? ''}</p>` : nothing}
        ${doc.warnings.map(w => html`<p class="notice">${texts.warnings[w] ?? w}</p>`)}
        ${problem ? problemView(problem) : nothing}
        ${notice ? html`<p class="notice" role="status">${notice}</p>` : nothing}
      </header>
      <div class="document-columns">
        <section class="document-text" aria-label=${texts.document.extracted}>
          ${sheet ? viewSwitch(asPage, showAs) : nothing}
          ${asPage ? html`<pdf-page .shown=${sheet} @unshowable=${unshowable}></pdf-page>` : html`
          ${span ? html`<p class="quiet marked-line">${texts.document.span(span.start, span.end)} <button class="text"
              @click=${toSpan}>${texts.document.toSpan}</button></p>` : nothing}
          ${textView()}`}
        </section>
        <aside class="document-facts" aria-label=${texts.document.facts}>${factsView()}</aside>
      </div>
    </div>`;
}

function textView() {
  if (!passage) {
    return html`<p class="quiet">${doc.characters ? texts.loading : texts.document.noText}</p>`;
  }
  return html`
    ${passage.start > 0 ? html`<p class="more"><button class="small" @click=${before}>${texts.document.before}</button></p>` : nothing}
    <div class="prose document-body">${markedText(passage, span, null, null)}</div>
    ${passage.end < doc.characters ? html`<p class="more"><button class="small"
        @click=${() => extend(passage.end, Math.min(doc.characters, passage.end + WINDOW))}>${texts.document.after}</button></p>` : nothing}`;
}

function factsView() {
  const fact = (name, value) => value === null || value === '' ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const metadata = Object.entries(doc.metadata).map(([k, v]) => `${k}: ${v}`).join(', ');
  return html`
    <p><span class="badge status-${doc.status}">${texts.status[doc.status]}</span></p>
    <dl class="facts">
      ${fact(texts.document.type, doc.media_type)}
      ${fact(texts.document.size, bytes(doc.bytes))}
      ${fact(texts.document.text, doc.characters === null ? null : texts.document.textSize({characters: doc.characters, chunks: doc.chunks ?? 0}))}
      ${fact(texts.document.pages, doc.pages === null ? null : count(doc.pages))}
      ${fact(texts.document.version, doc.pending_version === null ? String(doc.version) : texts.document.versionPending(doc.version, doc.pending_version))}
      ${fact(texts.document.added, date(doc.added_at))}
      ${fact(texts.document.changed, date(doc.updated_at))}
      ${fact(texts.document.tags, doc.tags.join(', '))}
      ${fact(texts.document.metadata, metadata)}
      ${fact(texts.document.sum, html`<code title=${doc.sha256}>${slice(doc.sha256, 0, 16)}</code>`)}
    </dl>
    <div class="fact-actions">
      <a class="button" href=${`/api/v1/documents/${id}/original`} download>${texts.document.original}</a>
      ${may('write') && canRetry(doc) ? html`<button @click=${() => retryDocument(doc, again)}>${texts.document.retry}</button>` : nothing}
      ${may('write') ? html`<button class="ghost danger-text"
          @click=${() => removeDocument(doc, () => go(`/collections/${doc.collection}`))}>${texts.document.delete}</button>` : nothing}
    </div>`;
}

export const documentPage = {title: () => doc?.title ?? texts.source.title, enter, view};

// All collections, and one: its documents by status and path, adding and deleting.
import {problemView} from './answer.js';
import {call} from './api.js';
import {close, confirm, show} from './dialog.js';
import {bytes, count, date} from './format.js';
import {icon} from './icons.js';
import {go, here, readdress} from './router.js';
import {loadCollections, may, problemOf, say, shared, update} from './shared.js';
import {texts} from './texts.js';
import {add, chosen, uploadsView, whenFinished} from './uploads.js';
import {html, nothing, repeat} from './view.js';

const STATUSES = Object.keys(texts.status);
const PAGE = 50;
const TYPING_MS = 200;

let problem = null;

// ---- all of them

async function enterList() {
  problem = null;
  update();
  try {
    await loadCollections();
  } catch (error) {
    problem = problemOf(error);
  }
  update();
}

function creation() {
  let wrong = null;
  const make = async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const id = form.get('id').trim();
    try {
      await call('POST', '/collections', {id, title: form.get('title').trim() || null, description: form.get('description').trim() || null});
      await loadCollections();
      close();
      go(`/collections/${id}`);
    } catch (error) {
      wrong = problemOf(error);
      update();
    }
  };
  show(texts.collections.createTitle, () => html`
    <form class="stack" @submit=${make}>
      <label class="field">${texts.collections.id}
        <input name="id" required maxlength="63" pattern="[a-z0-9][a-z0-9\\-]*" autocomplete="off" aria-describedby="id-help" autofocus></label>
      <p class="quiet" id="id-help">${texts.collections.idHelp}</p>
      <label class="field">${texts.collections.name}<input name="title" maxlength="200" autocomplete="off"></label>
      <label class="field">${texts.collections.description}<textarea name="description" rows="2" maxlength="2000"></textarea></label>
      ${wrong ? html`<p class="notice" role="alert">${wrong.detail ?? wrong.title}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close}>${texts.cancel}</button>
        <button type="submit" class="primary">${texts.collections.make}</button>
      </div>
    </form>`);
}

function listView() {
  const all = shared.collections;
  return html`
    <div class="page">
      <header class="page-head with-action">
        <div><h1 tabindex="-1">${texts.collections.title}</h1><p class="quiet">${texts.collections.intro}</p></div>
        ${may('admin') ? html`<button class="primary" @click=${creation}>${icon('plus')} ${texts.collections.create}</button>` : nothing}
      </header>
      ${problem ? problemView(problem) : nothing}
      ${all?.length === 0 ? html`
        <div class="blank"><p>${texts.collections.none}</p>
          <p class="quiet">${may('admin') ? texts.collections.noneNext : texts.collections.noneRead}</p></div>` : nothing}
      <ul class="tiles">${repeat(all ?? [], c => c.id, c => html`
        <li class="tile">
          <h2><a href=${`/collections/${c.id}`}>${c.title}</a></h2>
          ${c.description ? html`<p>${c.description}</p>` : nothing}
          <p class="quiet numbers">${texts.collections.facts(c)}</p>
          ${statusBar(c)}
          <p class="tile-foot">
            ${c.index.state === 'ready' ? nothing : html`<span class="badge warn">${texts.collections.index[c.index.state]}</span>`}
            <a href=${`/?collection=${c.id}`}>${texts.collections.ask}</a></p>
        </li>`)}
      </ul>
    </div>`;
}

/** How many documents have which status, as words; nothing if all are searchable. */
function statusBar(c) {
  const others = STATUSES.filter(s => s !== 'SEARCHABLE' && c.by_status[s]);
  return others.length === 0 ? nothing : html`<p class="badges">${others.map(s => html`
    <span class="badge status-${s}">${count(c.by_status[s])} ${texts.status[s].toLowerCase()}</span>`)}</p>`;
}

export const collectionsPage = {title: () => texts.collections.title, enter: enterList, view: listView};

// ---- one of them

let id = null;
let one = null;
let status = null;
let prefix = '';
let documents = null;
let cursor = null;
let typing = 0;
let asked = 0; // the newest request for the list; older answers are dropped

async function enterOne({params, query}) {
  if (id !== params[0]) {
    id = params[0];
    one = shared.collections?.find(c => c.id === id) ?? null;
    documents = null;
  }
  status = STATUSES.includes(query.get('status')) ? query.get('status') : null;
  prefix = query.get('path') ?? '';
  problem = null;
  update();
  await Promise.all([look(), list()]);
}

async function look() {
  try {
    one = await call('GET', `/collections/${encodeURIComponent(id)}`);
  } catch (error) {
    problem = problemOf(error);
    one = null;
  }
  update();
}

/** What is shown has an address too. */
function readdressed() {
  const shown = new URLSearchParams();
  if (status) {
    shown.set('status', status);
  }
  if (prefix) {
    shown.set('path', prefix);
  }
  readdress(`/collections/${id}${shown.size ? `?${shown}` : ''}`);
  return list();
}

const filters = () => `${status ? `&status=${status}` : ''}${prefix ? `&path_prefix=${encodeURIComponent(prefix)}` : ''}`;

async function list(more = false) {
  const mine = ++asked;
  try {
    const page = await call('GET',
        `/collections/${encodeURIComponent(id)}/documents?limit=${PAGE}${filters()}${more ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    if (mine === asked) {
      documents = more ? documents.concat(page.items) : page.items;
      cursor = page.next_cursor;
    }
  } catch (error) {
    problem = problemOf(error);
  }
  update();
}

async function refresh() {
  if (here()?.page === collectionPage) {
    await Promise.all([look(), list()]);
  }
}

whenFinished(refresh);

function choose(chosenStatus) {
  status = chosenStatus;
  readdressed();
}

function filter(event) {
  prefix = event.target.value;
  clearTimeout(typing);
  typing = setTimeout(readdressed, TYPING_MS);
}

/** How many documents stand under a path. The list knows only by being walked. */
async function countUnder(path) {
  let n = 0;
  let at = null;
  do {
    const page = await call('GET',
        `/collections/${id}/documents?limit=100&path_prefix=${encodeURIComponent(path)}${at ? `&cursor=${encodeURIComponent(at)}` : ''}`);
    n += page.items.length;
    at = page.next_cursor;
  } while (at);
  return n;
}

async function removeMany() {
  const path = prefix;
  const n = await countUnder(path);
  confirm({
    title: texts.collections.deleteManyTitle(path),
    body: () => texts.collections.deleteManyBody(n),
    action: texts.remove,
    failed: problemOf,
    async act() {
      const {deleted} = await call('DELETE', `/collections/${id}/documents?path_prefix=${encodeURIComponent(path)}`);
      say(texts.collections.deletedMany(deleted));
      prefix = '';
      await Promise.all([readdressed(), look(), loadCollections()]);
    },
  });
}

export function removeDocument(doc, then) {
  confirm({
    title: texts.document.deleteTitle(doc.title),
    body: () => texts.document.deleteBody,
    action: texts.remove,
    failed: problemOf,
    async act() {
      await call('DELETE', `/documents/${doc.id}`);
      say(texts.document.deleted(doc.title));
      await Promise.all([then(), loadCollections()]);
    },
  });
}

export async function retryDocument(doc, then) {
  try {
    await call('POST', `/documents/${doc.id}:retry`);
    say(texts.document.retried);
    await then();
  } catch (error) {
    const wrong = problemOf(error);
    say(wrong.detail ?? wrong.title);
  }
}

function removeCollection() {
  confirm({
    title: texts.collections.deleteTitle(one.title),
    body: () => texts.collections.deleteBody(one.documents),
    action: texts.collections.delete,
    failed: problemOf,
    async act() {
      await call('DELETE', `/collections/${id}`);
      say(texts.collections.deleted(one.title));
      id = null;
      await loadCollections();
      go('/collections');
    },
  });
}

function edit() {
  let wrong = null;
  const save = async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    try {
      one = await call('PATCH', `/collections/${id}`, {title: form.get('title').trim() || id, description: form.get('description').trim()});
      await loadCollections();
      close();
    } catch (error) {
      wrong = problemOf(error);
    }
    update();
  };
  show(texts.collections.editTitle, () => html`
    <form class="stack" @submit=${save}>
      <label class="field">${texts.history.name}<input name="title" maxlength="200" .value=${one.title}></label>
      <label class="field">${texts.collections.description}<textarea name="description" rows="3" maxlength="2000" .value=${one.description}></textarea></label>
      ${wrong ? html`<p class="notice" role="alert">${wrong.detail ?? wrong.title}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close}>${texts.cancel}</button>
        <button type="submit" class="primary">${texts.collections.save}</button>
      </div>
    </form>`);
}

function oneView() {
  if (!one) {
    return html`<div class="page"><h1 tabindex="-1">${texts.collection}</h1>
      ${problem ? problemView(problem) : html`<p class="quiet" role="status">${texts.loading}</p>`}
      <p><a href="/collections">${texts.collections.back}</a></p></div>`;
  }
  return html`
    <div class="page">
      <header class="page-head with-action">
        <div>
          <p class="crumbs"><a href="/collections">${texts.collections.title}</a></p>
          <h1 tabindex="-1">${one.title}</h1>
          ${one.description ? html`<p>${one.description}</p>` : nothing}
          <p class="quiet numbers">${texts.collections.facts(one)}${
              one.index.state === 'ready' ? nothing : html` <span class="badge warn">${texts.collections.index[one.index.state]}</span>`}</p>
        </div>
        <div class="actions">
          <a class="button" href=${`/?collection=${id}`}>${texts.collections.ask}</a>
          ${may('write') ? html`
            <a class="button" href=${`/evaluations?collection=${id}`}>${texts.collections.evaluate}</a>
            <label class="button">${icon('folder')} ${texts.collections.addFolder}<input type="file" webkitdirectory class="hidden" @change=${pick}></label>
            <label class="button primary">${icon('upload')} ${texts.collections.add}<input type="file" multiple class="hidden" @change=${pick}></label>` : nothing}
        </div>
      </header>
      ${problem ? problemView(problem) : nothing}
      ${uploadsView(id)}
      <section aria-labelledby="documents-title">
        <div class="list-head">
          <h2 id="documents-title">${texts.collections.documents}</h2>
          <label class="search-field">${icon('search')}<span class="hidden">${texts.collections.filter}</span>
            <input type="search" placeholder=${texts.collections.filter} .value=${prefix} @input=${filter}></label>
          ${prefix && may('write') && documents?.length ? html`<button class="small danger-text" @click=${removeMany}>${texts.collections.deleteMany}</button>` : nothing}
        </div>
        ${statusChips()}
        ${documentsView()}
      </section>
      ${may('admin') && (documents || problem) ? html`
        <footer class="page-foot"><button class="ghost" @click=${edit}>${texts.collections.editTitle}</button>
          <button class="ghost danger-text" @click=${removeCollection}>${texts.collections.delete}</button></footer>` : nothing}
    </div>`;
}

function pick(event) {
  add(id, chosen(event.target.files));
  event.target.value = '';
}

function statusChips() {
  const present = STATUSES.filter(s => one.by_status[s]);
  if (present.length < 2 && status === null) {
    return nothing;
  }
  const chip = (value, words, n) => html`<button class="chip" aria-pressed=${status === value} @click=${() => choose(value)}>${words} <span class="numbers">${count(n)}</span></button>`;
  return html`<div class="chips" role="group" aria-label=${texts.collections.byStatus}>
    ${chip(null, texts.collections.all, one.documents)}
    ${present.map(s => chip(s, texts.status[s], one.by_status[s]))}</div>`;
}

function documentsView() {
  if (documents === null) {
    return html`<p class="quiet" role="status">${texts.loading}</p>`;
  }
  if (documents.length === 0) {
    return prefix || status ? html`<p class="quiet" role="status">${texts.collections.noMatch}</p>`
        : html`<div class="blank"><p>${texts.collections.noDocuments}</p>
            ${may('write') ? html`<p class="quiet">${texts.collections.noDocumentsNext} ${texts.collections.dropHere}</p>` : nothing}</div>`;
  }
  return html`
    <ul class="rows documents">${repeat(documents, d => d.id, d => html`
      <li class="row">
        <a class="row-main" href=${`/documents/${d.id}`}>
          <span class="row-title">${d.title}</span>
          <span class="quiet path">${d.path}</span>
          ${d.reason ? html`<span class="row-reason">${d.reason.message} <span class="quiet">${texts.wayOut[d.reason.code] ?? ''}</span></span>` : nothing}
        </a>
        <span class="row-facts quiet numbers">
          <span class="badge status-${d.status}">${texts.status[d.status]}</span>
          <span>${bytes(d.bytes)}</span><span class="wide-only">${date(d.updated_at)}</span></span>
        ${may('write') ? html`
          <span class="row-actions">
            ${canRetry(d) ? html`<button class="ghost square" @click=${() => retryDocument(d, refresh)}
                aria-label=${texts.document.retryOf(d.path)} title=${texts.document.retry}>${icon('retry')}</button>` : nothing}
            <button class="ghost square" @click=${() => removeDocument(d, refresh)}
                aria-label=${texts.document.deleteOf(d.path)} title=${texts.document.delete}>${icon('trash')}</button>
          </span>` : nothing}
      </li>`)}
    </ul>
    ${cursor ? html`<p class="more"><button @click=${() => list(true)}>${texts.more}</button></p>` : nothing}`;
}

export const canRetry = d => !['ACCEPTED', 'SEARCHABLE'].includes(d.status) || d.warnings.includes('replacement_failed');

export const collectionPage = {
  title: () => one?.title ?? texts.collection,
  enter: enterOne,
  view: oneView,
  collection: () => one && may('write') ? id : null,
};

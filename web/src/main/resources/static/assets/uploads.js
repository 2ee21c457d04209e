// Adding documents: files and folders in requests of bounded size, each file's true phase from the jobs' own streams.
import {call, stream, upload} from './api.js';
import {icon} from './icons.js';
import {announce, collectionTitle, loadCollections, problemOf, shared, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

const FILES_A_REQUEST = 100;
const BYTES_A_REQUEST = 64 * 1024 * 1024;
const AT_ONCE = 3; // a browser opens six connections to one server; the rest are for a job's stream and the pages
const TRIES = 4;
const ROW = 44; // pixels, as in the style sheet
const ROWS_IN_VIEW = 8;
const FAILURES_SHOWN = 50;
const GOOD = new Set(['SEARCHABLE', 'PARTIAL']);
const FINAL_JOB = new Set(['succeeded', 'partially_succeeded', 'failed', 'cancelled']);

let rows = []; // every file of this page's life, until dismissed
let byDocument = new Map(); // job and document to row
let waiting = []; // requests that have not begun
let sending = 0;
let unwatched = []; // jobs whose stream has not been opened yet
let jobs = new Map();
let watching = null;
let scrolled = 0;
let finished = () => {};

/** Called when every file of an upload has come to its end. */
export function whenFinished(then) {
  finished = then;
}

// What has been accepted goes on without this page; what has not been sent would be lost with it.
addEventListener('beforeunload', event => {
  if (sending > 0 || waiting.length) {
    event.preventDefault();
  }
});

// ---- choosing

/** Files of an input element, with their paths inside a chosen folder. */
export function chosen(list) {
  return Array.from(list, file => ({file, path: file.webkitRelativePath || file.name}));
}

/** Files and, through them, whole folders that were dropped. */
export async function dropped(transfer) {
  const entries = Array.from(transfer.items, item => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) {
    await walk(entry, '', found);
  }
  return found;
}

async function walk(entry, folder, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({file, path: folder + entry.name});
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) {
      return;
    }
    for (const child of batch) {
      await walk(child, folder + entry.name + '/', found);
    }
  }
}

// ---- sending

export function add(collection, files) {
  if (files.length === 0) {
    return;
  }
  const added = files.map(({file, path}) => ({
    file, path, collection, job: null, documentId: null, phase: 'waiting', status: null, outcome: null, reason: null, done: 0, total: null,
  }));
  rows = rows.concat(added);
  enqueue(added);
}

function enqueue(files) {
  let request = null;
  let size = 0;
  for (const row of files) {
    if (!request || request.length === FILES_A_REQUEST || size + row.file.size > BYTES_A_REQUEST) {
      request = [];
      size = 0;
      waiting.push(request);
    }
    request.push(row);
    size += row.file.size;
  }
  pump();
  update();
}

function pump() {
  while (sending < AT_ONCE && waiting.length) {
    sending++;
    send(waiting.shift()).finally(() => {
      sending--;
      pump();
      ended();
    });
  }
}

async function send(request) {
  request.forEach(row => { row.phase = 'sending'; });
  update();
  const key = randomKey();
  for (let attempt = 1; ; attempt++) {
    try {
      accepted(request, await upload(request[0].collection, request, key));
      return;
    } catch (error) {
      const problem = problemOf(error);
      const passing = problem.status === 0 || problem.status === 503 || problem.status === 429;
      if (!passing || attempt === TRIES) {
        const reason = {code: problem.code, message: problem.detail ?? problem.title};
        request.forEach(row => Object.assign(row, {phase: 'refused', reason}));
        update();
        return;
      }
      await new Promise(resolve => setTimeout(resolve, 1000 * attempt));
    }
  }
}

const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');

function accepted(request, job) {
  jobs.set(job.id, job);
  job.items.forEach((item, n) => {
    const row = request[n];
    Object.assign(row, {job: job.id, documentId: item.document_id, path: item.path || row.path, phase: 'stored', status: item.status, reason: item.reason});
    if (item.status !== 'ACCEPTED' && !item.document_id) {
      row.phase = 'done';
    }
    if (item.document_id) {
      byDocument.set(`${job.id}/${item.document_id}`, row);
    }
  });
  watch(job.id);
  update();
}

// ---- watching

function watch(id) {
  unwatched.push(id);
  if (watching === null) {
    watchNext();
  }
}

/** One stream at a time, the oldest job first: the service works in that order too. */
async function watchNext() {
  while (unwatched.length) {
    watching = unwatched.shift();
    try {
      await follow(watching);
    } catch (error) {
      // The service may be restarting; the job goes on by itself, so it is looked at again.
      problemOf(error);
      unwatched.unshift(watching);
      await new Promise(resolve => setTimeout(resolve, 2000));
    }
  }
  watching = null;
  ended();
}

async function follow(id) {
  let over = false;
  await stream(`/jobs/${id}/events`, {
    handle(name, data) {
      if (name === 'item') {
        itemChanged(id, data);
      } else if (name === 'error') {
        throw new Error(data.detail);
      } else {
        jobs.set(id, {...jobs.get(id), ...data});
        over ||= name === 'done';
      }
      update();
    },
  });
  if (!over) {
    throw new Error(texts.offline);
  }
  if (jobs.get(id).state === 'cancelled') {
    rows.filter(r => r.job === id && r.status === 'ACCEPTED').forEach(r => Object.assign(r, {phase: 'cancelled'}));
  }
}

function itemChanged(job, item) {
  const key = `${job}/${item.document_id ?? item.path}`;
  let row = byDocument.get(key) ?? rows.find(r => r.job === job && !r.documentId && r.path === item.path);
  if (!row) {
    // A file out of an archive: it has no file of its own here.
    row = {file: null, collection: jobs.get(job)?.collection, job};
    rows.push(row);
  }
  byDocument.set(key, row);
  Object.assign(row, {
    path: item.path, documentId: item.document_id, phase: item.phase, status: item.status, outcome: item.outcome, reason: item.reason,
    done: item.chunks_done, total: item.chunks_total,
  });
}

const isOver = row => row.phase === 'done' || row.phase === 'refused' || row.phase === 'cancelled';
const hasFailed = row => row.phase === 'refused' || (row.phase === 'done' && !GOOD.has(row.status));

function ended() {
  if (isActive()) {
    return;
  }
  const failed = rows.filter(hasFailed).length;
  announce(texts.uploads.announceDone(rows.length - failed, failed));
  loadCollections();
  finished();
}

export const isActive = () => sending > 0 || waiting.length > 0 || watching !== null;

// ---- steering

async function cancelAll() {
  waiting.flat().forEach(row => { row.phase = 'cancelled'; });
  waiting = [];
  update();
  for (const job of jobs.values()) {
    if (!FINAL_JOB.has(job.state)) {
      await call('POST', `/jobs/${job.id}:cancel`).catch(problemOf); // one that has ended meanwhile needs none
    }
  }
}

async function retryOne(row) {
  if (row.phase === 'refused') {
    enqueue([row]);
    return;
  }
  try {
    retried(await call('POST', `/documents/${row.documentId}:retry`), [row]);
  } catch (error) {
    const problem = problemOf(error);
    row.reason = {code: problem.code, message: problem.detail ?? problem.title};
    update();
  }
}

async function retryAll() {
  const failed = rows.filter(hasFailed);
  const refused = failed.filter(r => r.phase === 'refused');
  if (refused.length) {
    enqueue(refused);
  }
  for (const [id, list] of Map.groupBy(failed.filter(r => r.phase === 'done' && r.documentId), r => r.job)) {
    try {
      retried(await call('POST', `/jobs/${id}:retry`), list);
    } catch (error) {
      problemOf(error); // nothing of this job can be tried again; its rows keep their reasons
    }
  }
}

function retried(job, list) {
  jobs.set(job.id, job);
  for (const row of list) {
    Object.assign(row, {job: job.id, phase: 'stored', status: 'ACCEPTED', reason: null, outcome: null});
    byDocument.set(`${job.id}/${row.documentId}`, row);
  }
  watch(job.id);
  update();
}

function dismiss() {
  rows = [];
  byDocument = new Map();
  jobs = new Map();
  scrolled = 0;
  update();
}

// ---- drawing

const sums = list => ({all: list.length, over: list.filter(isOver).length, failed: list.filter(hasFailed).length});

/** One line for every page but the collection's own: how far it is. */
export function stripView(shownCollection) {
  if (rows.length === 0 || rows.every(r => r.collection === shownCollection)) {
    return nothing;
  }
  const {all, over, failed} = sums(rows);
  return html`
    <div class="strip">
      <span>${isActive() ? texts.uploads.strip(over - failed, all, failed) : texts.uploads.stripDone(all - failed, failed)}</span>
      <progress max=${all} .value=${over} aria-label=${texts.uploads.title}></progress>
      <a href=${`/collections/${rows[0].collection}`}>${texts.uploads.toCollection}</a>
      ${isActive() ? nothing : html`<button class="ghost square" @click=${dismiss} aria-label=${texts.uploads.dismiss} title=${texts.uploads.dismiss}>${icon('close')}</button>`}
    </div>`;
}

/** The files on their way into a collection. */
export function uploadsView(collection) {
  const list = rows.filter(r => r.collection === collection);
  if (list.length === 0) {
    return nothing;
  }
  const {all, over, failed} = sums(list);
  const failures = list.filter(hasFailed);
  const retryable = failures.filter(r => r.phase === 'refused' || r.documentId);
  const eta = jobs.get(watching)?.eta_seconds;
  return html`
    <section class="uploads panel" aria-labelledby="uploads-title">
      <header class="panel-head">
        <h2 id="uploads-title">${isActive() ? texts.uploads.strip(over - failed, all, failed) : texts.uploads.stripDone(all - failed, failed)}</h2>
        <span class="quiet numbers">${isActive() && eta != null && unwatched.length === 0 ? texts.uploads.left(eta) : nothing}</span>
      </header>
      <progress max=${all} .value=${over} aria-label=${texts.uploads.title}></progress>
      ${failures.length ? failuresView(failures, retryable) : nothing}
      ${rowsView(list)}
      <div class="buttons">
        ${isActive() ? html`<button @click=${cancelAll}>${texts.uploads.cancel}</button>`
            : html`<button @click=${dismiss}>${texts.uploads.dismiss}</button>`}
        ${retryable.length && !isActive() ? html`<button class="primary" @click=${retryAll}>${texts.uploads.retryAll(retryable.length)}</button>` : nothing}
      </div>
    </section>`;
}

function failuresView(failures, retryable) {
  return html`
    <div class="failures">
      <h3>${texts.uploads.failures}</h3>
      <ul>${failures.slice(0, FAILURES_SHOWN).map(row => html`
        <li>
          <span class="failure-words"><strong class="path">${row.path}</strong>
            <span>${row.reason?.message ?? texts.status[row.status]}</span>
            ${texts.wayOut[row.reason?.code] ? html`<span class="quiet">${texts.wayOut[row.reason.code]}</span>` : nothing}</span>
          ${retryable.includes(row) ? html`<button class="ghost square" @click=${() => retryOne(row)}
              aria-label=${texts.uploads.retryOne(row.path)} title=${texts.retry}>${icon('retry')}</button>` : nothing}
        </li>`)}</ul>
      ${failures.length > FAILURES_SHOWN ? html`<p class="quiet">${texts.uploads.moreFailures(failures.length - FAILURES_SHOWN)}</p>` : nothing}
    </div>`;
}

/** Only the rows in sight are drawn, so that thousands cost as little as ten. */
function rowsView(list) {
  const first = Math.max(0, Math.min(Math.floor(scrolled / ROW), list.length - ROWS_IN_VIEW));
  const shown = list.slice(Math.max(0, first - 2), first + ROWS_IN_VIEW + 2);
  const above = Math.max(0, first - 2);
  return html`
    <div class="upload-rows" tabindex="0" role="group" aria-label=${texts.uploads.list} @scroll=${event => { scrolled = event.target.scrollTop; update(); }}>
      <ul>
        ${spacer(above * ROW)}
        ${shown.map(row => html`
          <li class="upload-row">
            <span class="upload-mark mark-${hasFailed(row) ? 'bad' : isOver(row) ? 'good' : 'working'}" aria-hidden="true"></span>
            <span class="upload-path path" title=${row.path}>${row.path}</span>
            <span class="quiet numbers">${phaseOf(row)}</span>
          </li>`)}
        ${spacer((list.length - above - shown.length) * ROW)}
      </ul>
    </div>`;
}

/** Room for the rows that are not drawn; an attribute of a drawing, since style attributes are shut out. */
const spacer = height => height > 0 ? html`<li class="spacer" aria-hidden="true"><svg width="1" height=${height}></svg></li>` : nothing;

function phaseOf(row) {
  if (row.phase === 'done') {
    return GOOD.has(row.status) && row.outcome ? texts.uploads.outcomes[row.outcome] : texts.status[row.status];
  }
  if (row.phase === 'encoding' && row.done > 0) {
    return texts.uploads.chunks(row.done, row.total);
  }
  return texts.uploads.phases[row.phase];
}

export const targetTitle = collection => shared.collections ? collectionTitle(collection) : '';

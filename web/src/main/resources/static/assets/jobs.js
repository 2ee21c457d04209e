// Jobs, as they run: asked for again each second while one does.
import {problemView} from './answer.js';
import {call} from './api.js';
import {confirm} from './dialog.js';
import {time} from './format.js';
import {readdress} from './router.js';
import {collectionTitle, may, problemOf, say, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, repeat} from './view.js';

const BUSY_MS = 1000;
const IDLE_MS = 5000;
const PAGE = 50;
const FINAL = new Set(['succeeded', 'partially_succeeded', 'failed', 'cancelled']);

let jobs = null;
let older = []; // pages beyond the first, which are not asked for again
let cursor = null;
let state = '';
let problem = null;
let timer = 0;
let here = false;
const files = new Map(); // of the jobs that are unfolded: {items, cursor, onlyFailed}

async function enter({query}) {
  here = true;
  state = Object.hasOwn(texts.jobs.states, query.get('state')) ? query.get('state') : '';
  older = [];
  await look();
}

function leave() {
  here = false;
  clearTimeout(timer);
}

async function look() {
  clearTimeout(timer);
  try {
    const page = await call('GET', `/jobs?limit=${PAGE}${state ? `&state=${state}` : ''}`);
    jobs = page.items;
    if (older.length === 0) {
      cursor = page.next_cursor;
    }
    problem = null;
    await Promise.all(jobs.filter(j => files.has(j.id) && !FINAL.has(j.state)).map(j => lookInto(j.id)));
  } catch (error) {
    problem = problemOf(error);
  }
  update();
  if (here) {
    timer = setTimeout(() => document.hidden ? look.later() : look(), (jobs ?? []).some(j => !FINAL.has(j.state)) ? BUSY_MS : IDLE_MS);
  }
}

/** A page that nobody sees asks nothing until it is seen again. */
look.later = () => document.addEventListener('visibilitychange', () => { if (here) { look(); } }, {once: true});

function choose(wanted) {
  state = wanted;
  older = [];
  readdress(state ? `/jobs?state=${state}` : '/jobs');
  look();
}

async function more() {
  const page = await call('GET', `/jobs?limit=${PAGE}${state ? `&state=${state}` : ''}&cursor=${encodeURIComponent(cursor)}`);
  older = older.concat(page.items);
  cursor = page.next_cursor;
  update();
}

async function unfold(job) {
  if (files.delete(job.id)) {
    update();
    return;
  }
  files.set(job.id, {items: null, cursor: null, onlyFailed: false});
  update();
  await lookInto(job.id);
}

async function lookInto(id, next = null) {
  const entry = files.get(id);
  const page = await call('GET', `/jobs/${id}/items?limit=100${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
  entry.items = next ? entry.items.concat(page.items) : page.items;
  entry.cursor = page.next_cursor;
  update();
}

function cancel(job) {
  confirm({
    title: texts.jobs.cancelTitle,
    body: () => job.kind === 'evaluation' ? texts.evaluations.cancelBody : texts.jobs.cancelBody,
    action: texts.jobs.cancel,
    failed: problemOf,
    async act() {
      await call('POST', `/jobs/${job.id}:cancel`);
      say(texts.jobs.cancelled);
      await look();
    },
  });
}

async function retry(job) {
  try {
    await call('POST', `/jobs/${job.id}:retry`);
    say(texts.jobs.retried);
  } catch (error) {
    const wrong = problemOf(error);
    say(wrong.detail ?? wrong.title);
  }
  await look();
}

function view() {
  return html`
    <div class="page">
      <header class="page-head with-action">
        <div><h1 tabindex="-1">${texts.jobs.title}</h1><p class="quiet">${texts.jobs.intro}</p></div>
        <label class="inline">${texts.jobs.filter}
          <select @change=${event => choose(event.target.value)}>
            <option value="" .selected=${state === ''}>${texts.jobs.all}</option>
            ${Object.entries(texts.jobs.states).map(([value, words]) => html`<option value=${value} .selected=${value === state}>${words}</option>`)}
          </select></label>
      </header>
      ${problem ? problemView(problem) : nothing}
      ${jobs === null ? html`<p class="quiet" role="status">${texts.loading}</p>`
          : jobs.length === 0 ? html`<div class="blank"><p>${texts.jobs.none}</p>${state ? nothing : html`<p class="quiet">${texts.jobs.noneNext}</p>`}</div>` : html`
            <ul class="rows jobs">${repeat([...jobs, ...older], j => j.id, jobView)}</ul>
            ${cursor ? html`<p class="more"><button @click=${more}>${texts.more}</button></p>` : nothing}`}
    </div>`;
}

function jobView(job) {
  const running = !FINAL.has(job.state);
  const entry = files.get(job.id);
  const took = job.finished_at && job.started_at ? (new Date(job.finished_at) - new Date(job.started_at)) / 1000 : null;
  return html`
    <li class="row job">
      <div class="row-main">
        <span class="row-title">${texts.jobs.kinds[job.kind]}${job.collection ? html` · <a href=${`/collections/${job.collection}`}>${collectionTitle(job.collection)}</a>` : nothing}</span>
        <span class="quiet numbers">${[
          time(job.created_at), running ? texts.jobs.progress(job) : texts.jobs.counts(job),
          running && job.eta_seconds !== null ? texts.jobs.left(job.eta_seconds) : '',
          took !== null ? texts.jobs.took(took) : '',
        ].filter(Boolean).join(' · ')}</span>
        ${job.error ? html`<span class="row-reason">${job.error.message}</span>` : nothing}
        ${running ? html`<progress max="1" .value=${job.progress ?? 0} aria-label=${texts.jobs.kinds[job.kind]}></progress>` : nothing}
      </div>
      <span class="row-facts"><span class="badge job-${job.state}">${texts.jobs.states[job.state]}</span></span>
      <span class="row-actions">
        ${job.kind === 'evaluation' ? html`<a class="button small ghost" href="/evaluations">${texts.evaluations.open}</a>` : html`<button class="small ghost" aria-expanded=${entry !== undefined} aria-label=${texts.jobs.showOf(job.id)} @click=${() => unfold(job)}>${texts.jobs.show}</button>`}
        ${running && may('write') ? html`<button class="small" @click=${() => cancel(job)}>${texts.jobs.cancel}</button>` : nothing}
        ${!running && job.failed && job.kind !== 'evaluation' && may('write') ? html`<button class="small" @click=${() => retry(job)}>${texts.jobs.retry}</button>` : nothing}
      </span>
      ${entry ? filesView(job, entry) : nothing}
    </li>`;
}

function filesView(job, entry) {
  if (entry.items === null) {
    return html`<p class="quiet job-files" role="status">${texts.loading}</p>`;
  }
  const shown = entry.onlyFailed ? entry.items.filter(i => i.reason) : entry.items;
  return html`
    <div class="job-files">
      ${job.failed ? html`<label class="check"><input type="checkbox" .checked=${entry.onlyFailed}
          @change=${event => { entry.onlyFailed = event.target.checked; update(); }}> ${texts.jobs.onlyFailed}</label>` : nothing}
      ${shown.length === 0 ? html`<p class="quiet">${texts.jobs.none_items}</p>` : html`
        <ul>${shown.map(item => html`
          <li>
            <span class="path">${item.document_id ? html`<a href=${`/documents/${item.document_id}`}>${item.path}</a>` : item.path}</span>
            <span class="quiet">${item.phase === 'done' ? item.outcome && !item.reason ? texts.uploads.outcomes[item.outcome] : texts.status[item.status]
                : item.phase === 'encoding' && item.chunks_total ? texts.uploads.chunks(item.chunks_done, item.chunks_total) : texts.uploads.phases[item.phase]}</span>
            ${item.reason ? html`<span class="row-reason">${item.reason.message} <span class="quiet">${texts.wayOut[item.reason.code] ?? ''}</span></span>` : nothing}
          </li>`)}</ul>`}
      ${entry.cursor ? html`<p class="more"><button class="small" @click=${() => lookInto(job.id, entry.cursor)}>${texts.more}</button></p>` : nothing}
    </div>`;
}

export const jobsPage = {title: () => texts.jobs.title, enter, leave, view};

// Adding documents: files and folders in requests of bounded size, progress from the jobs' own streams.
import {call, stream, upload} from './api.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

const FILES_A_REQUEST = 100;
const BYTES_A_REQUEST = 64 * 1024 * 1024;

/** Files of an input element or of a drop, with their paths inside a chosen folder. */
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

function requests(files) {
  const out = [];
  let size = 0;
  for (const file of files) {
    const last = out.at(-1);
    if (!last || last.length === FILES_A_REQUEST || size + file.file.size > BYTES_A_REQUEST) {
      out.push([file]);
      size = file.file.size;
    } else {
      last.push(file);
      size += file.file.size;
    }
  }
  return out;
}

/** Sends everything; `changed` is called whenever a job or the sending has moved. */
export async function ingest(collection, files, ingestion, changed) {
  ingestion.of = files.length;
  const watching = [];
  for (const request of requests(files)) {
    const job = await upload(collection, request);
    ingestion.sent += request.length;
    const entry = {job, failures: []};
    ingestion.jobs.push(entry);
    changed();
    watching.push(watch(entry, changed));
  }
  await Promise.all(watching);
}

async function watch(entry, changed) {
  await stream(`/jobs/${entry.job.id}/events`, {
    handle(name, data) {
      if (name === 'job' || name === 'done') {
        entry.job = {...entry.job, ...data};
      } else if (name === 'progress') {
        entry.job = {...entry.job, ...data};
      } else if (name === 'item' && data.reason) {
        entry.failures = [...entry.failures.filter(f => f.document_id !== data.document_id), data];
      }
      changed();
    },
  });
}

export async function retry(entry, changed) {
  entry.job = await call('POST', `/jobs/${entry.job.id}:retry`);
  entry.failures = [];
  changed();
  await watch(entry, changed);
}

export async function cancel(entry, changed) {
  entry.job = {...entry.job, ...await call('POST', `/jobs/${entry.job.id}:cancel`)};
  changed();
}

const FINAL = new Set(['succeeded', 'partially_succeeded', 'failed', 'cancelled']);

export function ingestionView(ingestion, {onCancel, onRetry, onDismiss}) {
  if (ingestion === null) {
    return nothing;
  }
  const over = ingestion.sent === ingestion.of && ingestion.jobs.every(e => FINAL.has(e.job.state));
  return html`
    <section class="ingestion" aria-live="polite">
      ${ingestion.sent < ingestion.of && !ingestion.problem
          ? html`<p>${texts.uploading(ingestion.sent, ingestion.of)}</p>` : nothing}
      ${ingestion.problem ? html`<p class="notice">${ingestion.problem.detail ?? ingestion.problem.title}</p>` : nothing}
      ${ingestion.jobs.map(entry => html`
        <div class="job">
          <p>${FINAL.has(entry.job.state) ? texts.jobDone(entry.job) : texts.job(entry.job)}
            <span class="quiet">${texts.jobState[entry.job.state]}</span></p>
          <progress max="1" .value=${entry.job.progress ?? 0}></progress>
          ${entry.failures.length ? html`<ul class="failures">${entry.failures.map(f => html`
            <li><strong>${f.path}</strong> ${f.reason.message}</li>`)}</ul>` : nothing}
          ${!FINAL.has(entry.job.state) ? html`<button @click=${() => onCancel(entry)}>${texts.cancel}</button>` : nothing}
          ${FINAL.has(entry.job.state) && entry.job.failed
              ? html`<button @click=${() => onRetry(entry)}>${texts.retry}</button>` : nothing}
        </div>`)}
      ${over || ingestion.problem ? html`<button class="plain" @click=${onDismiss}>${texts.dismiss}</button>` : nothing}
    </section>`;
}

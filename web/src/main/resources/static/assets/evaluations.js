// Evaluation runs: question sets, a run as it goes on, its figures as charts, and two runs side by side.
import {problemView} from './answer.js';
import {all, call, putLines, readLines, stream} from './api.js';
import {bars, figure, nice, plane, timeline, whiskers} from './charts.js';
import {confirm} from './dialog.js';
import {count, date, millis, nats, percent, seconds, time} from './format.js';
import {icon} from './icons.js';
import {go, readdress} from './router.js';
import {announce, collectionTitle, may, problemOf, say, shared, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, repeat} from './view.js';

const words = texts.evaluations;
const FINAL = new Set(['succeeded', 'partially_succeeded', 'failed', 'cancelled']);
const HEADLINES = ['em', 'f1', 'answered_share', 'citation_precision', 'total_p50_ms'];
const VERDICTS = ['failed', 'invented', 'wrong', 'declined', 'right', 'rightly_declined'];
const GOOD = new Set(['right', 'rightly_declined']);
const AGAIN_MS = 2000;
const SHOWN_CHANGES = 20;
const SHOWN_RUNS = 24;

const isFinal = run => FINAL.has(run.state);
const unit = name => words.metrics[name]?.unit ?? 'share';
const metricName = name => words.metrics[name]?.name ?? name;
const onScale = name => ['share', 'cost'].includes(unit(name));
const clearly = d => !d.clear ? 'even' : (d.difference > 0) === ['share', 'nats'].includes(unit(d.name)) ? 'better' : 'worse';

function value(name, number) {
  switch (unit(name)) {
    case 'count': return count(number);
    case 'nats': return `${nats(number)} nats`;
    case 'millis': return millis(Math.round(number));
    default: return number.toFixed(3);
  }
}

const signed = (name, number) => `${number > 1e-9 ? '+' : number < -1e-9 ? '−' : '±'}${value(name, Math.abs(number))}`;

// ---- watching a run

/** Follows a run's job until it has ended, over lost connections too; `changed` gets each state of the job. */
async function watch(run, changed, signal) {
  for (let over = false; !over && !signal.aborted;) {
    try {
      await stream(`/jobs/${run.job_id}/events`, {
        signal,
        handle(name, job) {
          if (name !== 'error' && name !== 'item') {
            changed(job);
            over = name === 'done';
            update();
          }
        },
      });
    } catch (error) {
      if (signal.aborted || error.problem?.status === 404) {
        return;
      }
    }
    if (!over && !signal.aborted) {
      await new Promise(resolve => setTimeout(resolve, AGAIN_MS));
    }
  }
}

const take = (run, job) => Object.assign(run, {state: job.state, progress: job.progress, error: job.error, done: job.completed + job.failed, eta: job.eta_seconds});

function cancel(run, then) {
  confirm({
    title: words.cancelTitle,
    body: () => words.cancelBody,
    action: words.cancel,
    failed: problemOf,
    async act() {
      take(run, await call('POST', `/jobs/${run.job_id}:cancel`));
      say(words.cancelled);
      await then();
    },
  });
}

// ---- the list, and beginning a run

let runs = null;
let older = []; // pages beyond the first, which are not asked for again
let cursor = null;
let timer = 0;
let sets = null;
let problem = null;
let wrong = null; // what is wrong with the form
let working = false;
let listed = false;
let shownSeries = ''; // its key
const form = {collection: '', dataset: '', style: 'short', k: '', min_confidence: '', limit: '', seed: '', knock_outs: ''};

async function enterList({query}) {
  listed = true;
  wrong = null;
  older = [];
  form.collection = shared.collections.find(c => c.id === query.get('collection'))?.id ?? (form.collection || shared.collections[0]?.id || '');
  await load();
}

function leaveList() {
  listed = false;
  clearTimeout(timer);
}

/** Asked for again while a run waits or goes on: many streams would take up the browser's connections. */
async function load() {
  clearTimeout(timer);
  try {
    const [page, known] = await Promise.all([call('GET', '/evaluations?limit=50'), all('/evaluations/datasets')]);
    runs = page.items;
    if (older.length === 0) {
      cursor = page.next_cursor;
    }
    sets = known;
    if (!sets.some(s => s.name === form.dataset)) {
      form.dataset = sets[0]?.name ?? '';
    }
    problem = null;
  } catch (error) {
    problem = problemOf(error);
  }
  update();
  if (listed && (runs ?? []).some(r => !isFinal(r))) {
    timer = setTimeout(() => document.hidden ? document.addEventListener('visibilitychange', () => { if (listed) { load(); } }, {once: true}) : load(), AGAIN_MS);
  }
}

async function more() {
  const page = await call('GET', `/evaluations?limit=50&cursor=${encodeURIComponent(cursor)}`);
  older = older.concat(page.items);
  cursor = page.next_cursor;
  update();
}

/** A name that the API takes, made of a file's. */
const slug = name => name.toLowerCase().replace(/\.[^.]*$/, '').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63) || 'questions';

async function put(name, lines) {
  wrong = null;
  working = true;
  update();
  try {
    const {dataset} = await putLines(`/evaluations/datasets/${name}`, lines);
    sets = (sets ?? []).filter(s => s.name !== dataset.name).concat(dataset).sort((a, b) => a.name < b.name ? -1 : 1);
    form.dataset = dataset.name;
    say(words.setKept(dataset));
  } catch (error) {
    wrong = problemOf(error);
  }
  working = false;
  update();
}

function chosen(event) {
  const [file] = event.target.files;
  event.target.value = '';
  if (file) {
    put(slug(file.name), file);
  }
}

async function fromFeedback() {
  try {
    const lines = await readLines(`/feedback?collection=${encodeURIComponent(form.collection)}`);
    if (lines.trim() === '') {
      wrong = {title: words.noFeedback(collectionTitle(form.collection))};
      update();
      return;
    }
    await put(slug(`feedback-${form.collection}`), lines);
  } catch (error) {
    wrong = problemOf(error);
    update();
  }
}

function removeSet(set) {
  confirm({
    title: words.removeSetTitle(set.name),
    body: () => words.removeSetBody,
    action: texts.remove,
    failed: problemOf,
    async act() {
      await call('DELETE', `/evaluations/datasets/${set.name}`);
      await load();
    },
  });
}

const numberOf = text => text === '' ? null : Number(text);

async function start(event) {
  event.preventDefault();
  wrong = null;
  working = true;
  update();
  try {
    const job = await begin({
      collection: form.collection, dataset: form.dataset, style: form.style, k: numberOf(form.k), min_confidence: numberOf(form.min_confidence),
      limit: numberOf(form.limit), seed: numberOf(form.seed), knock_outs: numberOf(form.knock_outs),
    });
    working = false;
    await go(`/evaluations/${job.evaluation_id}`);
  } catch (error) {
    working = false;
    wrong = problemOf(error);
    update();
  }
}

const begin = body => call('POST', '/evaluations', body);

function listView() {
  return html`
    <div class="page">
      <header class="page-head">
        ${may('admin') ? html`<p class="crumbs"><a href="/admin">${texts.admin.title}</a></p>` : nothing}
        <h1 tabindex="-1">${words.title}</h1>
        <p class="quiet">${words.intro}</p>
      </header>
      ${problem ? problemView(problem) : nothing}
      ${sets === null ? html`<p class="quiet" role="status">${texts.loading}</p>` : html`
        ${formView()}
        ${seriesView(seriesOf([...runs, ...older]))}
        <section class="section" aria-labelledby="runs-title">
          <h2 id="runs-title">${words.runs}</h2>
          ${runs.length === 0 ? html`<div class="blank"><p>${words.none}</p></div>` : html`
            <ul class="rows">${repeat([...runs, ...older], r => r.id, runView)}</ul>
            ${cursor ? html`<p class="more"><button @click=${more}>${texts.more}</button></p>` : nothing}`}
        </section>`}
    </div>`;
}

// ---- runs of the same questions, in the order of time

/** Runs that put the same questions to the same collection in the same style: at least two of each, the oldest first. */
function seriesOf(all) {
  const found = new Map();
  for (const one of all.filter(r => r.counts !== null)) {
    const key = [one.collection, one.dataset_sha256, one.style, one.limit, one.limit === null ? null : one.seed].join(' ');
    found.set(key, [one, ...found.get(key) ?? []]);
  }
  return [...found].filter(([, same]) => same.length > 1).map(([key, same]) => ({key, runs: same}));
}

function seriesView(all) {
  if (all.length === 0) {
    return nothing;
  }
  const series = all.find(s => s.key === shownSeries) ?? all[0];
  return html`
    <section class="section" aria-labelledby="series-title">
      <h2 id="series-title">${words.series}</h2>
      <label class="field">${words.seriesOf}
        <select name="series" @change=${event => { shownSeries = event.target.value; update(); }}>
          ${all.map(s => html`<option value=${s.key} .selected=${s.key === series.key}>${words.oneSeries(s.runs[0], s.runs.length, collectionTitle(s.runs[0].collection))}</option>`)}
        </select></label>
      <div class="charts">
        ${seriesChart(series, words.seriesRight, ['em', 'f1'])}
        ${seriesChart(series, words.seriesInvented, ['answered_of_unanswerable'])}
      </div>
    </section>`;
}

function seriesChart(series, title, names) {
  const shown = series.runs.slice(-SHOWN_RUNS);
  const known = names.filter(name => shown.some(r => r.metrics[name] !== undefined));
  if (known.length === 0) {
    return nothing;
  }
  const lines = known.map(name => ({
    name: metricName(name),
    points: shown.map(r => r.metrics[name] === undefined ? null
        : {value: r.metrics[name], ...r.intervals[name], words: `${time(r.created_at)}: ${metricName(name)} ${value(name, r.metrics[name])}`}),
  }));
  const said = words.seriesWords(known.map(name => ({name: metricName(name), first: shown[0].metrics[name], last: shown.at(-1).metrics[name]})), shown.length);
  return figure({
    title, words: said, wide: true, note: names.includes('f1') ? words.seriesNote : null,
    drawing: timeline(title, said, {ticks: shown.map(r => time(r.created_at)), lines}),
    head: [words.run, ...known.flatMap(name => [metricName(name), words.intervalHead]), words.answeredBy],
    rows: shown.map(r => [
      html`<a href=${`/evaluations/${r.id}`}>${time(r.created_at)}</a>`,
      ...known.flatMap(name => r.metrics[name] === undefined ? ['–', '–']
          : [value(name, r.metrics[name]), words.interval(value(name, r.intervals[name].low), value(name, r.intervals[name].high))]),
      words.by(r),
    ]),
  });
}

function formView() {
  const set = sets.find(s => s.name === form.dataset);
  const field = (name, options = {}) => html`
    <label class="field">${words.fields[name]}
      <input name=${name} type="number" inputmode="decimal" min=${options.min ?? 0} max=${options.max ?? nothing} step=${options.step ?? 1}
          placeholder=${words.defaults[name]} .value=${form[name]} @input=${event => { form[name] = event.target.value; }}></label>`;
  return html`
    <section class="section" aria-labelledby="new-run">
      <h2 id="new-run">${words.newRun}</h2>
      <form class="panel" @submit=${start}>
        <div class="form-grid">
          <label class="field">${texts.collection}
            <select name="collection" required @change=${event => { form.collection = event.target.value; update(); }}>
              ${shared.collections.map(c => html`<option value=${c.id} .selected=${c.id === form.collection}>${c.title}</option>`)}
            </select></label>
          <label class="field">${words.set}
            <select name="dataset" required ?disabled=${sets.length === 0} aria-describedby="set-facts" @change=${event => { form.dataset = event.target.value; update(); }}>
              ${sets.map(s => html`<option value=${s.name} .selected=${s.name === form.dataset}>${s.name}</option>`)}
            </select></label>
          <label class="field">${texts.ask.style}
            <select name="style" @change=${event => { form.style = event.target.value; }}>
              ${Object.entries(texts.ask.styles).map(([name, text]) => html`<option value=${name} .selected=${name === form.style}>${text}</option>`)}
            </select></label>
        </div>
        <p class="quiet" id="set-facts">${set ? words.setFacts(set) : words.noSets}</p>
        <div class="actions">
          <label class="button small">${icon('upload')} ${words.addSet}
            <input class="hidden" type="file" accept=".jsonl,.ndjson,.json,application/x-ndjson" ?disabled=${working} @change=${chosen}></label>
          ${may('admin') && form.collection ? html`<button type="button" class="small" ?disabled=${working} @click=${fromFeedback}>${words.fromFeedback}</button>` : nothing}
          ${set ? html`<button type="button" class="small ghost" @click=${() => removeSet(set)}>${words.removeSet}</button>` : nothing}
        </div>
        <details>
          <summary>${words.settings}</summary>
          <div class="form-grid">
            ${field('limit', {min: 1, max: 100000})}${field('k', {min: 1, max: 32})}${field('min_confidence', {max: 1, step: 'any'})}
            ${field('seed')}${field('knock_outs', {max: 1000})}
          </div>
        </details>
        ${wrong ? wrongView(wrong) : nothing}
        <div class="buttons"><button class="primary" ?disabled=${working || !set || !form.collection}>${words.start}</button></div>
      </form>
      <details class="help"><summary>${words.format}</summary><p class="quiet">${words.formatHelp}</p><pre class="scroll-x" tabindex="0">${words.formatExample}</pre></details>
    </section>`;
}

/** Which lines of a set are no questions. */
function wrongView(found) {
  return html`
    <div class="problem" role="alert">
      <p>${found.code === 'invalid_dataset' && found.errors?.length ? found.title : found.detail ?? found.title}</p>
      ${found.errors?.length ? html`<ul>${found.errors.slice(0, 10).map(e => html`<li>${e.field}: ${e.message}</li>`)}</ul>` : nothing}
      ${found.errors?.length > 10 ? html`<p class="quiet">${words.moreLines(found.errors.length - 10)}</p>` : nothing}
    </div>`;
}

const stateBadge = run => html`<span class="badge job-${run.state}">${run.error?.code === 'interrupted' ? words.interrupted : texts.jobs.states[run.state]}</span>`;

function runView(run) {
  const facts = ['f1', 'answered_share', 'citation_precision'].filter(name => run.metrics[name] !== undefined)
      .map(name => `${metricName(name)} ${value(name, run.metrics[name])}`);
  return html`
    <li class="row job">
      <a class="row-main" href=${`/evaluations/${run.id}`}>
        <span class="row-title">${run.dataset} → ${collectionTitle(run.collection)}</span>
        <span class="quiet numbers">${[time(run.created_at), texts.ask.styles[run.style], words.questions(run.questions), ...facts].join(' · ')}</span>
        ${run.error ? html`<span class="row-reason">${run.error.message}</span>` : nothing}
        ${isFinal(run) ? nothing : html`<progress max="1" .value=${run.progress ?? 0} aria-label=${words.progress}></progress>`}
      </a>
      <span class="row-facts">${stateBadge(run)}</span>
      ${isFinal(run) ? nothing : html`<span class="row-actions"><button class="small" @click=${() => cancel(run, load)}>${words.cancel}</button></span>`}
    </li>`;
}

export const evaluationsPage = {title: () => words.title, enter: enterList, leave: leaveList, view: listView};

// ---- one run

let run = null;
let others = [];
let compared = null; // {run, comparison} with the earlier run
let rows = null;
let rowsCursor = null;
let verdict = '';
let runProblem = null;
let opened = null; // its id, while the page is open
let watched = new AbortController();

async function enterRun({params: [id], query}) {
  const same = opened === id;
  opened = id;
  watched.abort();
  watched = new AbortController();
  if (!same) {
    run = null;
    compared = null;
    rows = null;
    verdict = '';
  }
  runProblem = null;
  update();
  try {
    run = await call('GET', `/evaluations/${id}`);
    verdict = same ? verdict : VERDICTS.find(v => !GOOD.has(v) && run.outcomes[v]) ?? ''; // what went wrong comes first
    await Promise.all([lookAtRows(), lookAtOthers(), compare(query.get('with'))]);
  } catch (error) {
    runProblem = problemOf(error);
  }
  update();
  if (run && !isFinal(run)) {
    const shown = run;
    const {signal} = watched;
    watch(shown, job => take(shown, job), signal).then(() => {
      if (!signal.aborted && isFinal(shown)) {
        announce(words.ended(texts.jobs.states[shown.state]));
        enterRun({params: [id], query});
      }
    });
  }
}

function leaveRun() {
  opened = null;
  watched.abort();
}

async function lookAtRows(next = null) {
  const page = await call('GET', `/evaluations/${run.id}/rows?limit=50${verdict ? `&verdict=${verdict}` : ''}${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
  rows = next ? rows.concat(page.items) : page.items;
  rowsCursor = page.next_cursor;
  update();
}

async function lookAtOthers() {
  const page = await call('GET', '/evaluations?limit=100');
  others = page.items.filter(r => r.id !== run.id && r.counts !== null);
}

async function compare(id) {
  if (!id || run.counts === null) {
    compared = null;
    return;
  }
  const [other, comparison] = await Promise.all([call('GET', `/evaluations/${id}`), call('GET', `/evaluations/${run.id}/compare?with=${encodeURIComponent(id)}`)]);
  compared = {run: other, comparison};
}

async function chooseOther(id) {
  readdress(`/evaluations/${run.id}${id ? `?with=${id}` : ''}`);
  try {
    await compare(id);
    runProblem = null;
  } catch (error) {
    runProblem = problemOf(error);
  }
  update();
}

async function chooseVerdict(wanted) {
  verdict = wanted;
  await lookAtRows();
}

async function again() {
  try {
    const job = await begin({
      collection: run.collection, dataset: run.dataset, style: run.style, k: run.k, min_confidence: run.min_confidence, limit: run.limit, seed: run.seed,
      knock_outs: run.knock_outs,
    });
    await go(`/evaluations/${job.evaluation_id}`);
  } catch (error) {
    runProblem = problemOf(error);
    update();
  }
}

function remove() {
  confirm({
    title: words.deleteTitle,
    body: () => words.deleteBody(run.questions),
    action: texts.remove,
    failed: problemOf,
    async act() {
      await call('DELETE', `/evaluations/${run.id}`);
      say(words.deleted);
      await go('/evaluations');
    },
  });
}

function oneView() {
  return html`
    <div class="page">
      <header class="page-head">
        <p class="crumbs"><a href="/evaluations">${words.all}</a></p>
        <h1 tabindex="-1">${run ? `${run.dataset} → ${collectionTitle(run.collection)}` : words.run}</h1>
        ${run ? html`<p class="quiet">${[date(run.created_at), time(run.created_at), texts.ask.styles[run.style], words.questions(run.questions)].join(' · ')} ${stateBadge(run)}</p>` : nothing}
      </header>
      ${runProblem ? problemView(runProblem) : nothing}
      ${run === null ? runProblem ? nothing : html`<p class="quiet" role="status">${texts.loading}</p>` : html`
        ${isFinal(run) ? nothing : progressView()}
        ${run.error ? html`<p class="problem">${run.error.message}</p>` : nothing}
        ${toolsView()}
        ${run.counts === null ? nothing : figuresView()}
        ${rows === null ? nothing : rowsView()}
        ${conditionsView()}`}
    </div>`;
}

function progressView() {
  return html`
    <div class="panel">
      <p>${run.state === 'queued' ? words.waits : words.asked(run.done ?? Math.round((run.progress ?? 0) * run.questions), run.questions)}${
          run.eta != null ? ` · ${texts.jobs.left(run.eta)}` : ''}</p>
      <progress max="1" .value=${run.progress ?? 0} aria-label=${words.progress}></progress>
      <p class="quiet">${words.behind}</p>
    </div>`;
}

function toolsView() {
  const with_ = compared ? `?with=${compared.run.id}` : '';
  return html`
    <div class="actions">
      ${run.counts === null || others.length === 0 ? nothing : html`
        <label class="inline compare-with">${words.compareWith}
          <select name="with" @change=${event => chooseOther(event.target.value)}>
            <option value="" .selected=${!compared}>${words.noOther}</option>
            ${others.map(o => html`<option value=${o.id} .selected=${o.id === compared?.run.id}>${words.other(o, time(o.created_at), collectionTitle(o.collection))}</option>`)}
          </select></label>`}
      ${run.counts === null ? nothing : html`
        <a class="button" href=${`/api/v1/evaluations/${run.id}/report${with_}`} download>${icon('download')} ${words.report}</a>
        <a class="button" href=${`/api/v1/evaluations/${run.id}/file${with_}`} download>${icon('download')} JSON</a>`}
      ${isFinal(run) ? html`
        <button @click=${again}>${icon('retry')} ${words.again}</button>
        <button class="ghost danger-text" @click=${remove}>${texts.remove}</button>`
          : html`<button @click=${() => cancel(run, () => enterRun({params: [run.id], query: new URLSearchParams()}))}>${words.cancel}</button>`}
    </div>`;
}

// ---- figures

function figuresView() {
  return html`
    ${run.counts.failed ? html`<p class="notice">${words.failedNote(run.counts.failed)}</p>` : nothing}
    ${run.left_out.length ? html`<details class="notice"><summary>${words.leftOut(run.left_out.length)}</summary><ul>${run.left_out.slice(0, 20).map(l => html`<li>${l}</li>`)}</ul></details>` : nothing}
    <dl class="stats headlines">
      ${HEADLINES.filter(name => run.metrics[name] !== undefined).map(name => html`
        <div class="stat"><dt>${metricName(name)}</dt>
          <dd><strong class="headline numbers">${value(name, run.metrics[name])}</strong>
            <span class="quiet numbers">${words.interval(value(name, run.intervals[name].low), value(name, run.intervals[name].high))}</span></dd></div>`)}
    </dl>
    ${compared ? comparisonView() : nothing}
    <section class="section" aria-labelledby="figures-title">
      <h2 id="figures-title">${words.figures}</h2>
      <div class="charts">
        ${sharesChart()}${outcomesChart()}
        ${run.reliability.length ? reliabilityChart() : nothing}
        ${run.risk_coverage.length ? riskChart() : nothing}
        ${run.latency.length ? latencyChart() : nothing}
      </div>
    </section>
    <section class="section" aria-labelledby="all-title">
      <h2 id="all-title">${words.allFigures}</h2>
      ${metricsTable()}
    </section>`;
}

function sharesChart() {
  const names = Object.keys(run.metrics).filter(onScale);
  const items = names.map(name => ({name: metricName(name), value: run.metrics[name], ...run.intervals[name], style: 'one', shown: run.metrics[name].toFixed(3)}));
  const said = words.sharesWords(items.length);
  return figure({
    title: words.shares, words: said, wide: true, drawing: whiskers(words.shares, said, items, 0, 1),
    head: words.metricHead, rows: items.map(i => [i.name, i.shown, i.low.toFixed(3), i.high.toFixed(3)]),
  });
}

function outcomesChart() {
  const part = (style, name, ...kinds) => ({style, name, count: kinds.reduce((sum, kind) => sum + (run.outcomes[kind] ?? 0), 0)});
  const kinds = [
    {name: words.withAnswer, parts: [part('good', words.verdicts.right, 'right'), part('bad', words.verdicts.wrong, 'wrong'), part('idle', words.verdicts.declined, 'declined')]},
    {name: words.withoutAnswer, parts: [part('good', words.verdicts.rightly_declined, 'rightly_declined'), part('bad', words.verdicts.invented, 'invented')]},
  ].filter(kind => kind.parts.some(p => p.count));
  const said = kinds.map(kind => `${kind.name}: ${kind.parts.map(p => `${p.name} ${p.count}`).join(', ')}`).join('; ');
  return figure({
    title: words.outcomes, words: said, wide: true, drawing: bars(words.outcomes, said, kinds),
    head: words.outcomeHead, rows: kinds.flatMap(kind => kind.parts.map(p => [`${kind.name}: ${p.name}`, count(p.count)])),
  });
}

function reliabilityChart() {
  const most = Math.max(...run.reliability.map(b => b.count));
  const points = run.reliability.map(b => ({
    x: b.confidence, y: b.right, r: 3 + 6 * Math.sqrt(b.count / most), words: words.bin(b),
  }));
  const said = words.reliabilityWords(run.metrics.ece);
  return figure({
    title: words.reliability, words: said, note: words.reliabilityNote,
    drawing: plane(words.reliability, said, {xLabel: words.confidence, yLabel: words.rightShare, xTick: s => s.toFixed(2), lines: [points], diagonal: true, dots: true}),
    head: words.reliabilityHead, rows: run.reliability.map(b => [`${b.from.toFixed(1)}–${b.to.toFixed(1)}`, b.confidence.toFixed(2), b.right.toFixed(2), count(b.count)]),
  });
}

function riskChart() {
  const points = run.risk_coverage.map(p => ({x: p.coverage, y: p.risk, words: words.point(p)}));
  const said = words.riskWords(run.risk_coverage[0], run.risk_coverage.at(-1));
  return figure({
    title: words.risk, words: said, note: words.riskNote,
    drawing: plane(words.risk, said, {xLabel: words.coverage, yLabel: words.riskShare, xTick: s => s.toFixed(2), lines: [points], dots: true}),
    head: words.riskHead, rows: run.risk_coverage.map(p => [p.min_confidence.toFixed(2), p.coverage.toFixed(2), p.risk.toFixed(2)]),
  });
}

function latencyChart() {
  const longest = Math.max(...run.latency.flatMap(p => [p.first_token_ms ?? 0, p.total_ms]));
  if (longest <= 0) {
    return nothing;
  }
  const end = nice(longest);
  const curve = name => run.latency.filter(p => p[name] !== null).map(p => ({x: p[name] / end, y: p.share}));
  const said = words.latencyWords(run.metrics);
  const shown = run.latency.filter((_, n) => (n + 1) % 5 === 0);
  return figure({
    title: words.latency, words: said, note: words.latencyNote,
    drawing: plane(words.latency, said, {
      xLabel: words.millis, yLabel: words.answerShare, xTick: s => count(Math.round(s * end)), lines: [curve('total_ms'), curve('first_token_ms')],
      labels: [words.whole, words.first],
    }),
    head: words.latencyHead, rows: shown.map(p => [percent(p.share), p.first_token_ms === null ? '–' : millis(Math.round(p.first_token_ms)), millis(Math.round(p.total_ms))]),
  });
}

function metricsTable() {
  return html`
    <div class="scroll-x" tabindex="0" role="group" aria-labelledby="all-title">
      <table>
        <thead><tr><th scope="col">${words.metricHead[0]}</th><th scope="col" class="right">${words.metricHead[1]}</th>
          <th scope="col" class="right">${words.intervalHead}</th><th scope="col" class="right">n</th><th scope="col">${words.meaning}</th></tr></thead>
        <tbody>${Object.entries(run.metrics).map(([name, number]) => html`
          <tr><th scope="row">${metricName(name)}</th><td class="right numbers">${value(name, number)}</td>
            <td class="right numbers nowrap">${words.interval(value(name, run.intervals[name].low), value(name, run.intervals[name].high))}</td>
            <td class="right numbers">${count(run.intervals[name].n)}</td><td class="quiet">${words.metrics[name]?.meaning ?? ''}</td></tr>`)}</tbody>
      </table>
    </div>`;
}

// ---- two runs

function comparisonView() {
  const {run: other, comparison} = compared;
  const differences = Object.entries(comparison.differences).map(([name, d]) => ({name, ...d}));
  const items = differences.filter(d => onScale(d.name)).map(d => ({
    name: metricName(d.name), value: d.difference, low: d.low, high: d.high, style: clearly(d), shown: signed(d.name, d.difference),
  }));
  const widest = Math.max(0.01, ...items.flatMap(i => [Math.abs(i.low), Math.abs(i.high)]));
  const end = Math.min(1, nice(widest));
  const said = words.differencesWords(items.filter(i => i.style === 'better').length, items.filter(i => i.style === 'worse').length, items.length);
  return html`
    <section class="section" aria-labelledby="compare-title">
      <h2 id="compare-title">${words.compared}</h2>
      <p class="quiet">${words.comparedFacts(comparison)}</p>
      ${comparison.changes.length ? html`<ul class="quiet changes">${comparison.changes.map(change => html`<li>${words.change(change)}</li>`)}</ul>` : nothing}
      ${items.length === 0 ? nothing : html`
        <div class="charts">${figure({
          title: words.differences, words: said, wide: true, note: words.differencesNote, drawing: whiskers(words.differences, said, items, -end, end),
          head: words.differenceHead, rows: items.map(i => [i.name, i.shown, i.low.toFixed(3), i.high.toFixed(3)]),
        })}</div>`}
      <div class="scroll-x" tabindex="0" role="group" aria-labelledby="compare-title">
        <table class="side-by-side">
          <thead><tr><th scope="col">${words.metricHead[0]}</th><th scope="col" class="right">${words.now}</th>
            <th scope="col" class="right"><a href=${`/evaluations/${other.id}`}>${words.before(time(other.created_at))}</a></th>
            <th scope="col" class="right">${words.difference}</th><th scope="col" class="right">${words.intervalHead}</th><th scope="col">${words.judgement}</th></tr></thead>
          <tbody>${differences.map(d => html`
            <tr><th scope="row">${metricName(d.name)}</th><td class="right numbers">${value(d.name, d.now)}</td><td class="right numbers">${value(d.name, d.before)}</td>
              <td class="right numbers">${signed(d.name, d.difference)}</td>
              <td class="right numbers nowrap">${words.interval(signed(d.name, d.low), signed(d.name, d.high))}</td>
              <td><span class="verdict-${clearly(d)}">${words.judgements[clearly(d)]}</span></td></tr>`)}</tbody>
        </table>
      </div>
      <div class="changed">${changedView(words.gained, comparison.gained)}${changedView(words.lost, comparison.lost)}</div>
    </section>`;
}

function changedView(title, questions) {
  return html`
    <div><h3>${title} <span class="quiet numbers">${count(questions.length)}</span></h3>
      <ul>${questions.slice(0, SHOWN_CHANGES).map(q => html`<li>${q.question} <span class="quiet">${q.id}</span></li>`)}</ul>
      ${questions.length > SHOWN_CHANGES ? html`<p class="quiet">${words.moreQuestions(questions.length - SHOWN_CHANGES)}</p>` : nothing}</div>`;
}

// ---- questions

function rowsView() {
  const known = VERDICTS.filter(v => run.outcomes[v]);
  return html`
    <section class="section" aria-labelledby="rows-title">
      <div class="list-head"><h2 id="rows-title">${words.rowsTitle}</h2>
        ${run.counts === null ? html`<button class="small" @click=${() => lookAtRows()}>${icon('retry')} ${words.refresh}</button>` : nothing}</div>
      ${known.length ? html`
        <div class="chips" role="group" aria-label=${words.byVerdict}>
          <button class="chip" aria-pressed=${verdict === ''} @click=${() => chooseVerdict('')}>${words.everything}</button>
          ${known.map(v => html`<button class="chip" aria-pressed=${verdict === v} @click=${() => chooseVerdict(v)}>${words.verdicts[v]} <span class="numbers">${count(run.outcomes[v])}</span></button>`)}
        </div>` : nothing}
      ${rows.length === 0 ? html`<p class="quiet">${words.noRows}</p>` : html`
        <ul class="rows">${repeat(rows, r => r.id, rowView)}</ul>
        ${rowsCursor ? html`<p class="more"><button @click=${() => lookAtRows(rowsCursor)}>${texts.more}</button></p>` : nothing}`}
    </section>`;
}

function rowView(row) {
  return html`
    <li class="row question-row">
      <div class="row-main">
        <span class="row-title">${row.question}</span>
        <dl class="facts">
          <div><dt>${words.expected}</dt><dd>${row.answers.length ? [...new Set(row.answers)].join(' | ') : html`<span class="quiet">${words.nothingExpected}</span>`}</dd></div>
          <div><dt>${words.answered}</dt><dd>${row.error !== null ? html`<span class="row-reason">${row.error}</span>`
              : row.answer === null ? html`<span class="quiet">${texts.abstained[row.reason]?.title ?? words.verdicts.declined}</span>` : row.answer}
            ${row.error === null ? html`<span class="quiet numbers">${words.sure(row.confidence)}</span>` : nothing}</dd></div>
          ${row.citations.length ? html`<div><dt>${texts.answer.sources}</dt><dd><ul>${[...Map.groupBy(row.citations, c => c.place?.document_id ?? c.title).values()].map(citedView)}</ul></dd></div>` : nothing}
        </dl>
      </div>
      <span class="row-facts"><span class="badge ${GOOD.has(row.verdict) ? 'good' : 'warn'}">${words.verdicts[row.verdict]}</span></span>
    </li>`;
}

/** The citations of one document: its title leads to the first place, numbers to the others. */
function citedView([first, ...more]) {
  const title = first.title || texts.answer.goneTitle;
  const all = [first, ...more];
  const at = ({document_id: id, version, span}) => `/documents/${id}?version=${version}&start=${span.start}&end=${span.end}`;
  return html`<li>${first.place ? html`<a href=${at(first.place)}>${title}</a>` : title}${
      more.map((cited, n) => cited.place ? html` <a href=${at(cited.place)} aria-label=${words.place(title, n + 2)}>${n + 2}</a>` : nothing)}${
      first.from_source === false ? html` <span class="notice">${words.otherSource}</span>` : nothing}${
      all.some(cited => cited.valid === false) ? html` <span class="row-reason">${words.invalid}</span>` : nothing}</li>`;
}

function conditionsView() {
  const fact = (name, text) => text === null || text === undefined ? nothing : html`<div><dt>${name}</dt><dd>${text}</dd></div>`;
  return html`
    <section class="section" aria-labelledby="how-title">
      <h2 id="how-title">${words.how}</h2>
      <dl class="facts">
        ${fact(texts.collection, run.collection)}
        ${fact(words.set, html`${run.dataset} <code>${run.dataset_sha256.slice(0, 12)}</code>`)}
        ${fact(words.fields.k, run.k ?? words.defaults.k)}
        ${fact(words.fields.min_confidence, run.min_confidence ?? words.defaults.min_confidence)}
        ${fact(words.fields.limit, run.limit ?? words.defaults.limit)}
        ${fact(words.fields.seed, String(run.seed))}
        ${fact(words.fields.knock_outs, run.knock_outs ? count(run.knock_outs) : null)}
        ${run.model ? fact(texts.why.model, `${texts.why.modelText(run.model)} · ${run.model.device}`) : nothing}
        ${run.model ? fact(texts.why.fingerprint, html`<code title=${run.model.fingerprint}>${run.model.fingerprint.slice(0, 19)}</code>`) : nothing}
        ${fact(texts.admin.version, run.version)}
        ${run.machine ? fact(words.machine, words.machineText(run.machine)) : nothing}
        ${run.seconds === null ? nothing : fact(words.took, seconds(run.seconds))}
      </dl>
    </section>`;
}

export const evaluationPage = {
  title: () => run ? `${words.run} ${run.dataset}` : words.run, enter: enterRun, leave: leaveRun, view: oneView,
};

// The page: one state, one render. Nothing here builds HTML from strings.
import {answerView, problemView} from './answer.js';
import {all, call, Refusal, stream} from './api.js';
import {cancel, chosen, dropped, ingest, ingestionView, retry} from './ingest.js';
import {open, sourceView} from './source.js';
import {texts} from './texts.js';
import {html, nothing, render} from './view.js';

const state = {
  collections: null,
  collection: null,
  style: 'sentence',
  turns: [],
  source: null,
  ingestion: null,
  creating: false,
  problem: null,
  dragging: false,
  lost: false,
};
let running = null; // the AbortController of the answer in progress

const problemOf = error => error instanceof Refusal ? error.problem : {title: String(error.message ?? error)};

function update() {
  render(page(), document.getElementById('app'));
}

async function loadCollections(prefer) {
  state.collections = await all('/collections');
  const wanted = prefer ?? state.collection ?? new URLSearchParams(location.search).get('collection');
  state.collection = (state.collections.find(c => c.id === wanted) ?? state.collections[0])?.id ?? null;
  update();
}

// ---- asking

async function ask(event) {
  event.preventDefault();
  const field = event.target.elements.question;
  const question = field.value.trim();
  if (!question || running || !state.collection) {
    return;
  }
  const turn = {question, text: '', citations: [], retrievals: [], abstained: null, answer: null, problem: null, running: true};
  state.turns.unshift(turn);
  field.value = '';
  running = new AbortController();
  update();
  try {
    await stream('/answers', {
      method: 'POST',
      signal: running.signal,
      body: {question, collection: state.collection, style: state.style},
      handle: (name, data) => take(turn, name, data),
    });
  } catch (error) {
    if (error.name === 'AbortError') {
      turn.answer = turn.answer ?? null;
    } else {
      turn.problem = problemOf(error);
    }
  } finally {
    turn.running = false;
    running = null;
    update();
    field.focus();
  }
}

function take(turn, name, data) {
  if (name === 'retrieval') {
    turn.retrievals.push(data);
  } else if (name === 'token') {
    turn.text += data.text;
  } else if (name === 'citation') {
    turn.citations.push(data);
  } else if (name === 'abstained') {
    turn.abstained = data;
  } else if (name === 'done') {
    turn.answer = data;
    turn.text = data.answer ?? '';
    turn.citations = data.citations;
    turn.abstained = data.abstained ? {reason: data.reason, neighbours: data.neighbours} : null;
  } else if (name === 'error') {
    turn.problem = data;
  }
  update();
}

function stop() {
  running?.abort();
}

// ---- sources

async function show(place) {
  try {
    state.source = await open(place);
  } catch (error) {
    const {status, detail, title} = problemOf(error);
    state.source = {problem: status === 410 ? texts.versionGone : status === 404 ? texts.documentGone : detail ?? title};
  }
  update();
  document.getElementById('cited')?.scrollIntoView({block: 'center'});
  document.querySelector('.source .passage')?.focus({preventScroll: true});
}

const openCitation = c => show({...c, ...{start: c.source_span.start, end: c.source_span.end}});
const openNeighbour = n => show({...n, ...{start: n.span.start, end: n.span.end}});

function closeSource() {
  state.source = null;
  update();
}

// ---- documents

async function add(files) {
  if (files.length === 0 || !state.collection) {
    return;
  }
  const ingestion = {sent: 0, of: files.length, jobs: [], problem: null};
  state.ingestion = ingestion;
  update();
  try {
    await ingest(state.collection, files, ingestion, update);
  } catch (error) {
    ingestion.problem = problemOf(error);
  }
  await loadCollections();
}

async function steer(action, entry) {
  try {
    await action(entry, update);
  } catch (error) {
    state.ingestion.problem = problemOf(error);
  }
  await loadCollections();
}

async function create(event) {
  event.preventDefault();
  const id = event.target.elements.id.value.trim();
  try {
    await call('POST', '/collections', {id});
    state.creating = false;
    state.problem = null;
    await loadCollections(id);
  } catch (error) {
    state.problem = problemOf(error);
    update();
  }
}

function drop(event) {
  event.preventDefault();
  state.dragging = false;
  update();
  dropped(event.dataTransfer).then(add);
}

function drag(over) {
  return event => {
    event.preventDefault();
    if (state.dragging !== over) {
      state.dragging = over;
      update();
    }
  };
}

// ---- the page

function page() {
  if (state.lost) {
    return html`<main class="login"><h1>${texts.title}</h1><p>${texts.nothingHere}</p><p><a href="/">${texts.home}</a></p></main>`;
  }
  return html`
    <div class=${state.source ? 'frame with-source' : 'frame'} @dragover=${drag(true)} @drop=${drop}>
      <main>
        ${headerView()}
        ${state.problem ? problemView(state.problem) : nothing}
        ${state.creating ? creationView() : nothing}
        ${ingestionView(state.ingestion, {
          onCancel: entry => steer(cancel, entry),
          onRetry: entry => steer(retry, entry),
          onDismiss: () => { state.ingestion = null; update(); },
        })}
        ${askView()}
        ${state.turns.map(turn => answerView(turn, {openCitation, openNeighbour}))}
      </main>
      ${sourceView(state.source, {close: closeSource})}
      ${state.dragging ? html`<div class="drop" @dragleave=${drag(false)}>${texts.drop}</div>` : nothing}
    </div>`;
}

function headerView() {
  const selected = state.collections?.find(c => c.id === state.collection);
  return html`
    <header class="top">
      <h1>${texts.title}</h1>
      <label>${texts.collection}
        <select @change=${event => { state.collection = event.target.value; update(); }} ?disabled=${!state.collections?.length}>
          ${(state.collections ?? []).map(c => html`<option value=${c.id} ?selected=${c.id === state.collection}>${c.title}</option>`)}
        </select>
      </label>
      ${selected ? html`<span class="quiet">${texts.documents(selected.documents)}</span>` : nothing}
      <span class="actions">
        <label class="button">${texts.add}<input type="file" multiple class="hidden" ?disabled=${!selected}
            @change=${event => { add(chosen(event.target.files)); event.target.value = ''; }}></label>
        <label class="button">${texts.addFolder}<input type="file" webkitdirectory class="hidden" ?disabled=${!selected}
            @change=${event => { add(chosen(event.target.files)); event.target.value = ''; }}></label>
        <button @click=${() => { state.creating = !state.creating; update(); }}>${texts.newCollection}</button>
      </span>
    </header>
    ${state.collections?.length === 0 ? html`<p class="notice">${texts.noCollections}</p>` : nothing}`;
}

function creationView() {
  return html`
    <form class="creation" @submit=${create}>
      <label>${texts.newCollectionId}
        <input name="id" required maxlength="63" pattern="[a-z0-9][a-z0-9\\-]*" autocomplete="off">
      </label>
      <button type="submit">${texts.create}</button>
    </form>`;
}

function askView() {
  return html`
    <form class="ask" @submit=${ask}>
      <label class="question">${texts.question}
        <textarea name="question" rows="2" maxlength="2000" placeholder=${texts.placeholder} ?disabled=${!state.collection}
            @keydown=${submitOnEnter}></textarea>
      </label>
      <div class="row">
        <label>${texts.style}
          <select @change=${event => { state.style = event.target.value; }}>
            ${Object.entries(texts.styles).map(([id, name]) => html`<option value=${id} ?selected=${id === state.style}>${name}</option>`)}
          </select>
        </label>
        ${running
            ? html`<button type="button" class="primary" @click=${stop}>${texts.stop}</button>`
            : html`<button type="submit" class="primary" ?disabled=${!state.collection}>${texts.ask}</button>`}
      </div>
    </form>`;
}

function submitOnEnter(event) {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

function keys(event) {
  const typing = ['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement?.tagName);
  if (event.key === '/' && !typing) {
    event.preventDefault();
    document.querySelector('textarea[name=question]')?.focus();
  } else if (event.key === 'Escape') {
    if (running) {
      stop();
    } else if (state.source) {
      closeSource();
    }
  }
}

/** A citation's own address opens its document beside the questions. */
function documentAddress() {
  const match = location.pathname.match(/^\/documents\/([^/]+)$/);
  if (!match) {
    return null;
  }
  const query = new URLSearchParams(location.search);
  const number = name => Number.parseInt(query.get(name) ?? '0', 10) || 0;
  return {document_id: decodeURIComponent(match[1]), version: number('version') || null, start: number('start'), end: number('end')};
}

async function start() {
  update();
  document.addEventListener('keydown', keys);
  const address = documentAddress();
  state.lost = location.pathname !== '/' && address === null;
  if (state.lost) {
    update();
    return;
  }
  try {
    await loadCollections();
    if (address) {
      address.version ??= (await call('GET', `/documents/${address.document_id}`)).version;
      await show(address);
    }
  } catch (error) {
    state.problem = problemOf(error);
    update();
  }
}

start();

// The questions: a thread of turns, where to ask, and the source beside it.
import {addressOf, answerView, faceOf, fill, newTurn, openCitation, problemView, take} from './answer.js';
import {call, stream} from './api.js';
import {close, show} from './dialog.js';
import {addTo, controls, filtersOf, fitting, inWords} from './filters.js';
import {count} from './format.js';
import {icon} from './icons.js';
import {here, readdress} from './router.js';
import {closeSource, opened, sourceView} from './source.js';
import {announce, problemOf, recall, remember, shared, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, repeat} from './view.js';

const DEFAULT_K = 4;
const KEPT = 'include=tokens,neighbour_text';

const fresh = () => ({conversation: null, turns: [], problem: null, loading: false});
let thread = fresh();
const settings = {collection: null, style: 'sentence', filters: {}, k: DEFAULT_K, followUp: true};
let running = null; // the turn in progress, with its AbortController

const collection = () => shared.collections?.find(c => c.id === settings.collection);

export const isRunning = () => running !== null;

/** Where the thread can be found again. */
export function threadAddress() {
  if (thread.conversation) {
    return `/?conversation=${thread.conversation}`;
  }
  const last = thread.turns.at(-1);
  return last?.answer ? addressOf(last) : askAddress();
}

/** Where a new question can be asked as it would be now: a link carries what the search is narrowed to. */
function askAddress() {
  if (!Object.keys(settings.filters).length) {
    return '/';
  }
  return `/?${addTo(new URLSearchParams({collection: settings.collection}), settings.filters)}`;
}

// ---- opening

async function enter({query}) {
  const [answer, conversation, wanted] = ['answer', 'conversation', 'collection'].map(name => query.get(name));
  choose(wanted ?? settings.collection);
  if (wanted) {
    settings.filters = fitting(collection(), name => query.get(name));
  }
  const known = answer ? thread.turns.some(t => t.id === answer) : conversation ? thread.conversation === conversation : running !== null;
  if (!known) {
    thread = fresh();
    if (answer || conversation) {
      await reopen(answer, conversation);
    }
  }
  if (!thread.turns.length && Object.keys(settings.filters).length) {
    readdress(askAddress());
  }
  await update();
  const turn = thread.turns.find(t => t.id === answer);
  if (turn) {
    scrollTo(turn);
  } else if (thread.turns.length === 0) {
    field()?.focus();
  }
}

/** The wanted collection if there is such a one, else the one asked last, else the first that has documents. */
function choose(wanted) {
  const all = shared.collections ?? [];
  settings.collection = (all.find(c => c.id === wanted) ?? all.find(c => c.id === recall('collection')) ?? all.find(c => c.documents > 0) ?? all[0])?.id ?? null;
}

async function reopen(answerId, conversationId) {
  const mine = thread;
  mine.loading = true;
  update();
  try {
    const answer = answerId ? await kept(answerId) : null;
    const conversation = answer ? await conversationOf(answer) : await call('GET', `/conversations/${conversationId}`);
    if (conversation) {
      mine.conversation = conversation.id;
      for (const turn of conversation.turns) {
        await add(mine, turn.answer_id === answerId ? answer : await stillKept(turn.answer_id));
      }
    } else {
      await add(mine, answer);
    }
    const last = mine.turns.at(-1);
    if (last) {
      choose(last.collection);
    }
  } catch (error) {
    mine.problem = problemOf(error);
  }
  mine.loading = false;
}

const kept = id => call('GET', `/answers/${id}?${KEPT}`);

/** An answer of a conversation, or null if it has been deleted since, as by age. */
async function stillKept(id) {
  try {
    return await kept(id);
  } catch (error) {
    if (problemOf(error).status === 404) {
      return null;
    }
    throw error;
  }
}

async function conversationOf(answer) {
  if (!answer.conversation_id) {
    return null;
  }
  try {
    return await call('GET', `/conversations/${answer.conversation_id}`);
  } catch {
    return null; // deleted since; the answer stands alone then
  }
}

async function add(mine, answer) {
  if (!answer) {
    return;
  }
  const turn = newTurn(answer.question, {
    collection: answer.collection ?? answer.collections[0], style: answer.style, filters: {}, k: DEFAULT_K,
  });
  fill(turn, answer);
  turn.rating = await call('GET', `/answers/${answer.id}/feedback`).then(f => f.rating, () => null);
  mine.turns.push(turn);
}

// ---- asking

function submit(event) {
  event.preventDefault();
  const area = event.target.elements.question;
  const question = area.value.trim();
  if (!question || running || !settings.collection) {
    return;
  }
  area.value = '';
  ask(question, {before: settings.followUp && followable() ? [thread.turns.at(-1)] : []});
}

/** Whether the last turn can go before the next question; one without an answer does so with its question. */
const followable = () => thread.conversation !== null && Boolean(thread.turns.at(-1)?.answer);

async function ask(question, changes = {}) {
  const turn = newTurn(question, {...settings, filters: {...settings.filters}, ...changes});
  remember('collection', turn.collection);
  const abort = new AbortController();
  running = {turn, abort};
  const mine = thread;
  mine.turns.push(turn);
  mine.problem = null;
  if (opened()) {
    await closeSource();
  }
  await update();
  scrollTo(turn);
  announce(texts.answer.searching);
  try {
    mine.conversation ??= (await call('POST', '/conversations', {title: Array.from(question).slice(0, 200).join('')})).id;
    await stream('/answers', {
      method: 'POST',
      signal: abort.signal,
      body: bodyOf(turn, mine.conversation),
      handle: (name, data, id) => {
        take(turn, name, data, id);
        update();
      },
    });
  } catch (error) {
    if (error.name !== 'AbortError') {
      turn.problem = problemOf(error);
    }
  } finally {
    turn.running = false;
    running = null;
    if (here()?.page === askPage && thread === mine) {
      readdress(threadAddress());
    }
    announce(spoken(turn));
  }
}

function bodyOf(turn, conversation) {
  return {
    question: turn.question, collection: turn.collection, style: turn.style, k: turn.k,
    filters: filtersOf(shared.collections.find(c => c.id === turn.collection), turn.filters),
    include: ['tokens', 'neighbour_text'], conversation_id: conversation, history_turns: turn.before.length,
  };
}

/** What a screen reader is told at the end: the answer itself, not its coming word by word. */
function spoken(turn) {
  if (turn.problem) {
    return turn.problem.detail ?? turn.problem.title;
  }
  if (turn.abstained) {
    const face = faceOf(turn);
    return `${face.title}. ${face.why}`;
  }
  return turn.text ? texts.answer.done(turn.text, turn.citations.length) : texts.answer.stopped;
}

/** Asks the service to stop, so that the answer ends whole as far as it came. */
export async function stop() {
  const mine = running;
  if (!mine) {
    return;
  }
  if (!mine.turn.id) {
    mine.abort.abort();
    return;
  }
  try {
    await call('POST', `/answers/${mine.turn.id}:cancel`);
  } catch {
    mine.abort.abort();
  }
}

const actions = {
  askAgain: (turn, changes) => { if (!running) { ask(turn.question, {...changes, before: []}); } },
  refine(turn) {
    const area = field();
    area.value = turn.question;
    area.focus();
  },
};

// ---- citations by key

/** Opens the next or the previous citation of the answer whose source is open, or of the last one. */
export function stepCitation(by) {
  const turn = turnOfSource() ?? thread.turns.findLast(t => t.citations.length);
  if (!turn?.citations.length) {
    return;
  }
  const at = turn.citations.findIndex(c => c.id === opened()?.place.citation);
  const next = at < 0 ? (by > 0 ? 0 : turn.citations.length - 1) : (at + by + turn.citations.length) % turn.citations.length;
  openCitation(turn, turn.citations[next]);
}

function turnOfSource() {
  const place = opened()?.place;
  return place && thread.turns.find(t => t.citations.some(c =>
    c.id === place.citation && c.document_id === place.document_id && c.source_span.start === place.start));
}

export const field = () => document.querySelector('textarea[name=question]');

function scrollTo(turn) {
  document.getElementById(`turn-${turn.key}`)?.scrollIntoView({block: 'start'});
}

// ---- drawing

function view() {
  const source = turnOfSource();
  return html`
    <div class=${opened() ? 'ask-page with-source' : 'ask-page'}>
      <div class=${thread.turns.length || thread.loading ? 'thread' : 'thread empty'}>
        <div class="turns">
          ${thread.turns.length || thread.loading ? html`<h1 class="hidden">${texts.pages.ask}</h1>` : nothing}
          ${thread.problem ? problemView(thread.problem) : nothing}
          ${thread.loading ? html`<p class="quiet" role="status">${texts.loading}</p>` : nothing}
          ${thread.turns.length ? repeat(thread.turns, t => t.key, t => answerView(t, actions)) : thread.loading ? nothing : welcomeView()}
        </div>
        ${composerView()}
        ${thread.turns.length || thread.loading ? nothing : examplesView()}
      </div>
      ${sourceView(source?.citations ?? [], c => openCitation(source, c))}
    </div>`;
}

function welcomeView() {
  return html`
    <div class="welcome">
      <h1 tabindex="-1">${texts.ask.title}</h1>
      <p class="lead">${texts.ask.intro}</p>
      ${shared.collections?.length === 0 ? html`
        <p class="notice">${texts.ask.noCollections} ${texts.ask.noCollectionsNext}</p>
        <p><a class="button primary" href="/collections">${texts.ask.toCollections}</a></p>` : nothing}
      ${collection()?.documents === 0 ? html`
        <p class="notice">${texts.ask.empty} <a href=${`/collections/${settings.collection}`}>${texts.ask.addDocuments}</a></p>` : nothing}
    </div>`;
}

function examplesView() {
  const chosen = collection();
  const examples = texts.ask.examples[settings.collection] ?? [];
  return html`
    <div class="examples">
      ${chosen ? html`<p class="quiet"><a href=${`/collections/${chosen.id}`}>${chosen.title}</a> · ${texts.ask.facts(chosen)}</p>` : nothing}
      ${examples.length && chosen?.documents ? html`
        <h2 class="quiet">${texts.ask.examplesTitle}</h2>
        <ul>${examples.map(e => html`<li><button class="example" @click=${() => { if (!running) { ask(e); } }}>${e}</button></li>`)}</ul>` : nothing}
    </div>`;
}

function composerView() {
  const narrowed = inWords(collection(), settings.filters);
  return html`
    <form class="composer" @submit=${submit}>
      ${thread.turns.length ? html`
        <div class="composer-row">
          ${followable() ? html`<label class="check"><input type="checkbox" .checked=${settings.followUp}
              @change=${event => { settings.followUp = event.target.checked; update(); }}> ${texts.follow.label}</label>` : nothing}
          <a class="composer-end" href=${askAddress()}>${texts.ask.newQuestion}</a>
        </div>` : nothing}
      <div class="composer-box">
        <label class="hidden" for="question">${texts.ask.question}</label>
        <textarea id="question" name="question" rows="1" maxlength="2000" enterkeyhint="send" ?disabled=${!settings.collection}
            placeholder=${thread.turns.length ? texts.ask.followUp : texts.ask.placeholder} @keydown=${submitOnEnter}></textarea>
        <button type=${running ? 'button' : 'submit'} class="primary round" ?disabled=${!settings.collection} @click=${running ? stop : nothing}
            aria-label=${running ? texts.ask.stop : texts.ask.send} title=${running ? `${texts.ask.stop} (Esc)` : texts.ask.send}>${icon(running ? 'stop' : 'ask')}</button>
      </div>
      <div class="composer-row">
        <label class="inline"><span class="hidden">${texts.collection}</span>
          <select class="quiet-select" @change=${event => changeCollection(event.target.value)} ?disabled=${!shared.collections?.length}>
            ${(shared.collections ?? []).map(c => html`<option value=${c.id} .selected=${c.id === settings.collection}>${c.title}</option>`)}
          </select></label>
        <label class="inline"><span class="wide-only">${texts.ask.style}</span>
          <select class="quiet-select" aria-label=${texts.ask.style} @change=${event => { settings.style = event.target.value; }}>
            ${Object.entries(texts.ask.styles).map(([id, name]) => html`<option value=${id} .selected=${id === settings.style}>${name}</option>`)}
          </select></label>
        <button type="button" class="ghost small" @click=${narrow} ?disabled=${!settings.collection}>${narrowed.length ? texts.ask.narrowed(narrowed.length) : texts.ask.narrow}</button>
      </div>
      ${narrowed.length ? html`
        <ul class="chips" aria-label=${texts.ask.narrowing}>${narrowed.map(f => html`
          <li><button type="button" class="chip" @click=${() => widen(f.name)} aria-label=${texts.ask.widen(f.words)} title=${texts.ask.widen(f.words)}>${
              f.words} ${icon('close')}</button></li>`)}</ul>` : nothing}
    </form>`;
}

/** What the other collection cannot be narrowed by is let go. */
function changeCollection(id) {
  const before = settings.filters;
  settings.collection = id;
  remember('collection', id);
  narrowTo(fitting(collection(), name => before[name]));
}

function widen(name) {
  const {[name]: _, ...rest} = settings.filters;
  narrowTo(rest);
  field()?.focus();
}

function narrowTo(filters) {
  settings.filters = filters;
  if (here()?.page === askPage && !thread.turns.length) {
    readdress(askAddress());
  }
  update();
}

function narrow() {
  const set = (filters, k) => {
    settings.k = k;
    close();
    narrowTo(filters);
  };
  const use = event => {
    event.preventDefault();
    const form = new FormData(event.target);
    set(fitting(collection(), name => form.get(name)), Number(form.get('k')));
  };
  show(texts.ask.narrowTitle, () => html`
    <form class="stack" @submit=${use}>
      <p class="quiet">${texts.ask.narrowHelp}</p>
      <div class="filter-fields">${controls(collection(), settings.filters)}</div>
      <label class="field">${texts.ask.k}
        <select name="k">${[2, 4, 8, 16, 32].map(k => html`<option value=${k} .selected=${k === settings.k}>${count(k)}</option>`)}</select></label>
      <div class="buttons">
        <button type="button" @click=${() => set({}, DEFAULT_K)}>${texts.ask.clear}</button>
        <button type="submit" class="primary">${texts.ask.apply}</button>
      </div>
    </form>`);
}

function submitOnEnter(event) {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

export const askPage = {
  title: () => thread.turns[0]?.question ?? texts.pages.ask,
  enter,
  leave: () => { if (opened()) { closeSource(); } },
  view,
  /** Where dropped files go. */
  collection: () => settings.collection,
};

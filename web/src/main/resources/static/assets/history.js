// Conversations by date: found again by their questions, renamed, deleted.
import {problemView} from './answer.js';
import {all, call} from './api.js';
import {close, confirm, show} from './dialog.js';
import {date, time} from './format.js';
import {icon} from './icons.js';
import {problemOf, say, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, repeat} from './view.js';

let conversations = null;
let problem = null;
let words = '';

async function enter() {
  update();
  try {
    conversations = await all('/conversations');
    problem = null;
  } catch (error) {
    problem = problemOf(error);
  }
  update();
}

const titleOf = c => c.title || c.turns[0]?.question || texts.history.untitled;

/** Those in which every word that is looked for stands in the title or a question. */
function matching() {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return conversations
      .filter(c => {
        const text = [c.title, ...c.turns.map(t => t.question)].join(' ').toLocaleLowerCase();
        return wanted.every(w => text.includes(w));
      })
      .sort((a, b) => b.updated_at.localeCompare(a.updated_at));
}

function dayOf(at) {
  const then = new Date(at);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  return then.toDateString() === today.toDateString() ? texts.history.today
      : then.toDateString() === yesterday.toDateString() ? texts.history.yesterday
      : date(at);
}

function remove(conversation) {
  confirm({
    title: texts.history.confirmTitle,
    body: () => texts.history.confirm(conversation.turns.length),
    action: texts.remove,
    failed: problemOf,
    async act() {
      await call('DELETE', `/conversations/${conversation.id}`);
      conversations = conversations.filter(c => c.id !== conversation.id);
      say(texts.history.deleted);
    },
  });
}

function rename(conversation) {
  let wrong = null;
  const save = async event => {
    event.preventDefault();
    try {
      const title = new FormData(event.target).get('title').trim();
      Object.assign(conversation, await call('PATCH', `/conversations/${conversation.id}`, {title}));
      close();
    } catch (error) {
      wrong = problemOf(error);
    }
    update();
  };
  show(texts.history.rename, () => html`
    <form class="stack" @submit=${save}>
      <label class="field">${texts.history.name}<input name="title" maxlength="200" .value=${conversation.title}></label>
      ${wrong ? html`<p class="notice" role="alert">${wrong.detail ?? wrong.title}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close}>${texts.cancel}</button>
        <button type="submit" class="primary">${texts.history.save}</button>
      </div>
    </form>`);
}

function view() {
  return html`
    <div class="page narrow-page">
      <header class="page-head">
        <h1 tabindex="-1">${texts.history.title}</h1>
        <p class="quiet">${texts.history.intro}</p>
      </header>
      ${problem ? problemView(problem) : conversations === null ? html`<p class="quiet" role="status">${texts.loading}</p>`
          : conversations.length === 0 ? html`
            <div class="blank"><p>${texts.history.none}</p><p class="quiet">${texts.history.noneNext}</p></div>` : listView()}
    </div>`;
}

function listView() {
  const found = matching();
  const days = Map.groupBy(found, c => dayOf(c.updated_at));
  return html`
    <label class="search-field">${icon('search')}<span class="hidden">${texts.history.search}</span>
      <input type="search" placeholder=${texts.history.search} .value=${words} @input=${event => { words = event.target.value; update(); }}></label>
    ${found.length === 0 ? html`<p class="quiet" role="status">${texts.history.noMatch}</p>` : nothing}
    ${[...days].map(([day, list]) => html`
      <section class="day">
        <h2>${day}</h2>
        <ul class="rows">${repeat(list, c => c.id, c => html`
          <li class="row">
            <a class="row-main" href=${`/?conversation=${c.id}`}>
              <span class="row-title">${titleOf(c)}</span>
              <span class="quiet">${texts.history.turns(c.turns.length)} · ${time(c.updated_at)}</span>
            </a>
            <span class="row-actions">
              <button class="ghost small" @click=${() => rename(c)} aria-label=${`${texts.history.rename}: ${titleOf(c)}`}>${texts.history.rename}</button>
              <button class="ghost square" @click=${() => remove(c)} aria-label=${texts.history.delete(titleOf(c))} title=${texts.remove}>${icon('trash')}</button>
            </span>
          </li>`)}
        </ul>
      </section>`)}`;
}

export const historyPage = {title: () => texts.history.title, enter, view};

// The frame around the pages: navigation, keys, dropped files, dialog and news. Nothing here builds HTML from strings.
import {adminPage} from './admin.js';
import {problemView} from './answer.js';
import {signOut} from './api.js';
import {askPage, field, isRunning, stepCitation, stop, threadAddress} from './ask.js';
import {collectionPage, collectionsPage} from './collections.js';
import {dialogView, isOpen, show} from './dialog.js';
import {documentPage} from './document.js';
import {evaluationPage, evaluationsPage} from './evaluations.js';
import {historyPage} from './history.js';
import {flask, icon} from './icons.js';
import {jobsPage} from './jobs.js';
import {referencePage} from './reference.js';
import {begin, go, here, route} from './router.js';
import {closeSource, opened} from './source.js';
import {collectionTitle, drawWith, loadCollections, loadMe, may, problemOf, shared, update} from './shared.js';
import {texts} from './texts.js';
import {add, dropped, stripView} from './uploads.js';
import {html, nothing, render} from './view.js';

const THEMES = ['system', 'light', 'dark'];
const TYPING = ['INPUT', 'TEXTAREA', 'SELECT'];

route(/^\/$/, 'ask', askPage);
route(/^\/history$/, 'history', historyPage);
route(/^\/collections$/, 'collections', collectionsPage);
route(/^\/collections\/([^/]+)$/, 'collections', collectionPage);
route(/^\/documents\/([^/]+)$/, 'collections', documentPage);
route(/^\/jobs$/, 'jobs', jobsPage);
route(/^\/evaluations$/, 'admin', evaluationsPage);
route(/^\/evaluations\/([^/]+)$/, 'admin', evaluationPage);
route(/^\/admin$/, 'admin', adminPage);
route(/^\/swagger-ui\.html$/, 'reference', referencePage);

let problem = null;
let dragging = false;
let started = false;

// ---- dropped files

const dropTarget = () => may('write') ? here()?.page.collection?.() ?? null : null;

function dragOver(event) {
  if (!event.dataTransfer?.types.includes('Files')) {
    return;
  }
  event.preventDefault(); // else the browser would leave for the file
  if (!dragging && dropTarget()) {
    dragging = true;
    update();
  }
}

function dragLeave(event) {
  if (!event.relatedTarget && dragging) {
    dragging = false;
    update();
  }
}

async function drop(event) {
  event.preventDefault();
  dragging = false;
  const target = dropTarget();
  if (target) {
    add(target, await dropped(event.dataTransfer));
  }
  update();
}

// ---- keys

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isOpen()) {
    return;
  }
  if (event.key === 'Escape') {
    escape(event);
    return;
  }
  if (TYPING.includes(document.activeElement?.tagName)) {
    return;
  }
  if (event.key === '/') {
    event.preventDefault();
    toQuestion();
  } else if ((event.key === '[' || event.key === ']') && here()?.page === askPage) {
    stepCitation(event.key === '[' ? -1 : 1);
  } else if (event.key === '?') {
    help();
  }
}

function escape(event) {
  if (isRunning()) {
    event.preventDefault();
    stop();
  } else if (opened()) {
    closeSource();
  } else if (document.activeElement === field()) {
    field().blur();
  }
}

async function toQuestion() {
  if (here()?.page !== askPage) {
    await go(threadAddress());
  }
  field()?.focus();
}

function help() {
  show(texts.help.title, () => html`
    <dl class="keys">${texts.help.rows.map(([key, words]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`)}</dl>
    <p class="quiet">${texts.help.elsewhere}</p>
    <p><a href="/docs">${texts.documentation}</a> · <a href="/swagger-ui.html">${texts.reference.title}</a></p>`);
}

function nextTheme() {
  const theme = window.retortTheme;
  theme.set(THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length]);
  update();
}

// ---- the frame

function frame() {
  const page = here();
  return html`
    <a class="skip" href="#content">${texts.skip}</a>
    <header class="top">
      <a class="brand" href="/">${flask}<span>${texts.title}</span></a>
      <nav aria-label=${texts.navigation}>
        ${Object.entries(texts.pages).filter(([name]) => name !== 'admin' || may('admin')).map(([name, words]) => html`
          <a href=${name === 'ask' ? threadAddress() : `/${name}`} aria-current=${page?.name === name ? 'page' : nothing}>${words}</a>`)}
      </nav>
      <div class="top-end">
        <a class="button ghost small wide-only docs-link" href="/docs">${texts.documentation}</a>
        <button class="ghost square" @click=${nextTheme} aria-label=${texts.theme[window.retortTheme.get()]} title=${texts.theme[window.retortTheme.get()]}>${
            icon(window.retortTheme.get())}</button>
        <button class="ghost square" @click=${help} aria-label=${texts.help.open} title=${`${texts.help.open} (?)`}><span aria-hidden="true">?</span></button>
        <button class="ghost small sign-out" @click=${signOut} title=${shared.me ? texts.signedIn(shared.me.name) : nothing}>${texts.signOut}</button>
      </div>
    </header>
    ${stripView(page?.page === collectionPage ? collectionPage.collection() : null)}
    <main id="content" tabindex="-1">
      ${problem ? html`<div class="page">${problemView(problem)}</div>` : !started ? nothing : page ? page.page.view() : lostView()}
    </main>
    <p class="hidden" role="status" aria-live="polite">${shared.news}</p>
    ${shared.toast ? html`<div class="toast" aria-hidden="true">${shared.toast}</div>` : nothing}
    ${dragging ? html`<div class="drop"><p>${icon('upload')} ${texts.collections.drop(collectionTitle(dropTarget()))}</p></div>` : nothing}
    ${dialogView()}`;
}

function lostView() {
  return html`<div class="page narrow-page"><h1 tabindex="-1">${texts.nothingHere}</h1><p><a href="/">${texts.home}</a></p></div>`;
}

/** Another page begins at its beginning, for a screen reader and for the Tab key. */
let before = null;
function entered() {
  const page = here()?.page ?? null;
  const turned = before !== null && page !== before;
  before = page;
  update().then(() => {
    const content = document.getElementById('content');
    if (turned && !content.contains(document.activeElement)) {
      content.focus({preventScroll: true});
    }
  });
}

async function start() {
  drawWith(() => {
    render(frame(), document.getElementById('app'));
    const title = started && here() ? here().page.title() : null;
    document.title = title && title !== texts.title ? `${title} · ${texts.title}` : texts.title;
  });
  document.addEventListener('keydown', keys);
  document.addEventListener('dragover', dragOver);
  document.addEventListener('dragleave', dragLeave);
  document.addEventListener('drop', drop);
  update();
  try {
    await Promise.all([loadMe(), loadCollections()]);
    started = true;
    await begin(entered);
  } catch (error) {
    problem = problemOf(error);
  }
  update();
}

start();

// The source beside an answer: a passage of a document's extracted text with the cited span marked in its chunk.
import {call} from './api.js';
import {pieces, slice} from './code-points.js';
import {icon} from './icons.js';
import {problemOf, recall, remember, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

const AROUND = 3000; // code points shown before and after the span

/**
 * What is open: {place, document, passage, matches} or {problem}; null if nothing is. `sheet` is what a page of a PDF
 * shows, null where there is none, `asPage` whether that is shown or the text, `notice` why it is not.
 */
let open = null;
let lit = null; // source words of the token that is pointed at
let opener = null; // what had the focus before

export const opened = () => open;

/**
 * Opens a place {document_id, version, start, end} with, if known, the quote that stood there and the
 * chunk around it. The span is marked only if it still says what was quoted.
 */
export async function openSource(place) {
  opener = document.activeElement?.closest('.source') ? opener : document.activeElement;
  const mine = {place, document: null, passage: null, matches: false, problem: null, page: null, sheet: null, asPage: false, notice: null};
  open = mine;
  lit = null;
  update();
  try {
    const found = await call('GET', `/documents/${place.document_id}`);
    const from = Math.max(0, place.start - AROUND);
    const to = Math.max(from, Math.min(found.characters ?? place.end, place.end + AROUND));
    const passage = await call('GET', `/documents/${place.document_id}/passage?start=${from}&end=${to}&version=${place.version}`);
    const said = slice(passage.text, place.start - from, place.end - from);
    Object.assign(mine, {document: found, passage, matches: place.end > place.start && (place.quote == null || said === place.quote)});
    if (found.pages !== null) {
      await findPage(mine);
    }
  } catch (error) {
    const problem = problemOf(error);
    mine.problem = problem.status === 410 ? texts.source.versionGone
        : problem.status === 404 ? texts.source.documentGone
        : problem.detail ?? problem.title;
  }
  if (open !== mine) {
    return; // another one was opened meanwhile
  }
  await update();
  lookAtSource();
}

function lookAtSource() {
  const shown = document.querySelector('.source .passage, .source .sheet-scroll');
  document.getElementById('cited')?.scrollIntoView({block: 'center'});
  (shown ?? document.querySelector('.source-close'))?.focus({preventScroll: true});
}

/** The page of the words and, if it is known, that page as it was printed. */
async function findPage(mine) {
  const {place, document: doc} = mine;
  const {page, sheet, notice} = await findSheet(doc, place, place.chunk);
  mine.page = page;
  if (mine.matches) {
    Object.assign(mine, {sheet, notice, asPage: await showsPage(sheet)});
  }
}

/**
 * Which page a span of a document stands on and, in a PDF, what <pdf-page> is to show of it: `sheet`, or null. `notice` says
 * why nothing can be marked there.
 */
export async function findSheet(doc, span, chunk) {
  const [exact, around] = await Promise.all([located(doc.id, span, doc.version), chunk ? located(doc.id, chunk, doc.version) : null]);
  if (doc.media_type !== 'application/pdf') {
    return {page: exact.page, sheet: null, notice: null};
  }
  const marks = exact.rects;
  const sheet = {
    url: `/api/v1/documents/${doc.id}/original`, title: doc.title, page: marks[0]?.page ?? exact.page ?? 1, marks, chunk: around?.rects ?? [], words: [],
  };
  return {page: marks[0]?.page ?? exact.page, sheet, notice: marks.length || span.end === span.start ? null : texts.source.noPlaces};
}

const located = (id, {start, end}, version) => call('GET', `/documents/${id}/passage?start=${start}&end=${end}&version=${version}&include=rects`);

/** Whether a page is shown where there is a choice: if something is marked on it, and text was not what was wanted last. */
export const showsPage = async sheet => Boolean(sheet?.marks.length) && recall('source') !== 'text' && canDraw();

/** What draws pages is fetched when the first one is wanted; false if it does not come. */
const canDraw = () => import('./pdf-page.js').then(() => true, () => false);

/** The choice between page and text; `choose(asPage)` is told. */
export function viewSwitch(asPage, choose) {
  const button = (page, words) => html`<button class="small" aria-pressed=${asPage === page ? 'true' : 'false'} @click=${async () => {
    remember('source', page ? 'page' : 'text');
    choose(page && await canDraw());
  }}>${words}</button>`;
  return html`<div class="source-views" role="group" aria-label=${texts.source.view}>${button(true, texts.source.asPage)}${button(false, texts.source.asText)}</div>`;
}

async function showAs(asPage) {
  open.asPage = asPage;
  await update();
  lookAtSource();
}

async function unshowable() {
  Object.assign(open, {asPage: false, sheet: null, notice: texts.source.pageFailed});
  await update();
  lookAtSource();
}

export async function closeSource() {
  open = null;
  await update();
  if (opener?.isConnected) {
    opener.focus();
  }
  opener = null;
}

/** Lights up, or with null no longer, the source words {document_id, start, end} if they are in view. */
export async function light(words) {
  lit = words;
  if (open?.passage) {
    if (open.asPage) {
      await lightOnPage(open);
    }
    await update();
    document.getElementById('lit')?.scrollIntoView({block: 'nearest'});
  }
}

async function lightOnPage(mine) {
  const words = lit?.document_id === mine.place.document_id ? lit : null;
  const rects = words ? (await located(mine.place.document_id, words, mine.place.version).catch(() => ({rects: []}))).rects : [];
  if (words === lit || !words) { // else others are pointed at by now
    mine.sheet = {...mine.sheet, words: rects};
  }
}

/** What was read of a document: the chunk and its continuation, which follows at once. */
const readSpan = n => ({start: n.span.start, end: n.continuation?.end ?? n.span.end});

export const citationPlace = (c, answer) => {
  const chunk = answer?.neighbours.find(n => n.chunk_id === c.chunk_id);
  return {
    document_id: c.document_id, version: c.version, start: c.source_span.start, end: c.source_span.end,
    quote: c.quote, chunk: chunk ? readSpan(chunk) : null, citation: c.id,
  };
};

export const neighbourPlace = n => ({
  document_id: n.document_id, version: n.version, start: n.span.start, end: n.span.end, quote: n.text, chunk: readSpan(n), citation: null,
});

/** `citations` are those of the answer that the place belongs to; `openCitation` opens one of them. */
export function sourceView(citations, openCitation) {
  if (open === null) {
    return nothing;
  }
  const {place, document: doc, passage, problem, sheet} = open;
  const at = citations.findIndex(c => c.id === place.citation);
  const step = by => () => openCitation(citations[(at + by + citations.length) % citations.length]);
  return html`
    <aside class="source" aria-label=${texts.source.title} aria-busy=${!passage && !problem ? 'true' : 'false'}>
      <header class="source-head">
        <div class="source-title">
          <h2>${doc?.title ?? texts.source.title}</h2>
          ${doc ? html`<p class="quiet path">${doc.path}${open.page ? html` · ${texts.answer.page(open.page)}` : nothing}</p>` : nothing}
        </div>
        <button class="source-close ghost square" @click=${closeSource} aria-label=${texts.source.close} title=${texts.source.close}>${icon('close')}</button>
      </header>
      ${at >= 0 && citations.length > 1 ? html`
        <div class="source-steps">
          <button class="ghost square" @click=${step(-1)} aria-label=${texts.source.previous} title=${`${texts.source.previous} [`}>${icon('previous')}</button>
          <span class="quiet numbers">${texts.source.of(at + 1, citations.length)}</span>
          <button class="ghost square" @click=${step(1)} aria-label=${texts.source.next} title=${`${texts.source.next} ]`}>${icon('next')}</button>
        </div>` : nothing}
      ${sheet ? viewSwitch(open.asPage, showAs) : nothing}
      ${problem ? html`<p class="notice">${problem}</p>` : nothing}
      ${passage ? passageView(open) : problem ? nothing : html`<p class="quiet">${texts.loading}</p>`}
      ${doc ? html`
        <footer class="source-foot">
          <a href=${`/documents/${doc.id}?version=${place.version}&start=${place.start}&end=${place.end}`}>${texts.source.open}</a>
          <a href=${`/api/v1/documents/${doc.id}/original`} download>${texts.source.original}</a>
        </footer>` : nothing}
    </aside>`;
}

function passageView({place, passage, matches, sheet, asPage, notice}) {
  if (asPage) {
    return html`<pdf-page .shown=${sheet} @unshowable=${unshowable}></pdf-page>`;
  }
  const words = lit?.document_id === place.document_id ? lit : null;
  return html`
    ${notice ? html`<p class="quiet">${notice}</p>` : nothing}
    ${place.end > place.start && !matches ? html`<p class="notice">${texts.source.noMatch}</p>` : nothing}
    <div class="passage prose" tabindex="0">${markedText(passage, matches ? place : null, place.chunk, words)}</div>`;
}

/** The passage's text with the span marked, its chunk tinted, and single words lit up. Spans count from the document's start. */
export function markedText(passage, span, chunk, words) {
  const within = place => place ? [place.start - passage.start, place.end - passage.start] : [];
  const covers = (place, piece) => place && place.start - passage.start <= piece.start && piece.end <= place.end - passage.start;
  let first = true;
  return pieces(passage.text, [...within(span), ...within(chunk), ...within(words)]).map(piece => {
    const text = covers(words, piece) ? html`<span class="lit" id="lit">${piece.text}</span>` : piece.text;
    if (covers(span, piece)) {
      const id = first ? 'cited' : nothing;
      first = false;
      return html`<mark id=${id}>${text}</mark>`;
    }
    return covers(chunk, piece) ? html`<span class="chunk">${text}</span>` : text;
  });
}

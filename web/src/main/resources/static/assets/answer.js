// One answer: the words as they arrive, the marks behind them, the sources, or the honest no.
import {point, readoutView, tokenKeys, tokenView} from './attribution.js';
import {pieces} from './code-points.js';
import {feedbackView} from './feedback.js';
import {inWords} from './filters.js';
import {icon} from './icons.js';
import {citationPlace, neighbourPlace, opened, openSource} from './source.js';
import {collectionTitle, say, shared, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';
import {whyView} from './why.js';

let turns = 0;

/** What is known of a question before anything came back. */
export function newTurn(question, {collection, style, filters, k, before = []}) {
  return {
    key: ++turns, id: null, question, collection, style, filters, k, before,
    text: '', tokens: [], citations: [], retrievals: [], abstained: null, answer: null, problem: null, running: true,
    showing: false, why: false, pointed: null, knockOuts: new Map(), rating: null,
  };
}

/** Takes an event of the stream. */
export function take(turn, name, data, id) {
  turn.id ??= id.includes(':') ? id.slice(0, id.lastIndexOf(':')) : null;
  if (name === 'retrieval') {
    turn.retrievals.push(data);
  } else if (name === 'token') {
    turn.text += data.text;
    turn.tokens.push(data);
  } else if (name === 'citation') {
    turn.citations.push(data);
  } else if (name === 'abstained') {
    turn.abstained = data;
  } else if (name === 'done') {
    fill(turn, data);
  } else if (name === 'error') {
    turn.problem = data;
  }
}

/** Takes the whole answer. */
export function fill(turn, answer) {
  turn.id = answer.id;
  turn.answer = answer;
  turn.text = answer.answer ?? '';
  turn.tokens = answer.tokens ?? turn.tokens;
  turn.citations = answer.citations;
  turn.abstained = answer.abstained ? {reason: answer.reason, neighbours: answer.neighbours} : null;
  turn.running = false;
}

export const openCitation = (turn, citation) => openSource(citationPlace(citation, turn.answer ?? {neighbours: turn.retrievals[0]?.neighbours ?? []}));

/** `actions`: askAgain(turn, changes), refine(turn). */
export function answerView(turn, actions) {
  const spoken = turn.running && !turn.text && !turn.abstained && !turn.problem;
  return html`
    <article class="turn" id=${`turn-${turn.key}`} aria-busy=${turn.running ? 'true' : 'false'} aria-label=${turn.question}>
      <header class="turn-head">
        <h2 class="asked" tabindex="-1">${turn.question}</h2>
        <p class="quiet">${[collectionTitle(turn.collection), ...narrowing(turn)].join(' · ')}</p>
        ${turn.before.length ? beforeView(turn.before) : nothing}
      </header>
      ${turn.problem ? problemView(turn.problem) : nothing}
      ${turn.abstained ? abstentionView(turn, actions) : nothing}
      ${spoken ? html`<p class="quiet waiting">${
          turn.retrievals.length ? texts.answer.reading(turn.retrievals.at(-1).neighbours.length) : texts.answer.searching}</p>` : nothing}
      ${turn.text ? html`<p class="answer prose" @keydown=${turn.showing ? tokenKeys : nothing}>${wordsView(turn)}</p>` : nothing}
      ${noticesView(turn)}
      ${turn.answer ? html`
        <div class="turn-body">
          ${turn.citations.length ? sourcesView(turn) : nothing}
          ${toolsView(turn)}
          ${turn.showing ? readoutView(turn) : nothing}
          ${turn.why ? whyView(turn) : nothing}
        </div>` : nothing}
    </article>`;
}

/** What the turn's search was narrowed to, in words. */
const narrowing = turn => inWords(shared.collections?.find(c => c.id === turn.collection), turn.filters).map(f => f.words);

/** The reason in words: with a narrowed search that left nothing, this is what has to be said. */
export function faceOf(turn) {
  const narrowed = narrowing(turn);
  return narrowed.length && !turn.abstained.neighbours.length
      ? {title: texts.abstained.narrowed.title, why: texts.abstained.narrowed.why(narrowed.join(', '))}
      : texts.abstained[turn.abstained.reason];
}

/** What was put before the question, in the prompt and in the first query. */
function beforeView(before) {
  return html`
    <details class="before">
      <summary>${texts.follow.before(before.length)}</summary>
      <ol>${before.map(turn => html`
        <li><p>${turn.question}</p><p class="quiet">${turn.answer?.answer ?? texts.follow.abstained}</p></li>`)}
      </ol>
    </details>`;
}

/** The answer's text: a mark after the end of each cited span, dots under what nothing supports, words that can be pointed at. */
function wordsView(turn) {
  const unsupported = turn.answer?.unsupported ?? [];
  const tokens = turn.showing ? turn.tokens : [];
  const cuts = [
    ...turn.citations.map(c => c.answer_span.end),
    ...unsupported.flatMap(s => [s.start, s.end]),
    ...tokens.map(t => t.answer_span.end),
  ];
  let nth = 0;
  let firstWord = true;
  return pieces(turn.text, cuts).map(piece => {
    const bare = unsupported.some(s => s.start <= piece.start && piece.end <= s.end);
    const marks = turn.citations.filter(c => c.answer_span.end === piece.end);
    while (nth < tokens.length - 1 && tokens[nth].answer_span.end <= piece.start) {
      nth++;
    }
    const words = tokens.length ? tokenView(turn, tokens[nth], piece.text, firstWord) : piece.text;
    firstWord = false;
    return html`${bare ? html`<span class="unsupported" title=${texts.answer.unsupported}>${words}</span>` : words}${
        marks.map(c => markView(turn, c))}`;
  });
}

function markView(turn, citation) {
  const current = opened()?.place.citation === citation.id && opened().place.document_id === citation.document_id;
  return html`<button class="mark" aria-label=${texts.answer.mark(citation.id, citation.title || texts.answer.goneTitle)} aria-current=${current ? 'true' : nothing}
      @click=${() => openCitation(turn, citation)}>${citation.id}</button>`;
}

function noticesView(turn) {
  const {answer} = turn;
  if (!answer) {
    return nothing;
  }
  return html`
    ${!turn.text && !turn.abstained && answer.finish_reason === 'cancelled' ? html`<p class="notice">${texts.answer.stopped}</p>`
        : !turn.abstained && texts.answer.partial[answer.finish_reason] ? html`<p class="notice">${texts.answer.partial[answer.finish_reason]}</p>` : nothing}
    ${answer.degraded ? html`<p class="notice">${texts.answer.degraded[answer.degraded.reason]}</p>` : nothing}
    ${answer.unsupported.length ? html`<p class="quiet">${texts.answer.unsupportedLegend}</p>` : nothing}`;
}

function sourcesView(turn) {
  return html`
    <section class="sources" aria-label=${texts.answer.sources}>
      <ol>${turn.citations.map(c => html`
        <li>
          <button class="card" @click=${() => openCitation(turn, c)}>
            <span class="card-number numbers" aria-hidden="true">${c.id}</span>
            <span class="card-words">
              <span class="card-title">${c.title || texts.answer.goneTitle}${c.page ? html` <span class="quiet">${texts.answer.page(c.page)}</span>` : nothing}${
                  c.state === 'live' ? nothing : html` <span class="badge warn">${texts.answer.states[c.state]}</span>`}</span>
              <span class="card-text ${c.quote === null ? 'quiet' : 'prose quote'}">${c.quote ?? texts.answer.noQuote}</span>
            </span>
          </button>
        </li>`)}
      </ol>
    </section>`;
}

function toolsView(turn) {
  const hasWords = turn.tokens.some(t => t.answer_span);
  return html`
    <div class="tools">
      ${turn.text && hasWords ? html`<button aria-expanded=${turn.showing} aria-controls=${turn.showing ? `readout-${turn.key}` : nothing} class="small"
          @click=${() => { turn.showing = !turn.showing; point(turn, null); update(); }}>${
          turn.showing ? texts.attribution.hide : texts.attribution.show}</button>` : nothing}
      <button class="small" aria-expanded=${turn.why} aria-controls=${turn.why ? `why-${turn.key}` : nothing}
          @click=${() => { turn.why = !turn.why; update(); }}>${texts.why.title}</button>
      <span class="tools-end">
        <button class="ghost square" @click=${() => copyAddress(turn)} aria-label=${texts.answer.copyLink} title=${texts.answer.copyLink}>${icon('link')}</button>
        ${feedbackView(turn)}
      </span>
    </div>`;
}

export const addressOf = turn => `/?answer=${turn.id}`;

async function copyAddress(turn) {
  const address = location.origin + addressOf(turn);
  try {
    await navigator.clipboard.writeText(address);
    say(texts.answer.linkCopied);
  } catch {
    say(address); // without the right to use the clipboard it is at least shown
  }
}

function abstentionView(turn, actions) {
  const {reason, neighbours} = turn.abstained;
  const face = faceOf(turn);
  const narrowed = narrowing(turn).length > 0;
  const others = (shared.collections ?? []).filter(c => c.id !== turn.collection && c.documents > 0);
  return html`
    <section class="abstained abstained-${reason}">
      <h3>${face.title}</h3>
      <p>${face.why}</p>
      ${neighbours.length ? html`
        <h4>${texts.abstained.nearest[reason]}</h4>
        <ul class="nearest">${neighbours.map(n => html`
          <li><button class="card" @click=${() => openSource(neighbourPlace(n))}>
            <span class="card-words">
              <span class="card-title">${n.title || texts.answer.goneTitle}${n.page ? html` <span class="quiet">${texts.answer.page(n.page)}</span>` : nothing}</span>
              ${n.text ? html`<span class="card-text prose clamp">${n.text.trim()}</span>` : nothing}
            </span></button></li>`)}
        </ul>` : nothing}
      <h4>${texts.abstained.try}</h4>
      <ul class="try">
        ${narrowed ? html`<li><button class="text" @click=${() => actions.askAgain(turn, {filters: {}})}>${texts.abstained.unfilter}</button></li>` : nothing}
        <li><button class="text" @click=${() => actions.refine(turn)}>${texts.abstained.words}</button></li>
        ${reason === 'low_confidence' && turn.k < 16
            ? html`<li><button class="text" @click=${() => actions.askAgain(turn, {k: Math.min(32, turn.k * 2)})}>${texts.abstained.widen}</button></li>` : nothing}
        ${others.slice(0, 3).map(c => html`<li><button class="text" @click=${() => actions.askAgain(turn, {collection: c.id})}>${texts.abstained.collection(c.title)}</button></li>`)}
        <li><a href=${`/collections/${turn.collection}`}>${texts.abstained.upload}</a></li>
      </ul>
    </section>`;
}

export function problemView(problem) {
  const scope = problem.code === 'missing_scope' ? /'([a-z]+)'/.exec(problem.detail ?? '')?.[1] : null;
  return html`
    <div class="problem" role="alert">
      <strong>${texts.wentWrong}</strong>
      <p>${scope ? texts.mayNot(scope) : problem.detail ?? problem.title}</p>
    </div>`;
}

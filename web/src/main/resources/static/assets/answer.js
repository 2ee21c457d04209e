// One answer: the words as they arrive, the marks behind them, the sources, or the honest no.
import {pieces} from './code-points.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

export function answerView(turn, {openCitation, openNeighbour}) {
  return html`
    <article class="turn" aria-busy=${turn.running ? 'true' : 'false'}>
      <h2 class="asked">${turn.question}</h2>
      ${turn.problem ? problemView(turn.problem) : nothing}
      ${turn.abstained ? abstentionView(turn.abstained, openNeighbour) : nothing}
      ${turn.running && !turn.text ? html`<p class="quiet" role="status">${
          turn.retrievals.length ? texts.reading(turn.retrievals[0].neighbours.length) : texts.searching}</p>` : nothing}
      ${turn.text ? html`<p class="answer" aria-live="polite">${words(turn, openCitation)}</p>` : nothing}
      ${turn.answer && texts.partial[turn.answer.finish_reason] && !turn.abstained
          ? html`<p class="notice">${texts.partial[turn.answer.finish_reason]}</p>` : nothing}
      ${turn.citations.length ? sourcesView(turn.citations, openCitation) : nothing}
      ${turn.answer ? whyView(turn.answer, openNeighbour) : nothing}
    </article>`;
}

/** The answer's text, a mark after the end of each cited span, dots under what nothing supports. */
function words(turn, openCitation) {
  const unsupported = turn.answer?.unsupported ?? [];
  const cuts = [...turn.citations.map(c => c.answer_span.end), ...unsupported.flatMap(s => [s.start, s.end])];
  return pieces(turn.text, cuts).map(piece => {
    const bare = unsupported.some(s => s.start <= piece.start && piece.end <= s.end);
    const marks = turn.citations.filter(c => c.answer_span.end === piece.end);
    return html`${bare ? html`<span class="unsupported" title=${texts.unsupported}>${piece.text}</span>` : piece.text}${
        marks.map(c => html`<button class="mark" aria-label=${texts.openSource(c.id)} @click=${() => openCitation(c)}>${c.id}</button>`)}`;
  });
}

function sourcesView(citations, openCitation) {
  return html`
    <section class="sources" aria-label=${texts.sources}>
      <ol>${citations.map(c => html`
        <li value=${c.id}>
          <button class="card" @click=${() => openCitation(c)}>
            <span class="card-title">${c.title}${c.page ? html` <span class="quiet">${texts.page(c.page)}</span>` : nothing}</span>
            <span class="quote">${c.quote ?? ''}</span>
          </button>
        </li>`)}
      </ol>
    </section>`;
}

function abstentionView({reason, neighbours}, openNeighbour) {
  return html`
    <section class="abstained">
      <h3>${texts.abstained[reason]}</h3>
      <p>${texts.abstainedWhy[reason]} ${texts.tryNext}</p>
      ${neighbours.length ? html`
        <h4>${texts.nearest}</h4>
        <ul class="nearest">${neighbours.map(n => html`
          <li><button class="card" @click=${() => openNeighbour(n)}><span class="card-title">${n.title}${
              n.page ? html` <span class="quiet">${texts.page(n.page)}</span>` : nothing}</span></button></li>`)}
        </ul>` : nothing}
    </section>`;
}

function whyView(answer, openNeighbour) {
  return html`
    <details class="why">
      <summary>${texts.why}</summary>
      <p class="quiet">${answer.abstained ? nothing : html`${texts.confidence(answer.confidence)} · `}${
          texts.timings(answer.timings)} · ${texts.device(answer.model)}</p>
      ${answer.trace.map(entry => html`<p class="quiet">${texts.whyQuery}: ${entry.query}</p>`)}
      <ol>${answer.neighbours.map(n => html`
        <li><button class="plain" @click=${() => openNeighbour(n)}>${n.title}</button>
          <span class="quiet">${texts.foundBy[n.source]} · ${n.score.toFixed(4)}</span></li>`)}
      </ol>
    </details>`;
}

export function problemView(problem) {
  return html`
    <div class="problem" role="alert">
      <strong>${texts.wentWrong}</strong>
      <p>${problem.detail ?? problem.title}</p>
    </div>`;
}

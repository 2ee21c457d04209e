// "Why this answer": what was looked for and found, how sure it is, where the time went, and the knock-out.
import {call} from './api.js';
import {millis} from './format.js';
import {neighbourPlace, openSource} from './source.js';
import {problemOf, say, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, svg} from './view.js';

const STAGES = ['queue_ms', 'encode_ms', 'retrieve_ms', 'neighbour_encode_ms', 'prefill_ms', 'decode_ms', 'verify_ms'];

/** Titles of documents that only the trace of a kept answer names; null while one is asked for. */
const titles = new Map();

async function knockOut(turn, chunkId) {
  turn.knockOuts.set(chunkId, {running: true});
  update();
  try {
    const {knock_out: nats} = await call('POST', `/answers/${turn.id}:knock-out`, {chunk_ids: [chunkId]});
    turn.knockOuts.set(chunkId, {nats});
  } catch (error) {
    const problem = problemOf(error);
    turn.knockOuts.set(chunkId, {problem: problem.status === 410 ? texts.why.gone : problem.detail ?? problem.title});
  }
  update();
}

/** The neighbours of a trace entry with all that is known of them. */
function neighboursOf(turn, entry) {
  const known = new Map(
      [...turn.answer.neighbours, ...turn.retrievals.flatMap(r => r.neighbours)].map(n => [n.chunk_id, n]));
  return entry.neighbours.map(n => ({...known.get(n.chunk_id), ...n}));
}

function titleOf(neighbour) {
  if (neighbour.title) {
    return neighbour.title;
  }
  const id = neighbour.document_id;
  if (neighbour.title === undefined && !titles.has(id)) {
    titles.set(id, null);
    call('GET', `/documents/${id}`)
        .then(doc => titles.set(id, doc.title), () => titles.set(id, ''))
        .finally(update);
  }
  return titles.get(id) || texts.why.unknownDocument;
}

async function openNeighbour(neighbour) {
  if (neighbour.span) {
    openSource(neighbourPlace(neighbour));
    return;
  }
  // The trace of a kept answer names chunks without their spans.
  const {document_id: id} = neighbour;
  try {
    const doc = await call('GET', `/documents/${id}`);
    const chunk = await chunkOf(id, neighbour.chunk_id);
    openSource({
      document_id: id, version: doc.version, start: chunk?.span.start ?? 0, end: chunk?.span.end ?? 0, quote: chunk?.text ?? null,
      chunk: chunk?.span ?? null, citation: null,
    });
  } catch (error) {
    const problem = problemOf(error);
    say(problem.status === 404 ? texts.source.documentGone : problem.detail ?? problem.title);
  }
}

async function chunkOf(documentId, chunkId) {
  let cursor = null;
  do {
    const page = await call('GET', `/documents/${documentId}/chunks?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    const found = page.items.find(c => c.chunk_id === chunkId);
    if (found) {
      return found;
    }
    cursor = page.next_cursor;
  } while (cursor);
  return null;
}

export function whyView(turn) {
  const {answer} = turn;
  return html`
    <section class="why" id=${`why-${turn.key}`} aria-label=${texts.why.title}>
      <div class="why-grid">
        ${answer.reason === 'no_relevant_passage' ? nothing : confidenceView(answer)}
        ${timeView(answer.timings)}
      </div>
      ${answer.trace.map(entry => entryView(turn, entry))}
      ${turn.answer.abstained ? nothing : html`<p class="quiet">${texts.why.knockHelp}</p>`}
      <dl class="facts">
        <div><dt>${texts.why.model}</dt><dd>${texts.why.modelText(answer.model)}</dd></div>
        <div><dt>${texts.why.device}</dt><dd>${answer.model.device}</dd></div>
        <div><dt>${texts.why.fingerprint}</dt><dd><code title=${answer.model.fingerprint}>${answer.model.fingerprint.slice(0, 19)}</code></dd></div>
        <div><dt>${texts.why.usage}</dt><dd>${texts.why.usageText(answer.usage)}</dd></div>
      </dl>
    </section>`;
}

/** A scale from 0 to 1 with the confidence filled in and the threshold as a line across it. */
function confidenceView({confidence, min_confidence: threshold, abstained}) {
  const words = threshold == null ? texts.why.confidenceAlone(confidence)
      : abstained && confidence >= threshold ? texts.why.ended(confidence, threshold)
      : confidence < threshold ? texts.why.below(confidence, threshold)
      : texts.why.confidenceText(confidence, threshold);
  return html`
    <div class="measure">
      <h3>${texts.why.confidence}</h3>
      <svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${words}>
        <rect class="gauge-back" x="0" y="2" width="100" height="6" rx="1"/>
        <rect class="gauge-fill" x="0" y="2" width=${100 * confidence} height="6" rx="1"/>
        ${threshold == null ? nothing : svg`<rect class="gauge-mark" x=${Math.min(99, 100 * threshold)} y="0" width="0.7" height="10"/>`}
      </svg>
      <p class="quiet numbers">${words}</p>
    </div>`;
}

/** Stage by stage along one bar; the legend says each in words and numbers. */
function timeView(timings) {
  const stages = STAGES.map((name, n) => ({name, n, ms: timings[name]})).filter(s => s.ms > 0);
  const known = stages.reduce((sum, s) => sum + s.ms, 0);
  const all = Math.max(known, timings.total_ms, 1);
  if (all - known > all * 0.02) {
    stages.push({name: 'other', n: STAGES.length, ms: all - known});
  }
  let x = 0;
  return html`
    <div class="measure">
      <h3>${texts.why.time}</h3>
      <svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${texts.why.total(timings)}>
        ${stages.map(stage => {
          const width = 100 * stage.ms / all;
          const bar = svg`<rect class=${`stage-${stage.n}`} x=${x} y="2" width=${Math.max(0, width - 0.3)} height="6"/>`;
          x += width;
          return bar;
        })}
      </svg>
      <p class="quiet numbers">${texts.why.total(timings)}</p>
      <ul class="stages">${stages.map(stage => html`
        <li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class=${`stage-${stage.n}`} width="10" height="10" rx="2"/></svg>
          ${texts.why.stages[stage.name]} <span class="quiet numbers">${millis(stage.ms)}</span></li>`)}</ul>
    </div>`;
}

function entryView(turn, entry) {
  const chunkLength = turn.answer.model.chunk_length;
  const testable = !turn.answer.abstained && turn.answer.usage.generated_tokens > 0;
  return html`
    <div class="trace">
      <h3>${entry.chunk_index === 0 ? texts.why.first : texts.why.later(entry.chunk_index * chunkLength)}
        ${entry.frozen ? html`<span class="quiet">${texts.why.frozen}</span>` : nothing}</h3>
      <p class="quiet trace-query">${texts.why.query}: “${entry.query}”</p>
      ${entry.neighbours.length === 0 ? nothing : html`
        <div class="scroll-x" tabindex="0" role="region" aria-label=${entry.chunk_index === 0 ? texts.why.first : texts.why.later(entry.chunk_index * chunkLength)}>
          <table class="neighbours">
            <thead><tr>
              <th scope="col" class="right">${texts.why.columns.rank}</th><th scope="col">${texts.why.columns.title}</th>
              <th scope="col">${texts.why.columns.found}</th><th scope="col" class="right">${texts.why.columns.score}</th>
              ${testable ? html`<th scope="col">${texts.why.columns.test}</th>` : nothing}
            </tr></thead>
            <tbody>${neighboursOf(turn, entry).map(n => html`
              <tr>
                <td class="right numbers">${n.rank}</td>
                <td><button class="text" @click=${() => openNeighbour(n)}>${titleOf(n)}</button>${
                    n.page ? html` <span class="quiet">${texts.answer.page(n.page)}</span>` : nothing}</td>
                <td>${n.source ? html`<span class="found found-${n.source}">${texts.why.found[n.source]}</span>` : nothing}</td>
                <td class="right numbers">${n.score.toFixed(4)}</td>
                ${testable ? html`<td class="knock">${knockView(turn, n)}</td>` : nothing}
              </tr>`)}
            </tbody>
          </table>
        </div>`}
    </div>`;
}

function knockView(turn, neighbour) {
  const result = turn.knockOuts.get(neighbour.chunk_id);
  if (!result) {
    return html`<button class="small" @click=${() => knockOut(turn, neighbour.chunk_id)}
        aria-label=${texts.why.knockOutOf(titleOf(neighbour))}>${texts.why.knockOut}</button>`;
  }
  return html`<span role="status">${
      result.running ? html`<span class="quiet">${texts.why.knocking}</span>`
      : result.problem ? html`<span class="notice">${result.problem}</span>`
      : html`<strong class="numbers">${texts.why.knocked(result.nats)}</strong> <span class="quiet">${texts.why.knockedMeaning(result.nats)}</span>`}</span>`;
}

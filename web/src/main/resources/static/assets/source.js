// The source panel: a passage of a document's extracted text with the cited span marked.
import {call} from './api.js';
import {pieces, slice} from './code-points.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

const AROUND = 3000; // code points shown before and after the span

/** Fetches what the panel shows. The span is marked only if it still says what was quoted. */
export async function open({document_id: id, version, start, end, quote = null}) {
  const document = await call('GET', `/documents/${id}`);
  const from = Math.max(0, start - AROUND);
  const to = Math.min(document.characters ?? end, end + AROUND);
  const passage = await call('GET', `/documents/${id}/passage?start=${from}&end=${Math.max(from, to)}&version=${version}`);
  const said = slice(passage.text, start - from, end - from);
  const matches = end > start && (quote === null || said === quote);
  return {document, passage, start, end, matches, asked: end > start};
}

export function sourceView(source, {close}) {
  if (source === null) {
    return nothing;
  }
  return html`
    <aside class="source" aria-label=${texts.source}>
      <header>
        <div>
          <h2>${source.document?.title ?? texts.source}</h2>
          ${source.document ? html`<p class="quiet">${source.document.path}${
              source.passage?.page ? html` · ${texts.page(source.passage.page)}` : nothing}</p>` : nothing}
        </div>
        <button class="plain" @click=${close} aria-label=${texts.closeSource} title=${texts.closeSource}>✕</button>
      </header>
      ${source.problem ? html`<p class="notice">${source.problem}</p>` : passageView(source)}
      ${source.document ? html`<footer><a href=${`/api/v1/documents/${source.document.id}/original`}>${texts.original}</a></footer>` : nothing}
    </aside>`;
}

function passageView({passage, start, end, matches, asked}) {
  const offset = passage.start;
  return html`
    ${asked && !matches ? html`<p class="notice">${texts.noMatch}</p>` : nothing}
    <div class="passage" tabindex="0">${pieces(passage.text, matches ? [start - offset, end - offset] : []).map(piece =>
        matches && piece.start === start - offset && piece.end === end - offset
            ? html`<mark id="cited">${piece.text}</mark>`
            : piece.text)}</div>`;
}

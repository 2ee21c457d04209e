// A page of a PDF with marks over it: <pdf-page>, drawn by pdf.js. Imported when the first PDF is opened, not before.
import {getDocument, PDFWorker, RenderingCancelledException, TextLayer} from '/webjars/pdfjs-dist/legacy/build/pdf.min.mjs';
import {icon} from './icons.js';
import {announce} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, render, svg} from './view.js';

const LIBRARY = '/webjars/pdfjs-dist/';
const WORKER = `${LIBRARY}legacy/build/pdf.worker.min.mjs`;
const PIXELS = 16_000_000; // of a canvas at most
const ZOOMS = [1, 1.5, 2, 3];

// The policy of the pages lets a worker begin with nothing but an address that was vouched for.
const policy = window.trustedTypes?.createPolicy('retort-pdf', {createScriptURL: () => WORKER});

let worker = null; // one for all documents
let failure = null; // settles only if it cannot begin

function startWorker() {
  if (!worker) {
    const port = new Worker(policy ? policy.createScriptURL('') : WORKER, {type: 'module'});
    failure = new Promise((_, reject) => port.addEventListener('error', () => reject(new Error('the worker did not begin')), {once: true}));
    failure.catch(() => {});
    worker = PDFWorker.create({port});
  }
}

/** Only what a page needs is fetched; nothing of the file is run, no link of it followed. */
const load = url => getDocument({
  url, worker, rangeChunkSize: 1 << 18, disableAutoFetch: true, disableStream: true, isEvalSupported: false, useWasm: false, enableXfa: false,
  useSystemFonts: false, // else a style sheet would load fonts, which the policy refuses
  maxImageSize: 4 * PIXELS, verbosity: 0,
  cMapUrl: `${LIBRARY}cmaps/`, cMapPacked: true, standardFontDataUrl: `${LIBRARY}standard_fonts/`, wasmUrl: `${location.origin}${LIBRARY}wasm/`,
});

/**
 * `shown` says what to show: {url, title, page, marks, chunk, words}, the last three as rectangles of the API. A page that
 * cannot be drawn is told by the event `unshowable`.
 */
class PdfPage extends HTMLElement {
  #shown = null;
  #task = null;
  #pdf = null;
  #number = 0;
  #zoom = 0; // an index of ZOOMS
  #size = null; // of the page in points
  #drawing = null; // what can be cancelled
  #width = 0;
  #observer = new ResizeObserver(() => this.#resized());

  set shown(shown) {
    const before = this.#shown;
    this.#shown = shown;
    if (before?.url !== shown.url) {
      this.#open();
    } else if (before.page !== shown.page || before.marks !== shown.marks) {
      this.#turn(shown.page, true);
    } else {
      this.#view();
    }
  }

  disconnectedCallback() {
    this.#close();
  }

  #close() {
    this.#observer.disconnect();
    this.#drawing?.cancel();
    this.#task?.destroy();
    this.#task = null;
    this.#pdf = null;
  }

  async #open() {
    this.#close();
    this.#view();
    let task = null;
    try {
      startWorker();
      task = load(this.#shown.url);
      this.#task = task;
      const pdf = await Promise.race([task.promise, failure]);
      if (this.#task === task) {
        this.#pdf = pdf;
        await this.#turn(this.#shown.page, true);
      }
    } catch (error) {
      this.#fail(task, error);
    }
  }

  #fail(task, error) {
    if (this.#task === task && !(error instanceof RenderingCancelledException)) {
      console.warn(error);
      this.dispatchEvent(new CustomEvent('unshowable'));
    }
  }

  /** Shows another page; `toMarks` brings the first mark into view. */
  async #turn(number, toMarks) {
    const task = this.#task;
    if (!this.#pdf) {
      return;
    }
    this.#number = Math.min(Math.max(1, number), this.#pdf.numPages);
    this.#view();
    try {
      await this.#paint(toMarks);
      announce(texts.source.pageShown(this.#number, this.#pdf.numPages, this.#of(this.#shown.marks).length > 0));
    } catch (error) {
      this.#fail(task, error);
    }
  }

  async #paint(toMarks) {
    this.#drawing?.cancel();
    const number = this.#number;
    const page = await this.#pdf.getPage(number);
    if (number !== this.#number || !this.isConnected) {
      return;
    }
    const [scroll, sheet, place, textPlace] = ['.sheet-scroll', '.sheet', '.sheet-canvas', '.textLayer'].map(s => this.querySelector(s));
    this.#width = scroll.clientWidth;
    const natural = page.getViewport({scale: 1});
    this.#size = {width: natural.width / page.userUnit, height: natural.height / page.userUnit};
    const viewport = page.getViewport({scale: Math.max(1, this.#width) / natural.width * ZOOMS[this.#zoom]});
    sheet.style.setProperty('--total-scale-factor', viewport.scale);
    sheet.style.width = `${viewport.width}px`;
    sheet.style.height = `${viewport.height}px`;
    this.#view();
    this.#scrollTo(scroll, viewport.width / this.#size.width, toMarks);
    const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(PIXELS / (viewport.width * viewport.height)));
    const canvas = document.createElement('canvas');
    canvas.width = Math.floor(viewport.width * ratio);
    canvas.height = Math.floor(viewport.height * ratio);
    canvas.setAttribute('aria-hidden', 'true'); // its words stand in the layer of text
    const rendering = page.render({canvas, viewport, transform: ratio === 1 ? null : [ratio, 0, 0, ratio, 0, 0]});
    const words = document.createElement('div');
    const layer = new TextLayer({textContentSource: page.streamTextContent(), container: words, viewport});
    this.#drawing = {cancel() { rendering.cancel(); layer.cancel(); }};
    words.className = 'textLayer';
    textPlace.replaceWith(words);
    if (this.dataset.drawn !== String(number)) {
      place.replaceChildren(); // better nothing for a moment than another page under these marks
    }
    await Promise.all([rendering.promise, layer.render().catch(() => {})]);
    place.replaceChildren(canvas);
    this.dataset.drawn = number;
    this.#observer.observe(scroll);
  }

  #scrollTo(scroll, scale, toMarks) {
    const first = this.#of(this.#shown.marks)[0];
    if (toMarks && first) {
      scroll.scrollTop = first.y * scale - scroll.clientHeight / 3;
      scroll.scrollLeft = first.x * scale - scroll.clientWidth / 3;
    } else if (this.dataset.drawn !== String(this.#number)) {
      scroll.scrollTop = 0;
    }
  }

  #resized() {
    const scroll = this.querySelector('.sheet-scroll');
    if (this.#pdf && scroll && Math.abs(scroll.clientWidth - this.#width) > 1) {
      const task = this.#task;
      this.#paint(true).catch(error => this.#fail(task, error));
    }
  }

  #magnify(by) {
    const zoom = Math.min(Math.max(0, this.#zoom + by), ZOOMS.length - 1);
    if (zoom !== this.#zoom) {
      this.#zoom = zoom;
      const task = this.#task;
      this.#paint(true).catch(error => this.#fail(task, error));
    }
  }

  /** The keys that turn a page do so at its ends; before that they scroll. */
  #key(event) {
    const scroll = event.currentTarget;
    const atEnd = scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 2;
    const turn = event.key === 'PageDown' && atEnd ? 1 : event.key === 'PageUp' && scroll.scrollTop <= 1 ? -1 : 0;
    const zoom = event.key === '+' ? 1 : event.key === '-' ? -1 : 0;
    if (event.ctrlKey || event.metaKey || event.altKey || (!turn && !zoom)) {
      return;
    }
    event.preventDefault();
    if (zoom) {
      this.#magnify(zoom);
    } else {
      this.#step(turn);
    }
  }

  #step(by) {
    const number = this.#number + by;
    if (number >= 1 && number <= this.#pdf?.numPages) {
      this.#turn(number, false);
    }
  }

  #of(rects) {
    return (rects ?? []).filter(r => r.page === this.#number);
  }

  #view() {
    const pages = this.#pdf?.numPages ?? 0;
    const {width = 1, height = 1} = this.#size ?? {};
    const tool = (name, label, disabled, act) => html`<button class="ghost square" ?disabled=${disabled} @click=${act} aria-label=${label} title=${label}>${icon(name)}</button>`;
    render(html`
      <div class="sheet-tools" role="group" aria-label=${texts.source.pages}>
        ${tool('previous', texts.source.pageBefore, this.#number <= 1, () => this.#step(-1))}
        <span class="quiet numbers">${pages ? texts.source.pageOf(this.#number, pages) : texts.loading}</span>
        ${tool('next', texts.source.pageAfter, this.#number >= pages, () => this.#step(1))}
        <span class="sheet-zoom">
          ${tool('minus', texts.source.smaller, this.#zoom === 0, () => this.#magnify(-1))}
          ${tool('plus', texts.source.larger, this.#zoom === ZOOMS.length - 1, () => this.#magnify(1))}
        </span>
      </div>
      <div class="sheet-scroll" tabindex="0" role="region" aria-label=${texts.source.pageLabel(this.#number, this.#shown.title, this.#of(this.#shown.marks).length > 0)}
          @keydown=${event => this.#key(event)}>
        <div class="sheet">
          <div class="sheet-canvas"></div>
          <svg class="sheet-marks" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            ${this.#rects('sheet-chunk', this.#shown.chunk)}${this.#rects('sheet-mark', this.#shown.marks)}${this.#rects('sheet-lit', this.#shown.words)}
          </svg>
          <div class="textLayer"></div>
        </div>
      </div>`, this);
  }

  #rects(name, rects) {
    const found = this.#of(rects);
    return found.length ? found.map(r => svg`<rect class=${name} x=${r.x} y=${r.y} width=${r.width} height=${r.height}></rect>${
        name === 'sheet-mark' ? svg`<path class="sheet-line" d="M${r.x} ${r.y + r.height}h${r.width}"></path>` : nothing}`) : nothing;
  }
}

customElements.define('pdf-page', PdfPage);

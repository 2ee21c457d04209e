// Charts as SVG, drawn at the size that they are shown in. Each has a title, a description in words, and its figures as a table.
import {update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, svg} from './view.js';

const SIDE = 264;
const LINE = 30;
const NARROW = 560;
let number = 0;

addEventListener('resize', update);

/** Pixels that a chart over the whole page may take: the page's width without its padding and the figure's. */
const room = () => Math.max(240, Math.min(document.documentElement.clientWidth, 960) - (document.documentElement.clientWidth < 704 ? 66 : 82));

/** A chart with its heading and, folded, its table: `head` are the columns, `rows` their values. */
export function figure({title, words, wide = false, drawing, note, head, rows}) {
  return html`
    <figure class=${wide ? 'chart wide' : 'chart'}>
      <figcaption><h3>${title}</h3></figcaption>
      ${drawing}
      ${note ? html`<p class="quiet">${note}</p>` : nothing}
      <details class="chart-table">
        <summary>${texts.evaluations.asTable}</summary>
        <div class="scroll-x" tabindex="0" role="group" aria-label=${title}>
          <table>
            <caption class="hidden">${words}</caption>
            <thead><tr>${head.map((name, n) => html`<th scope="col" class=${n ? 'right' : ''}>${name}</th>`)}</tr></thead>
            <tbody>${rows.map(row => html`<tr>${row.map((value, n) => n
                ? html`<td class="right numbers">${value}</td>` : html`<th scope="row">${value}</th>`)}</tr>`)}</tbody>
          </table>
        </div>
      </details>
    </figure>`;
}

function picture(width, height, title, words, content) {
  const id = `chart-${number = (number + 1) % 1000}`;
  return html`
    <svg class="drawing" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-labelledby=${`${id}-t ${id}-d`}>
      ${svg`<title id=${`${id}-t`}>${title}</title><desc id=${`${id}-d`}>${words}</desc>`}
      ${content}
    </svg>`;
}

const line = (x1, y1, x2, y2, style) => svg`<line x1=${x1} y1=${y1} x2=${x2} y2=${y2} class=${style}/>`;
const label = (words, x, y, style = '') => svg`<text x=${x} y=${y} class=${style}>${words}</text>`;

/** Values with their intervals on one scale; each `{name, value, low, high, style, shown}`. */
export function whiskers(title, words, items, from, to) {
  const width = room();
  const narrow = width < NARROW;
  const left = narrow ? 8 : 190;
  const right = width - (narrow ? 8 : 70);
  const step = narrow ? LINE + 14 : LINE;
  const height = items.length * step + 26;
  const x = value => left + (Math.min(to, Math.max(from, value)) - from) / (to - from) * (right - left);
  const ticks = [0, 1, 2, 3, 4].map(n => from + (to - from) * n / 4);
  return picture(width, height, title, words, svg`
    ${ticks.map((value, n) => svg`
      ${line(x(value), 4, x(value), height - 22, 'chart-grid')}
      ${label(value.toFixed(2).replace('-', '−'), x(value), height - 6, `chart-tick ${n === 0 ? '' : n === 4 ? 'chart-end' : 'chart-middle'}`)}`)}
    ${from < 0 ? line(x(0), 4, x(0), height - 22, 'chart-zero') : nothing}
    ${items.map((item, n) => {
      const y = n * step + (narrow ? step - 10 : step / 2) + 2;
      return svg`
        ${narrow ? label(item.name, left, y - 14) : label(item.name, left - 12, y + 4, 'chart-end')}
        <g class=${`chart-${item.style}`}>
          ${line(x(item.low), y, x(item.high), y, 'chart-whisker')}
          ${mark(item.style, x(item.value), y)}
        </g>
        ${label(item.shown, narrow ? right : width, narrow ? y - 14 : y + 4, 'chart-end numbers')}`;
    })}`);
}

/** A difference is told by its form too: up is better, down worse, a ring not clear. */
function mark(style, x, y) {
  return style === 'better' ? svg`<path d=${`M${x - 6} ${y + 5}L${x} ${y - 6}L${x + 6} ${y + 5}Z`} class="chart-dot"/>`
      : style === 'worse' ? svg`<path d=${`M${x - 6} ${y - 5}L${x} ${y + 6}L${x + 6} ${y - 5}Z`} class="chart-dot"/>`
      : svg`<circle cx=${x} cy=${y} r="5" class="chart-dot"/>`;
}

/** One bar a kind, cut into parts: `[{name, parts: [{name, count, style}]}]`. */
export function bars(title, words, kinds) {
  const width = room();
  const narrow = width < NARROW;
  const heightOf = kind => 44 + (narrow ? 20 * kind.parts.length : 20);
  let height = 0;
  const drawn = kinds.map(kind => {
    const top = height;
    height += heightOf(kind);
    return barView(kind, top, width, narrow);
  });
  return picture(width, height, title, words, svg`${drawn}`);
}

function barView(kind, top, width, narrow) {
  const all = kind.parts.reduce((sum, part) => sum + part.count, 0);
  let from = 0;
  return svg`
    ${label(`${kind.name} · ${all}`, 0, top + 14, 'chart-strong')}
    ${kind.parts.map((part, n) => {
      const long = all ? width * part.count / all : 0;
      const x = narrow ? 0 : n * width / 3;
      const y = top + 42 + (narrow ? 20 * n : 0);
      const drawn = svg`
        ${long > 0 ? svg`<rect x=${from} y=${top + 21} width=${Math.max(1, long - 2)} height="14" rx="2" class=${`chart-bar-${part.style}`}/>` : nothing}
        <rect x=${x} y=${y} width="10" height="10" rx="2" class=${`chart-bar-${part.style}`}/>
        ${label(texts.evaluations.part(part.name, part.count, all), x + 16, y + 9, 'chart-tick')}`;
      from += long;
      return drawn;
    })}`;
}

/** Lines in a square: `lines` of points `{x, y}` in 0..1, with dots where they say so. */
export function plane(title, words, {xLabel, yLabel, xTick, lines, diagonal = false, dots = false, labels = []}) {
  const left = 56;
  const top = 8;
  const width = left + SIDE + 16;
  const height = top + SIDE + 40;
  const at = share => left + share * SIDE;
  const up = share => top + (1 - Math.min(1, Math.max(0, share))) * SIDE;
  const shares = [0, 0.25, 0.5, 0.75, 1];
  return picture(width, height, title, words, svg`
    ${shares.map(share => svg`
      ${line(at(share), up(0), at(share), up(1), 'chart-grid')}
      ${line(at(0), up(share), at(1), up(share), 'chart-grid')}
      ${label(xTick(share), at(share), up(0) + 16, 'chart-tick chart-middle')}
      ${label(share.toFixed(2), at(0) - 6, up(share) + 4, 'chart-tick chart-end')}`)}
    ${label(xLabel, at(0.5), up(0) + 34, 'chart-tick chart-middle')}
    <text class="chart-tick chart-middle" transform=${`translate(12 ${up(0.5)}) rotate(-90)`}>${yLabel}</text>
    ${diagonal ? line(at(0), up(0), at(1), up(1), 'chart-reference') : nothing}
    ${lines.map((points, n) => svg`
      <path class=${`chart-line chart-line-${n}`} d=${points.map((p, i) => `${i ? 'L' : 'M'}${at(p.x).toFixed(1)} ${up(p.y).toFixed(1)}`).join('')}/>
      ${dots ? points.map(p => svg`<circle class="chart-plain-dot" cx=${at(p.x)} cy=${up(p.y)} r=${p.r ?? 3.5}><title>${p.words}</title></circle>`) : nothing}`)}
    ${labels.map((words, n) => svg`
      ${line(at(0.6), up(0.16 - 0.08 * n) - 4, at(0.68), up(0.16 - 0.08 * n) - 4, `chart-line chart-line-${n}`)}
      ${label(words, at(0.7), up(0.16 - 0.08 * n), 'chart-tick')}`)}`);
}

/** Shares in the order in which they came, the newest for which there is room: `lines` of `{name, points}`, and of each step a point `{value, low, high, words}` or null. */
export function timeline(title, words, all) {
  const width = room();
  const [left, top, height] = [44, 10, 200];
  const fitting = Math.floor((width - left - 24) / 20);
  const ticks = all.ticks.slice(-fitting);
  const lines = all.lines.map(({name, points}) => ({name, points: points.slice(-fitting)}));
  const bottom = top + height;
  const step = (width - left - 24) / (ticks.length - 1);
  const at = n => left + 12 + n * step;
  const up = share => top + (1 - share) * height;
  const each = Math.max(1, Math.ceil(140 / step));
  const last = ticks.length - 1;
  return picture(width, bottom + 52, title, words, svg`
    ${[0, 0.25, 0.5, 0.75, 1].map(share => svg`
      ${line(left, up(share), width, up(share), 'chart-grid')}
      ${label(share.toFixed(2), left - 8, up(share) + 4, 'chart-tick chart-end')}`)}
    ${ticks.map((tick, n) => (last - n) % each ? nothing : n === 0 ? label(tick, left, bottom + 20, 'chart-tick')
        : n === last ? label(tick, width, bottom + 20, 'chart-tick chart-end') : label(tick, at(n), bottom + 20, 'chart-tick chart-middle'))}
    ${lines.map(({name, points}, kind) => {
      const shown = points.map((p, n) => p && {...p, x: at(n) + (kind - (lines.length - 1) / 2) * 7}).filter(Boolean);
      return svg`
        <g class=${`chart-kind-${kind}`}>
          <path class=${`chart-line chart-line-${kind}`} d=${shown.map((p, i) => `${i ? 'L' : 'M'}${p.x.toFixed(1)} ${up(p.value).toFixed(1)}`).join('')}/>
          ${shown.map(p => svg`${line(p.x, up(p.low), p.x, up(p.high), 'chart-whisker')}${kindMark(kind, p.x, up(p.value), p.words)}`)}
          ${kindMark(kind, left + 6 + kind * 150, bottom + 42, name)}
        </g>
        ${label(name, left + 16 + kind * 150, bottom + 46, 'chart-tick')}`;
    })}`);
}

/** Kinds are told by their form too. */
const kindMark = (kind, x, y, words) => kind === 0 ? svg`<circle class="chart-dot" cx=${x} cy=${y} r="4.5"><title>${words}</title></circle>`
    : svg`<rect class="chart-dot" x=${x - 4} y=${y - 4} width="8" height="8"><title>${words}</title></rect>`;

/** The next round number above. */
export function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8].find(step => step * power >= value) ?? 10) * power;
}

// Small drawings beside words; never the only bearer of a meaning.
import {html, svg} from './view.js';

const paths = {
  link: svg`<path d="M6.5 9.500a3 3 0 0 0 4.300 0l2-2a3 3 0 0 0-4.300-4.300l-.8.8M9.500 6.500a3 3 0 0 0-4.300 0l-2 2a3 3 0 0 0 4.300 4.300l.8-.8"/>`,
  up: svg`<path d="M5 14V7l3-5c1.200 0 1.800.9 1.600 2L9.200 6H13a1.300 1.300 0 0 1 1.300 1.600l-1 5A1.800 1.800 0 0 1 11.500 14zM2 7.200h3V14H2z"/>`,
  down: svg`<path d="M5 2v7l3 5c1.200 0 1.800-.9 1.600-2L9.200 10H13a1.300 1.300 0 0 0 1.300-1.600l-1-5A1.800 1.800 0 0 0 11.500 2zM2 8.800h3V2H2z"/>`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8"/>`,
  previous: svg`<path d="M10 3.500 5.500 8l4.500 4.500"/>`,
  next: svg`<path d="M6 3.500 10.500 8 6 12.500"/>`,
  trash: svg`<path d="M2.500 4.500h11M6 4.500V2.700h4v1.800M4 4.500l.6 9h6.800l.6-9M6.700 7v4.200M9.300 7v4.200"/>`,
  retry: svg`<path d="M13 8a5 5 0 1 1-1.500-3.600M13 2.500v2.700h-2.700"/>`,
  upload: svg`<path d="M8 10.500V2.500M4.800 5.500 8 2.300l3.200 3.200M2.500 10v3.500h11V10"/>`,
  folder: svg`<path d="M2 12.800V3.500h4.200l1.500 1.700H14v7.600z"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  minus: svg`<path d="M3 8h10"/>`,
  search: svg`<circle cx="7" cy="7" r="4.300"/><path d="m10.300 10.300 3.400 3.400"/>`,
  light: svg`<circle cx="8" cy="8" r="3"/><path d="M8 1.500v1.400M8 13.100v1.400M1.500 8h1.400M13.100 8h1.400M3.400 3.400l1 1M11.600 11.600l1 1M3.400 12.600l1-1M11.600 4.400l1-1"/>`,
  dark: svg`<path d="M13.300 9.600A5.700 5.700 0 0 1 6.400 2.700a5.700 5.700 0 1 0 6.900 6.900z"/>`,
  system: svg`<path d="M2 3h12v8H2zM6 13.500h4M8 11v2.500"/>`,
  copy: svg`<path d="M5.500 5.500h8v8h-8zM3 10.500H2.500v-8h8V3"/>`,
  stop: svg`<path d="M4.500 4.500h7v7h-7z" fill="currentColor"/>`,
  ask: svg`<path d="M8 13V3M3.800 7.200 8 3l4.200 4.200"/>`,
  chevron: svg`<path d="m3.500 6 4.500 4.500L12.500 6"/>`,
  pause: svg`<path d="M5.500 3.500v9M10.500 3.500v9"/>`,
  download: svg`<path d="M8 2.500v8M4.800 7.500 8 10.700l3.200-3.200M2.500 12.500h11"/>`,
};

export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}

/** The flask of the favicon. */
export const flask = html`<svg class="flask" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path class="glass"
    d="M11 3h8v7l8 15a3 3 0 0 1-3 4H8a3 3 0 0 1-3-4l6-15z"/><path class="liquid" d="M9 21h14l3 5a1.500 1.500 0 0 1-2 2H8a1.500 1.500 0 0 1-2-2z"/></svg>`;

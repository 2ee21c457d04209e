// What all pages share: who is signed in, the collections, one line of news, and when to draw.
import {all, call, Refusal} from './api.js';
import {texts} from './texts.js';

export const shared = {
  me: null,
  collections: null,
  news: '', // what a screen reader is told
  toast: null, // what everybody is told, for a while
};

let draw = () => {};
let drawing = null;
let fading = 0;

export function drawWith(view) {
  draw = view;
}

/** Draws once in the next frame, however often it is called before; settles when that is done. */
export function update() {
  drawing ??= new Promise(resolve => requestAnimationFrame(() => {
    drawing = null;
    draw();
    resolve();
  }));
  return drawing;
}

/** Tells a screen reader, politely. */
export function announce(text) {
  shared.news = text;
  update();
}

/** Says something that needs no answer and goes away by itself. */
export function say(text) {
  clearTimeout(fading);
  shared.toast = text;
  fading = setTimeout(() => {
    shared.toast = null;
    update();
  }, 6000);
  announce(text);
}

/** What went wrong, as a problem object: the API's own, or one made of an error. */
export function problemOf(error) {
  if (error instanceof Refusal) {
    return error.problem;
  }
  console.error(error);
  return {title: texts.wentWrong, detail: String(error.message ?? error), code: ''};
}

export async function loadMe() {
  shared.me = await call('GET', '/me');
}

export const may = scope => (shared.me?.scopes ?? []).some(s => s === scope || s === 'admin');

export async function loadCollections() {
  shared.collections = await all('/collections');
  update();
  return shared.collections;
}

export const collectionTitle = id => shared.collections?.find(c => c.id === id)?.title ?? id;

/** Keeps a choice for the next visit, where the browser lets it. */
export function remember(name, value) {
  try {
    localStorage.setItem(`retort-${name}`, value);
  } catch {
    // Storage may be shut; then the choice lasts as long as the page.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`retort-${name}`);
  } catch {
    return null;
  }
}

// What narrows a search: kept as texts by name, as an address carries them, and said to the API as typed filters.
import {html, nothing} from './view.js';
import {texts} from './texts.js';

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
const OPEN = 'application/vnd.oasis.opendocument.';

/** Kinds of files as people call them; several types of content can be one kind. */
const KINDS = {
  pdf: ['application/pdf'],
  word: [`${OFFICE}wordprocessingml.document`, 'application/vnd.ms-word.document.macroenabled.12', 'application/msword', `${OPEN}text`, 'application/rtf'],
  slides: [`${OFFICE}presentationml.presentation`, 'application/vnd.ms-powerpoint.presentation.macroenabled.12', 'application/vnd.ms-powerpoint', `${OPEN}presentation`],
  sheet: [`${OFFICE}spreadsheetml.sheet`, 'application/vnd.ms-excel.sheet.macroenabled.12', 'application/vnd.ms-excel', `${OPEN}spreadsheet`, 'text/csv', 'text/tab-separated-values'],
  web: ['text/html', 'application/xhtml+xml'],
  markdown: ['text/markdown'],
  text: ['text/plain'],
  data: ['application/json', 'application/jsonl', 'application/xml', 'text/xml'],
};

const BOUNDED = {date: 'date', integer: 'number', number: 'number'}; // types that have an order, and their inputs

/** What a collection can be narrowed by: [{name, field, type, input, label}]; a bound has a name of its own. */
export function choices(collection) {
  const of = (field, type, label) => BOUNDED[type]
      ? ['from', 'to'].map(bound => ({name: `${field}.${bound}`, field, type, bound, input: BOUNDED[type], label: texts.filters[bound](label)}))
      : [{name: field, field, type, bound: null, input: type === 'boolean' ? 'choice' : 'text', label}];
  return [
    {name: 'path', field: 'path', type: 'prefix', bound: null, input: 'text', label: texts.filters.path},
    {name: 'type', field: 'media_type', type: 'kind', bound: null, input: 'choice', label: texts.filters.type},
    {name: 'tag', field: 'tags', type: 'keyword', bound: null, input: 'text', label: texts.filters.tag},
    ...of('added_at', 'date', texts.filters.added),
    ...(collection?.fields ?? []).flatMap(f => of(`metadata.${f.name}`, f.type, f.name.replaceAll('_', ' '))),
  ];
}

const options = choice => choice.type === 'kind' ? Object.entries(texts.filters.kinds) : Object.entries(texts.filters.yesNo);

/** Whether a text can be the value of a choice: an address may hold anything. */
function fits(choice, value) {
  if (value === '' || value.length > 1024) {
    return false;
  }
  switch (choice.type) {
    case 'kind': return Object.hasOwn(KINDS, value);
    case 'boolean': return value === 'true' || value === 'false';
    case 'integer': return /^-?\d{1,15}$/.test(value);
    case 'number': return Number.isFinite(Number(value)) && value.trim() !== '';
    case 'date': return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
    default: return true;
  }
}

/** Those values that the collection can be narrowed by, each under its name. */
export function fitting(collection, value) {
  const kept = {};
  for (const choice of choices(collection)) {
    const text = (value(choice.name) ?? '').trim();
    if (fits(choice, text)) {
      kept[choice.name] = text;
    }
  }
  return kept;
}

/** As the API takes them; the two bounds of a field are one filter. */
export function filtersOf(collection, values) {
  const found = new Map();
  for (const choice of choices(collection).filter(c => Object.hasOwn(values, c.name))) {
    const {field, bound, type} = choice;
    const said = typed(choice, values[choice.name]);
    const filter = bound ? {...found.get(field) ?? {field, op: 'range'}, ...bounded(type, bound, said)}
        : type === 'kind' ? {field, op: 'any', values: said}
        : {field, op: type === 'prefix' ? 'prefix' : 'eq', value: said};
    found.set(field, filter);
  }
  return [...found.values()];
}

function typed({type}, text) {
  switch (type) {
    case 'kind': return KINDS[text];
    case 'boolean': return text === 'true';
    case 'integer':
    case 'number': return Number(text);
    default: return text;
  }
}

/** A last day is meant whole, so what is searched ends before the next one. */
function bounded(type, bound, value) {
  if (bound === 'from') {
    return {gte: value};
  }
  return type === 'date' ? {lt: new Date(Date.parse(value) + 86_400_000).toISOString().slice(0, 10)} : {lte: value};
}

/** In words: [{name, words}]. */
export const inWords = (collection, values) => choices(collection).filter(c => Object.hasOwn(values, c.name))
    .map(c => ({name: c.name, words: texts.filters.said(c.label, Object.fromEntries(c.input === 'choice' ? options(c) : [])[values[c.name]] ?? values[c.name])}));

/** Adds them to what an address asks for. */
export function addTo(query, values) {
  for (const [name, value] of Object.entries(values)) {
    query.set(name, value);
  }
  return query;
}

/** One control for each choice. */
export const controls = (collection, values) => choices(collection).map(c => html`
  <label class=${c.bound ? 'field half' : 'field'}>${c.label}${c.input === 'choice' ? html`
    <select name=${c.name}>
      <option value="" .selected=${!values[c.name]}>${texts.filters.any}</option>
      ${options(c).map(([value, words]) => html`<option value=${value} .selected=${values[c.name] === value}>${words}</option>`)}
    </select>` : html`
    <input name=${c.name} type=${c.input} step=${c.type === 'number' ? 'any' : nothing} maxlength=${c.name === 'tag' ? 64 : 1024} autocomplete="off"
        placeholder=${c.name === 'path' ? texts.filters.pathExample : nothing} .value=${values[c.name] ?? ''}>`}
  </label>`);

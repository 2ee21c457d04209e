// For administrators: how the service is, keys for programs, login addresses for people.
import {problemView} from './answer.js';
import {all, call} from './api.js';
import {close, confirm, show} from './dialog.js';
import {count, date, percent} from './format.js';
import {icon} from './icons.js';
import {problemOf, say, shared, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing, repeat} from './view.js';

const EVERY_MS = 5000;
const DAY_MS = 24 * 60 * 60 * 1000;
const DISK_WARN = 0.85;
const ROLES = {reader: ['ask', 'read'], writer: ['ask', 'read', 'write'], admin: ['admin']};

let status = null;
let health = null;
let keys = null;
let problem = null;
let timer = 0;
let here = false;

async function enter() {
  here = true;
  problem = null;
  update();
  try {
    keys = await all('/keys');
  } catch (error) {
    problem = problemOf(error);
    update();
    return;
  }
  await look();
}

function leave() {
  here = false;
  clearTimeout(timer);
}

async function look() {
  clearTimeout(timer);
  try {
    [status, health] = await Promise.all([call('GET', '/admin/status'), fetch('/health').then(r => r.json())]);
    problem = null;
  } catch (error) {
    problem = problemOf(error);
  }
  update();
  if (here) {
    timer = setTimeout(look, EVERY_MS);
  }
}

// ---- making credentials

const roleOf = scopes => scopes.includes('admin') ? 'admin' : scopes.includes('write') ? 'writer' : 'reader';

/** The form that keys and login addresses share; `make` gets name, scopes and collections and answers the secret. */
function grantDialog(title, more, make, shown) {
  let wrong = null;
  let role = 'reader';
  let everywhere = true;
  let secret = null;
  const submit = async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const some = form.getAll('collection');
    try {
      secret = await make(form, {
        name: form.get('name').trim(), scopes: ROLES[role], collections: everywhere || role === 'admin' ? ['*'] : some,
      });
    } catch (error) {
      wrong = problemOf(error);
    }
    await update();
    document.querySelector('.secret input')?.select();
  };
  const form = () => html`
    <form class="stack" @submit=${submit}>
      <label class="field">${texts.admin.name}<input name="name" required maxlength="100" autocomplete="off" aria-describedby="name-help" autofocus></label>
      <p class="quiet" id="name-help">${texts.admin.nameHelp}</p>
      <label class="field">${texts.admin.role}
        <select @change=${event => { role = event.target.value; update(); }}>
          ${Object.entries(texts.admin.roles).map(([value, words]) => html`<option value=${value} .selected=${value === role}>${words}</option>`)}
        </select></label>
      ${role === 'admin' ? nothing : html`
        <fieldset class="choices"><legend>${texts.admin.collections}</legend>
          <label class="check"><input type="radio" name="where" .checked=${everywhere} @change=${() => { everywhere = true; update(); }}> ${texts.admin.allCollections}</label>
          <label class="check"><input type="radio" name="where" .checked=${!everywhere} @change=${() => { everywhere = false; update(); }}> ${texts.admin.someCollections}</label>
          ${everywhere ? nothing : html`<div class="sub-choices">${shared.collections.map(c => html`
            <label class="check"><input type="checkbox" name="collection" value=${c.id}> ${c.title}</label>`)}</div>`}
        </fieldset>`}
      ${more}
      ${wrong ? html`<p class="notice" role="alert">${wrong.detail ?? wrong.title}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close}>${texts.cancel}</button>
        <button type="submit" class="primary">${texts.admin.create}</button>
      </div>
    </form>`;
  show(title, () => secret === null ? form() : secretView(shown, secret));
}

function secretView({title, body, label}, secret) {
  const copy = async event => {
    const field = event.target.closest('.secret').querySelector('input');
    try {
      await navigator.clipboard.writeText(secret);
      say(texts.copied);
    } catch {
      field.select(); // without the right to use the clipboard it is at least marked
    }
  };
  return html`
    <div class="stack" role="status">
      <p><strong>${title}.</strong> ${body}</p>
      <div class="secret">
        <input readonly aria-label=${label} .value=${secret} @focus=${event => event.target.select()}>
        <button type="button" @click=${copy}>${icon('copy')} ${texts.copy}</button>
      </div>
      <div class="buttons"><button type="button" class="primary" @click=${close}>${texts.admin.secretDone}</button></div>
    </div>`;
}

function newKey() {
  const more = html`
    <label class="field">${texts.admin.expires}
      <select name="expires">${Object.entries(texts.admin.expiry).map(([days, words]) => html`<option value=${days}>${words}</option>`)}</select></label>`;
  grantDialog(texts.admin.newKey, more, async (form, grant) => {
    const days = Number(form.get('expires'));
    const {key} = await call('POST', '/keys', {...grant, expires_at: days ? new Date(Date.now() + days * DAY_MS).toISOString() : null});
    keys = await all('/keys');
    return key;
  }, {title: texts.admin.secretTitle, body: texts.admin.secretBody, label: texts.admin.secret});
}

function newLogin() {
  const more = html`
    <label class="field">${texts.admin.lasts}
      <select name="lasts">${Object.entries(texts.admin.lifetimes).map(([s, words]) => html`<option value=${s}>${words}</option>`)}</select></label>`;
  grantDialog(texts.admin.newLogin, more,
      async (form, grant) => (await call('POST', '/admin/logins', {...grant, expires_in_seconds: Number(form.get('lasts'))})).url,
      {title: texts.admin.loginTitle, body: texts.admin.loginBody, label: texts.admin.address});
}

async function suspend(key, suspended) {
  try {
    Object.assign(key, await call('PATCH', `/keys/${key.id}`, {suspended}));
  } catch (error) {
    const wrong = problemOf(error);
    say(wrong.detail ?? wrong.title);
  }
  update();
}

function remove(key) {
  confirm({
    title: texts.admin.deleteTitle(key.name),
    body: () => texts.admin.deleteBody,
    action: texts.remove,
    failed: problemOf,
    async act() {
      await call('DELETE', `/keys/${key.id}`);
      keys = keys.filter(k => k.id !== key.id);
      say(texts.admin.deleted(key.name));
    },
  });
}

// ---- drawing

function view() {
  const answered = problem || (status && health); // before that, what stands below would be pushed down
  return html`
    <div class="page">
      <header class="page-head"><h1 tabindex="-1">${texts.admin.title}</h1></header>
      ${problem ? problemView(problem) : nothing}
      ${answered ? sectionsView() : html`<p class="quiet" role="status">${texts.loading}</p>`}
    </div>`;
}

function sectionsView() {
  return html`
    ${status && health ? healthView() : nothing}
    <section class="section" aria-labelledby="evaluations-title">
      <header class="page-head with-action">
        <div><h2 id="evaluations-title">${texts.evaluations.title}</h2><p class="quiet">${texts.evaluations.intro}</p></div>
        <a class="button" href="/evaluations">${texts.evaluations.open}</a>
      </header>
    </section>
    ${keys === null ? nothing : html`
      <section class="section" aria-labelledby="keys-title">
        <header class="page-head with-action">
          <div><h2 id="keys-title">${texts.admin.keys}</h2><p class="quiet">${texts.admin.keysIntro}</p></div>
          <button @click=${newKey}>${icon('plus')} ${texts.admin.newKey}</button>
        </header>
        ${keys.length === 0 ? html`<p class="quiet">${texts.admin.noKeys}</p>` : html`<ul class="rows">${repeat(keys, k => k.id, keyView)}</ul>`}
      </section>
      <section class="section" aria-labelledby="logins-title">
        <header class="page-head with-action">
          <div><h2 id="logins-title">${texts.admin.logins}</h2><p class="quiet">${texts.admin.loginsIntro}</p></div>
          <button @click=${newLogin}>${icon('plus')} ${texts.admin.newLogin}</button>
        </header>
      </section>`}`;
}

function healthView() {
  const fact = (name, value, more = nothing) => html`<div class="stat"><dt>${name}</dt><dd>${value}${more}</dd></div>`;
  return html`
    <section class="section" aria-labelledby="health-title">
      <header class="page-head health-head">
        <h2 id="health-title">${texts.admin.health}</h2>
        <p class="badge ${health.status === 'ready' ? 'good' : 'warn'}">${health.status === 'ready' ? texts.admin.ready : texts.admin.notReady(health.reason)}</p>
      </header>
      <dl class="stats">
        ${fact(texts.admin.version, status.version)}
        ${fact(texts.admin.device, status.device ?? texts.admin.noModel)}
        ${fact(texts.admin.model, status.fingerprint ? html`<code title=${status.fingerprint}>${status.fingerprint.slice(0, 19)}</code>` : texts.admin.noModel)}
        ${fact(texts.admin.index, `${texts.admin.indexStates[status.index.state]} · ${texts.admin.chunks(status.index.chunks)}`)}
        ${fact(texts.admin.drift, status.index.drift ? count(status.index.drift) : texts.admin.driftNone)}
        ${fact(texts.admin.queues, texts.admin.queuesText(status.queues))}
        ${fact(texts.admin.disk, percent(status.disk.used_share), html`
          <meter min="0" max="1" low="0.85" high="0.9" optimum="0" .value=${status.disk.used_share} aria-label=${texts.admin.disk}></meter>
          ${status.disk.used_share >= DISK_WARN ? html`<span class="notice">${texts.admin.diskWarn}</span>` : nothing}`)}
      </dl>
    </section>`;
}

function keyView(key) {
  const expired = key.expires_at && new Date(key.expires_at) < new Date();
  const where = key.scopes.includes('admin') || key.collections.includes('*') ? texts.admin.allCollections : key.collections.join(', ');
  return html`
    <li class="row">
      <div class="row-main">
        <span class="row-title">${key.name} ${key.suspended ? html`<span class="badge warn">${texts.admin.suspended}</span>` : nothing}${
            expired ? html` <span class="badge warn">${texts.admin.expired}</span>` : nothing}</span>
        <span class="quiet"><code>${key.prefix}…</code> · ${texts.admin.roles[roleOf(key.scopes)]} · ${where} · ${
            key.expires_at ? date(key.expires_at) : texts.admin.never}</span>
      </div>
      <span class="row-actions">
        <button class="small ghost" @click=${() => suspend(key, !key.suspended)}
            aria-label=${key.suspended ? texts.admin.resumeOf(key.name) : texts.admin.suspendOf(key.name)}>${key.suspended ? texts.admin.resume : texts.admin.suspend}</button>
        <button class="ghost square" @click=${() => remove(key)} aria-label=${texts.admin.deleteOf(key.name)} title=${texts.remove}>${icon('trash')}</button>
      </span>
    </li>`;
}

export const adminPage = {title: () => texts.admin.title, enter, leave, view};

// One modal dialog at a time: the browser's own, which keeps the focus inside and gives it back.
import {update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

let open = null;
let closing = 0; // dialogs that we closed and whose event is still to come

/** `view()` draws what stands in it. */
export async function show(title, view, {wide = false} = {}) {
  open = {title, view, wide};
  await update();
  const dialog = document.getElementById('dialog');
  if (!dialog.open) {
    dialog.showModal();
  }
}

export function close() {
  const dialog = document.getElementById('dialog');
  if (dialog?.open) {
    closing++;
    dialog.close();
  }
  open = null;
  update();
}

/** The event comes later, when another dialog may be about to open: only the user's own closing counts. */
function closed() {
  if (closing > 0) {
    closing--;
    return;
  }
  open = null;
  update();
}

/** Asks before something is done that cannot be undone; `act` may take a while and may fail. */
export function confirm({title, body, action, act, failed}) {
  let working = false;
  let problem = null;
  const go = async event => {
    event.preventDefault();
    working = true;
    problem = null;
    update();
    try {
      await act();
      close();
    } catch (error) {
      problem = failed(error);
      working = false;
      update();
    }
  };
  return show(title, () => html`
    <form class="stack" @submit=${go}>
      <p>${body()}</p>
      ${problem ? html`<p class="notice" role="alert">${problem.detail ?? problem.title}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close} autofocus>${texts.cancel}</button>
        <button type="submit" class="danger" ?disabled=${working}>${action}</button>
      </div>
    </form>`);
}

export const isOpen = () => document.getElementById('dialog')?.open ?? false;

export function dialogView() {
  return html`
    <dialog id="dialog" class=${open?.wide ? 'wide' : ''} aria-labelledby="dialog-title"
        @close=${closed}
        @click=${event => { if (event.target === event.currentTarget) { close(); } }}>
      ${open ? html`
        <div class="dialog-body">
          <header class="dialog-head">
            <h2 id="dialog-title">${open.title}</h2>
          </header>
          ${open.view()}
        </div>` : nothing}
    </dialog>`;
}

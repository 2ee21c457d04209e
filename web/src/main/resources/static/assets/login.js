// Trades the one-time token of the address for a session; the token leaves the address at once.
import {recall, remember} from './shared.js';
import {texts} from './texts.js';

const KEPT = 10 * 60_000; // as long as a login address works by itself

const state = document.getElementById('login-state');

/**
 * Keeps which page was asked for: the login address is opened later, perhaps in another tab. Only a page of this very
 * service counts, whatever an address claims.
 */
function keepPage(asked) {
  if (asked !== null) {
    remember('page', JSON.stringify({page: asked, until: Date.now() + KEPT}));
  }
}

function pageAsked() {
  try {
    const {page, until} = JSON.parse(recall('page'));
    const address = new URL(page, location.origin);
    const ours = page.startsWith('/') && address.origin === location.origin && !address.pathname.startsWith('//') && address.pathname !== '/login';
    return ours && until > Date.now() ? address.href : '/';
  } catch {
    return '/'; // none was kept, or nothing that could be
  } finally {
    remember('page', '');
  }
}

async function signIn() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) {
    return;
  }
  history.replaceState(null, '', '/login');
  state.textContent = texts.login.working;
  try {
    const response = await fetch('/login', {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({token}),
    });
    if (response.ok) {
      location.replace(pageAsked());
    } else {
      state.textContent = texts.login.used;
    }
  } catch {
    state.textContent = texts.login.offline;
  }
}

keepPage(new URLSearchParams(location.search).get('to'));
// An address that is pasted while this page is open changes the fragment alone.
addEventListener('hashchange', signIn);
signIn();

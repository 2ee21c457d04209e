// Trades the one-time token of the address for a session; the token leaves the address at once.
import {texts} from './texts.js';

const state = document.getElementById('login-state');

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
      location.replace('/');
    } else {
      state.textContent = texts.login.used;
    }
  } catch {
    state.textContent = texts.login.offline;
  }
}

// An address that is pasted while this page is open changes the fragment alone.
addEventListener('hashchange', signIn);
signIn();

// Addresses and pages: which page an address opens, and links that do not load the application anew.
const routes = [];
let current = null;
let entered = () => {};
let address = ''; // of the page that is open, without its fragment

/** `page` has title(), enter(address), view(), and may have leave(). */
export function route(pattern, name, page) {
  routes.push({pattern, name, page});
}

function match(path) {
  for (const {pattern, name, page} of routes) {
    const found = pattern.exec(path);
    if (found) {
      return {name, page, params: found.slice(1).map(decodeURIComponent)};
    }
  }
  return null;
}

export const here = () => current;

/** Opens what the address bar says. */
async function enter() {
  const found = match(location.pathname);
  if (current && current.page !== found?.page) {
    current.page.leave?.();
  }
  current = found;
  address = location.pathname + location.search;
  entered();
  await found?.page.enter({params: found.params, query: new URLSearchParams(location.search)});
}

export function go(to) {
  history.pushState(null, '', to);
  scrollTo(0, 0);
  return enter();
}

/** Changes the address of the page that is open, without opening it again. */
export function readdress(to) {
  if (to !== address) {
    history.replaceState(null, '', to);
    address = to;
  }
}

function follow(event) {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
      || link.hash || link.hasAttribute('download') || link.target || link.origin !== location.origin || !match(link.pathname)) {
    return;
  }
  event.preventDefault();
  go(link.pathname + link.search);
}

export function begin(whenEntered) {
  entered = whenEntered;
  document.addEventListener('click', follow);
  addEventListener('popstate', () => {
    if (location.pathname + location.search !== address) {
      enter(); // a mere fragment is the browser's to scroll to
    }
  });
  return enter();
}

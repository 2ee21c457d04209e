// Numbers, sizes and times as people read them.
const number = new Intl.NumberFormat('en');
const day = new Intl.DateTimeFormat('en', {day: 'numeric', month: 'short', year: 'numeric'});
const moment = new Intl.DateTimeFormat('en', {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
const clock = new Intl.DateTimeFormat('en', {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});

export const count = n => number.format(n);
export const percent = share => `${Math.round(share * 100)} %`;
export const millis = ms => ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
export const date = at => day.format(new Date(at));

export function bytes(n) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = n;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** The hour if it was today, else the day too. */
export function time(at) {
  const then = new Date(at);
  return then.toDateString() === new Date().toDateString() ? clock.format(then) : moment.format(then);
}

export function seconds(n) {
  if (n < 60) {
    return `${Math.round(n)} s`;
  }
  const minutes = Math.floor(n / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(n % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Minus as a minus, and as many digits as mean something. */
export const nats = n => (n < 0 ? '−' : '') + Math.abs(n).toFixed(2);

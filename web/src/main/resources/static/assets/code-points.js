// Offsets of the API count code points; JavaScript strings count UTF-16 units.

/** The code points start … end − 1 of a text. */
export function slice(text, start, end) {
  return Array.from(text).slice(start, end).join('');
}

/** Cuts a text at the given offsets: [{start, end, text}], in order, without empty pieces. */
export function pieces(text, offsets) {
  const points = Array.from(text);
  const cuts = [...new Set([0, ...offsets, points.length])]
      .filter(o => o >= 0 && o <= points.length)
      .sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => ({start: cuts[i], end, text: points.slice(cuts[i], end).join('')}));
}

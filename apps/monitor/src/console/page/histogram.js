/** @import { Live } from '../live.ts' */
import { h, setText } from './dom.js';
import { formatCount, formatMs } from './format.js';
import { within } from './share.js';

/** How many connections have which round trip, as bars. */
export class Histogram {
  #bars = h('div', { class: 'rtt', role: 'img' });
  #note = h('span', { class: 'note' });
  #shown = '';

  constructor() {
    this.element = h(
      'section',
      { class: 'card' },
      h('div', { class: 'card-head' }, h('h2', {}, 'Round trips of clients', this.#note)),
      this.#bars,
    );
  }

  /** @param {Live['rtt']} rtt */
  update(rtt) {
    const { boundsMs, counts } = rtt;
    const all = counts.reduce((sum, count) => sum + count, 0);
    setText(this.#note, all === 0 ? 'none measured yet' : `p50 ${within(rtt, 0.5)} · p99 ${within(rtt, 0.99)}`);
    if (this.#shown === counts.join()) return;
    this.#shown = counts.join();
    const most = Math.max(1, ...counts);
    const labels = [...boundsMs.map((bound) => `≤ ${formatMs(bound)}`), `> ${formatMs(boundsMs.at(-1))}`];
    this.#bars.setAttribute('aria-label', counts.map((count, i) => `${labels[i]}: ${count}`).join(', '));
    this.#bars.replaceChildren(
      ...counts.map((count, i) => {
        const bar = h('i', {});
        bar.style.blockSize = count === 0 ? '0' : `max(2px, ${(count / most) * 100}%)`;
        return h(
          'div',
          { class: 'rtt-bar', title: `${labels[i]}: ${formatCount(count)}` },
          h('span', { class: 'number' }, count === 0 ? '' : formatCount(count)),
          h('div', { class: 'rtt-space' }, bar),
          h('small', {}, bare(labels[i])),
        );
      }),
    );
  }
}

/** @param {string} label */
const bare = (label) =>
  label
    .replace('≤ ', '')
    .replace(/\.0+ /, ' ')
    .replace(/(\.\d)0 /, '$1 ');

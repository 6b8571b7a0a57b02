import { h, setText } from './dom.js';
import { formatWhole } from './format.js';

/** Which part of a long list is shown, and the way to the rest. */
export class Pager {
  offset = 0;
  #size;
  #text = h('span', { class: 'muted number', role: 'status' });
  #back;
  #on;

  /** @param {number} size @param {() => void} moved */
  constructor(size, moved) {
    this.#size = size;
    const step = (/** @type {number} */ by) => () => {
      this.offset = Math.max(0, this.offset + by);
      moved();
    };
    this.#back = h('button', { type: 'button', onclick: step(-size) }, 'Previous');
    this.#on = h('button', { type: 'button', onclick: step(size) }, 'Next');
    this.element = h('div', { class: 'pager' }, this.#text, this.#back, this.#on);
  }

  /** True when the list ends before this page: it has been moved back to the last one. @param {number} total */
  show(total) {
    const last = Math.max(0, Math.ceil(total / this.#size) - 1) * this.#size;
    const isBeyond = this.offset > last;
    if (isBeyond) this.offset = last;
    const end = Math.min(this.offset + this.#size, total);
    setText(
      this.#text,
      total === 0 ? 'none' : `${formatWhole(this.offset + 1)}–${formatWhole(end)} of ${formatWhole(total)}`,
    );
    this.#back.disabled = this.offset === 0;
    this.#on.disabled = end >= total;
    return isBeyond;
  }
}

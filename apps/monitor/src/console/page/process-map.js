/** @import { LiveProcess } from '../live.ts' */
import { h, replace, setText } from './dom.js';
import { formatBytes, formatCount, formatMs, formatPercent, formatSpan } from './format.js';
import { within } from './share.js';

/** A process whose event loop was this late, ms, is shown as late. */
const LATE_MS = 50;

/**
 * The node's processes as they hang on the bus: gateways with their clients above, the inner processes below. A card is changed,
 * not made anew, so that it can be read and pointed at.
 */
export class ProcessMap {
  #clients = h('span', { class: 'number' });
  #gateways = h('div', { class: 'map-row gateways', role: 'list', 'aria-label': 'Gateways' });
  #inner = h('div', { class: 'map-row inner', role: 'list', 'aria-label': 'Inner processes' });
  /** @type {Map<string, Card>} */
  #cards = new Map();

  constructor() {
    this.element = h(
      'section',
      { class: 'card map' },
      h('div', { class: 'card-head' }, h('h2', {}, 'Processes')),
      h('div', { class: 'map-clients' }, this.#clients),
      this.#gateways,
      h('div', { class: 'map-bus', 'aria-hidden': 'true' }, h('span', {}, 'bus')),
      this.#inner,
    );
  }

  /** @param {LiveProcess[]} processes @param {number} connections */
  update(processes, connections) {
    setText(this.#clients, `${formatCount(connections)} client${connections === 1 ? '' : 's'}`);
    const keys = new Set(processes.map(({ key }) => key));
    const isOther = keys.size !== this.#cards.size || [...keys].some((key) => !this.#cards.has(key));
    if (isOther) this.#arrange(processes);
    for (const process of processes) this.#cards.get(process.key)?.update(process);
  }

  /** @param {LiveProcess[]} processes */
  #arrange(processes) {
    const cards = new Map(processes.map(({ key }) => [key, this.#cards.get(key) ?? new Card(key)]));
    const of = (/** @type {boolean} */ isGateway) =>
      processes
        .filter(({ component }) => (component === 'gateway') === isGateway)
        .map(({ key }) => /** @type {Card} */ (cards.get(key)).element);
    this.#cards = cards;
    replace(this.#gateways, ...of(true));
    replace(this.#inner, ...of(false));
  }
}

const words = { silent: 'not answering', late: 'late', up: 'up' };

class Card {
  #state = h('span', { class: 'state' });
  #restarts = h('span', { class: 'pill warn', hidden: true });
  #note = h('div', { class: 'process-note' });
  #figures = h('dl', {});
  #meter = h('i', {});

  /** @param {string} key */
  constructor(key) {
    this.element = h(
      'article',
      { class: 'process', role: 'listitem', 'data-process': key },
      h('div', { class: 'process-head' }, this.#state, h('h3', {}, key), this.#restarts),
      this.#note,
      h('div', { class: 'meter', 'aria-hidden': 'true' }, this.#meter),
      this.#figures,
    );
  }

  /** @param {LiveProcess} process */
  update(process) {
    const { state, restarts, pid, uptime, cpu, stale_ms } = process;
    const isSilent = state === 'silent';
    const looks = isSilent ? 'silent' : (delayOf(process) ?? 0) >= LATE_MS ? 'late' : 'up';
    this.element.dataset.state = looks;
    setText(this.#state, words[looks]);
    this.#restarts.hidden = restarts === 0;
    setText(this.#restarts, `${restarts} restart${restarts === 1 ? '' : 's'}`);
    setText(this.#note, isSilent ? silence(stale_ms) : `pid ${pid} · up ${uptime}`);
    this.#meter.style.inlineSize = `${Math.min(100, cpu)}%`;
    this.#show(figuresOf(process));
  }

  /** @param {[string, string][]} figures */
  #show(figures) {
    if (this.#figures.children.length !== figures.length) {
      replace(this.#figures, ...figures.map(([name]) => h('div', {}, h('dt', {}, name), h('dd', { class: 'number' }))));
    }
    const values = this.#figures.querySelectorAll('dd');
    for (const [i, [, value]] of figures.entries()) setText(values[i], value);
  }
}

/** @param {number | undefined} staleMs */
const silence = (staleMs) => (staleMs === undefined ? 'has not answered yet' : `no answer for ${formatSpan(staleMs)}`);

/** The recent worst but one in a hundred, or what heartbeats saw before that is known. @param {LiveProcess} process */
const delayOf = ({ event_loop_delay_ms, loopDelayMs }) => event_loop_delay_ms?.p99 ?? loopDelayMs;

/** @param {LiveProcess} process @returns {[string, string][]} */
function figuresOf(process) {
  const { cpu, mem, connections, subscriptions, pendingBytes, links, settle } = process;
  /** @type {[string, string][]} */
  const figures = [
    ['CPU', formatPercent(cpu)],
    ['Memory', formatBytes(mem)],
    ['Loop delay', formatMs(delayOf(process))],
  ];
  if (connections !== undefined) {
    figures.push(['Clients', formatCount(connections)], ['Subscriptions', formatCount(subscriptions)]);
    figures.push(['Pending', formatBytes(pendingBytes)]);
  }
  if (settle !== undefined) figures.push(['Settle p50', within(settle, 0.5)], ['Settle p99', within(settle, 0.99)]);
  if (links !== undefined) {
    const inFlight = links.reduce((sum, { bytes_in_flight }) => sum + bytes_in_flight, 0);
    figures.push(['Links', formatCount(links.length)], ['In flight', formatBytes(inFlight)]);
  }
  return figures;
}

/** @import { Live } from '../live.ts' */
/** @import { Samples } from './samples.js' */
/** @import { View, Context } from './app.js' */
import { h, setText } from './dom.js';
import { eventList } from './events.js';
import { formatByteRate, formatBytes, formatCount, formatMs, formatPercent, formatRate } from './format.js';
import { highest } from './highest.js';
import { Histogram } from './histogram.js';
import { Plot } from './plot.js';
import { ProcessMap } from './process-map.js';
import { colour } from './theme.js';

const SPANS = /** @type {const} */ ([
  ['15 min', 900],
  ['5 min', 300],
  ['1 min', 60],
]);
const RECENT = 6;
/** As many as there are colours that can be told apart. */
const LINES_MAX = 8;

/** Rates, processes and latencies at a glance. @implements {View} */
export class Overview {
  id = 'overview';
  title = 'Overview';
  #spanSeconds = 900;
  #tiles = tiles();
  #map = new ProcessMap();
  #rtt = new Histogram();
  #recent = h('div', {});
  #eventsVersion = -1;
  #plots = [
    flows('Messages', 'per second', formatRate, 'inMsgs', 'outMsgs'),
    flows('Bytes', 'per second', formatByteRate, 'inBytes', 'outBytes', 2),
    byProcess('Event-loop delay', 'worst of each interval', formatMs, 'loopDelayMs'),
    byProcess('CPU', 'of one core', formatPercent, 'cpu'),
    byProcess('Memory', 'resident', formatBytes, 'memory', 2),
    new Plot({
      title: 'Waiting to be read by clients',
      format: formatBytes,
      base: 2,
      lines: (samples) => [
        { label: 'pending', values: samples.column('pendingBytes'), colour: colour('series-3'), fill: true },
      ],
    }),
  ];
  #buttons = SPANS.map(([text, seconds]) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': String(seconds === 900), onclick: () => this.#showSpan(seconds) },
      text,
    ),
  );
  /** @type {Context | undefined} */
  #context;

  element = h(
    'div',
    { class: 'overview' },
    this.#tiles.element,
    h(
      'div',
      { class: 'section-head' },
      h('h2', {}, 'Traffic'),
      h('div', { class: 'segments', role: 'group', 'aria-label': 'Time shown' }, ...this.#buttons),
    ),
    h('div', { class: 'grid two' }, this.#plots[0].element, this.#plots[1].element),
    this.#map.element,
    h('div', { class: 'section-head' }, h('h2', {}, 'Latency and load')),
    h(
      'div',
      { class: 'grid two' },
      this.#plots[2].element,
      this.#rtt.element,
      this.#plots[3].element,
      this.#plots[4].element,
      this.#plots[5].element,
      h(
        'section',
        { class: 'card' },
        h('div', { class: 'card-head' }, h('h2', {}, 'Recent events'), h('a', { href: '#events' }, 'All')),
        this.#recent,
      ),
    ),
  );

  /** @param {Context} context */
  update(context) {
    this.#context = context;
    const { live, samples, events } = context;
    if (live === undefined) return;
    this.#tiles.update(live, samples);
    this.#map.update(live.processes, live.totals.connections);
    this.#rtt.update(live.rtt);
    this.#draw();
    if (this.#eventsVersion === live.eventsVersion) return;
    this.#eventsVersion = live.eventsVersion;
    this.#recent.replaceChildren(eventList(events.slice(-RECENT)));
  }

  restyle() {
    for (const plot of this.#plots) plot.restyle();
    this.#draw();
  }

  #draw() {
    const { live, samples } = this.#context ?? {};
    if (live === undefined || samples === undefined) return;
    for (const plot of this.#plots) plot.update(samples, this.#spanSeconds, live.nowMs);
  }

  /** @param {number} seconds */
  #showSpan(seconds) {
    this.#spanSeconds = seconds;
    for (const [i, [, one]] of SPANS.entries()) this.#buttons[i].setAttribute('aria-pressed', String(one === seconds));
    this.#draw();
  }
}

/**
 * What comes in and what goes out.
 * @param {string} title @param {string} note @param {(value: number | null | undefined) => string} format
 * @param {string} incoming @param {string} outgoing @param {number} [base]
 */
function flows(title, note, format, incoming, outgoing, base) {
  return new Plot({
    ...{ title, note, format, base },
    lines: (samples) => [
      { label: 'in', values: samples.column(incoming), colour: colour('series-1'), fill: true },
      { label: 'out', values: samples.column(outgoing), colour: colour('series-2'), fill: true },
    ],
  });
}

/**
 * A line for each process; where there are many, for those with the highest.
 * @param {string} title @param {string} note @param {(value: number | null | undefined) => string} format
 * @param {string} column @param {number} [base]
 */
function byProcess(title, note, format, column, base) {
  return new Plot({
    ...{ title, note, format, base },
    lines: (samples) =>
      highest(samples.processes, column, LINES_MAX).map(([key, values], i) => ({
        label: key.replace(/^(router|monitor|auth-resolver) 0$/, '$1'),
        values,
        colour: colour(`series-${i + 1}`),
      })),
    more: ({ processes }) => (processes.size > LINES_MAX ? `the ${LINES_MAX} highest of ${processes.size}` : ''),
  });
}

function tiles() {
  /** @type {[string, (live: Live, samples: Samples) => string, (live: Live) => string][]} */
  const definitions = [
    [
      'Messages in',
      (_live, samples) => formatRate(samples.newest('inMsgs')),
      ({ totals }) => `${formatCount(totals.inMsgs)} in all`,
    ],
    [
      'Messages out',
      (_live, samples) => formatRate(samples.newest('outMsgs')),
      ({ totals }) => `${formatCount(totals.outMsgs)} in all`,
    ],
    [
      'Bytes in',
      (_live, samples) => formatByteRate(samples.newest('inBytes')),
      ({ totals }) => `${formatBytes(totals.inBytes)} in all`,
    ],
    [
      'Bytes out',
      (_live, samples) => formatByteRate(samples.newest('outBytes')),
      ({ totals }) => `${formatBytes(totals.outBytes)} in all`,
    ],
    [
      'Connections',
      ({ totals }) => formatCount(totals.connections),
      ({ limits }) => `of ${formatCount(limits.connections)} at most`,
    ],
    [
      'Subscriptions',
      ({ totals }) => formatCount(totals.subscriptions),
      ({ totals }) => `${formatCount(totals.totalConnections)} clients so far`,
    ],
    [
      'Slow consumers',
      ({ totals }) => formatCount(totals.slowConsumers),
      ({ totals }) => `${formatCount(totals.staleConnections)} stale, ${formatCount(totals.stalledClients)} stalls`,
    ],
  ];
  const values = definitions.map(() => h('dd', { class: 'value number' }, '–'));
  const notes = definitions.map(() => h('dd', { class: 'note' }));
  const element = h(
    'dl',
    { class: 'tiles' },
    ...definitions.map(([title], i) =>
      h('div', { class: 'tile', 'data-tile': title }, h('dt', {}, title), values[i], notes[i]),
    ),
  );
  return {
    element,
    /** @param {Live} live @param {Samples} samples */
    update(live, samples) {
      definitions.forEach(([, value, note], i) => {
        setText(values[i], value(live, samples));
        setText(notes[i], note(live));
      });
      element.lastElementChild?.classList.toggle('warn', live.totals.slowConsumers > 0);
    },
  };
}

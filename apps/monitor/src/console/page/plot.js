/** @import { Samples, Column } from './samples.js' */
/** @import uPlotType from 'uplot' */
import { h, setText } from './dom.js';
import { formatClock } from './format.js';
import { colour } from './theme.js';

/** The chart library, from its own file. */
const uPlot = /** @type {typeof import('uplot')} */ (/** @type {any} */ (globalThis).uPlot);

/** @typedef {{ label: string, values: Column, colour: string, fill?: boolean }} Line */
/**
 * @typedef {object} PlotOptions
 * @property {string} title
 * @property {string} [note] behind the title
 * @property {(value: number | null | undefined) => string} format
 * @property {(samples: Samples) => Line[]} lines
 * @property {(samples: Samples) => string} [more] what is not drawn
 * @property {number} [base] of the divisions of the scale: 10, or 2 for bytes
 */

const HEIGHT = 168;
/** Without a sample for so long nobody knows what was: the monitor takes one every 5 s when nobody looks. */
const UNKNOWN_SECONDS = 15;
/** Crosshairs move together. */
const SYNC = 'skein';
const BYTE_STEPS = Array.from({ length: 50 }, (_, i) => 2 ** i);

/** One plot over time in a card, with its legend. */
export class Plot {
  #options;
  #legend = h('div', { class: 'legend' });
  #area = h('div', { class: 'plot-area', role: 'img' });
  /** @type {uPlotType | undefined} */
  #chart;
  #shown = '';
  /** @type {Line[]} */
  #lines = [];
  /** Which sample the crosshair is at; undefined: it is elsewhere, and the newest is told. @type {number | undefined} */
  #at;
  #more = h('span', {});

  /** @param {PlotOptions} options */
  constructor(options) {
    this.#options = options;
    const { title, note } = options;
    this.element = h(
      'section',
      { class: 'card plot', 'data-plot': title },
      h(
        'div',
        { class: 'card-head' },
        h('h2', {}, title, note ? h('span', { class: 'note' }, note) : null),
        this.#legend,
      ),
      this.#area,
    );
    new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#area);
  }

  /** Forgets colours; the next update draws with those of now. */
  restyle() {
    this.#shown = '';
  }

  /**
   * @param {Samples} samples
   * @param {number} spanSeconds how much of the past is shown
   * @param {number} nowMs
   */
  update(samples, spanSeconds, nowMs) {
    const lines = this.#options.lines(samples);
    const shown = lines.map(({ label, colour }) => `${label} ${colour}`).join('\n');
    const data = /** @type {uPlotType.AlignedData} */ ([samples.times, ...lines.map(({ values }) => values)]);
    if (shown !== this.#shown) this.#rebuild(lines, data);
    this.#shown = shown;
    const now = nowMs / 1000;
    this.#chart?.batch(() => {
      this.#chart?.setData(data, false);
      this.#chart?.setScale('x', { min: now - spanSeconds, max: now });
    });
    this.#lines = lines;
    setText(this.#more, this.#options.more?.(samples) ?? '');
    this.#describe(lines, samples.times.length);
  }

  /** @param {Line[]} lines @param {number} count */
  #describe(lines, count) {
    const { title, format } = this.#options;
    const newest = lines.map(({ label, values }) => `${label} ${format(values.at(-1))}`);
    this.#area.setAttribute('aria-label', `${title}: ${newest.join(', ') || 'nothing yet'}`);
    this.#area.dataset.points = String(count);
    this.#showValues();
  }

  /** Each line's value at the crosshair, in this plot and, with it, in all others. */
  #showValues() {
    for (const [i, value] of this.#legend.querySelectorAll('b').entries()) {
      const values = this.#lines[i]?.values ?? [];
      setText(value, this.#options.format(values[this.#at ?? values.length - 1]));
    }
  }

  /** @param {uPlotType} chart */
  #pointed({ cursor: { idx, left = -1 } }) {
    this.#at = left < 0 || idx === null ? undefined : idx;
    this.#showValues();
  }

  #size() {
    return { width: Math.max(120, this.#area.clientWidth), height: HEIGHT };
  }

  /** @param {Line[]} lines @param {uPlotType.AlignedData} data */
  #rebuild(lines, data) {
    this.#chart?.destroy();
    const { format, base } = this.#options;
    this.#legend.replaceChildren(
      ...lines.map(({ label, colour }) => {
        const swatch = h('i', {});
        swatch.style.background = colour;
        return h('span', {}, swatch, label, h('b', { class: 'number' }));
      }),
      this.#more,
    );
    const axis = { stroke: colour('muted'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false } };
    const font = '11px system-ui, sans-serif';
    /** @type {uPlotType.Options} */
    const options = {
      ...this.#size(),
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: { y: false, sync: { key: SYNC }, points: { size: 6 }, drag: { x: false, y: false } },
      scales: { x: { time: true }, y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.12 : 1] } },
      axes: [
        { ...axis, font, size: 26, gap: 8, space: 70, values: (_u, ticks) => ticks.map((tick) => shortClock(tick)) },
        {
          ...axis,
          font,
          size: 66,
          space: 32,
          values: (_u, ticks) => ticks.map((tick) => format(tick)),
          ...(base === 2 && { incrs: BYTE_STEPS }),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, colour, fill }) => ({
          label,
          stroke: colour,
          width: 1.5,
          points: { show: false },
          gaps: unknown,
          ...(fill && { fill: `${colour}1f` }),
        })),
      ],
      plugins: [tooltip(format)],
      hooks: { setCursor: [(chart) => this.#pointed(chart)] },
    };
    this.#chart = new uPlot(options, data, this.#area);
  }
}

/**
 * What a line leaves out beside what has no value.
 * @param {uPlotType} chart @param {number} _line @param {number} from @param {number} to
 * @param {uPlotType.Series.Gaps} known @returns {uPlotType.Series.Gaps}
 */
function unknown(chart, _line, from, to, known) {
  const times = chart.data[0];
  /** @type {uPlotType.Series.Gaps} */
  const gaps = [...known];
  for (let i = from + 1; i <= to; i++) {
    if (times[i] - times[i - 1] > UNKNOWN_SECONDS) {
      gaps.push([chart.valToPos(times[i - 1], 'x', true), chart.valToPos(times[i], 'x', true)]);
    }
  }
  return gaps.toSorted(([a], [b]) => a - b);
}

/** `14:05`, with seconds where the ticks are that close. @param {number} seconds */
function shortClock(seconds) {
  const clock = formatClock(seconds * 1000);
  return clock.endsWith(':00') ? clock.slice(0, 5) : clock;
}

/**
 * What each line was at the crosshair.
 * @param {PlotOptions['format']} format @returns {uPlotType.Plugin}
 */
function tooltip(format) {
  const box = h('div', { class: 'tooltip', hidden: true });
  return {
    hooks: {
      init: (chart) => chart.over.append(box),
      setCursor(chart) {
        const { idx, left } = chart.cursor;
        // The others, which follow, tell it in their legends.
        const isElsewhere = !chart.over.matches(':hover');
        const hidden = isElsewhere || idx === null || idx === undefined || left === undefined || left < 0;
        box.hidden = hidden;
        if (hidden) return;
        const rows = chart.series.slice(1).map((series, i) => {
          const swatch = h('i', {});
          swatch.style.background = String(
            typeof series.stroke === 'function' ? series.stroke(chart, i + 1) : series.stroke,
          );
          const value = chart.data[i + 1][idx];
          return h('div', {}, swatch, String(series.label), h('b', { class: 'number' }, format(value)));
        });
        box.replaceChildren(h('div', { class: 'muted number' }, formatClock(chart.data[0][idx] * 1000)), ...rows);
        const isRight = left > chart.over.clientWidth / 2;
        box.style.left = isRight ? '' : `${left + 12}px`;
        box.style.right = isRight ? `${chart.over.clientWidth - left + 12}px` : '';
      },
    },
  };
}

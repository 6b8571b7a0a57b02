/** @import { NodeEvent } from '../../history/events.ts' */
/** @import { View, Context } from './app.js' */
import { h } from './dom.js';
import { formatClock, formatTime } from './format.js';

/** What happened to the node, the newest first. @implements {View} */
export class Events {
  id = 'events';
  title = 'Events';
  #list = h('div', {});
  #version = -1;
  element = h(
    'section',
    { class: 'card' },
    h(
      'div',
      { class: 'card-head' },
      h('h2', {}, 'Events', h('span', { class: 'note' }, 'since the monitor started, the last 200')),
    ),
    this.#list,
  );

  /** @param {Context} context */
  update({ live, events }) {
    if (live === undefined || live.eventsVersion === this.#version) return;
    this.#version = live.eventsVersion;
    this.#list.replaceChildren(eventList(events));
  }
}

const words = { info: 'info', warning: 'warning', error: 'trouble' };

/** @param {readonly NodeEvent[]} events oldest first */
export function eventList(events) {
  if (events.length === 0)
    return h('p', { class: 'empty-note' }, 'Nothing to tell: no restarts, no slow consumers, no refused logins.');
  return h(
    'ol',
    { class: 'events' },
    ...events
      .toReversed()
      .map(({ level, text, lastMs, firstMs, count }) =>
        h(
          'li',
          { 'data-level': level },
          h(
            'time',
            { class: 'number muted', datetime: new Date(lastMs).toISOString(), title: `first ${formatTime(firstMs)}` },
            formatClock(lastMs),
          ),
          h('span', { class: `pill ${level === 'error' ? 'bad' : level === 'warning' ? 'warn' : ''}` }, words[level]),
          h('span', {}, text, count > 1 ? h('b', { class: 'muted' }, ` × ${count}`) : null),
        ),
      ),
  );
}

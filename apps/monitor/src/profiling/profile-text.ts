import type { ProfileKind } from './kinds.ts';
import { type NodeProfile, nameOf } from './profiles.ts';

/** For people, `debug=1`: each stack with its values, the largest first. */
export function profileText(name: string, kind: ProfileKind, { measured, missing }: NodeProfile): string {
  const shown = kind.values.findIndex(([type]) => type === kind.shown);
  const samples = measured.flatMap((one) => {
    const { frames, nodes, pid } = one.profile;
    return nodes
      .filter(({ values }) => values[shown] > 0)
      .map(({ values, frame, parent }) => {
        const lines: string[] = [];
        for (let at = frame, next = parent; ; at = nodes[next].frame, next = nodes[next].parent) {
          const { function: called, file, line } = frames[at];
          lines.push(`#\t${called}${file === '' ? '' : `\t${file}:${line}`}\n`);
          if (next === -1) break;
        }
        return { value: values[shown], text: `${values.join(' ')} @ ${nameOf(one)} pid ${pid}\n${lines.join('')}` };
      });
  });
  samples.sort((a, b) => b.value - a.value);
  const total = samples.reduce((sum, { value }) => sum + value, 0);
  const units = kind.values.map(([type, unit]) => `${type} (${unit})`).join(', ');
  const notes = [kind.about, units, ...missing].map((note) => `# ${note}\n`).join('');
  return `${name} profile: total ${total}\n${notes}\n${samples.map(({ text }) => text).join('\n')}`;
}

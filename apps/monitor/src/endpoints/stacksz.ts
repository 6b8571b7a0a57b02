import { ownStacks, type ProcessStacks, stacksText } from '@skein/diagnostics';
import { endpoint } from './endpoint.ts';

/** What every process does at this moment, as text. */
export const stacksz = endpoint({
  name: 'STACKSZ',
  async answer(monitor) {
    const [{ answers, silent }, { processes }] = await Promise.all([
      monitor.gather.put<ProcessStacks>({ method: 'stacks' }),
      monitor.snapshot(),
    ]);
    // The router's is not in the register.
    const pids = new Map(processes.map(({ component, instance, pid }) => [`${component} ${instance}`, pid]));
    const texts = answers.map(({ peer, body, ageMs }) => {
      const process = `${peer.component} ${peer.instance}`;
      // What it did before says nothing of what it does now.
      return ageMs > 0 ? notHeard(process) : stacksText(process, pids.get(process) ?? peer.pid, body);
    });
    texts.push(...silent.map(({ component, instance }) => notHeard(`${component} ${instance}`)));
    texts.push(stacksText('monitor 0', process.pid, ownStacks()));
    const text = texts.join('\n');
    return { status: 200, text, body: text };
  },
});

const notHeard = (process: string): string => `${process} does not answer\n`;

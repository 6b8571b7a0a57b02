import { cpuSeconds, processLabel, processTree } from './procfs.ts';

/** Processor time of a node's processes and of the generator's workers, from construction to `read`. */
export class CpuMeter {
  readonly #workers: { pid: number; before: number }[];
  readonly #server: { pid: number; before: number }[];

  constructor(server: number, workers: number[]) {
    this.#workers = workers.map((pid) => ({ pid, before: cpuSeconds(pid) }));
    this.#server = processTree(server).map((each) => ({ pid: each.pid, before: each.cpuSeconds }));
  }

  /** Seconds; `processes` by the label of each process of the node, numbered where several have the same. */
  read(): { server: number; generator: number; processes: Record<string, number> } {
    const processes: Record<string, number> = {};
    let server = 0;
    for (const { pid, before } of this.#server) {
      const used = cpuSeconds(pid) - before;
      const label = processLabel(pid);
      let name = label;
      for (let number = 2; name in processes; number += 1) name = `${label} ${number}`;
      processes[name] = used;
      server += used;
    }
    const generator = this.#workers.reduce((total, { pid, before }) => total + cpuSeconds(pid) - before, 0);
    return { server, generator, processes };
  }
}

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Profile, type ProfileInput, StringTable } from 'pprof-format';
import type { ProfileKind } from './kinds.ts';
import { type Measured, type NodeProfile, nameOf } from './profiles.ts';

/** V8 samples once a millisecond. */
const CPU_PERIOD_NANOS = 1_000_000;
const HEAP_PERIOD_BYTES = 512 * 1024;

/**
 * The profiles of all processes as one of pprof's, compressed: what `go tool pprof` reads. Each sample is labelled with the
 * process that it comes from (`process`, `component`, `instance`, `pid`).
 */
export async function encodePprof(kind: ProfileKind, profile: NodeProfile): Promise<Buffer> {
  return promisify(gzip)(new Profile(new PprofBuilder(kind, profile).build()).encode());
}

class PprofBuilder {
  private readonly strings = new StringTable();
  private readonly functions = new Map<string, number>();
  private readonly kind: ProfileKind;
  private readonly profile: NodeProfile;
  private readonly input: Required<Pick<ProfileInput, 'sample' | 'location' | 'function' | 'mapping'>>;

  constructor(kind: ProfileKind, profile: NodeProfile) {
    this.kind = kind;
    this.profile = profile;
    // Says that there is nothing left to look up in a program file.
    const mapping = {
      id: 1,
      filename: this.text('skein'),
      hasFunctions: true,
      hasFilenames: true,
      hasLineNumbers: true,
    };
    this.input = { sample: [], location: [], function: [], mapping: [mapping] };
  }

  build(): ProfileInput {
    const { startedUnixMs, seconds, measured, missing } = this.profile;
    for (const one of measured) this.add(one);
    const [type, unit] = this.kind.values.at(-1) as [string, string];
    return {
      ...this.input,
      sampleType: this.kind.values.map(([name, of]) => ({ type: this.text(name), unit: this.text(of) })),
      defaultSampleType: this.text(this.kind.shown),
      periodType: { type: this.text(type), unit: this.text(unit) },
      period: unit === 'nanoseconds' ? CPU_PERIOD_NANOS : unit === 'bytes' ? HEAP_PERIOD_BYTES : 1,
      timeNanos: BigInt(Math.round(startedUnixMs)) * 1_000_000n,
      durationNanos: BigInt(Math.round(seconds * 1e9)),
      comment: [this.kind.about, ...missing].map((comment) => this.text(comment)),
      stringTable: this.strings,
    };
  }

  private add({ component, instance, profile: { pid, frames, nodes } }: Measured): void {
    const label = [
      ['process', nameOf({ component, instance })],
      ['component', component],
      ['instance', String(instance)],
      ['pid', String(pid)],
    ].map(([key, value]) => ({ key: this.text(key), str: this.text(value) }));
    const locations = frames.map(({ function: name, file, line }) => {
      const id = this.input.location.length + 1;
      this.input.location.push({ id, mappingId: 1, line: [{ functionId: this.functionOf(name, file), line }] });
      return id;
    });
    for (const { values, frame, parent } of nodes) {
      if (values.every((value) => value === 0)) continue;
      const locationId = [locations[frame]];
      for (let caller = parent; caller !== -1; caller = nodes[caller].parent) {
        locationId.push(locations[nodes[caller].frame]);
      }
      this.input.sample.push({ locationId, value: values, label });
    }
  }

  private functionOf(name: string, file: string): number {
    const key = `${name}\n${file}`;
    let id = this.functions.get(key);
    if (id === undefined) {
      id = this.input.function.length + 1;
      const text = this.text(name);
      this.input.function.push({ id, name: text, systemName: text, filename: this.text(file) });
      this.functions.set(key, id);
    }
    return id;
  }

  private text(value: string): number {
    return this.strings.dedup(value);
  }
}

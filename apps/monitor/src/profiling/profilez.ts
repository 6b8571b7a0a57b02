import { formatDuration } from '@skein/config';
import { profileKinds } from './kinds.ts';
import { encodePprof } from './pprof.ts';
import { profileText } from './profile-text.ts';
import { type Profiles, ProfilingBusyError } from './profiles.ts';

/** The body of `$SYS.REQ.SERVER.<id>.PROFILEZ`. */
export interface ProfilezOptions {
  name?: string;
  /** From 1 on as text. */
  debug?: number;
  /** Of `cpu`, nanoseconds. */
  duration?: number;
}

/** The `data` of its answer. */
export interface Profilez {
  /** Base64: what `/debug/pprof/` would have sent. */
  profile: string | null;
  /** '' is none. */
  error: string;
}

const DURATION_MS_MAX = 15_000;

/** Answers PROFILEZ, for all processes of the node. Takes as long as it measures, and 3 s more at most. Never rejects. */
export async function profilez(
  profiles: Profiles,
  { name = '', debug = 0, duration = 0 }: ProfilezOptions,
): Promise<Profilez> {
  const refuse = (error: string): Profilez => ({ profile: null, error });
  if (name === '') return refuse('Profile name not specified');
  // The name that Go had for it once.
  const kind = profileKinds[name === 'threadcount' ? 'threadcreate' : name];
  if (kind === undefined) return refuse(`Profile ${JSON.stringify(name)} not found`);
  const ms = duration / 1e6;
  if (name === 'cpu' && (ms <= 0 || ms > DURATION_MS_MAX)) {
    return refuse(`Duration ${formatDuration(ms)} should be between 0s and 15s`);
  }
  try {
    const profile = await profiles.take({ kind, ...(name === 'cpu' && { seconds: ms / 1000 }) });
    const bytes = debug > 0 ? Buffer.from(profileText(name, kind, profile)) : await encodePprof(kind, profile);
    return { profile: bytes.toString('base64'), error: '' };
  } catch (error) {
    if (error instanceof ProfilingBusyError) return refuse(`Failed to start ${what(name)} profile: ${error.message}`);
    return refuse((error as Error).message);
  }
}

const what = (name: string): string => (name === 'cpu' ? 'CPU' : name);

import type { ProfileName } from '@skein/diagnostics';

/** A profile by Go's name for it: what its values are, and what the index says of it. */
export interface ProfileKind {
  /** Type and unit of each value. */
  values: [type: string, unit: string][];
  /** The one shown first. */
  shown: string;
  /** What a process is asked for; absent: nothing of the kind is measured. */
  asks?: ProfileName;
  /** It is measured over a time. */
  timed: boolean;
  about: string;
}

const objects = (prefix: string): [string, string][] => [
  [`${prefix}_objects`, 'count'],
  [`${prefix}_space`, 'bytes'],
];

const BLOCKED: Pick<ProfileKind, 'values' | 'shown' | 'timed'> = {
  values: [
    ['contentions', 'count'],
    ['delay', 'nanoseconds'],
  ],
  shown: 'delay',
  timed: false,
};

/** See docs/operating.md, which says what each means where a server is several Node processes. */
export const profileKinds: Record<string, ProfileKind> = {
  allocs: {
    values: objects('alloc'),
    shown: 'alloc_space',
    asks: 'allocs',
    timed: true,
    about: 'What is allocated during the given seconds (1 when not given), kept or not.',
  },
  block: {
    ...BLOCKED,
    about: 'Empty: a process waits in its event loop only, and is never blocked on another thread.',
  },
  cpu: {
    values: [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    shown: 'cpu',
    asks: 'cpu',
    timed: true,
    about: 'Processor time during the given seconds (30 when not given).',
  },
  goroutine: {
    values: [['goroutine', 'count']],
    shown: 'goroutine',
    asks: 'goroutine',
    timed: false,
    about: 'Stacks of the threads, and what the event loops wait for. debug=2 shows them as text.',
  },
  heap: {
    values: objects('inuse'),
    shown: 'inuse_space',
    asks: 'heap',
    timed: true,
    about:
      'Memory in use, by who allocated it; a sampling since the start, or over the given seconds where none was on.',
  },
  mutex: { ...BLOCKED, about: 'Empty: threads share nothing that they would have to lock.' },
  threadcreate: {
    values: [['threadcreate', 'count']],
    shown: 'threadcreate',
    asks: 'threadcreate',
    timed: false,
    about: 'The threads, by name.',
  },
};

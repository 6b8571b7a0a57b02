import type { AuthResponse } from '@skein/bus';

/** An answer to a gateway, and what is kept here about it. */
export type Decision = AuthResponse & {
  /** Why somebody was refused, in few words and without names. */
  cause?: string;
};

/** These tell nothing about who was refused. */
const undecided = new Set(['not_checked', 'unanswered', 'starting']);

/** Somebody has shown what is not right. */
export const isFailure = ({ allowed, cause }: Decision): boolean => !allowed && !undecided.has(cause ?? '');

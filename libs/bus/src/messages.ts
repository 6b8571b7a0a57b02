import './numbers.ts';
import { skein } from './generated/bus.js';

/** A frame with one body, as plain objects; absent fields are their defaults. */
export type FrameBody = skein.bus.Frame.$Properties;
export type DecodedFrame = skein.bus.Frame;

export const Frame = skein.bus.Frame;

export const PROTOCOL = 1;

export const Phase = { check: 0, commit: 1, rollback: 2 } as const;

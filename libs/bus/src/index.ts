export type {
  AuthPermissions,
  AuthRequest,
  AuthResponse,
  ChangeCursor,
  Component,
  ConnectionLeases,
  CreateMember,
  Link,
  Member,
  MemberHandlers,
  MemberLimits,
  MemberOptions,
  MemberSurroundings,
  NodeIdentity,
  Peer,
  Ranges,
  Registration,
  SubjectRule,
  Watch,
} from './api.ts';
export { healthcheck } from './healthcheck.ts';
export { HOLDING } from './holding.ts';
export { createMember, FLUSHED, LEAVING, SERVING } from './member.ts';
export { GLANCE } from './own-figures.ts';
export type { Runtime, Timer, TimerOptions } from './runtime.ts';
export { systemRuntime } from './runtime.ts';
export type { Channel, ChannelHandler, Listener, Transport } from './transport.ts';
export { unixTransport } from './unix-transport.ts';

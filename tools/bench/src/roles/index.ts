import { Crowd } from './crowd.ts';
import { Publisher } from './publisher.ts';
import { Requesters } from './requester.ts';
import { Responder } from './responder.ts';
import { Streamer } from './streamer.ts';
import { StubServer } from './stub-server.ts';
import { Subscriber } from './subscriber.ts';

/** What a worker process can be. */
export const roles = { Crowd, Publisher, Requesters, Responder, Streamer, StubServer, Subscriber };

export type RoleName = keyof typeof roles;
export type Role<Name extends RoleName> = InstanceType<(typeof roles)[Name]>;

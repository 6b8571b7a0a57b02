import type { Scene } from './scene.ts';
import { account } from './scenes/account.ts';
import { consumers } from './scenes/consumers.ts';
import { limits } from './scenes/limits.ts';
import { messages } from './scenes/messages.ts';
import { streams } from './scenes/streams.ts';

export const scenes: Readonly<Record<string, Scene>> = { ...streams, ...messages, ...consumers, ...account, ...limits };

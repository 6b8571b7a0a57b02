/** Plays the scenes to a nats-server and writes down what it answers: `node libs/testing/src/jetstream-api/record.ts PATH_TO_NATS_SERVER`. */
import { writeFileSync } from 'node:fs';
import type { Said } from './converse.ts';
import { Stage } from './play.ts';
import { RECORDED_FILE } from './recorded.ts';
import { scenes } from './scenes.ts';

const stage = new Stage(process.argv[2] as string);
const recorded: Record<string, Said[]> = {};
try {
  for (const [name, scene] of Object.entries(scenes)) recorded[name] = await stage.play(scene);
} finally {
  await stage.close();
}
writeFileSync(RECORDED_FILE, `${JSON.stringify(recorded, undefined, 1)}\n`);

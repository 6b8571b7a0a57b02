import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { productVersion } from '@skein/process';
import type { ProcessSpec } from './components.ts';
import { CONTROL_SOCKET, type RestartAnswer, type RestartRequest } from './control.ts';
import { chooseRunDir, runningRunDirs } from './run-dir.ts';
import { type ListedProcess, nameOf, processTable, readSkeinCommand } from './skein-command.ts';

/** The command `skein`: looks at a running node, has one of its processes started anew, and repairs the copy of a shard. */

if (process.argv[2] === '--version') process.stdout.write(`skein: v${productVersion}\n`);
else {
  await run().catch((error: Error) => {
    process.stderr.write(`skein: ${error.message}\n`);
    process.exitCode = 1;
  });
}

async function run(): Promise<void> {
  const command = readSkeinCommand(process.argv.slice(2), (path) => readFileSync(path, 'utf8'));
  if (command.kind === 'print') {
    (command.exitCode === 0 ? process.stdout : process.stderr).write(command.text);
    process.exitCode = command.exitCode;
    return;
  }
  if (command.kind === 'repair') {
    const { repairShard } = await import('@skein/storage');
    await repairShard(command.from, command.to, command.cutJournal);
    process.stdout.write(`${command.to} has a new manifest; put it in the place of ${command.from} to serve it\n`);
    return;
  }
  const { target } = command;
  const runDir = chooseRunDir(await runningRunDirs(), target);
  if (command.kind === 'ps') {
    const list = JSON.parse(readFileSync(join(runDir, 'processes.json'), 'utf8')) as { processes: ListedProcess[] };
    process.stdout.write(processTable(list.processes, Date.now()));
    return;
  }
  for (const spec of command.processes) {
    const pid = await restart(join(runDir, CONTROL_SOCKET), spec);
    process.stdout.write(`${nameOf(spec)} restarted (pid ${pid})\n`);
  }
}

function restart(path: string, { component, instance }: ProcessSpec): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const request: RestartRequest = { restart: { component, instance } };
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      text += data;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (text === '') {
        reject(new Error('the server has ended'));
        return;
      }
      const answer = JSON.parse(text) as RestartAnswer;
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.pid);
    });
  });
}
